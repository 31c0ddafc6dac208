package reply

import (
	"slices"
	"strings"
	"unicode/utf8"

	"helpgate/internal/rfc"
)

const (
	// maxFooter bounds, in bytes, a footer that a phone adds.
	maxFooter = 160
	// maxCard bounds, in lines, the table above NetEase's footer with the author's name in it.
	maxCard = 12
	// maxDisclaimer bounds, in lines, a disclaimer, and minDisclaimer, in bytes, its paragraph.
	maxDisclaimer, minDisclaimer = 40, 60
	// minLegal is how many things that disclaimers say make one, and minOpenedLegal how many behind
	// words with which they begin.
	minLegal, minOpenedLegal = 4, 2
)

// footerStart returns the line of a footer that a phone or a program added at the end, at most one
// line above it, else end.
func (m *mail) footerStart(first, end int) int {
	start := end
	for i, said := end-1, 0; i >= first-1 && i >= 0 && said < 2; i-- {
		if m.blank(i) {
			continue
		}
		if m.lines[i].quoted || m.command(i) {
			break
		}
		if said++; footer(m.lines[i].text) {
			start = i
		}
	}
	if start < end && strings.Contains(m.lines[start].text, "定制") {
		for i := start - 1; i >= max(first, start-maxCard); i-- {
			if m.blank(i) {
				continue
			}
			text := m.lines[i].text
			if strings.HasPrefix(text, "|") || strings.HasSuffix(text, "|") {
				start = i
			} else if m.sentence(i) || utf8.RuneCountInString(text) > maxName {
				break
			}
		}
	}
	return start
}

// sentFrom begins most footers in English, and sentences too.
const sentFrom = "sent from "

// footer tells whether a line is one that a phone or a mail program added.
func footer(text string) bool {
	if link, rest, ok := strings.Cut(text, ">"); ok && strings.HasPrefix(link, "<http") {
		text = plain(rest) // the picture before it
	}
	if text == "" || len(text) > maxFooter {
		return false
	}
	lower := folding(text)
	if rest, ok := strings.CutPrefix(lower, sentFrom); ok {
		rest = strings.TrimPrefix(rest, "my ")
		before, _, clause := strings.Cut(rest, ", ")
		return strings.Count(before, " ") < 9 && !strings.HasSuffix(rest, "?") &&
			namesDevice(before, 4) && (!clause || namesDevice(before, 1))
	}
	switch {
	case begins(text, notices):
		return true
	case begins(text, prints):
		return containsAny(lower, environment)
	case begins(text, offers), endsWithAny(lower, offerEnds):
		return containsAny(lower, programs) && containsAny(lower, platforms) && !speaks(lower)
	case begins(text, footers), endsWithAny(lower, footerEnds):
		return namesDevice(lower, maxFooter) && !speaks(lower)
	}
	return false
}

// speaks tells whether a word of a line is one that people say and no footer.
func speaks(lower string) bool {
	if lower[0] >= firstCJK && strings.ContainsAny(lower, talkHan) {
		sure := strings.HasPrefix(lower, "发自") || strings.HasPrefix(lower, "發自")
		return !sure
	}
	for word := range strings.FieldsFuncSeq(lower, notInWord) {
		if talk[word] {
			return true
		}
	}
	return false
}

func notInWord(r rune) bool { return r != '\'' && notLetter(r) }

func containsAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

func endsWithAny(s string, ends []string) bool {
	return slices.ContainsFunc(ends, func(e string) bool { return strings.HasSuffix(s, e) })
}

// firstWords returns what s begins with, up to n words: "my desk, easier than my mobile phone"
// names no device in its first two.
func firstWords(s string, n int) string {
	for i, r := range s {
		if r == ' ' {
			if n--; n == 0 {
				return s[:i]
			}
		}
	}
	return s
}

// namesDevice tells whether one of the first n words of s is a device.
func namesDevice(s string, n int) bool {
	head := firstWords(s, n)
	for _, d := range deviceStems {
		if at := strings.Index(head, d); at >= 0 && (d[0] >= firstCJK || !letterBefore(s[:at])) &&
			!(things[d] && goesOnBehind(s[at+len(d):])) {
			return true
		}
	}
	for _, d := range devices {
		at := strings.Index(head, d)
		if at >= 0 && !letterBefore(s[:at]) && !letterAfter(s[at+len(d):]) &&
			!(things[d] && goesOnBehind(s[at+len(d):])) {
			return true
		}
	}
	return false
}

