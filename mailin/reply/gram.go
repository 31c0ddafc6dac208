package reply

import (
	"unicode"
	"unicode/utf8"
)

// grams are runs of words that are looked for.
type grams struct {
	seen map[uint64]bool // whether each was found
	// maybe has a bit for each that is looked for: nearly all that are not are told by it alone.
	maybe [1 << 10]uint64
}

func newGrams() *grams { return &grams{seen: make(map[uint64]bool)} }

func (g *grams) want(h uint64) {
	g.seen[h] = false
	g.maybe[h>>6%(1<<10)] |= 1 << (h % 64)
}

func (g *grams) found(h uint64) bool { return g.seen[h] }

// seek looks for the grams in the texts.
func (g *grams) seek(texts []string) {
	for _, text := range texts {
		var last [gram]word
		scanner := wordScanner{s: text}
		for n := 1; ; n++ {
			hash, ok := scanner.next()
			if !ok {
				break
			}
			last[0], last[1], last[2], last[3] = last[1], last[2], last[3], word{hash: hash}
			h := gramOf(last[:], nil)
			if n < gram || g.maybe[h>>6%(1<<10)]&(1<<(h%64)) == 0 {
				continue
			}
			if found, wanted := g.seen[h]; wanted && !found {
				g.seen[h] = true
			}
		}
	}
}

// FNV-1a, written out: hash/fnv allocates, and is called for every letter here.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// gramOf is the hash of a run of words, which may lie in two parts.
func gramOf(words, more []word) uint64 {
	h := uint64(fnvOffset)
	for _, w := range words {
		h = (h ^ w.hash) * fnvPrime
		h ^= h >> 32
	}
	for _, w := range more {
		h = (h ^ w.hash) * fnvPrime
		h ^= h >> 32
	}
	return h
}

// wordScanner gives the words of a text one after the other.
type wordScanner struct {
	s string
	i int
}

// next gives the hash of the next word, in lower case; a character of a script without spaces is a
// word.
func (w *wordScanner) next() (hash uint64, ok bool) {
	h, inside := uint64(fnvOffset), false
	for w.i < len(w.s) {
		c := w.s[w.i]
		if c < utf8.RuneSelf {
			switch lower := wordASCII[c]; {
			case lower != 0:
				h, inside = (h^uint64(lower))*fnvPrime, true
			case inside:
				return h, true
			}
			w.i++
			continue
		}
		r, size := utf8.DecodeRuneInString(w.s[w.i:])
		word := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		alone := r >= '⺀'
		if inside && (alone || !word) {
			return h, true
		}
		w.i += size
		if word {
			h, inside = (h^uint64(unicode.ToLower(r)))*fnvPrime, true
			if alone {
				return h, true
			}
		}
	}
	return h, inside
}

// wordASCII gives the characters of words in lower case, else 0.
var wordASCII = func() (table [utf8.RuneSelf]byte) {
	for c := byte('a'); c <= 'z'; c++ {
		table[c], table[c-'a'+'A'] = c, c
	}
	for c := byte('0'); c <= '9'; c++ {
		table[c] = c
	}
	return table
}()
