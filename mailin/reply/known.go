package reply

import "strings"

const (
	// minKnown is how many bytes in a row, known line by line, make a quotation, and minKnownToo
	// how many in a mail that has such.
	minKnown, minKnownToo = 40, 20
	// minKnownAlone is how many bytes a single line needs that nothing introduces: who has a phrase
	// of their own writes it twice.
	minKnownAlone = 120
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
	all := newGrams()
	for i := range words[:max(0, len(words)-gram+1)] {
		all.want(gramOf(words[i:i+gram], nil))
	}
	all.seek(earlier)
	known := make([]bool, len(m.lines))
	covered := 0
	for i, w := range words {
		if i+gram <= len(words) && all.found(gramOf(words[i:i+gram], nil)) {
			covered = i + gram
		}
		begins := i == 0 || words[i-1].line != w.line
		known[w.line] = (begins || known[w.line]) && i < covered
	}
	// Below our separator our own words stand between known ones, and are no answers.
	ours := m.separatorAfter(-1) < len(m.lines)
	m.quoteKnown(known, !ours)
	if !ours {
		m.findAnswers(earlier, known, words)
	}
}

// quoteKnown takes known lines for quoted, if that is wanted, where enough of them stand in a row. If all that is not
// marked is known, nothing is: then the author sent the same words again.
func (m *mail) quoteKnown(known []bool, quote bool) {
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
		case size < least, m.count(i, to) == 1 && size < minKnownAlone && !m.introduced(i):
			clear(known[i:to])
		case fresh:
			if quote {
				m.quote(i, to, true)
			}
			for j := i; j < to; j++ {
				m.lines[j].known = true
			}
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
	type gap struct{ before, after []word }
	var gaps []gap
	between := newGrams()
	for i := gram / 2; i < len(words); i++ {
		if !known[words[i-1].line] || known[words[i].line] {
			continue
		}
		from := i
		for i < len(words) && !known[words[i].line] {
			i++
		}
		if i+gram/2 <= len(words) {
			g := gap{words[from-gram/2 : from], words[i : i+gram/2]}
			between.want(gramOf(g.before, g.after))
			gaps = append(gaps, g)
		}
	}
	if len(gaps) == 0 {
		return
	}
	between.seek(earlier)
	for _, g := range gaps {
		if !between.found(gramOf(g.before, g.after)) {
			continue
		}
		for i := g.before[len(g.before)-1].line + 1; i < g.after[0].line; i++ {
			l := &m.lines[i]
			l.answer = l.depth == 0 && len(appendLetters(nil, l.text)) > 0
		}
	}
}

// maxWords bounds the words that are compared: each costs memory.
const maxWords = 1 << 17

// words are the words of the lines, each Chinese, Japanese or Korean character one.
func (m *mail) words() []word {
	words := make([]word, 0, min(len(m.text)/5, maxWords))
	for i := range m.lines {
		if len(words)+len(m.lines[i].text) > maxWords {
			break
		}
		scanner := wordScanner{s: m.lines[i].text}
		for hash, ok := scanner.next(); ok; hash, ok = scanner.next() {
			words = append(words, word{i, hash})
		}
	}
	return words
}

// withoutBesides is a line without what text parts print beside the words: names of pictures and
// addresses of links.
func withoutBesides(line string) string {
	if !strings.ContainsAny(line, "[<(") {
		return line
	}
	return besides.ReplaceAllString(line, " ")
}
