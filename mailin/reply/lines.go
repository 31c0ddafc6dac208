package reply

import (
	"strings"
	"unicode"
)

// unquote counts the quote marks before a line (RFC 3676 section 4.5; programs that put spaces
// between or before the marks are followed too) and returns what stands behind them.
func unquote(line string) (depth uint8, rest string) {
	rest = line
	for {
		cut := strings.TrimLeft(rest, " \t")
		if !strings.HasPrefix(cut, ">") || depth == 255 {
			return depth, rest
		}
		depth, rest = depth+1, cut[1:]
	}
}

// plain is a line without the marks that programs put around its words: white space of every
// kind and the asterisks and underscores that stand for bold and italic.
func plain(line string) string {
	return strings.TrimFunc(line, func(r rune) bool {
		return unicode.IsSpace(r) || r == '*' || r == '_' || r == '\u200b' || r == '\ufeff'
	})
}

// trimBlankLines takes blank lines off both ends and white space off the end; the indentation of
// the first line that says something stays.
func trimBlankLines(s string) string {
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	for {
		line, rest, more := strings.Cut(s, "\n")
		if !more || strings.TrimSpace(line) != "" {
			return s
		}
		s = rest
	}
}

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
