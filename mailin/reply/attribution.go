package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxIntroduction bounds, in bytes, a line that may introduce a quotation.
	maxIntroduction = 400
	// maxFolds is how many lines an attribution is folded over at most …
	maxFolds = 3
	// … and maxBroken how many when an address in angle brackets stands on lines of its own.
	maxBroken = 6
)

// firstCJK is the least first byte of a rune of three bytes in UTF-8: Chinese, Japanese and Korean
// words are found without looking at their ends.
const firstCJK = 0xe3

// strength says how surely a run of lines introduces a quotation.
type strength uint8

const (
	none strength = iota
	// weak holds only right above marked lines.
	weak
	// strong holds though nothing below is marked …
	strong
	// … and so does spoken, which says besides that somebody wrote.
	spoken
)

// attribution looks for an attribution that begins at line i and lies before end. It returns how
// many lines it takes and how sure it is.
func (m *mail) attribution(i, end int) (n int, s strength) {
	if !m.introducesSoon(i, end) {
		return 0, none
	}
	joined, first := "", 0
	for k := 0; k < maxBroken && i+k < end; k++ {
		next, more := m.continues(i, i+k, joined)
		if !more || k >= maxFolds && !opened(joined) || len(joined)+len(next) > maxIntroduction {
			return n, s
		}
		if next == "" {
			continue
		}
		if joined == "" {
			joined, first = next, len(next)
		} else {
			joined += " " + next
		}
		if !introduces(joined) {
			continue
		}
		if k > 0 && withoutFirst(joined[:first], joined[first:]) {
			return n, s
		}
		if found := attributes(joined); found > s {
			n, s = k+1, found
		}
		if s == spoken || endsWithColon(joined) {
			return n, s
		}
	}
	return n, s
}

// withoutFirst tells whether an attribution is whole without its first line, which then is the
// author's own.
func withoutFirst(first, rest string) bool {
	if strings.Contains(first, "@") && !strings.Contains(rest, "@") {
		return false
	}
	s := attributes(strings.TrimSpace(rest))
	verb, _ := findVerb(folding(first))
	return s == spoken || s == strong && !verb
}

// introducesSoon is the cheap test that keeps nearly every line of a mail away from attributes.
func (m *mail) introducesSoon(i, end int) bool {
	for j := i; j < min(i+maxBroken, end); j++ {
		if introduces(m.lines[j].text) {
			return true
		}
		if m.empty(j) && (j+1 == end || m.lines[j+1].text != "<") {
			return false
		}
	}
	return false
}

// continues gives what line j adds to an attribution that begins at line i. A program that writes
// links on lines of their own leaves a blank line before the opening bracket, and a closing one
// that looks like a quote mark.
func (m *mail) continues(i, j int, joined string) (text string, more bool) {
	switch {
	case m.empty(j) && m.lines[j].depth == m.lines[i].depth:
		next := m.skipBlank(j, len(m.lines))
		return "", j > i && next == j+1 && next < len(m.lines) && m.lines[next].text == "<"
	case m.lines[j].depth == m.lines[i].depth:
		return strings.TrimRight(strings.TrimLeft(m.lines[j].text, "=-— "), "= "), true
	}
	return plain(m.lines[j].raw), opened(joined) && m.lines[j].depth == m.lines[i].depth+1
}

// opened tells whether an angle bracket is not closed yet.
func opened(s string) bool { return strings.Count(s, "<") > strings.Count(s, ">") }

// introduces tells whether a line ends as an attribution does: with a colon, with the address, or
// (Zoho, Android) with the verb or dashes.
func introduces(s string) bool {
	if s == "" {
		return false
	}
	switch s[len(s)-1] {
	case ':', '>', '-', '=':
		return true
	case 'e':
		return strings.HasSuffix(s, "wrote")
	}
	return s[len(s)-1] >= utf8.RuneSelf &&
		(strings.HasSuffix(s, "：") || strings.HasSuffix(s, "写道") || strings.HasSuffix(s, "寫道"))
}

// attributes weighs one line that introduces.
func attributes(line string) strength {
	s := folding(line)
	verb, self := findVerb(s)
	address := strings.Contains(s, "@")
	date, clock := hasDate(s), hasClock(s)
	switch {
	case self, !address && verb && tellsUs(s):
		return weak
	case verb && date && address,
		verb && date && clock && opens(s),
		verb && address && opens(s):
		return spoken
	case date && clock && address && endsWithColon(s) && strings.Contains(s, ">"):
		return strong
	case verb, address && (date || clock):
		return weak
	}
	return none
}

