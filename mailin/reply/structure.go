package reply

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"helpgate/internal/safehtml"
)

const (
	// maxHTML bounds, in bytes, the HTML whose structure is read; above it the text is all.
	maxHTML = 2 << 20
	// nearby is how many bytes of letters are searched for a line that does not stand where the
	// line before it ended, at most.
	nearby = 4096
	// maxLost is how many lines may not be found nearby before text and HTML are taken to be two
	// different things.
	maxLost = 500
)

// bodyOf reads HTML; nil when there is none that can be read.
func bodyOf(source string) *html.Node {
	if source == "" || len(source) > maxHTML {
		return nil
	}
	return safehtml.Tree(source)
}

// reading is what the HTML says, letter by letter, whatever the layout: that is how it is compared
// with the lines of the text, whoever made them.
type reading struct {
	letters []byte
	runs    []run
	tail    bool
	signed  bool
}

// run is a run of letters of one kind; they end before end.
type run struct {
	end  int
	kind kind
}

// read appends what stands below n, whose depth safehtml bounds.
func (r *reading) read(n *html.Node, k kind, inGmail bool) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		switch child.Type {
		case html.TextNode:
			if !unseen(child) {
				r.say(child.Data, k)
			}
		case html.ElementNode:
			mark := markOf(child, inGmail)
			r.tail = r.tail || mark == tail && k != quoted && k != indented
			r.signed = (r.signed || foxmailRule(child)) && mark != quoted && mark != indented
			if k == quoted || mark == unsaid || mark == tail {
				mark = k
			}
			r.read(child, mark, inGmail || isGmail(child) && child.DataAtom != atom.Blockquote)
		}
	}
}

func (r *reading) say(s string, k kind) {
	switch {
	case r.tail:
		k = tail
	case r.signed && k == own:
		k = signed
	}
	before := len(r.letters)
	r.letters = appendLetters(r.letters, s)
	switch last := len(r.runs) - 1; {
	case len(r.letters) == before:
	case last >= 0 && r.runs[last].kind == k:
		r.runs[last].end = len(r.letters)
	default:
		r.runs = append(r.runs, run{len(r.letters), k})
	}
}

// readStructure tells of each line what the HTML says of it.
func (m *mail) readStructure(body *html.Node) {
	var r reading
	r.read(body, own, false)
	if len(r.runs) == 0 || len(r.runs) == 1 && r.runs[0].kind == own {
		return
	}
	m.align(&r)
	m.fillGaps()
	split := false
	for i := 0; i < len(m.lines); i++ {
		switch m.lines[i].kind {
		case quoted, tail:
			m.lines[i].quoted = true
		case indented:
			from := i
			for i+1 < len(m.lines) && (m.lines[i+1].kind == indented || m.empty(i+1)) {
				i++
			}
			// Who answers between its lines splits a quotation that was introduced once.
			split = split || m.introduced(from)
			m.quote(from, i+1, split)
		}
	}
}

// fillGaps takes lines that the HTML does not hold, as between two of one kind, for that kind.
func (m *mail) fillGaps() {
	last := -1
	for i := range m.lines {
		k := m.lines[i].kind
		if k == unsaid {
			continue
		}
		if last >= 0 && m.lines[last].kind == k {
			for j := last + 1; j < i; j++ {
				m.lines[j].kind = k
			}
		}
		last = i
	}
}

// quote says of the lines [from, to) whether they are somebody else's.
func (m *mail) quote(from, to int, quoted bool) {
	for i := from; i < to; i++ {
		m.lines[i].quoted = quoted
	}
}

// align finds the lines in the letters, one after the other.
func (m *mail) align(r *reading) {
	at, next, lost := 0, 0, 0
	var buf []byte
	last := unsaid
	for i := range m.lines {
		l := &m.lines[i]
		buf = appendLetters(buf[:0], withoutBesides(l.text))
		if len(buf) == 0 {
			continue
		}
		from, size := r.find(at, buf)
		switch {
		case size > 0:
			at = from + size
			l.kind, next = r.kindOf(next, from, at)
			last = l.kind
		case last == tail:
			l.kind = tail
		default:
			if lost++; lost > maxLost {
				return
			}
		}
	}
}

// find looks for the letters of a line at a place and nearby, without the number of a list item if
// need be, which the HTML does not hold; size is 0 when they are not there.
func (r *reading) find(at int, line []byte) (from, size int) {
	rest := r.letters[at:]
	if bytes.HasPrefix(rest, line) {
		return at, len(line)
	}
	if bare := bytes.TrimLeft(line, "0123456789"); len(bare) > 0 && bytes.HasPrefix(rest, bare) {
		return at, len(bare)
	}
	rest = rest[:min(len(rest), nearby, 16*len(line))]
	if i := bytes.Index(rest, line); i >= 0 {
		return at + i, len(line)
	}
	return 0, 0
}

// kindOf gives the kind of the letters [from, to), of which the run at index i is not behind. What
// holds any of the author's letters is the author's.
func (r *reading) kindOf(i, from, to int) (k kind, next int) {
	for r.runs[i].end <= from {
		i++
	}
	k = r.runs[i].kind
	for j := i; r.runs[j].end < to; j++ {
		if r.runs[j+1].kind == own {
			k = own
		}
	}
	return k, i
}

// appendLetters appends s without anything but letters and digits, in lower case, and without
// addresses of pages, which text parts print beside links.
func appendLetters(dst []byte, s string) []byte {
	for word := range strings.FieldsSeq(s) {
		if at := strings.Index(word, "://"); at >= 0 {
			word = word[:max(0, strings.LastIndexAny(word[:at], "<([")+1)]
		}
		for _, r := range word {
			switch {
			case r < utf8.RuneSelf:
				if 'A' <= r && r <= 'Z' {
					r += 'a' - 'A'
				}
				if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
					dst = append(dst, byte(r))
				}
			case unicode.IsLetter(r) || unicode.IsDigit(r):
				dst = utf8.AppendRune(dst, unicode.ToLower(r))
			}
		}
	}
	return dst
}

// unseen tells whether a text node is no text for readers.
func unseen(n *html.Node) bool {
	switch n.Parent.DataAtom {
	case atom.Style, atom.Script, atom.Title:
		return true
	}
	return false
}
