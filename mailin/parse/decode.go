package parse

import (
	"bytes"
	"strings"
)

// content undoes the Content-Transfer-Encoding (RFC 2045 section 6). Unknown ones are taken as
// none, because their bytes may still be read.
func (p *part) content() []byte {
	encoding := strings.ToLower(get(p.fields, "Content-Transfer-Encoding"))
	encoding, _, _ = strings.Cut(encoding, "(")
	switch strings.Trim(encoding, " \t\";") {
	case "base64":
		return fromBase64(p.body)
	case "quoted-printable":
		return fromQuotedPrintable(p.body)
	}
	return p.body
}

// base64Values maps bytes to their value plus one; 0 is no letter of the alphabet.
var base64Values = func() (t [256]byte) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range len(letters) {
		t[letters[i]] = byte(i + 1)
	}
	return t
}()

// fromBase64 decodes what is of the alphabet and passes over the rest; it ends at the padding, so
// that a list's footer behind it is not read as data.
func fromBase64(src []byte) []byte {
	out := make([]byte, 0, len(src)/4*3+3)
	var bits uint32
	n := 0
	for _, c := range src {
		v := base64Values[c]
		if v == 0 {
			if c == '=' && n > 1 {
				break
			}
			continue
		}
		bits = bits<<6 | uint32(v-1)
		if n++; n == 4 {
			out = append(out, byte(bits>>16), byte(bits>>8), byte(bits))
			bits, n = 0, 0
		}
	}
	switch n {
	case 2:
		out = append(out, byte(bits>>4))
	case 3:
		out = append(out, byte(bits>>10), byte(bits>>2))
	}
	return out
}

// fromQuotedPrintable decodes line by line; a bad escape stays as written.
func fromQuotedPrintable(src []byte) []byte {
	out := make([]byte, 0, len(src))
	for line := range bytes.Lines(src) {
		text := bytes.TrimRight(line, "\r\n")
		end := line[len(text):]
		text = bytes.TrimRight(text, " \t")
		if soft := bytes.HasSuffix(text, []byte("=")); soft {
			text, end = text[:len(text)-1], nil
		}
		for i := 0; i < len(text); i++ {
			if text[i] == '=' && i+2 < len(text) {
				hi, lo := hexDigit(text[i+1]), hexDigit(text[i+2])
				if hi >= 0 && lo >= 0 {
					out = append(out, byte(hi<<4|lo))
					i += 2
					continue
				}
			}
			out = append(out, text[i])
		}
		out = append(out, end...)
	}
	return out
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