// tellsUs tells whether a line speaks to the reader, as who cites an earlier answer does: "your
// colleague wrote". A program gives a name there.
func tellsUs(lower string) bool {
	for word := range strings.FieldsFuncSeq(lower, notInWord) {
		if readers[word] {
			return true
		}
	}
	return lower[0] >= firstCJK && containsAny(lower, readersUnspaced)
}

// opens tells whether a date is led in as an attribution leads it in.
func opens(s string) bool {
	for _, o := range openers {
		if strings.HasPrefix(s, o) {
			return true
		}
	}
	for _, p := range prepositions {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// findVerb tells whether one of the words of wrote stands in the line, and whether the author
// speaks there: of themselves, or of more than that somebody wrote.
func findVerb(s string) (verb, self bool) {
	before := ""
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !spacedLetter(r) {
			i += size
			continue
		}
		from := i
		for i < len(s) {
			if r, size = utf8.DecodeRuneInString(s[i:]); !spacedLetter(r) && r != '\'' {
				break
			}
			i += size
		}
		word := s[from:i]
		if wrote[word] || word == "sent" && strings.HasSuffix(s, "sent:") {
			return true, selves[before] || word == "wrote" && goesOn(s[i:])
		}
		before = word
	}
	for _, w := range wroteUnspaced {
		if strings.Contains(s, w) {
			return true, false
		}
	}
	return false, false
}

// goesOn tells whether words follow "wrote" that follow it in no attribution.
func goesOn(rest string) bool {
	rest = strings.TrimLeft(rest, " ")
	return rest != "" && spacedLetter(rune(rest[0])) &&
		!strings.HasPrefix(rest, "on ") && !strings.HasPrefix(rest, "in ")
}

// bareVerb tells whether a line holds nothing but the end of an attribution that was folded before
// its verb.
func bareVerb(line string) bool {
	words := strings.Fields(strings.TrimRight(folding(line), ":： "))
	for _, w := range words {
		w, _, _ = strings.Cut(w, "(")
		if !wrote[w] && !auxiliaries[w] {
			return false
		}
	}
	return len(words) > 0
}

// letterBefore tells whether s ends in a letter. A bracket is none: "<a@b>wrote" is one of Gmail's.
func letterBefore(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return spacedLetter(r)
}

// letterAfter tells whether s begins with a letter.
func letterAfter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return spacedLetter(r)
}

// spacedLetter tells whether r is a letter, or a vowel mark, of a script that sets spaces between
// words: "iPhone" is a word of its own between Chinese characters.
func spacedLetter(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	return r < '⺀' && (unicode.IsLetter(r) || unicode.IsMark(r))
}

// hasDate tells whether a day of the month and a year, or a date of figures, stand in the line:
// at least two groups of digits of which one has four, or three joined by "/", "." or "-" and
// spaces. Digits right behind a letter belong to a word or an address.
func hasDate(s string) bool {
	groups, year, joined := 0, false, 0
	for i := 0; i < len(s); {
		if !isDigit(s[i]) {
			i++
			continue
		}
		start := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		if start > 0 && isLetter(s[start-1]) {
			continue
		}
		groups++
		year = year || i-start == 4
		before := strings.TrimRight(s[:start], " ")
		if groups > 1 && before != "" && strings.IndexByte("/.-", before[len(before)-1]) >= 0 {
			joined++
		}
	}
	return groups >= 2 && year || joined >= 2
}

// hasClock tells whether a time of day (3:04, 15.04, 15h04, 15時04分) stands in the line.
func hasClock(s string) bool {
	for i := 1; i+2 < len(s); i++ {
		if !isDigit(s[i-1]) {
			continue
		}
		sep := 0
		switch {
		case s[i] == ':' || s[i] == '.' || s[i] == 'h':
			sep = 1
		case s[i] >= firstCJK && (strings.HasPrefix(s[i:], "时") || strings.HasPrefix(s[i:], "時") ||
			strings.HasPrefix(s[i:], "시") || strings.HasPrefix(s[i:], "：")):
			sep = 3
		}
		if sep > 0 && i+sep+1 < len(s) && isDigit(s[i+sep]) && isDigit(s[i+sep+1]) {
			return true
		}
	}
	return false
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' }
