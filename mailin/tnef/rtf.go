package tnef

import (
	"bytes"
	"strconv"
)

// maxGroups is how deep the groups of an RTF text may stand inside one another.
const maxGroups = 500

// readRTF gives the text of RTF, or the HTML when it was made from HTML (MS-OXRTFEX). whole tells
// that no limit was met.
func readRTF(rtf []byte) (text, html string, whole bool) {
	p := &rtfReader{
		rest: rtf, state: rtfState{uc: 1}, page: defaultCodePage, fonts: map[int]uint32{},
		html: bytes.Contains(rtf[:min(len(rtf), rtfHeadRange)], []byte(`\fromhtml`)),
	}
	p.run()
	if p.html {
		return "", p.out.String(), !p.broke
	}
	return p.out.String(), "", !p.broke
}

// rtfHeadRange is where \fromhtml is looked for, in bytes; it stands before the fonts.
const rtfHeadRange = 1 << 10

// rtfReader reads RTF in one pass.
type rtfReader struct {
	rest  []byte
	html  bool
	state rtfState
	stack []rtfState
	broke bool // a limit was met

	page  uint32         // of the document
	fonts map[int]uint32 // code pages of fonts
	font  int            // that is being described
	// plainFont is the one that text has when it names none.
	plainFont int

	out  rtfText
	link []byte // what the last field does, such as to lead somewhere
	// skip is how many characters stand for the \u before them, for readers without Unicode.
	skip int
	// star tells that the group that just began may be passed over by who does not know it.
	star, begins bool
}

// rtfState is what ends with a group.
type rtfState struct {
	place   place
	uc      int    // how many characters follow a \u for other readers
	page    uint32 // of the font, 0 for the document's
	hidden  bool   // text that is not shown
	htmlrtf bool   // what follows stands for readers without HTML
	field   int    // where the text of the field began, from 1 on; 0 outside of fields
}

// place says what the text of a group is.
type place uint8

const (
	placeText place = iota
	placeSkip       // nothing that is shown
	placeFonts
	placeTag   // HTML as it was
	placeField // what a field does
)

// run reads to the end.
func (p *rtfReader) run() {
	for len(p.rest) > 0 && !p.broke {
		c := p.rest[0]
		switch c {
		case '{':
			p.rest = p.rest[1:]
			if len(p.stack) == maxGroups {
				p.broke = true
				break
			}
			p.stack = append(p.stack, p.state)
			p.begins, p.star, p.skip = true, false, 0
		case '}':
			p.rest = p.rest[1:]
			p.end()
		case '\\':
			p.control()
		case '\r', '\n', 0:
			p.rest = p.rest[1:]
		default:
			p.rest = p.rest[1:]
			p.begins = false
			p.char(c)
		}
		p.broke = p.broke || p.out.full()
	}
	p.out.flush()
}

// end ends a group.
func (p *rtfReader) end() {
	ended := p.state
	if n := len(p.stack); n > 0 {
		p.state, p.stack = p.stack[n-1], p.stack[:n-1]
	}
	p.begins, p.skip = false, 0
	if ended.field != p.state.field {
		p.endField(ended.field)
	}
}

// control reads what a backslash begins.
func (p *rtfReader) control() {
	if len(p.rest) < 2 {
		p.rest = nil
		return
	}
	c := p.rest[1]
	if isLetter(c) {
		p.word()
		return
	}
	p.rest = p.rest[2:]
	switch c {
	case '*':
		p.star = p.begins
		return
	case '\'':
		if len(p.rest) >= 2 {
			if n, err := strconv.ParseUint(string(p.rest[:2]), 16, 8); err == nil {
				p.char(byte(n))
			}
			p.rest = p.rest[2:]
		}
	case '{', '}', '\\':
		p.char(c)
	case '~':
		p.rune('\u00A0')
	case '_':
		p.rune('-')
	case '\r', '\n':
		p.newline()
	}
	p.begins = false
}

// maxWord bounds a control word, which the specification does at 32.
const maxWord = 64

// word reads a control word with its number.
func (p *rtfReader) word() {
	i := 1
	for i < len(p.rest) && i < maxWord && isLetter(p.rest[i]) {
		i++
	}
	name := string(p.rest[1:i])
	from := i
	if i < len(p.rest) && p.rest[i] == '-' {
		i++
	}
	for i < len(p.rest) && i-from < 11 && p.rest[i] >= '0' && p.rest[i] <= '9' {
		i++
	}
	n, err := strconv.Atoi(string(p.rest[from:i]))
	if i < len(p.rest) && p.rest[i] == ' ' {
		i++
	}
	p.rest = p.rest[i:]
	if _, ok := characters[name]; ok && p.skip > 0 {
		p.skip--
		return
	}
	p.skip = 0
	begins := p.begins
	p.begins = false
	p.act(name, n, err == nil, begins)
}

// char takes a byte of text in the font's code page.
func (p *rtfReader) char(c byte) {
	if p.skip > 0 {
		p.skip--
		return
	}
	switch {
	case p.shows():
		p.out.add(c, p.codePage(), p.escapes())
	case p.state.place == placeField && len(p.link) < maxLink:
		p.link = append(p.link, c)
	}
}

// rune takes a character that is Unicode.
func (p *rtfReader) rune(r rune) {
	if p.shows() {
		p.out.addRune(r, p.escapes())
	}
}

func (p *rtfReader) shows() bool {
	switch p.state.place {
	case placeTag:
		return !p.state.htmlrtf
	case placeText:
		return !p.state.hidden && !(p.html && p.state.htmlrtf)
	}
	return false
}

// escapes tells that what follows is text that HTML must not take for markup.
func (p *rtfReader) escapes() bool { return p.html && p.state.place == placeText }

// codePage is the font's, but in tags, which no font shows, the document's.
func (p *rtfReader) codePage() uint32 {
	if p.state.page != 0 && p.state.place != placeTag {
		return p.state.page
	}
	return p.page
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
