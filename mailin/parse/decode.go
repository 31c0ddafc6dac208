package parse

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
)

// encoding is how a body was encoded for transfer.
type encoding uint8

const (
	encodingNone encoding = iota
	encodingBase64
	encodingQuotedPrintable
	encodingUU
)

// encoding reads the Content-Transfer-Encoding (RFC 2045 section 6). Unknown ones are taken as
// none, because their bytes may still be read.
func (p *part) encoding() encoding {
	name, _, _ := strings.Cut(get(p.fields, "Content-Transfer-Encoding"), "(")
	switch strings.ToLower(strings.Trim(name, " \t\";")) {
	case "base64", "base-64", "x-base64":
		return encodingBase64
	case "quoted-printable", "quoted printable", "quotedprintable":
		return encodingQuotedPrintable
	case "x-uuencode", "uuencode", "x-uue", "uue":
		return encodingUU
	}
	return encodingNone
}

// data gives the decoded bytes of a leaf; of one that was cut out the beginning, if it is needed.
func (p *part) data() []byte {
	if p.cut.begun() {
		return p.cut.head
	}
	switch p.encoding() {
	case encodingBase64:
		var d base64Decoder
		return d.end(d.decode(nil, p.body))
	case encodingQuotedPrintable:
		return fromQuotedPrintable(p.body)
	case encodingUU:
		return uuData(p.body)
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

// base64Decoder decodes what is of the alphabet and passes over the rest; it ends at the padding,
// so that a list's footer behind it is not read as data.
type base64Decoder struct {
	bits uint32
	n    int // letters in bits
	done bool
}

// decode appends what src, which may be any part of a body, says. Whole lines go to the standard
// library, which reads them eight letters at a time.
func (d *base64Decoder) decode(dst, src []byte) []byte {
	dst = slices.Grow(dst, len(src)/4*3+3)
	for len(src) > 0 && !d.done {
		line := src
		if i := bytes.IndexByte(src, '\n'); i >= 0 {
			line = src[:i+1]
		}
		src = src[len(line):]
		if text := trimLineEnd(line); d.n == 0 && len(text)%4 == 0 {
			n, err := base64.StdEncoding.Decode(dst[len(dst):cap(dst)], text)
			if err == nil && n == len(text)/4*3 {
				dst = dst[:len(dst)+n]
				continue
			}
		}
		dst = d.letters(dst, line)
	}
	return dst
}

// letters decodes byte by byte.
func (d *base64Decoder) letters(dst, src []byte) []byte {
	for _, c := range src {
		v := base64Values[c]
		if v == 0 {
			if d.done = c == '=' && d.n > 1; d.done {
				break
			}
			continue
		}
		d.bits = d.bits<<6 | uint32(v-1)
		if d.n++; d.n == 4 {
			dst = append(dst, byte(d.bits>>16), byte(d.bits>>8), byte(d.bits))
			d.bits, d.n = 0, 0
		}
	}
	return dst
}

// end appends what the last letters say.
func (d *base64Decoder) end(dst []byte) []byte {
	switch d.n {
	case 2:
		dst = append(dst, byte(d.bits>>4))
	case 3:
		dst = append(dst, byte(d.bits>>10), byte(d.bits>>2))
	}
	return dst
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
