package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"helpgate/internal/rfc"
)

// unquote counts the quote marks before a line (RFC 3676 section 4.5; programs that put spaces
// between or before the marks are followed too) and returns what stands behind them.
func unquote(line string) (depth uint8, rest string) {
	rest = line
	if initials := strings.IndexByte(line[:min(len(line), maxInitials+1)], '>'); initials > 0 &&
		upper(line[:initials]) && (len(line) == initials+1 || line[initials+1] == ' ') {
		rest = line[initials:] // The Bat! puts the author's before the mark
	} else if line == "" || line[0] != '>' && line[0] != '&' && graphic(line[0]) {
		return 0, line
	}
	for {
		cut := strings.TrimPrefix(strings.TrimLeft(rest, " \t"), "\u00a0")
		size := markSize(cut)
		if size == 0 || depth == 255 {
			return depth, rest
		}
		depth, rest = depth+1, cut[size:]
	}
}

// maxInitials bounds the initials before a quote mark.
const maxInitials = 3

// upper tells whether s holds nothing but capitals of ASCII.
func upper(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

// markSize is how many bytes the quote mark takes that a line begins with. Coremail's text parts
// hold it as an entity of HTML.
func markSize(line string) int {
	for _, mark := range []string{">", "＞", "&gt;"} {
		if strings.HasPrefix(line, mark) {
			return len(mark)
		}
	}
	return 0
}

// plain is a line without the marks that programs put around its words: white space of every
// kind, marks of direction, and the asterisks and underscores that stand for bold and italic.
func plain(line string) string {
	if strings.IndexByte(line, nbsp[0]) >= 0 {
		line = strings.ReplaceAll(line, nbsp, " ")
	}
	if line == "" || graphic(line[0]) && graphic(line[len(line)-1]) {
		return line
	}
	return strings.TrimFunc(line, func(r rune) bool {
		return unicode.IsSpace(r) || r == '*' || r == '_' || invisible(r)
	})
}

// nbsp is what QQ Mail leaves of the HTML in its text parts.
const nbsp = "&nbsp;"

// isBlank tells whether a line holds nothing but white space.
func isBlank(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" ||
		line[0] == nbsp[0] && strings.TrimSpace(strings.ReplaceAll(line, nbsp, "")) == ""
}

// graphic tells whether a character is one of ASCII at which plain stops.
func graphic(b byte) bool {
	return b > ' ' && b < utf8.RuneSelf-1 && b != '*' && b != '_'
}

// invisible tells whether a rune is one of width none, or a mark of direction as programs put
// around addresses in Arabic and Hebrew.
func invisible(r rune) bool {
	switch r {
	case '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u061c', '\ufeff', '\u2060':
		return true
	}
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

func notASCII(r rune) bool { return r >= utf8.RuneSelf }

// folding is s in lower case, without invisible marks, and with ASCII digits.
func folding(s string) string {
	if !strings.ContainsFunc(s, notASCII) {
		return strings.ToLower(s)
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r < utf8.RuneSelf:
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			return r
		case invisible(r):
			return -1
		case r == '\u00a0' || r == '\u202f' || r == '\u3000':
			return ' '
		}
		return unicode.ToLower(rfc.ASCIIDigit(r))
	}, s)
}

// minIndent is how many spaces before the first line are meant: Yahoo puts one there.
const minIndent = 4

// trimBlankLines takes blank lines off both ends and white space off the end; the indentation of
// the first line that says something stays.
func trimBlankLines(s string) string {
	s = trimBlankStart(trimBlankEnd(s))
	words := strings.TrimLeft(s, " \u00a0")
	if utf8.RuneCountInString(s[:len(s)-len(words)]) < minIndent {
		return words
	}
	return s
}

func trimBlankStart(s string) string {
	for {
		line, rest, more := strings.Cut(s, "\n")
		if !more || !isBlank(line) {
			return s
		}
		s = rest
	}
}

func trimBlankEnd(s string) string {
	for {
		s = strings.TrimRightFunc(s, unicode.IsSpace)
		last := strings.LastIndexByte(s, '\n') + 1
		if last == len(s) || !isBlank(s[last:]) {
			return s
		}
		s = s[:last]
	}
}

// starts are beginnings of lines by their first byte: nearly every line is told by it alone.
type starts [utf8.RuneSelf + 1][]string

// beginnings makes a table of beginnings, which are in lower case. In capitals a character of ASCII
// is another one of ASCII; the others are tried each.
func beginnings(list ...string) *starts {
	var t starts
	for _, s := range list {
		at := min(s[0], utf8.RuneSelf)
		t[at] = append(t[at], s)
	}
	return &t
}

// begins tells whether a line begins with one of the beginnings.
func begins(text string, t *starts) bool {
	if text == "" {
		return false
	}
	c := min(text[0], utf8.RuneSelf)
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	for _, b := range t[c] {
		if rfc.HasPrefixFold(text, b) {
			return true
		}
	}
	return false
}

// endsWithColon tells whether a line introduces something.
func endsWithColon(s string) bool {
	return strings.HasSuffix(s, ":") || strings.HasSuffix(s, "：")
}
