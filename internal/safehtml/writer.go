package safehtml

import "strings"

// maxQuote bounds the marks at the head of a line; without it nested quotes grow quadratically.
const maxQuote = 10

// writer lays words out on lines, as a browser folds white space. The zero value is ready.
type writer struct {
	b       strings.Builder
	quote   int  // depth of quotation now
	quoted  int  // depth of the line written last
	ends    int  // line ends due before the next word, at most two
	space   bool // a space is due before the next word of this line
	started bool // something was written
}

// gap asks for at least n line ends before the next word: 1 a new line, 2 a blank line too.
func (w *writer) gap(n int) {
	if n > 0 {
		w.ends, w.space = min(2, max(w.ends, n)), false
	}
}

// br ends the line.
func (w *writer) br() {
	w.ends, w.space = min(2, w.ends+1), false
}

// mark writes the sign of a list item at the head of a line, with its indentation.
func (w *writer) mark(s string) {
	w.begin()
	w.b.WriteString(s)
}

// words writes text with its white space folded.
func (w *writer) words(s string) {
	for {
		rest := strings.TrimLeftFunc(s, isSpace)
		if rest == "" {
			break
		}
		w.space = w.space || len(rest) < len(s)
		end := strings.IndexFunc(rest, isSpace)
		if end < 0 {
			end = len(rest)
		}
		w.begin()
		w.b.WriteString(rest[:end])
		s = rest[end:]
	}
	if s != "" {
		w.blank(s)
	}
}

// blank takes white space: a space between words; a no-break space alone on a line keeps the line
// (Outlook's empty paragraph).
func (w *writer) blank(s string) {
	if w.ends == 1 && strings.ContainsRune(s, '\u00a0') {
		w.ends = 2
	}
	w.space = w.ends == 0
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
		w.b.WriteString(strings.Repeat("> ", min(w.quote, maxQuote)))
	case w.ends > 0:
		w.b.WriteString("\n")
		if w.ends > 1 {
			w.b.WriteString(strings.TrimSpace(strings.Repeat("> ", min(w.quote, w.quoted, maxQuote))))
			w.b.WriteString("\n")
		}
		w.b.WriteString(strings.Repeat("> ", min(w.quote, maxQuote)))
	case w.space && !strings.HasSuffix(w.b.String(), " "):
		w.b.WriteByte(' ')
	}
	w.started, w.ends, w.space, w.quoted = true, 0, false, w.quote
}

func (w *writer) text() string { return strings.TrimRight(w.b.String(), " \n") }

func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\r', '\f', '\u00a0', '\x00':
		return true
	}
	return false
}
