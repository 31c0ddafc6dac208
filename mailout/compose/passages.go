package compose

import (
	"slices"
	"strings"
)

// minPassage is how many characters in a row, white space folded, make a passage of a note that
// must not leave (RULES 6).
const minPassage = 40

// maxNotes bounds, in bytes, how much of a ticket's notes is remembered; the newest come first. It
// is more than people write in a ticket's life, and keeps the memory of one guard below 50 MB.
const maxNotes = 2 << 20

// passages are the hashes of every run of minPassage characters of some notes (Rabin and Karp), so
// that notes and mail are read once each. Two runs of one hash are so rare that nobody looks
// closer: a mail that is held for it is released by hand.
type passages map[uint64]struct{}

// newPassages takes notes, oldest first.
func newPassages(notes []string) passages {
	p, size := passages{}, 0
	for _, note := range slices.Backward(notes) {
		if size += len(note); size > maxNotes {
			break
		}
		roll(fold(note), func(hash uint64) bool {
			p[hash] = struct{}{}
			return true
		})
	}
	return p
}

// in tells whether a folded text holds a passage.
func (p passages) in(text string) (found bool) {
	if len(p) == 0 {
		return false
	}
	roll(text, func(hash uint64) bool {
		_, found = p[hash]
		return !found
	})
	return found
}

// roll calls yield with the hash of every run of minPassage runes, until it returns false.
func roll(text string, yield func(hash uint64) bool) {
	const base = 1_000_003
	var run [minPassage]uint64 // the last runes, in a ring
	var hash, power uint64 = 0, 1
	for range minPassage {
		power *= base
	}
	n := 0
	for _, r := range text {
		hash = hash*base + uint64(r) - power*run[n%minPassage]
		run[n%minPassage] = uint64(r)
		if n++; n >= minPassage && !yield(hash) {
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
