package compose

import "strings"

// minPassage is how many characters in a row, white space folded, make a passage of a note that
// must not leave (RULES 6).
const minPassage = 40

// passages finds whether a text holds minPassage characters in a row of one of some notes. It keeps
// a rolling hash of every such run (Rabin and Karp), so that both sides are read once.
type passages struct {
	notes [][]rune
	at    map[uint64][]place
}

// place is where a run begins.
type place struct{ note, start int }

func newPassages(notes []string) passages {
	p := passages{at: map[uint64][]place{}}
	for i, note := range notes {
		runes := []rune(fold(note))
		p.notes = append(p.notes, runes)
		roll(runes, func(start int, hash uint64) bool {
			// One place for each hash is enough but for collisions, which two places outlive.
			if places := p.at[hash]; len(places) < 2 {
				p.at[hash] = append(places, place{i, start})
			}
			return true
		})
	}
	return p
}

// in tells whether a folded text holds a passage.
func (p passages) in(text string) bool {
	if len(p.at) == 0 {
		return false
	}
	runes, found := []rune(text), false
	roll(runes, func(start int, hash uint64) bool {
		for _, pl := range p.at[hash] {
			run := p.notes[pl.note][pl.start : pl.start+minPassage]
			found = found || string(run) == string(runes[start:start+minPassage])
		}
		return !found
	})
	return found
}

// roll calls yield with the hash of every run of minPassage runes, until it returns false.
func roll(runes []rune, yield func(start int, hash uint64) bool) {
	const base = 1_000_003
	var hash, power uint64 = 0, 1
	for i, r := range runes {
		hash = hash*base + uint64(r)
		if i < minPassage {
			power *= base
		} else {
			hash -= power * uint64(runes[i-minPassage])
		}
		if i >= minPassage-1 && !yield(i-minPassage+1, hash) {
			return
		}
	}
}

// fold gives a text without quote marks at the heads of its lines and with all white space as
// single spaces; none beside characters that are written without, so that a line break inside
// Chinese leaves no trace.
func fold(s string) string {
	var b strings.Builder
	last, space := ' ', false
	for line := range strings.SplitSeq(s, "\n") {
		for _, r := range strings.TrimLeft(line, "> \t") {
			if isSpace(r) {
				space = true
				continue
			}
			if space && !wide(r) && !wide(last) && b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteRune(r)
			last, space = r, false
		}
		space = true
	}
	return b.String()
}

func isSpace(r rune) bool {
	return r <= ' ' || r == '\u00a0' || r == '\u3000' || r == '\u200b' || r == '\ufeff'
}

// wide tells characters of scripts that put no space between words.
func wide(r rune) bool {
	return r >= 0x2e80 && r < 0xac00 || r >= 0xf900 && r < 0xfb00 || r >= 0xff00 && r < 0xfff0
}