// maxBehind is how many words, or characters of Chinese, follow a device in a footer at most, where
// its name is a word of other uses.
const maxBehind, maxBehindHan = 2, 7

// goesOnBehind tells whether more follows a device than a footer has.
func goesOnBehind(rest string) bool {
	if strings.ContainsFunc(rest, func(r rune) bool { return r >= '⺀' }) {
		return utf8.RuneCountInString(rest) > maxBehindHan
	}
	words := 0
	for range strings.FieldsFuncSeq(rest, notInWord) {
		words++
	}
	return words > maxBehind
}

// disclaimerStart returns where the disclaimer begins that ends at end: the last paragraphs, if
// they say most of what disclaimers say; else end.
func (m *mail) disclaimerStart(first, end int) int {
	start, size := end, 0
	for paragraph := end; end-paragraph < maxDisclaimer; {
		to := m.skipBlankBack(first, paragraph)
		from := to
		for from > first && !m.blank(from-1) && !m.lines[from-1].quoted && !m.command(from-1) {
			from--
			size += len(m.lines[from].raw)
		}
		if from == to || size > maxFooter*maxDisclaimer {
			break
		}
		if size >= minDisclaimer && m.legal(from, to) {
			start = m.opened(from, to)
			if start > from {
				break
			}
		} else if start < end || to-from > 1 && m.sentence(to-1) {
			break
		}
		paragraph = from
	}
	if start < end && start > first && m.rule(start-1) {
		start--
	}
	return start
}

// opened returns the line of a legal paragraph with which the disclaimer begins: what a gateway
// appends stands right below the author's last line, without a blank one where a mail has only HTML.
func (m *mail) opened(from, to int) int {
	for i := from; i < to; i++ {
		apart := i == from || m.rule(i-1) || !m.wrapped(i-1)
		if m.rule(i) || apart && begins(m.lines[i].text, legalOpenings) {
			if m.legal(i, to) {
				return i
			}
			break
		}
	}
	return from
}

// legal tells whether the lines [from, to) say enough of what disclaimers say.
func (m *mail) legal(from, to int) bool {
	text := m.text[m.lines[from].at : m.lines[to-1].at+len(m.lines[to-1].raw)]
	var said [len(legal)]bool
	count, inside := 0, false
	for i := 0; i+len(legalKey{}) <= len(text); i++ {
		c := text[i]
		word := c >= utf8.RuneSelf || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if word && (!inside || c >= firstCJK) {
			for _, stem := range legalStems.at(legalKey{c, text[i+1], text[i+2]}) {
				if !said[stem.row] && rfc.HasPrefixFold(text[i:], stem.stem) {
					said[stem.row] = true
					count++
				}
			}
		}
		inside = word
	}
	if strings.Contains(text, " I ") || strings.Contains(text, " ich ") { // a person speaks
		return false
	}
	opened := begins(strings.TrimLeftFunc(text, notLetter), legalOpenings)
	return count >= minLegal || opened && count >= minOpenedLegal
}

// legalKey is what a stem of a disclaimer begins with.
type legalKey [3]byte

type legalStem struct {
	stem string
	row  int
}

// legalTable holds the stems of legal by their beginning, in lower case, with a capital and in
// capitals. Seen keeps nearly every word of a mail away from the map.
type legalTable struct {
	seen  [1 << 14]bool
	stems map[legalKey][]legalStem
}

func (t *legalTable) at(k legalKey) []legalStem {
	if !t.seen[k.short()] {
		return nil
	}
	return t.stems[k]
}

func (k legalKey) short() int { return (int(k[0])<<6 ^ int(k[1])<<3 ^ int(k[2])*5) % (1 << 14) }

var legalStems = newLegalTable()

func newLegalTable() *legalTable {
	t := &legalTable{stems: make(map[legalKey][]legalStem)}
	for row, list := range legal {
		for _, s := range list {
			_, size := utf8.DecodeRuneInString(s)
			upper := strings.ToUpper(s)
			_, upperSize := utf8.DecodeRuneInString(upper)
			for _, form := range []string{s, upper[:upperSize] + s[size:], upper} {
				k := legalKey([]byte(form[:len(legalKey{})]))
				if !slices.Contains(t.stems[k], legalStem{s, row}) {
					t.stems[k] = append(t.stems[k], legalStem{s, row})
				}
				t.seen[k.short()] = true
			}
		}
	}
	return t
}
