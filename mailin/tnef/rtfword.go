package tnef

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// hiddenGroups are the groups whose text is none of the document's.
var hiddenGroups = map[string]bool{
	"colortbl": true, "stylesheet": true, "info": true, "pict": true, "header": true,
	"headerl": true, "headerr": true, "headerf": true, "footer": true, "footerl": true,
	"footerr": true, "footerf": true, "listtable": true, "listoverridetable": true, "filetbl": true,
	"revtbl": true, "rsidtbl": true, "fldinst": true, "themedata": true, "datastore": true,
	"latentstyles": true, "xmlnstbl": true, "objdata": true, "nonshppict": true, "tc": true,
	"xe": true, "private": true, "mhtmltag": true, "generator": true, "template": true,
}

// characters are control words that stand for one.
var characters = map[string]rune{
	"tab": '\t', "cell": '\t', "nestcell": '\t', "emdash": '—', "endash": '–', "lquote": '‘',
	"rquote": '’', "ldblquote": '“', "rdblquote": '”', "bullet": '•', "emspace": ' ',
	"enspace": ' ', "qmspace": ' ', "zwj": '\u200D', "zwnj": '\u200C', "zwbo": '\u200B',
}

// charsets gives the code pages of fonts by their \fcharset.
var charsets = map[int]uint32{
	77: 10000, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258,
	177: 1255, 178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 255: 437,
}

// act obeys a control word. begins tells that it is the first of its group.
func (p *rtfReader) act(name string, n int, has, begins bool) {
	s := &p.state
	switch name {
	case "u":
		if has {
			p.unicode(n)
		}
		return
	case "uc":
		s.uc = max(0, min(n, maxUC))
		return
	case "bin":
		if has && n > 0 {
			p.rest = p.rest[min(n, len(p.rest)):]
		}
		return
	case "htmlrtf":
		s.htmlrtf = !has || n != 0
		return
	}
	if begins && p.enters(name) || s.place == placeSkip {
		return
	}
	if s.place == placeFonts {
		p.describe(name, n)
		return
	}
	p.write(name, n, has)
}

// write obeys a word that is about the text.
func (p *rtfReader) write(name string, n int, has bool) {
	s := &p.state
	switch name {
	case "par", "line", "row", "nestrow", "sect", "page":
		p.newline()
	case "v":
		s.hidden = !has || n != 0
	case "plain":
		s.hidden, s.page = false, p.fonts[p.plainFont]
	case "deff":
		p.plainFont = n
	case "f":
		s.page = p.fonts[n]
	case "ansicpg":
		if n > 0 {
			p.page = uint32(n)
		}
	case "mac":
		p.page = 10000
	case "pca":
		p.page = 850
	case "pc":
		p.page = 437
	default:
		if r, ok := characters[name]; ok {
			p.rune(r)
		}
	}
}

// maxUC bounds how many characters may follow a \u for other readers.
const maxUC = 16

// enters finds what the group is that begins with the word.
func (p *rtfReader) enters(name string) bool {
	s := &p.state
	switch {
	case s.place == placeSkip || s.place == placeFonts:
		return s.place == placeSkip
	case name == "fonttbl":
		s.place = placeFonts
	case name == "htmltag" && p.html:
		s.place = placeTag
	case name == "field" && !p.html:
		p.out.flush()
		s.field, p.link = p.out.text.Len()+1, nil
	case name == "fldinst" && !p.html:
		s.place = placeField
	case hiddenGroups[name] || p.star:
		s.place = placeSkip
	default:
		return false
	}
	return true
}

// describe reads a word of the table of fonts.
func (p *rtfReader) describe(name string, n int) {
	switch name {
	case "f":
		p.font = n
	case "fcharset":
		if page := charsets[n]; page != 0 && len(p.fonts) < maxFonts {
			p.fonts[p.font] = page
		}
	case "cpg":
		if n > 0 && len(p.fonts) < maxFonts {
			p.fonts[p.font] = uint32(n)
		}
	}
}

// maxFonts bounds the fonts of a text.
const maxFonts = 1000

// unicode takes a \u, whose number is negative beyond 32767; characters beyond U+FFFF come as two.
func (p *rtfReader) unicode(n int) {
	p.skip = p.state.uc
	if n < 0 {
		n += 1 << 16
	}
	if n > 0 && n <= utf8.MaxRune {
		p.rune(rune(n))
	}
}

func (p *rtfReader) newline() {
	if p.shows() {
		p.out.addRune('\n', false)
	}
}

// rtfText gathers what is shown. Bytes of one code page are decoded together, because a character
// may be two of them.
type rtfText struct {
	text strings.Builder
	raw  []byte
	page uint32
	esc  bool
	high rune // the first half of a character beyond U+FFFF
}

// maxRun bounds how many bytes are gathered before they are decoded.
const maxRun = 64 << 10

// add takes a byte. escape tells that it is text that HTML must not take for markup.
func (t *rtfText) add(c byte, page uint32, escape bool) {
	if page != t.page || escape != t.esc || len(t.raw) == maxRun {
		t.flush()
	}
	t.page, t.esc = page, escape
	t.raw = append(t.raw, c)
}

func (t *rtfText) flush() {
	if len(t.raw) == 0 {
		return
	}
	if single, ok := singleBytes[t.page]; ok && !utf8.Valid(t.raw) {
		for _, c := range t.raw { // short runs are frequent: nothing is to be allocated for them
			t.write(single.DecodeByte(c), t.esc)
		}
	} else if s := decode(t.raw, t.page); t.esc {
		t.text.WriteString(escaper.Replace(s))
	} else {
		t.text.WriteString(s)
	}
	t.raw, t.high = t.raw[:0], 0
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (t *rtfText) addRune(r rune, escape bool) {
	t.flush()
	if utf16.IsSurrogate(r) {
		if t.high == 0 {
			t.high = r
			return
		}
		r = utf16.DecodeRune(t.high, r)
	}
	t.high = 0
	t.write(r, escape)
}

func (t *rtfText) write(r rune, escape bool) {
	if escape && (r == '&' || r == '<' || r == '>') {
		t.text.WriteString(escaper.Replace(string(r)))
		return
	}
	t.text.WriteRune(r)
}

func (t *rtfText) full() bool { return t.text.Len()+len(t.raw) > MaxText }

// String gives what was gathered.
func (t *rtfText) String() string { return t.text.String() }
