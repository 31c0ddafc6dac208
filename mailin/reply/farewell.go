package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"helpgate/internal/rfc"
)

const (
	// maxFarewell bounds, in bytes, a line that ends a letter.
	maxFarewell = 120
	// maxBelow is how many lines that say something may stand below a farewell …
	maxBelow = 12
	// … and maxBelowLine bounds them, in runes.
	maxBelowLine = 100
	// maxWish bounds, in runes, a wish in Chinese.
	maxWish = 8
	// maxName bounds, in runes, a name.
	maxName = 48
	// minContact is how many lines make a block of names and numbers by themselves, below a
	// sentence that has ended, a name, or minGap blank lines. As many numbers and addresses as
	// sureContacts are nothing else, whatever stands above.
	minContact, minGap, sureContacts = 2, 2, 3
)

// farewellStart returns the line that ends the letter, if nothing but names and contacts stand
// below it, else end.
func (m *mail) farewellStart(first, end int) int {
	start := end
	for i, said := end-1, 0; i >= first && said <= maxBelow; i-- {
		if m.blank(i) {
			continue
		}
		said++
		if m.farewell(i) {
			start = i
		} else if m.lines[i].quoted || m.command(i) || !m.belowFarewell(i) {
			break
		}
	}
	if start == end {
		return end
	}
	// The line below names the author.
	name := m.skipBlank(start+1, end)
	if name == end || m.farewell(name) {
		return start
	}
	if text := m.lines[name].text; nameLike(text) || contact(text) {
		return start
	}
	return end
}

// farewell tells whether line i is a farewell, by itself or with the name behind it. A single word
// is one only where a sentence has ended: "which is\nbest".
func (m *mail) farewell(i int) bool {
	text := m.lines[i].text
	if text == "" || len(text) > maxFarewell {
		return false
	}
	s := strings.TrimFunc(folding(text), notLetter)
	if s == "" {
		return false
	}
	if s[0] >= firstCJK && !strings.ContainsFunc(s, isHangul) {
		if s = strings.ReplaceAll(s, " ", ""); m.wish(i, s) {
			return true
		}
	}
	if begins(s, courtesies) {
		return true
	}
	if farewells[s] {
		return strings.Contains(s, " ") || s[0] >= firstCJK || strings.HasSuffix(text, ",") ||
			m.ended(i)
	}
	if !farewellBegins[firstWords(s, 1)] {
		return false
	}
	for at, r := range s {
		if notLetter(r) && farewells[strings.TrimFunc(s[:at], notLetter)] {
			return m.farewellWithName(i)
		}
	}
	return false
}

// wish tells whether line i, which says s, is a wish above a name.
func (m *mail) wish(i int, s string) bool {
	if utf8.RuneCountInString(s) > maxWish || !begins(s, wishes) ||
		strings.ContainsFunc(s, notLetter) {
		return false
	}
	name := m.skipBlank(i+1, len(m.lines))
	return name < len(m.lines) && m.lines[name].place == visible && nameLike(m.lines[name].text)
}

// farewellWithName tells whether line i is a farewell with a name, or another farewell, behind it.
func (m *mail) farewellWithName(i int) bool {
	text := m.lines[i].text
	for at, r := range text {
		if !notLetter(r) || !farewells[strings.TrimFunc(folding(text[:at]), notLetter)] {
			continue
		}
		rest := strings.TrimFunc(text[at:], notLetter)
		named := strings.Count(rest, " ") < 3 && nameLike(rest) && (r != ' ' || m.ended(i))
		if named || farewells[folding(rest)] {
			return true
		}
	}
	return false
}

// ended tells whether a sentence or a paragraph has ended above line i.
func (m *mail) ended(i int) bool {
	if i == 0 || m.blank(i-1) {
		return true
	}
	last, _ := utf8.DecodeLastRuneInString(m.lines[i-1].text)
	return !unicode.IsLetter(last) && last != ',' && last != '，'
}

// notLetter tells whether a rune is no part of a word: punctuation, pictures, spaces.
func notLetter(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
}

