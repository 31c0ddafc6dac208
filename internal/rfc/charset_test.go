package rfc

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"helpgate/internal/testkit/cputime"
)

// encode gives text in a charset.
func encode(t *testing.T, enc encoding.Encoding, text string) []byte {
	t.Helper()
	b, err := enc.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Labels are read as mail programs mean them.
func TestCharsetsAreDecodedAsLabelled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		labels string
		enc    encoding.Encoding
		text   string
	}{
		{"gb2312 GBK gb18030 cp936 x-gbk 'gb2312' gb18030;", simplifiedchinese.GB18030, "鐸和𠮷"},
		{"hz-gb-2312", simplifiedchinese.HZGB2312, "你好, world"},
		{"big5 cp950 big5-hkscs x-x-big5", traditionalchinese.Big5, "你好嘅"},
		{"ks_c_5601-1987 ks_c_5601 cp949 euc-kr windows-949", korean.EUCKR, "똠방각하"},
		{"shift_jis cp932 windows-31j x-sjis", japanese.ShiftJIS, "①㈱髙橋ｶﾅ"},
		{"iso-2022-jp iso-2022-jp-ms cp50221 us-ascii utf-8 none", japanese.ISO2022JP, "①㈱日本"},
		{"euc-jp", japanese.EUCJP, "日本"},
		{"iso-8859-1 ISO8859_1 latin1 windows-1252 cp-1252 win1252", charmap.Windows1252, "“für” €"},
		{"windows-1257 cp1257 cp-1257 windows_1257 win-1257", charmap.Windows1257, "Žąsis ėda"},
		{"windows-1251 cp1251 win1251", charmap.Windows1251, "Привет"},
		{"koi8-r koi8_r koi8", charmap.KOI8R, "Привет"},
		{"iso-8859-15 iso8859-15 iso_8859_15", charmap.ISO8859_15, "€ über"},
		{"cp850 ibm850 850", charmap.CodePage850, "über"},
		{"utf-16 utf-16be none", unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "über"},
		{"utf-16le utf-16", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "über 你"},
		{"utf8 UTF_8 iso-8859-1 gb2312 unknown", unicode.UTF8, "über 你好"},
	} {
		raw := encode(t, c.enc, c.text)
		for label := range strings.FieldsSeq(c.labels) {
			if got := DecodeCharset(raw, label); got != c.text {
				t.Errorf("%s: got %q, want %q", label, got, c.text)
			}
		}
	}
	if got := DecodeCharset([]byte("\x1b$)C\x0e>H3g\x0f hi\n\x0e>H"), "iso-2022-kr"); got != "안녕 hi\n안" {
		t.Errorf("iso-2022-kr: %q", got)
	}
}

// What names no charset, or a wrong one, is guessed.
func TestCharsetsAreGuessed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		label string
		enc   encoding.Encoding
		text  string
	}{
		{"", simplifiedchinese.GB18030, "您好，打印机坏了，请尽快处理，谢谢"},
		{"us-ascii", simplifiedchinese.GB18030, "Re: 打印机"},
		{"utf-8", simplifiedchinese.GB18030, "打印机坏了"},
		{"", traditionalchinese.Big5, "您好，印表機壞了，請儘快處理，謝謝"},
		{"", traditionalchinese.Big5, "Re: 印表機壞了"},
		{"", korean.EUCKR, "안녕하세요. 프린터가 고장났습니다."},
		{"", japanese.EUCJP, "プリンターが壊れました。"},
		{"", japanese.ShiftJIS, "プリンターが壊れました。"},
		{"", charmap.Windows1251, "Принтер не работает"},
		{"utf-8", charmap.KOI8R, "Принтер не работает"},
		{"", charmap.Windows1252, "Grüße aus Köln, “schön”"},
		{"euc-jp", charmap.Windows1252, "Käse und Öl"},
		{"iso-2022-jp", unicode.UTF8, "日本"},
	} {
		if got := DecodeCharset(encode(t, c.enc, c.text), c.label); got != c.text {
			t.Errorf("%q labelled %q: got %q", c.text, c.label, got)
		}
	}
	const damaged = "über\xff öl\xe4 你好"
	if got := DecodeCharset([]byte(damaged), "utf-8"); got != strings.ToValidUTF8(damaged, "\uFFFD") {
		t.Errorf("damaged UTF-8: %q", got)
	}
}

func TestCharsetsAreLinear(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"\x1b$B", "\x1b(B\x1b$B", "\xff", "\xc4\xe3", "\x84", "~{", "\xe4\xb8"} {
		for _, label := range []string{"", "gb2312", "iso-2022-jp", "utf-8", "hz-gb-2312", "big5"} {
			b := []byte(strings.Repeat(unit, (1<<18)/len(unit)))
			took := cputime.Of(t, func() { DecodeCharset(b, label) })
			if took > cputime.Bound(time.Second/2) {
				t.Errorf("256 KiB of %q as %q took %v", unit, label, took)
			}
		}
	}
}

func FuzzDecodeCharset(f *testing.F) {
	for _, label := range []string{"gb2312", "iso-2022-jp", "", "utf-16", "iso-2022-kr", "cp850", "big5"} {
		f.Add([]byte("a\x1b$B$3\x1b(B\xc4\xe3\xff\xfe"), label)
	}
	f.Fuzz(func(t *testing.T, b []byte, label string) {
		checkText(t, oneLine(DecodeCharset(b, label)))
	})
}
