package smtpd

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"helpgate/internal/clock"
)

// lookEvery is how often a handshake looks at the files: a renewal is seen soon enough, and a flood
// of handshakes costs no system calls.
const lookEvery = time.Second

// Certificates is a certificate chain and its key in two PEM files, read again when they change,
// so that a renewal needs no restart. Handshakes look at them: it owns no goroutine, and is safe
// for use by several.
type Certificates struct {
	certFile, keyFile string
	clock             clock.Clock
	log               *slog.Logger

	mu     sync.Mutex
	pair   *tls.Certificate
	seen   [2]stamp // of the files when they were last read, well or not
	looked time.Time
}

// stamp is what changes with a file; zero when there is none.
type stamp struct {
	changed time.Time
	size    int64
}

// LoadCertificates reads the pair for the first time; an error when there is no good one.
func LoadCertificates(
	certFile, keyFile string, c clock.Clock, log *slog.Logger,
) (*Certificates, error) {
	cs := &Certificates{certFile: certFile, keyFile: keyFile, clock: c, log: log}
	cs.looked, cs.seen = c.Now(), cs.stamps()
	if err := cs.load(); err != nil {
		return nil, err
	}
	return cs, nil
}

// TLS gives the configuration of a server that shows the newest pair to each peer. TLS 1.2 is the
// least that is spoken (RFC 8314 section 4.1, RFC 8996).
func (c *Certificates) TLS() *tls.Config {
	return &tls.Config{GetCertificate: c.newest, MinVersion: tls.VersionTLS12}
}

// newest is tls.Config.GetCertificate; it never fails. The stamps are taken before the files are
// read, so that what changes meanwhile is seen at the next look: cert and key are seldom replaced
// in one instant.
func (c *Certificates) newest(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	if now.Sub(c.looked) < lookEvery {
		return c.pair, nil
	}
	c.looked = now
	stamps := c.stamps()
	if stamps == c.seen {
		return c.pair, nil
	}
	c.seen = stamps
	if err := c.load(); err != nil {
		// Once for each change. The old pair still serves, and the peer cannot help it.
		c.log.Warn("certificate is not renewed, the old one stays", "err", err)
		return c.pair, nil
	}
	c.log.Info("certificate is renewed", "file", c.certFile, "until", c.pair.Leaf.NotAfter)
	return c.pair, nil
}

// load reads the pair; on an error the old one stays.
func (c *Certificates) load() error {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("load certificate %s with key %s: %w", c.certFile, c.keyFile, err)
	}
	c.pair = &pair
	return nil
}

func (c *Certificates) stamps() (s [2]stamp) {
	for i, name := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(name); err == nil {
			s[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return s
}