// belowFarewell tells whether line i may stand between a farewell and the end.
func (m *mail) belowFarewell(i int) bool {
	text := m.lines[i].text
	if utf8.RuneCountInString(text) > maxBelowLine || m.sentence(i) || m.postscript(i) {
		return false
	}
	return strings.Count(text, " ") < 9 || strings.ContainsAny(text, "|@0123456789")
}

// postscript tells whether line i begins what an author adds below their name.
func (m *mail) postscript(i int) bool {
	text := m.lines[i].text
	if begins(text, afterthoughts) {
		return true
	}
	for _, p := range []string{"ps", "p.s", "p.s.", "pd", "附", "另", "又及"} {
		if rest := text[min(len(p), len(text)):]; rfc.HasPrefixFold(text, p) &&
			strings.IndexAny(rest, ":.： ,，") == 0 {
			return true
		}
	}
	return false
}

// nameLike tells whether a line may be a person's or a company's name: few words, most of them
// with a capital where the script has such, and nothing that a sentence has.
func nameLike(text string) bool {
	text = strings.TrimRight(text, ".!~ ")
	if text == "" || utf8.RuneCountInString(text) > maxName ||
		strings.ContainsAny(text, "?？。!！;；:：=/") {
		return false
	}
	words, capitals := 0, 0
	for w := range strings.FieldsSeq(text) {
		r, _ := utf8.DecodeRuneInString(strings.TrimLeft(w, "(\"'"))
		words++
		switch {
		case unicode.IsDigit(r):
			return false
		case !unicode.IsLower(r):
			capitals++
		}
	}
	return words <= 6 && (words == 1 || 2*capitals >= words)
}

// contact tells whether a line is a number or an address by which somebody is reached.
func contact(text string) bool {
	if text == "" || utf8.RuneCountInString(text) > maxBelowLine {
		return false
	}
	digits, spaces := 0, 0
	for i := range len(text) {
		switch {
		case isDigit(text[i]):
			digits++
		case text[i] == ' ':
			spaces++
		}
	}
	switch {
	case spaces < 4 && strings.Contains(text, "@") && strings.Contains(text, "."),
		spaces < 3 && (strings.Contains(text, "www.") || strings.Contains(text, "://")):
		return true
	case digits >= 6 && strings.Trim(text, "0123456789+-–()/. \t\u00a0") == "":
		return true
	}
	known := digits >= 5 || strings.ContainsAny(text, ":：@") || text[0] >= firstCJK && spaces > 0
	return known && begins(text, contactLabels)
}

// contactStart returns where a block of names and contacts begins that ends at end and that no
// farewell leads in, else end. What the author announces is no signature.
func (m *mail) contactStart(first, end int) int {
	from, contacts := end, 0
	for from > first && !m.blank(from-1) && !m.lines[from-1].quoted && !m.command(from-1) {
		if from--; !m.belowFarewell(from) || end-from > maxBelow {
			return end
		}
		if contact(m.lines[from].text) {
			contacts++
		}
	}
	if from == end {
		return end
	}
	above, text := m.skipBlankBack(0, from), m.lines[from].text
	switch {
	case above == from, above == 0, end-from < minContact, contacts == 0:
		return end
	case contact(text), !nameLike(text), begins(text, fileLists),
		endsWithColon(m.lines[above-1].text),
		contacts < sureContacts && m.announces(above-1):
		return end
	case contacts < sureContacts && from-above < minGap &&
		!m.stops(above-1) && !nameLike(m.lines[above-1].text):
		return end
	}
	if above-1 >= first && m.thanks(above-1) {
		return above - 1
	}
	return from
}

// thanks tells whether line i is the words of thanks above a name, and no more.
func (m *mail) thanks(i int) bool {
	text := m.lines[i].text
	return strings.HasSuffix(text, ",") && len(text) <= maxFarewell &&
		thanks[strings.TrimFunc(folding(text), notLetter)]
}

// stops tells whether line i ends as a sentence does.
func (m *mail) stops(i int) bool {
	last, _ := utf8.DecodeLastRuneInString(m.lines[i].text)
	return strings.ContainsRune(".!?)。！？）~,，", last)
}

// announces tells whether line i speaks of what follows.
func (m *mail) announces(i int) bool {
	lower := folding(m.lines[i].text)
	for _, word := range announcements {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}
