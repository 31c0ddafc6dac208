// Package reply tells what a person newly wrote in a mail from what their program quoted below,
// above or between it, and from their signature.
//
// It is pure: text in, text out. It loses nothing, because every line of the text comes back in
// exactly one of three places, and it shows everything when it finds nothing new, because text
// that an agent never sees is worse than a quote that they see twice. It follows RFC 3676 section
// 4.3 (signatures) and 4.5 (quote depth); everything else here is custom of mail programs, kept in
// tables: attribution.go, header.go, signature.go. It sanitises no HTML (internal/safehtml does).
//
// The door calls it outside the store's writer; inspect calls it too. It owns no goroutine.
package reply

import "strings"

// maxJudged bounds, in bytes, the text whose lines are judged one by one. The lines beyond it go
// where the last judged line went: a person does not write a megabyte, a log file does.
const maxJudged = 1 << 20

// Input is one mail as Extract judges it.
type Input struct {
	// Text is the decoded text part, or the text made from the HTML part.
	Text string
	// HTML is the HTML part as it was received; "" when there is none.
	HTML string
	// Earlier holds the texts of the ticket's earlier messages. A tail of the mail whose lines all
	// stand there is a quotation though nothing marks it. May be nil.
	Earlier []string
	// Separators are the exact lines that helpgate itself puts above what it quotes.
	Separators []string
}

// Result is the mail taken apart. Text, Folded and Signature together hold every line of the
// input's text, each in its old order.
type Result struct {
	// Text is what the person newly wrote; empty only when the mail's text was blank.
	Text string
	// Folded is the quotation that was cut, with the lines that introduce it.
	Folded string
	// Signature is the signature with its delimiter, or the footer of a phone's mail program.
	Signature string
	// HTML is the new part of the HTML, not sanitised; "" when it could not be cut as surely as
	// the text was, and Text must be shown in its place.
	HTML string
	// Whole says that nothing new was found, and that Text therefore holds the signature, or the
	// quotation too. What must not leave the house (an agent's answer) must not be taken from such
	// a result.
	Whole bool
}

// Extract takes a mail apart. Its time is linear in the input.
func Extract(in Input) Result {
	m := newMail(in.Text, in.Separators)
	end := m.boundary()
	m.label(end, len(m.lines), folded)
	m.foldQuotes(m.contentEnd(end))
	m.foldKnown(in.Earlier)
	body := bodyOf(in.HTML)
	if body != nil {
		sig, _ := signed(body)
		m.cutMarked(sig)
	}
	m.cutSignature()

	var res Result
	for _, l := range []label{signature, folded} {
		if !m.showsText() {
			m.relabel(l, visible)
			res.Whole = m.showsText()
		}
	}
	res.Text, res.Folded, res.Signature = m.join(visible), m.join(folded), m.join(signature)
	if body != nil {
		res.HTML = cutHTML(body, in.Separators, res)
	}
	return res
}

// label says where a line goes.
type label uint8

const (
	visible label = iota
	folded
	signature
)

// mail is a text while it is taken apart: its lines and, beside each, what is known of it.
type mail struct {
	lines      []string
	depths     []uint8
	introduces []bool // see mayIntroduce
	labels     []label
	separators map[string]bool
	// forward is the index of the line that introduces a forwarded mail, else len(lines).
	forward int
	// rest is the text beyond maxJudged.
	rest string
}

func newMail(text string, separators []string) *mail {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	m := &mail{separators: make(map[string]bool, len(separators))}
	if len(text) > maxJudged {
		if at := strings.LastIndexByte(text[:maxJudged], '\n'); at >= 0 {
			text, m.rest = text[:at], text[at+1:]
		}
	}
	m.lines = strings.Split(text, "\n")
	m.labels = make([]label, len(m.lines))
	m.depths = make([]uint8, len(m.lines))
	m.introduces = make([]bool, len(m.lines))
	for i, line := range m.lines {
		m.depths[i], line = unquote(line)
		m.introduces[i] = mayIntroduce(line)
	}
	for _, s := range separators {
		if s = plain(s); s != "" {
			m.separators[s] = true
		}
	}
	m.forward = len(m.lines)
	return m
}

// label gives the lines [from, to) to one place.
func (m *mail) label(from, to int, l label) {
	for i := from; i < to; i++ {
		m.labels[i] = l
	}
}

// relabel moves every line of one place to another.
func (m *mail) relabel(from, to label) {
	for i, l := range m.labels {
		if l == from {
			m.labels[i] = to
		}
	}
}

// showsText tells whether any line that says something is visible.
func (m *mail) showsText() bool {
	for i, l := range m.labels {
		if l == visible && !m.blank(i) {
			return true
		}
	}
	return m.rest != "" && m.labels[len(m.labels)-1] == visible && strings.TrimSpace(m.rest) != ""
}

// join returns the lines of one place, without blank lines before and after them.
func (m *mail) join(l label) string {
	size := 0
	for i, line := range m.lines {
		if m.labels[i] == l {
			size += len(line) + 1
		}
	}
	var b strings.Builder
	b.Grow(size)
	for i, line := range m.lines {
		if m.labels[i] == l {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	if m.labels[len(m.labels)-1] == l {
		b.WriteString(m.rest)
	}
	return trimBlankLines(b.String())
}

// blank tells whether line i holds nothing but white space.
func (m *mail) blank(i int) bool { return strings.TrimSpace(m.lines[i]) == "" }

// separator tells whether line i is one that helpgate put above its quote.
func (m *mail) separator(i int) bool {
	if len(m.separators) == 0 || len(m.lines[i]) > maxIntroduction {
		return false
	}
	_, rest := unquote(m.lines[i])
	return m.separators[plain(rest)]
}
