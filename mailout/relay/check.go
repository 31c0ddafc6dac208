package relay

import (
	"context"
	"strconv"
	"strings"
)

// Report is what a relay shows to whoever is logged in.
type Report struct {
	MaxSize  int64 // bytes of a mail (RFC 1870); 0 when the relay tells none
	SMTPUTF8 bool  // RFC 6531
	DSN      bool  // RFC 3461
	// Extensions are the keywords of those that are known here and offered, sorted, in one line.
	Extensions string
	Limits     string // the parameters of LIMITS (RFC 9422)
}

// extensions are the keywords that are looked for, sorted.
var extensions = []string{
	"8BITMIME", "AUTH", "BINARYMIME", "CHUNKING", "DELIVERBY", "DSN", "ENHANCEDSTATUSCODES",
	"LIMITS", "PIPELINING", "REQUIRETLS", "SIZE", "SMTPUTF8",
}

// Check connects, encrypts and logs in as a first mail would, and leaves. Its error is that of
// Deliver.
func Check(ctx context.Context, cfg Config) (Report, error) {
	h := NewSmarthost(cfg)
	s, err := h.link.open(ctx)
	if err != nil {
		return Report{}, err
	}
	defer s.close()
	r := Report{SMTPUTF8: s.utf8}
	r.DSN, _ = s.client.Extension("DSN")
	if _, size := s.client.Extension("SIZE"); size != "" {
		if n, err := strconv.ParseUint(size, 10, 63); err == nil { // what is no number tells nothing
			r.MaxSize = int64(n)
		}
	}
	_, r.Limits = s.client.Extension("LIMITS")
	var offered []string
	for _, name := range extensions {
		if ok, _ := s.client.Extension(name); ok {
			offered = append(offered, name)
		}
	}
	r.Extensions = strings.Join(offered, " ")
	return r, nil
}
