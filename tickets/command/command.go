// Package command knows the lines by which an agent tells helpgate what to do: one line each, a
// slash and a verb, at the very top or bottom of the new text (DESIGN 5).
//
// It is pure and executes nothing: tickets/desk does. So far it only recognises such lines, so
// that none ever reaches a customer. It owns no goroutine.
package command

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxVerb bounds, in runes, the word that is taken for a verb; what is longer is text.
const maxVerb = 24

// Detect tells whether the new text of a mail begins or ends with a command line, and returns that
// line without the white space around it. A single word behind a slash counts though no verb is
// called so: a mistyped command must no more reach a customer than a right one.
func Detect(newText string) (line string, found bool) {
	for _, line := range []string{firstLine(newText), lastLine(newText)} {
		if isCommand(line) {
			return line, true
		}
	}
	return "", false
}

// Unescape takes one slash off the lines that begin with two and would be commands with one: a
// known command anywhere, any command at the top or the bottom. Other lines that begin with two
// slashes are somebody's source code and stay.
func Unescape(text string) string {
	if !strings.Contains(fold(text), "//") {
		return text
	}
	first, last := firstLine(text), lastLine(text)
	var b strings.Builder
	b.Grow(len(text))
	for line := range strings.Lines(text) {
		own := trim(line)
		if rest, ok := cutSlash(own); ok && tight(rest) {
			_, known := verbOf(rest)
			if known || (own == first || own == last) && isCommand(rest) {
				line = strings.Replace(line, own, rest, 1)
			}
		}
		b.WriteString(line)
	}
	return b.String()
}

// isCommand tells whether a trimmed line is a command, known or mistyped.
func isCommand(line string) bool {
	word, known := verbOf(line)
	return known || word != ""
}

// verbOf returns the word behind the slash of a trimmed line, folded, and whether it is the name of
// a verb; "" when the line is text, such as a path. A phone's space after the slash is forgiven
// before a known verb only.
func verbOf(line string) (word string, known bool) {
	rest, ok := cutSlash(line)
	if !ok {
		return "", false
	}
	own := strings.TrimLeftFunc(rest, unicode.IsSpace)
	word = own
	if at := strings.IndexFunc(own, unicode.IsSpace); at >= 0 {
		word = own[:at]
	}
	if len(word) > maxVerb*utf8.UTFMax {
		return "", false
	}
	word = strings.TrimRight(strings.ToLower(fold(word)), ":,.!。，！、")
	if _, known = verbs[word]; known {
		return word, true
	}
	if own != rest || !isWord(word) {
		return "", false
	}
	return word, false
}

// isWord tells whether s is one word of letters, hyphens inside allowed.
func isWord(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '-' {
			return false
		}
	}
	return s != "" && s[0] != '-' && utf8.RuneCountInString(s) <= maxVerb
}

// cutSlash takes the slash, of either width, off the beginning of a line.
func cutSlash(line string) (rest string, ok bool) {
	if rest, ok = strings.CutPrefix(line, "/"); ok {
		return rest, true
	}
	return strings.CutPrefix(line, "／")
}

// tight tells whether a line begins with a slash and no white space after it.
func tight(line string) bool {
	rest, ok := cutSlash(line)
	return ok && rest == strings.TrimLeftFunc(rest, unicode.IsSpace)
}

// fold maps full-width letters, digits and signs, which Chinese keyboards produce, to ASCII.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, s)
}

// trim takes white space and the invisible marks that phones and web mail insert off a line.
func trim(line string) string {
	return strings.TrimFunc(line, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\u200e' || r == '\ufeff'
	})
}

func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = trim(line); line != "" {
			return line
		}
	}
	return ""
}

func lastLine(text string) string {
	for text != "" {
		at := strings.LastIndexByte(text, '\n')
		if line := trim(text[at+1:]); line != "" {
			return line
		}
		text = text[:max(at, 0)]
	}
	return ""
}
