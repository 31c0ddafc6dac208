package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxFarewell bounds, in bytes, a line that ends a letter.
	maxFarewell = 120
	// maxBelow is how many lines that say something may stand below a farewell …
	maxBelow = 12
	// … and maxBelowLine bounds them, in runes.
	maxBelowLine = 100
	// maxName bounds, in runes, a name.
	maxName = 48
	// minContact is how many lines make a block of names and numbers by themselves, and
	// minContactLines how many of them must name a number or an address.
	minContact, minContactLines = 2, 1
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
	if name < end && !m.farewell(name) && !nameLike(m.lines[name].text) && !contact(m.lines[name].text) {
		return end
	}
	return start
}

// farewell tells whether line i is a farewell, by itself or with the name behind it.
func (m *mail) farewell(i int) bool {
	text := m.lines[i].text
	if text == "" || len(text) > maxFarewell {
		return false
	}
	s := strings.TrimFunc(folding(text), notLetter)
	if farewells[s] {
		return true
	}
	if at := strings.IndexAny(s, ",，!！"); at > 0 && farewells[strings.TrimSpace(s[:at])] {
		_, size := utf8.DecodeRuneInString(s[at:])
		rest := strings.TrimFunc(s[at+size:], notLetter)
		return farewells[rest] || utf8.RuneCountInString(rest) <= maxName && strings.Count(rest, " ") < 4 &&
			nameLike(strings.TrimFunc(text[max(0, len(text)-len(rest)-2):], notLetter))
	}
	return false
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
	return strings.Count(text, " ") < 9 || strings.ContainsAny(text, "|@") || contact(text)
}

// postscript tells whether line i begins what an author adds below their name.
func (m *mail) postscript(i int) bool {
	text := m.lines[i].text
	for _, p := range []string{"ps", "p.s", "p.s.", "pd", "附", "另", "又及"} {
		if rest := text[min(len(p), len(text)):]; hasPrefixFold(text, p) &&
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
	if text == "" || utf8.RuneCountInString(text) > maxName || strings.ContainsAny(text, "?？。!！;；:：=/") {
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
	return (digits >= 5 || strings.ContainsAny(text, ":：@")) && begins(text, contactLabels)
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
	above := m.skipBlankBack(0, from)
	if above == from || above == 0 || end-from < minContact || contacts < minContactLines ||
		contact(m.lines[from].text) || !nameLike(m.lines[from].text) || m.announces(above-1) {
		return end
	}
	return from
}

// announces tells whether line i does not end a sentence, or names what follows.
func (m *mail) announces(i int) bool {
	text := m.lines[i].text
	last, _ := utf8.DecodeLastRuneInString(text)
	if !strings.ContainsRune(".!?)。！？）~,，", last) {
		return true
	}
	lower := folding(text)
	for _, word := range []string{
		"below", "following", "new ", "folgend", "neue", "suivant", "siguiente", "seguent", "volgende",
		"以下", "如下", "下面", "新的", "следующ", "нов",
	} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}
