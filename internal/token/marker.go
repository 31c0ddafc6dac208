package token

import "strings"

// maxMarker bounds, in bytes, a marker with the marks and breaks that quoting put inside it.
const maxMarker = 3 * maxText

// Marker gives the form in which a token stands in the text of a mail, for mailboxes whose
// addresses carry none. Brackets part it from its neighbours, and no mail program makes a link
// of it.
func Marker(tok string) string { return "[hg:" + tok + "]" }

// FindMarkers gives the tokens of the markers in text, lower case, in order, each once. White
// space, quote marks and backslashes inside a marker are skipped: programs that quote wrap lines,
// and those that turn HTML to text escape brackets. Only the shape is judged: Verify tells whether
// a token is ours.
func FindMarkers(text string) []string {
	var found []string
	seen := map[string]bool{}
	for {
		at := strings.IndexByte(text, '[')
		if at < 0 {
			return found
		}
		text = text[at+1:]
		if len(text) < 3 || !strings.EqualFold(text[:3], "hg:") {
			continue
		}
		if tok, ok := readMarker(text[3:]); ok && !seen[tok] {
			seen[tok] = true
			found = append(found, tok)
		}
	}
}

// readMarker reads a token up to its closing bracket.
func readMarker(s string) (string, bool) {
	var tok strings.Builder
	for _, r := range s[:min(len(s), maxMarker)] {
		switch r {
		case ']':
			return normalise(tok.String())
		case ' ', '\t', '\r', '\n', '>', '\\', '\u00a0', '\u200b':
		default:
			tok.WriteRune(r)
		}
	}
	return "", false
}
