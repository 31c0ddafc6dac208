package rfc

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// charsetAliases maps labels that mailers use and the WHATWG list does not know. US-ASCII says
// nothing of bytes above it, and counts as no label.
var charsetAliases = map[string]string{
	"us-ascii": "", "ascii": "", "ansi_x3.4-1968": "", "iso646-us": "", "unknown-8bit": "",
	"8bit": "", "default": "", "x-unknown": "", "none": "", "binary": "",
	"cp932": "shift_jis", "ms932": "shift_jis", "cp936": "gbk", "cp949": "euc-kr", "cp950": "big5",
	"iso-2022-jp-ms": "iso-2022-jp", "cp50220": "iso-2022-jp", "cp50221": "iso-2022-jp",
	"cp50222": "iso-2022-jp", "iso-2022-jp-1": "iso-2022-jp", "iso-2022-jp-2": "iso-2022-jp",
	"iso-2022-jp-3": "iso-2022-jp", "iso-2022-jp-2004": "iso-2022-jp", "jis": "iso-2022-jp",
	"ks_c_5601": "euc-kr", "eucgb2312_cn": "gbk", "gb18030-2000": "gb18030", "windows-936": "gbk",
	"ms936": "gbk", "x-gbk": "gbk", "latin-1": "windows-1252", "x-big5": "big5", "utf": "utf-8",
	"koi8": "koi8-r", "koi8-ru": "koi8-u", "mac-roman": "macintosh", "uhc": "euc-kr",
	"gb-2312": "gbk",
}

// dosPages are the code pages of DOS, which have no name on the web, by their numbers.
var dosPages = map[string]encoding.Encoding{
	"437": charmap.CodePage437, "850": charmap.CodePage850, "852": charmap.CodePage852,
	"855": charmap.CodePage855, "858": charmap.CodePage858, "860": charmap.CodePage860,
	"862": charmap.CodePage862, "863": charmap.CodePage863, "865": charmap.CodePage865,
}

// Charsets that shift between alphabets in seven bits, which WHATWG calls "replacement".
const (
	nameHZ      = "hz-gb-2312"
	nameKorean  = "iso-2022-kr"
	nameChinese = "iso-2022-cn"
)

// DecodeCharset turns b into valid UTF-8. What is UTF-8 stays so whatever label says, because
// wrong labels on UTF-8 are the commonest fault; then label decides, read as browsers read it
// (WHATWG: iso-8859-1 is windows-1252; gb2312 and gbk are taken as gb18030); without a usable
// label, or when most does not decode, the bytes are guessed. UTF-7 is refused, because it can
// hide markup in harmless letters. Controls are kept: CleanText and DecodeHeader drop them.
func DecodeCharset(b []byte, label string) string {
	name, enc := lookupCharset(label)
	if !shiftsIn7Bit(name) {
		switch {
		case bytes.IndexByte(b, 0x1B) >= 0 && escapesJapanese(b): // its own escapes name it
			enc = japanese.ISO2022JP
		case utf8.Valid(b) && !(isDoubleByte(name) && noLongRunes(b)):
			return string(b)
		case enc == nil && mostlyUTF8(b):
			return strings.ToValidUTF8(string(b), "\uFFFD")
		}
	}
	switch {
	case name == nameKorean || name == nameChinese:
		b = unshift(b)
	case enc == nil || strings.HasPrefix(name, "utf-16"):
		if marked(b) {
			enc = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
		}
	}
	if enc == nil {
		enc = guessCharset(b)
	}
	text := decodeWith(enc, b)
	if !damaged(text) {
		return text
	}
	if utf8.Valid(b) {
		return string(b)
	}
	return decodeWith(guessCharset(b), b)
}

func decodeWith(enc encoding.Encoding, b []byte) string {
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		out = b
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

// escapesJapanese tells whether b is text in seven bits that escapes to Japanese (RFC 1468).
func escapesJapanese(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return bytes.Contains(b, []byte("\x1b$B")) || bytes.Contains(b, []byte("\x1b$@"))
}

// marked tells whether b begins with the byte order mark of UTF-16, which is never in other text.
func marked(b []byte) bool {
	return bytes.HasPrefix(b, []byte{0xFE, 0xFF}) || bytes.HasPrefix(b, []byte{0xFF, 0xFE})
}

// mostlyUTF8 tells that b is UTF-8 with some damage: an honest other charset seldom makes even one
// of its characters.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		b = b[size:]
	}
	return good > bad
}

