package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// minKnown is how many bytes in a row, known line by line, make a quotation, and minKnownToo
	// how many in a mail that has such.
	minKnown, minKnownToo = 40, 20
	// gram is how many words in a row must stand in an earlier message to be known there.
	gram = 4
)

// word is a word of the mail: where it stands, and what it is.
type word struct {
	line int
	hash uint64
}

// findKnown finds the lines that stand in the ticket's earlier messages, however they are wrapped
// there, and the answers that were written between such lines. It compares words, four in a row:
// lines change on their way through mail programs, words do not.
func (m *mail) findKnown(earlier []string) {
	if len(earlier) == 0 {
		return
	}
	words := m.words()
	grams := make(map[uint64]bool, len(words))
	for i := range words[:max(0, len(words)-gram+1)] {
		grams[gramOf(words[i:i+gram])] = false
	}
	seek(earlier, grams)
	known := make([]bool, len(m.lines))
	covered := 0
	for i, w := range words {
		if i+gram <= len(words) && grams[gramOf(words[i:i+gram])] {
			covered = i + gram
		}
		begins := i == 0 || words[i-1].line != w.line
		known[w.line] = (begins || known[w.line]) && i < covered
	}
	m.quoteKnown(known)
	m.findAnswers(earlier, known, words)
}

// quoteKnown takes known lines for quoted, where enough of them stand in a row. If all that is not
// marked is known, nothing is: then the author sent the same words again.
func (m *mail) quoteKnown(known []bool) {
	fresh, least := false, minKnown
	for i := range m.lines {
		fresh = fresh || !known[i] && !m.lines[i].quoted && !m.empty(i)
	}
	for i := 0; i < len(known); {
		to, size := m.knownRun(known, i)
		if size >= minKnown {
			least = minKnownToo
		}
		i = max(to, i+1)
	}
	for i := 0; i < len(known); {
		to, size := m.knownRun(known, i)
		switch {
		case to == i:
			to++
		case size < least:
			clear(known[i:to])
		case fresh:
			m.quote(i, to, true)
		}
		i = to
	}
}

// knownRun returns the end of the run of known lines that begins at i, and how many bytes it says.
func (m *mail) knownRun(known []bool, i int) (to, size int) {
	end := i
	for end < len(known) && (known[end] || end > i && m.empty(end)) {
		size += len(m.lines[end].text)
		end++
	}
	return m.skipBlankBack(i, end), size
}

// findAnswers finds the lines that stand between two known ones which follow each other without a
// gap in the earlier message: somebody wrote them in between.
func (m *mail) findAnswers(earlier []string, known []bool, words []word) {
	type gap struct{ from, to int } // words [from, to)
	gaps := make(map[uint64][]gap)
	grams := make(map[uint64]bool)
	for i := 1; i < len(words); i++ {
		if !known[words[i-1].line] || known[words[i].line] {
			continue
		}
		from := i
		for i < len(words) && !known[words[i].line] {
			i++
		}
		if from < gram/2 || i+gram/2 > len(words) {
			continue
		}
		h := gramOf(append(append([]word(nil), words[from-gram/2:from]...), words[i:i+gram/2]...))
		gaps[h], grams[h] = append(gaps[h], gap{from, i}), false
	}
	if len(grams) == 0 {
		return
	}
	seek(earlier, grams)
	for h, list := range gaps {
		for _, g := range list {
			for i := g.from; i < g.to && grams[h]; i++ {
				l := &m.lines[words[i].line]
				l.answer = l.depth == 0 && len(appendLetters(nil, l.text)) > 0
			}
		}
	}
}

// words are the words of the lines, each Chinese, Japanese or Korean character one.
func (m *mail) words() []word {
	words := make([]word, 0, len(m.text)/5)
	for i := range m.lines {
		eachWord(m.lines[i].text, func(hash uint64) { words = append(words, word{i, hash}) })
	}
	return words
}

// seek notes which of the grams stand in the texts.
func seek(texts []string, grams map[uint64]bool) {
	for _, text := range texts {
		var last [gram]word
		n := 0
		eachWord(text, func(hash uint64) {
			copy(last[:], last[1:])
			last[gram-1] = word{hash: hash}
			if n++; n < gram {
				return
			}
			h := gramOf(last[:])
			if found, wanted := grams[h]; wanted && !found {
				grams[h] = true
			}
		})
	}
}

// FNV-1a, written out: hash/fnv allocates, and is called for every letter here.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func gramOf(words []word) uint64 {
	h := uint64(fnvOffset)
	for _, w := range words {
		h = (h ^ w.hash) * fnvPrime
		h ^= h >> 32
	}
	return h
}

// eachWord calls f with the hash of each word of s.
func eachWord(s string, f func(hash uint64)) {
	h, inside := uint64(fnvOffset), false
	done := func() {
		if inside {
			f(h)
			h, inside = fnvOffset, false
		}
	}
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			if !('a' <= r && r <= 'z' || '0' <= r && r <= '9') {
				done()
				continue
			}
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			done()
			continue
		case !spacedLetter(r):
			done()
		}
		h, inside = (h^uint64(unicode.ToLower(r)))*fnvPrime, true
		if r >= '⺀' {
			done()
		}
	}
	done()
}

// withoutBesides is a line without what text parts print beside the words: names of pictures and
// addresses of links.
func withoutBesides(line string) string {
	if !strings.ContainsAny(line, "[<(") {
		return line
	}
	return besides.ReplaceAllString(line, " ")
}
