package language

import (
	"strings"
	"unicode/utf8"
)

// byWords judges a sample of Latin or Cyrillic words.
func (s *sample) byWords() Guess {
	var score [len(tongues)]float64
	known := 0.0
	for _, w := range s.words {
		hit := wordsOf[w.text]
		if hit == 0 && strings.Contains(w.text, "'") {
			head, tail, _ := strings.Cut(w.text, "'")
			hit = wordsOf[head+"'"] | wordsOf["'"+tail]
		}
		if hit != 0 {
			known++
			weight := 1.0
			if w.named && !w.first {
				weight = namedWeight
			}
			add(&score, hit, weight)
		}
		if w.named && !w.first {
			continue // names have the endings and letters of their bearer's language
		}
		if hit == 0 {
			if e := ending(w.text); e != 0 {
				known += endingWeight
				add(&score, e, endingWeight)
			}
		}
		s.spell(&score, w.text)
	}
	best, second := 0, -1
	for i := 1; i < len(score); i++ {
		switch {
		case score[i] > score[best]:
			best, second = i, best
		case second < 0 || score[i] > score[second]:
			second = i
		}
	}
	if score[best] <= 0 || known == 0 {
		return Guess{}
	}
	lead := score[best] - max(0, score[second])
	if lead <= 0 {
		return Guess{}
	}
	covered := min(1, coverage*known/float64(len(s.words)))
	return Guess{tongues[best].code, lead / (lead + doubt) * covered}
}

// What the signs of a language weigh beside a word of it, which weighs 1 and is shared by the
// languages that have it.
const (
	namedWeight  = 0.5 // in mid-line: HP's Pro is no Czech
	endingWeight = 0.4
	letterWeight = 0.7
	// doubt is the lead at which the confidence is one half.
	doubt = 0.75
	// coverage is the inverse of the share of words that must be known: text in a language that is
	// not in the tables has a few of its words there by chance.
	coverage = 3.5
)

// set is a set of tongues, by their bits.
type set uint32

// add gives weight to the languages of a set, less the more they are.
func add(score *[len(tongues)]float64, to set, weight float64) {
	n := 0
	for rest := to; rest != 0; rest &= rest - 1 {
		n++
	}
	for i := range score {
		if to&(1<<i) != 0 {
			score[i] += weight / float64(n)
		}
	}
}

// spell judges the letters of a word beyond those that all languages have: they speak for the
// languages that have them and against all others.
func (s *sample) spell(score *[len(tongues)]float64, text string) {
	for _, r := range text {
		if r < utf8.RuneSelf {
			continue
		}
		to, special := lettersOf[r]
		if !special && (r < 0xC0 || scriptOf(r) != latin) {
			continue // a Cyrillic letter that all have
		}
		for i := range score {
			if to&(1<<i) == 0 {
				score[i] -= letterWeight / 2
			}
		}
		add(score, to, letterWeight)
	}
}

// ending gives the languages whose words end as the word does.
func ending(text string) set {
	n, i := 0, len(text)
	var found set
	for i > 0 && n < maxEnding {
		_, size := utf8.DecodeLastRuneInString(text[:i])
		i -= size
		if n++; n >= 2 && i > 0 {
			if e := endingsOf[text[i:]]; e != 0 {
				found = e // the longest decides
			}
		}
	}
	return found
}

// maxEnding is the longest ending of the tables, in letters.
const maxEnding = 5

var (
	wordsOf   = index(func(t tongue) string { return t.words })
	endingsOf = index(func(t tongue) string { return t.endings })
	lettersOf = func() map[rune]set {
		m := make(map[rune]set)
		for i, t := range tongues {
			for _, r := range t.letters {
				m[r] |= 1 << i
			}
		}
		return m
	}()
)

// index turns a column of the table about.
func index(column func(tongue) string) map[string]set {
	m := make(map[string]set, 2048)
	for i, t := range tongues {
		for w := range strings.FieldsSeq(column(t)) {
			m[w] |= 1 << i
		}
	}
	return m
}