// damaged tells that of the characters above ASCII a quarter or more did not decode.
func damaged(text string) bool {
	lost := strings.Count(text, "\uFFFD")
	if lost == 0 {
		return false
	}
	high := 0
	for _, r := range text {
		if r >= utf8.RuneSelf {
			high++
		}
	}
	return lost*4 >= high
}

// lookupCharset gives the WHATWG name of label and its decoder; nil for UTF-8 and the unknown.
func lookupCharset(label string) (string, encoding.Encoding) {
	label = strings.ToLower(strings.Trim(label, " \t\"';,="))
	if i := strings.IndexAny(label, " \t;(\""); i >= 0 {
		label = label[:i]
	}
	if alias, ok := charsetAliases[label]; ok {
		label = alias
	}
	switch label {
	case "":
		return "", nil
	case nameHZ: // old Chinese mail has it
		return label, simplifiedchinese.HZGB2312
	case nameKorean:
		return label, korean.EUCKR
	case nameChinese, "iso-2022-cn-ext":
		return nameChinese, simplifiedchinese.GB18030
	}
	enc, err := htmlindex.Get(label)
	if err != nil {
		return misspelt(label)
	}
	name, err := htmlindex.Name(enc)
	switch {
	case err != nil || name == "utf-8" || name == "replacement" || name == "x-user-defined":
		return name, nil
	case name == "gbk": // mail labelled gb2312 holds characters of gbk and gb18030
		return name, simplifiedchinese.GB18030
	}
	return name, enc
}

// misspelt reads labels that are written otherwise than they are registered.
func misspelt(label string) (string, encoding.Encoding) {
	squeezed := strings.NewReplacer("-", "", "_", "", ".", "").Replace(label)
	number := strings.TrimLeft(squeezed, "abcdefghijklmnopqrstuvwxyz")
	switch {
	case strings.HasPrefix(squeezed, "utf8"):
		return "utf-8", nil
	case strings.HasPrefix(squeezed, "iso8859") && squeezed != label:
		return lookupCharset(squeezed)
	case len(number) == 4 && strings.HasPrefix(number, "125") && label != "windows-"+number:
		return lookupCharset("windows-" + number)
	}
	return "", dosPages[number]
}

// shiftsIn7Bit tells whether the charset writes its letters in ASCII bytes or in pairs with NUL,
// so that "it is valid UTF-8" says nothing.
func shiftsIn7Bit(name string) bool {
	switch name {
	case "iso-2022-jp", nameHZ, nameKorean, nameChinese, "utf-16le", "utf-16be":
		return true
	}
	return false
}

// unshift turns what stands between shift-out and shift-in (RFC 1557, RFC 1922) into pairs of high
// bytes and drops the escapes.
func unshift(b []byte) []byte {
	out := make([]byte, 0, len(b))
	var high byte
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == 0x0E:
			high = 0x80
		case c == 0x0F:
			high = 0
		case c == 0x1B && i+3 < len(b) && b[i+1] == '$':
			i += 3
		case c == '\n':
			high = 0 // each line begins in ASCII
			out = append(out, c)
		case c > ' ':
			out = append(out, c|high)
		default:
			out = append(out, c)
		}
	}
	return out
}

func isDoubleByte(name string) bool {
	switch name {
	case "gbk", "gb18030", "big5", "euc-kr", "euc-jp", "shift_jis":
		return true
	}
	return false
}

// noLongRunes tells that b has characters outside ASCII and all of them take two bytes. East
// Asian UTF-8 needs three, while two GBK bytes often look like two of UTF-8 ("联通").
func noLongRunes(b []byte) bool {
	high := false
	for _, c := range b {
		if c >= 0xE0 {
			return false
		}
		high = high || c >= 0x80
	}
	return high
}
