package rfc

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of Message-IDs as we keep and send them.
const (
	// MaxMessageID is the longest id in bytes, so that one always fits a header line of 998.
	MaxMessageID = 250
	// MaxReferences is how many ids of one field are kept: the first and the newest others.
	MaxReferences = 200
)

// ValidMessageID tells whether id, given without brackets, may be stored and sent in a header:
// 1 to MaxMessageID bytes of UTF-8 without spaces, controls, format characters or brackets.
func ValidMessageID(id string) bool {
	return len(id) > 0 && len(id) <= MaxMessageID && utf8.ValidString(id) &&
		!strings.ContainsFunc(id, func(r rune) bool {
			return r == '<' || r == '>' || unicode.IsSpace(r) || unicode.IsControl(r) ||
				unicode.Is(unicode.Cf, r)
		})
}

// MessageIDs reads the ids of a Message-ID, In-Reply-To or References field, without brackets, in
// order, each once. White space inside brackets (left by bad folding) is dropped; words outside
// brackets count when they hold "@", or when the whole field is one word. Ids that are not
// ValidMessageID are left out; of more than MaxReferences the first and the newest are kept.
func MessageIDs(header string) []string {
	s := unfold(header)
	if strings.Contains(s, "=?") && !strings.Contains(s, "<") {
		s = DecodeHeader(s)
	}
	var ids []string
	seen := map[string]bool{}
	add := func(id string) {
		if ValidMessageID(id) && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	if words := strings.Fields(s); len(words) == 1 && !strings.ContainsAny(s, "<>,;") {
		add(words[0])
		return ids
	}
	for s != "" {
		open := strings.IndexByte(s, '<')
		bare := s
		if open >= 0 {
			bare = s[:open]
		}
		for _, word := range strings.FieldsFunc(bare, outsideID) {
			if strings.Contains(word, "@") {
				add(word)
			}
		}
		if open < 0 {
			break
		}
		s = s[open+1:]
		end := strings.IndexAny(s, "<>")
		if end < 0 {
			end = len(s)
		}
		add(strings.Join(strings.Fields(s[:end]), ""))
		s = s[end:]
	}
	if len(ids) > MaxReferences {
		ids = append(ids[:1:1], ids[len(ids)-MaxReferences+1:]...)
	}
	return ids
}

func outsideID(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(`,;>"()`, r)
}
