package safehtml

import (
	"strings"
	"unicode/utf8"
)

// Bounds of the marks before quoted lines: how many stand at the head of one, and bytes of all. The
// text of nested quotes would be many times the HTML without them.
const (
	maxQuote = 10
	maxMarks = 1 << 20
)

// writer lays words out on lines, as a browser folds white space. The zero value is ready.
type writer struct {
	b       strings.Builder
	quote   int  // depth of quotation now
	quoted  int  // depth of the line written last
	ends    int  // line ends due before the next word, at most two
	space   byte // ' ' or '\t' that is due before the next word of this line; 0 for none
	started bool // something was written
	marks   int  // bytes of marks written
}

// gap asks for at least n line ends before the next word: 1 a new line, 2 a blank line too.
func (w *writer) gap(n int) {
	if n > 0 {
		w.ends, w.space = min(2, max(w.ends, n)), 0
	}
}

// br ends the line.
func (w *writer) br() {
	w.ends, w.space = min(2, w.ends+1), 0
}

// tab asks for a tab before the next word, if that stands on this line.
func (w *writer) tab() {
	if w.ends == 0 && w.started {
		w.space = '\t'
	}
}

// mark writes the sign of a list item at the head of a line, with its indentation.
func (w *writer) mark(s string) {
	w.begin()
	w.b.WriteString(s)
}

// words writes text with its white space folded and without what no eye sees.
func (w *writer) words(s string) {
	for {
		rest := strings.TrimLeftFunc(s, isSpace)
		if rest == "" {
			break
		}
		if len(rest) < len(s) && w.space == 0 {
			w.space = ' '
		}
		end := strings.IndexFunc(rest, isSpace)
		if end < 0 {
			end = len(rest)
		}
		if word := visible(rest[:end]); word != "" {
			w.begin()
			w.b.WriteString(word)
		}
		s = rest[end:]
	}
	if s != "" {
		w.blank(s)
	}
}

// blank takes white space: a space between words; a no-break space alone on a line keeps the line
// (Outlook's empty paragraph).
func (w *writer) blank(s string) {
	if w.ends == 1 && strings.Contains(s, "\u00a0") {
		w.ends = 2
	}
	if w.ends == 0 && w.space == 0 {
		w.space = ' '
	}
}

// exact writes text with its white space kept, as inside <pre>.
func (w *writer) exact(s string) {
	for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if i > 0 {
			w.br()
		}
		if line != "" {
			w.begin()
			w.b.WriteString(line)
		}
	}
}

// begin writes what is due before a word.
func (w *writer) begin() {
	switch {
	case !w.started:
		w.b.WriteString(w.quotes(w.quote))
	case w.ends > 0:
		w.b.WriteString("\n")
		if w.ends > 1 {
			w.b.WriteString(strings.TrimSpace(w.quotes(min(w.quote, w.quoted))))
			w.b.WriteString("\n")
		}
		w.b.WriteString(w.quotes(w.quote))
	case w.space != 0:
		w.separate()
	}
	w.started, w.ends, w.space, w.quoted = true, 0, 0, w.quote
}

// quotes gives the marks of a line of that depth.
func (w *writer) quotes(depth int) string {
	if depth == 0 || w.marks > maxMarks {
		return ""
	}
	marks := strings.Repeat("> ", min(depth, maxQuote))
	w.marks += len(marks)
	return marks
}

// separate writes the space or tab that is due. Behind a colon, as in a header that was quoted as
// a table, a cell is text that goes on.
func (w *writer) separate() {
	written := w.b.String()
	switch {
	case strings.HasSuffix(written, " "):
	case strings.HasSuffix(written, ":"), strings.HasSuffix(written, "\uff1a"):
		w.b.WriteByte(' ')
	default:
		w.b.WriteByte(w.space)
	}
}

func (w *writer) text() string { return strings.TrimRight(w.b.String(), " \t\n") }

func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', '\f', '\u00a0', '\x00':
		return true
	}
	return false
}

// visible is a word without signs that have no width; "" when it has no others. Joiners stay
// inside of words, where Persian and emoji need them.
func visible(word string) string {
	ascii := true
	for i := range len(word) {
		if word[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		return word
	}
	word = strings.Map(func(r rune) rune {
		switch r {
		case '\u00ad', '\u034f', '\u180e', '\u200b', '\u2060', '\ufeff':
			return -1
		}
		return r
	}, word)
	return strings.Trim(word, "\u200c\u200d")
}
