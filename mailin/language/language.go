// Package language tells in which language a person wrote: by script first, and among the languages
// that share a script by small tables of everyday words, endings and letters (RFC 5646 codes).
//
// It judges at most 200 letters of prose: quoted lines, web and mail addresses, paths, code and
// words with figures in them say nothing, and a word that may be a name counts only when it is in
// the tables. It guesses about texts of helpdesks, lines of a few words among them, and says when
// it does not know: a wrong language is worse than the mailbox's own.
//
// The door and `helpgate inspect` call it. It is pure, linear in what it judges, and owns no
// goroutine.
package language

// Sure is the confidence from which a guess is followed; below it what the person or the mailbox
// has set stands. Two everyday words of one language reach it, one alone does not.
const Sure = 0.55

// Guess is a language and how sure it is.
type Guess struct {
	// Code is a BCP 47 code such as "de", "zh" (simplified Chinese) or "zh-Hant"; "" when nothing
	// tells.
	Code string
	// Confidence goes from 0, nothing known, to 1. It is no probability.
	Confidence float64
}

// Followed gives the guess's code if it is sure enough to act on, else "".
func (g Guess) Followed() string {
	if g.Confidence < Sure {
		return ""
	}
	return g.Code
}

// Detect guesses the language of a text.
func Detect(text string) Guess {
	s := sampleOf(text)
	switch script, share := s.script(); script {
	case latin, cyrillic:
		g := s.byWords()
		g.Confidence *= share * s.enough(shortest)
		return g
	case han:
		return Guess{s.chinese(), share * s.enough(2)}
	case kana:
		return Guess{"ja", share * s.enough(2)}
	case arabic:
		return Guess{s.arabic(), share * s.enough(4)}
	case none, other:
		return Guess{}
	default:
		return Guess{script.only(), share * s.enough(4)}
	}
}

// shortest is how many letters words must have together to be a text: "Danke" alone is written by
// people of every language.
const shortest = 12

// enough is 1 from n letters of the sample on, and less below: a single sign is no text.
func (s *sample) enough(n int) float64 { return min(1, float64(s.letters)/float64(n)) }
