package parse

import (
	"strconv"
	"strings"

	"helpgate/internal/rfc"
)

// maxContinuations bounds the pieces of one parameter; a name of 200 bytes needs ten at most.
const maxContinuations = 100

// longValue gathers the pieces of RFC 2231 parameters: name*0, name*1*, name*.
type longValue struct {
	pieces map[string]map[int]piece
}

type piece struct {
	text    string
	encoded bool
}

func (l *longValue) add(name, tail, value string) {
	if l.pieces == nil {
		l.pieces = map[string]map[int]piece{}
	}
	if l.pieces[name] == nil {
		l.pieces[name] = map[int]piece{}
	}
	number, encoded := strings.CutSuffix(tail, "*")
	if tail == "" {
		number, encoded = "0", true
	}
	if n, err := strconv.Atoi(number); err == nil && n >= 0 && n < maxContinuations {
		l.pieces[name][n] = piece{value, encoded}
	}
}

// values joins and decodes the pieces: bytes first, the charset of the first piece then, so that a
// character may be cut in two.
func (l *longValue) values() map[string]string {
	out := map[string]string{}
	for name, pieces := range l.pieces {
		var raw []byte
		charset := ""
		for i := range maxContinuations {
			p, ok := pieces[i]
			if !ok {
				continue
			}
			text := p.text
			if i == 0 && p.encoded {
				if label, rest, ok := strings.Cut(text, "'"); ok {
					if _, text, ok = strings.Cut(rest, "'"); ok {
						charset = label
					} else {
						text = p.text
					}
				}
			}
			if p.encoded {
				raw = append(raw, unpercent(text)...)
			} else {
				raw = append(raw, text...)
			}
		}
		value := rfc.DecodeCharset(raw, charset)
		if charset == "" {
			value = rfc.DecodeHeader(value)
		}
		out[name] = value
	}
	return out
}

// unpercent decodes %XX; a bad escape stays as written.
func unpercent(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				out = append(out, byte(n))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return out
}
