package tnef

import (
	"encoding/hex"
	"strings"
	"testing"
	"unicode/utf8"
)

// The examples of MS-OXRTFCP section 3, the second of which refers to what it is just writing.
func TestExamplesOfTheSpecificationUnpack(t *testing.T) {
	t.Parallel()
	for packed, want := range map[string]string{
		"2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c64" +
			"7d0a800fa0": `{\rtf1\ansi\ansicpg1252\pard hello world}` + "\r\n",
		"1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0": `{\rtf1 WXYZWXYZWXYZWXYZWXYZ}`,
	} {
		b, err := hex.DecodeString(packed)
		if err != nil {
			t.Fatal(err)
		}
		if got, fault := decompress(b); string(got) != want || fault != "" {
			t.Errorf("got %q, %q, want %q", got, fault, want)
		}
	}
}

func TestDamagedRTFGivesItsBeginning(t *testing.T) {
	t.Parallel()
	whole := packed(`{\rtf1 Hello, world}`)
	for name, c := range map[string]struct {
		b           []byte
		want, fault string
	}{
		"whole":   {whole, `{\rtf1 Hello, world}`, ""},
		"cut":     {whole[:rtfHeader+15], `{\rtf1 Hello,`, "the RTF text is cut short"},
		"no end":  {withRTFHeader([]byte("\x00abc"), 3), "abc", "the RTF text is cut short"},
		"no head": {whole[:5], "", "the RTF text has no header"},
		"unknown": {
			[]byte(strings.Repeat("x", rtfHeader)), "", "the RTF text is packed in an unknown way",
		},
		"not packed": {
			[]byte("\x0f\x00\x00\x00\x03\x00\x00\x00MELA\x00\x00\x00\x00abc"), "abc", "",
		},
		"before the beginning": {
			withRTFHeader([]byte{2, 'a', 0x80, 0x05}, 9), "a", "the RTF text is cut short",
		},
	} {
		got, fault := decompress(c.b)
		if string(got) != c.want || fault != c.fault {
			t.Errorf("%s: got %q, %q, want %q, %q", name, got, fault, c.want, c.fault)
		}
	}
}

func TestRTFBecomesText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rtf, want string }{
		{`{\rtf1\ansi plain \b bold\b0 , text\par next}`, "plain bold, text\nnext"},
		{`{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe}`, "Grüße"},
		{`{\rtf1\ansi\ansicpg936 \'c4\'e3\'ba\'c3}`, "你好"},
		{
			`{\rtf1{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset134 SimSun;}}\f0 a\f1\'c4\'e3\f0\'e9}`,
			"a你é",
		},
		{`{\rtf1{\fonttbl{\f5\fnil\fcharset204 A;}}\deff5\plain \'ef\'f0}`, "пр"},
		{`{\rtf1\uc1 \u20320?\u22909?!}`, "你好!"},
		{`{\rtf1\uc2 \u20320\'c4\'e3!}`, "你!"},
		{`{\rtf1\uc0 \u-10179 \u-8704 }`, "😀"},
		{`{\rtf1\u20320}next`, "你next"},
		{`{\rtf1 \{a\}\\ \~\_\emdash\tab x}`, "{a}\\ \u00A0-—\tx"},
		{`{\rtf1{\info{\author A}}{\colortbl;\red0;}{\*\generator G;}{\pict 00ff}a}`, "a"},
		{`{\rtf1{\field{\*\fldinst HYPERLINK "http://x"}{\fldrslt here}}, b}`, "here <http://x>, b"},
		{
			`{\rtf1{\field{\*\fldinst{\f0 HYPERLINK http://x \\o tip}}{\fldrslt{\ul http://x}}}}`,
			"http://x",
		},
		{`{\rtf1{\field{\*\fldinst HYPERLINK "mailto:a@x"}{\fldrslt a@x}}}`, "a@x"},
		{`{\rtf1{\field{\*\fldinst HYPERLINK "file://x"}{\fldrslt a}}}`, "a"},
		{`{\rtf1{\field{\*\fldinst PAGE}{\fldrslt 3}}}`, "3"},
		{`{\rtf1 a{\v hidden}b\bin3 {{{c}`, "abc"},
		{`{\rtf1 a\cell b\row c}`, "a\tb\nc"},
		{"{\\rtf1 a\r\nb\\\r\nc}", "ab\nc"},
		{`{\rtf1\u20320\par next}`, "你\nnext"},
		{`{\rtf1 not closed`, "not closed"},
		{`}}}a`, "a"},
		{`\`, ""},
		{`no rtf`, "no rtf"},
	} {
		if got, _, _ := readRTF([]byte(c.rtf)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.rtf, got, c.want)
		}
	}
}

// Outlook writes an HTML text as RTF in which the tags stand as they were (MS-OXRTFEX).
func TestRTFFromHTMLGivesTheHTML(t *testing.T) {
	t.Parallel()
	const rtf = `{\rtf1\ansi\ansicpg936\fromhtml1 \deff0
{\fonttbl{\f0\fswiss Arial;}{\f1\fcharset134 S;}{\f2\fcharset204 R;}}\f2
{\*\htmltag19 <html>}{\*\htmltag34 <head>}{\*\mhtmltag3 <base>}
{\*\htmltag64 <p class="a">}\htmlrtf {\htmlrtf0 Hello\htmlrtf\par}\htmlrtf0
{\*\htmltag84 &nbsp;}\htmlrtf
\'a0\htmlrtf0 
\f1\'c4\'e3 \u22909?{\*\htmltag4 \par}a < b & c{\*\htmltag72 </p>}
{\*\htmltag116 <br title="\'c4\'e3">}\htmlrtf \line
\htmlrtf0{\*\htmltag27 </html>}}`
	const want = "<html><head><p class=\"a\">Hello&nbsp;你 好\na &lt; b &amp; c</p><br title=\"你\"></html>"
	if text, html, whole := readRTF([]byte(rtf)); html != want || text != "" || !whole {
		t.Errorf("got %q, %q, want %q", text, html, want)
	}
}

func FuzzRTF(f *testing.F) {
	f.Add([]byte(`{\rtf1\ansi\ansicpg936{\fonttbl{\f1\fcharset134 S;}}\f1\'c4\'e3\u20320?{\*\x y}` +
		`\par\bin2 }{}`))
	f.Add([]byte(`{\rtf1\fromhtml1{\*\htmltag64 <p>}\htmlrtf a\htmlrtf0 \u-10179 \u-8704 <}`))
	f.Add(packed(`{\rtf1 a}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		unpacked, _ := decompress(b)
		for _, rtf := range [][]byte{b, unpacked} {
			text, html, _ := readRTF(rtf)
			if !utf8.ValidString(text) || !utf8.ValidString(html) {
				t.Fatalf("unclean text %q, %q", text, html)
			}
			if len(text)+len(html) > 4*MaxText {
				t.Fatalf("%d bytes of text", len(text)+len(html))
			}
		}
	})
}
