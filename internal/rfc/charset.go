package rfc

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// charsetAliases maps labels that mailers use and the WHATWG list does not know.
var charsetAliases = map[string]string{
	"cp932": "shift_jis", "cp936": "gbk", "cp949": "euc-kr", "cp950": "big5",
	"ansi_x3.4-1968": "windows-1252", "unknown-8bit": "", "8bit": "", "default": "", "x-unknown": "",
	"iso-2022-jp-ms": "iso-2022-jp", "cp50220": "iso-2022-jp", "cp50221": "iso-2022-jp",
	"iso-2022-jp-1": "iso-2022-jp", "iso-2022-jp-2": "iso-2022-jp",
	"utf": "utf-8", "utf8mb4": "utf-8",
	"ks_c_5601": "euc-kr", "eucgb2312_cn": "gbk", "hz-gb-2312": "hz-gb-2312",
	"windows-936": "gbk", "ms936": "gbk", "x-gbk": "gbk", "latin-1": "windows-1252",
}

// DecodeCharset turns b into valid UTF-8. What is UTF-8 stays so whatever label says, because
// wrong labels on UTF-8 are the commonest fault; then label decides, read as browsers read it
// (WHATWG: iso-8859-1 is windows-1252; gb2312 and gbk are taken as gb18030); without a usable
// label the bytes are guessed to be gb18030 or windows-1252. UTF-7 is refused, because it can
// hide markup in harmless letters. Controls are kept: CleanText and DecodeHeader drop them.
func DecodeCharset(b []byte, label string) string {
	name, enc := lookupCharset(label)
	if !shiftsIn7Bit(name) && utf8.Valid(b) && !(isDoubleByte(name) && noLongRunes(b)) {
		return string(b)
	}
	if enc == nil {
		enc = guessCharset(b)
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		out = b
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

// lookupCharset gives the WHATWG name of label and its decoder; nil for UTF-8 and the unknown.
func lookupCharset(label string) (string, encoding.Encoding) {
	label = strings.ToLower(strings.Trim(label, " \t\"'"))
	if alias, ok := charsetAliases[label]; ok {
		label = alias
	}
	if label == "hz-gb-2312" { // WHATWG maps it to "replacement"; old Chinese mail still has it
		return label, simplifiedchinese.HZGB2312
	}
	enc, err := htmlindex.Get(label)
	if err != nil {
		return "", nil
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

// shiftsIn7Bit tells whether the charset writes its letters in ASCII bytes or in pairs with NUL,
// so that "it is valid UTF-8" says nothing.
func shiftsIn7Bit(name string) bool {
	switch name {
	case "iso-2022-jp", "hz-gb-2312", "utf-16le", "utf-16be":
		return true
	}
	return false
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

// guessCharset tells GB18030 from windows-1252 in bytes that are no UTF-8: Chinese stands in pairs
// of high bytes, most of them of GB 2312's common level or its punctuation; Western text has
// single high bytes between letters.
func guessCharset(b []byte) encoding.Encoding {
	pairs, common := 0, 0
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		if i+1 == len(b) || b[i+1] < 0x80 {
			enc, _ := htmlindex.Get("windows-1252")
			return enc
		}
		pairs++
		lead := b[i]
		if b[i+1] >= 0xA1 && (lead >= 0xB0 && lead <= 0xD7 || lead >= 0xA1 && lead <= 0xA3) {
			common++
		}
		i++
	}
	if pairs > 0 && common*2 > pairs {
		return simplifiedchinese.GB18030
	}
	enc, _ := htmlindex.Get("windows-1252")
	return enc
}
