package tnef

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"helpgate/internal/rfc"
)

// defaultCodePage stands where a stream or RTF names none.
const defaultCodePage = 1252

// singleBytes are the code pages in which each byte is a character. Those of DOS, which Western
// versions of Windows name as their OEM code page, have no name on the web.
var singleBytes = map[uint32]*charmap.Charmap{
	437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852,
	855: charmap.CodePage855, 858: charmap.CodePage858, 860: charmap.CodePage860,
	862: charmap.CodePage862, 863: charmap.CodePage863, 865: charmap.CodePage865,
	866: charmap.CodePage866, 874: charmap.Windows874, 1250: charmap.Windows1250,
	1251: charmap.Windows1251, 1252: charmap.Windows1252, 1253: charmap.Windows1253,
	1254: charmap.Windows1254, 1255: charmap.Windows1255, 1256: charmap.Windows1256,
	1257: charmap.Windows1257, 1258: charmap.Windows1258, 10000: charmap.Macintosh,
	20127: charmap.Windows1252, 20866: charmap.KOI8R, 21866: charmap.KOI8U,
	28591: charmap.Windows1252, 28592: charmap.ISO8859_2, 28595: charmap.ISO8859_5,
	28597: charmap.ISO8859_7, 28598: charmap.ISO8859_8, 28599: charmap.Windows1254,
	28605: charmap.ISO8859_15,
}

// labels gives the other code pages by their names on the web.
var labels = map[uint32]string{
	932: "shift_jis", 936: "gbk", 949: "euc-kr", 950: "big5", 1200: "utf-16le", 1201: "utf-16be",
	1361: "euc-kr", 20932: "euc-jp", 20936: "gbk", 50220: "iso-2022-jp", 50221: "iso-2022-jp",
	50222: "iso-2022-jp", 50225: "euc-kr", 51932: "euc-jp", 51936: "gbk", 51949: "euc-kr",
	52936: "hz-gb-2312", 54936: "gb18030", 65001: "utf-8",
}

// decode gives bytes in a code page as valid UTF-8. What is UTF-8 stays so, whatever the page.
func decode(b []byte, page uint32) string {
	single, ok := singleBytes[page]
	if !ok {
		return rfc.DecodeCharset(b, labels[page])
	}
	if utf8.Valid(b) {
		return string(b)
	}
	var s strings.Builder
	s.Grow(len(b) + len(b)/2)
	for _, c := range b {
		s.WriteRune(single.DecodeByte(c))
	}
	return s.String()
}

// decodeWide gives UTF-16, least byte first, as valid UTF-8.
func decodeWide(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
	}
	return string(utf16.Decode(units))
}

// decode gives the text, at most MaxText bytes of it, up to the NUL that ends it.
func (t text) decode(page uint32) string {
	b := t.b[:min(len(t.b), MaxText)]
	var s string
	if t.wide {
		s = decodeWide(b)
	} else {
		if i := bytes.IndexByte(b, 0); i >= 0 {
			b = b[:i]
		}
		s = decode(b, page)
	}
	s, _, _ = strings.Cut(s, "\x00")
	return rfc.Cut(s, MaxText)
}

// line gives the text as one clean line.
func (t text) line(page uint32) string {
	t.b = t.b[:min(len(t.b), maxLine)]
	return rfc.CleanName(t.decode(page))
}

// maxLine bounds a name, subject or address in bytes before it is decoded.
const maxLine = 4 << 10
