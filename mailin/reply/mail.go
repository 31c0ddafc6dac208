package reply

import (
	"strings"

	"helpgate/internal/rfc"
)

const (
	// maxJudged bounds, in bytes, the text whose lines are judged one by one. What lies beyond goes
	// where the last judged line goes: a person does not write a megabyte, a log file does.
	maxJudged = 1 << 20
	// maxLines bounds the lines that are judged: each costs memory, and a megabyte of line ends is
	// a million of them.
	maxLines = 1 << 16
)

// place says where a line goes.
type place uint8

const (
	visible place = iota
	folded
	signature
)

// line is one line and what is known of it.
type line struct {
	raw    string // as it stands
	text   string // behind the quote marks, without what is drawn around the words
	at     int    // where raw begins in the mail's text
	depth  uint8  // how many quote marks stand before it
	kind   kind   // what the HTML says of it
	place  place
	blank  bool // nothing but white space
	quoted bool // somebody else's: marked so, or known
	known  bool // it stands in an earlier message
	answer bool // new between lines that are known
}

// mail is a text while it is taken apart.
type mail struct {
	text       string
	lines      []line // at least one
	separators map[string]bool
	author     []string
	// forwarded says that the subject calls the mail a forward.
	forwarded, maybeForwarded bool
	// answers says that the mail says that it answers another.
	answers bool
	// forward is the line from which on others' words are content, else len(lines).
	forward int
}

func newMail(in Input) *mail {
	m := &mail{
		text:       strings.ReplaceAll(in.Text, "\r\n", "\n"),
		separators: plainSet(in.Separators),
		author:     in.Author,
	}
	m.forwarded, m.maybeForwarded = forwardedSubject(in.Subject)
	m.answers = in.Answers || len(in.Earlier) > 0 || rfc.BaseSubject(in.Subject) != in.Subject
	judged := m.text[:min(len(m.text), maxJudged)]
	m.lines = make([]line, 0, min(strings.Count(judged, "\n")+1, maxLines))
	for at := 0; at <= len(judged) && len(m.lines) < maxLines; {
		end := strings.IndexByte(m.text[at:], '\n')
		if end < 0 {
			end = len(m.text) - at
		}
		m.lines = append(m.lines, newLine(m.text[at:at+end], at))
		at += end + 1
	}
	m.forward = len(m.lines)
	for i := 0; i < len(m.lines) && !m.answers; i++ {
		m.answers = m.separator(i)
	}
	return m
}

func newLine(raw string, at int) line {
	depth, text := unquote(raw)
	return line{
		raw: raw, text: plain(text), at: at, blank: isBlank(raw), depth: depth, quoted: depth > 0,
	}
}

func plainSet(lines []string) map[string]bool {
	if len(lines) == 0 {
		return nil
	}
	plains := make(map[string]bool, len(lines))
	for _, s := range lines {
		plains[plain(s)] = true
	}
	delete(plains, "")
	return plains
}

// put gives the lines [from, to) to one place.
func (m *mail) put(from, to int, p place) {
	for i := from; i < to; i++ {
		m.lines[i].place = p
	}
}

// move moves every line of one place to another.
func (m *mail) move(from, to place) {
	for i := range m.lines {
		if m.lines[i].place == from {
			m.lines[i].place = to
		}
	}
}

// shows tells whether any line that says something is visible.
func (m *mail) shows() bool {
	for i, l := range m.lines {
		if l.place == visible && (!m.blank(i) || strings.TrimSpace(m.rest(i)) != "") {
			return true
		}
	}
	return false
}

// rest is the text that was not judged, if line i is the last that was.
func (m *mail) rest(i int) string {
	if i < len(m.lines)-1 {
		return ""
	}
	return m.text[m.lines[i].at+len(m.lines[i].raw):]
}

// join returns the lines of one place, without blank lines before and after them, and with no more
// than one where something else stood between them.
func (m *mail) join(p place) string {
	var b strings.Builder
	whole, gap := "", false // gap: a blank line ended the part before
	for i := 0; i < len(m.lines); i++ {
		if m.lines[i].place != p {
			continue
		}
		from := i
		for i+1 < len(m.lines) && m.lines[i+1].place == p {
			i++
		}
		last := m.lines[i]
		part := m.text[m.lines[from].at : last.at+len(last.raw)+len(m.rest(i))]
		gap = gap || m.blank(from) || from > 0 && m.blank(from-1)
		switch {
		case isBlank(part):
			continue
		case whole == "":
			whole = part
		default:
			if b.Len() == 0 {
				b.WriteString(trimBlankEnd(whole))
			}
			if b.WriteByte('\n'); gap {
				b.WriteByte('\n')
			}
			b.WriteString(trimBlankEnd(trimBlankStart(part)))
		}
		gap = m.blank(i)
	}
	if b.Len() > 0 {
		whole = b.String()
	}
	return trimBlankLines(whole)
}

// blank tells whether line i holds nothing but white space.
func (m *mail) blank(i int) bool { return m.lines[i].blank }

// empty tells whether line i says nothing: it is blank, or marks alone.
func (m *mail) empty(i int) bool { return m.lines[i].text == "" }

// skipBlank returns the first index in [from, to) whose line is not blank, else to.
func (m *mail) skipBlank(from, to int) int {
	for from < to && m.blank(from) {
		from++
	}
	return from
}

// skipBlankBack returns the end of the last line that is not blank before to, not below from.
func (m *mail) skipBlankBack(from, to int) int {
	for to > from && m.blank(to-1) {
		to--
	}
	return to
}

// separator tells whether line i is one that helpgate put above its quote.
func (m *mail) separator(i int) bool {
	return len(m.separators) > 0 && m.separators[m.lines[i].text]
}
