package thread

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxThanksWords is the length beyond which a text says more than thanks (RULES section 2). A
// character of a script that sets no spaces counts as half a word.
const maxThanksWords = 12

// maxNameWords is how many words of a signature or form of address are taken for a name.
const maxNameWords = 3

// maxThanksBytes bounds what is looked at; twelve words of any language are shorter.
const maxThanksBytes = 1 << 10

// OnlyThanks tells whether a reply of a person does nothing but thank: at most twelve words, one of
// thanks, no question, no negation, no file. Such a reply reopens nothing.
//
// A mistake is not the same on both sides: thanks taken for a request reopen a ticket, a request
// taken for thanks stays unanswered. So that "The printer is down. Thanks, Ann" is none, every
// clause must thank, be a mere courtesy, or be a name.
func OnlyThanks(text string, files int) bool {
	if files > 0 || len(text) > maxThanksBytes || !utf8.ValidString(text) {
		return false
	}
	text = harmless.Replace(strings.TrimSpace(text))
	if length(text) > maxThanksWords || asksMore(strings.ToLower(text)) {
		return false
	}
	thanked := false
	for line := range strings.Lines(text) {
		clauses := strings.FieldsFunc(line, endsClause)
		for _, clause := range clauses {
			thanks, courteous, name := judge(strings.FieldsFunc(clause, endsWord))
			if !thanks && !courteous && (!name || !thanked) {
				return false
			}
			thanked = thanked || thanks
		}
	}
	return thanked
}

// asksMore tells whether a word or mark shows that the writer wants something still.
func asksMore(text string) bool {
	for _, m := range moreMarks {
		if strings.Contains(text, m) {
			return true
		}
	}
	for _, w := range strings.FieldsFunc(text, endsWord) {
		if moreWords[w] || strings.HasSuffix(w, "n't") || strings.HasPrefix(w, "n'") {
			return true
		}
	}
	return false
}

// judge tells whether the words of a clause thank, whether they are courtesies only, a greeted name
// included, and whether they may be a name by themselves. What stands behind the thanks tells what
// they are for.
func judge(words []string) (thanks, courteous, name bool) {
	strange, greeted, named := 0, false, true
	for _, w := range words {
		low := strings.ToLower(w)
		before, thanking := cutThanks(low)
		switch {
		case thanking && isCourtesy(before):
			thanks = strange == 0 || greeted && named
			return thanks, false, false
		case isCourtesy(low):
			greeted = greeted || greetings[low]
		default:
			strange++
			named = named && isName(w) && strange <= maxNameWords
		}
	}
	return false, strange == 0 || greeted && named, named && strange == len(words)
}

// cutThanks tells whether a word in lower case thanks, and gives what stands before the thanks in
// scripts that set no spaces.
func cutThanks(word string) (before string, ok bool) {
	if thanksWords[word] {
		return "", true
	}
	for _, t := range thanksMarks {
		if before, _, ok = strings.Cut(word, t); ok {
			return before, true
		}
	}
	return "", false
}

// isCourtesy tells whether a word in lower case says nothing that somebody must act on.
func isCourtesy(word string) bool {
	if courtesies[word] || greetings[word] {
		return true
	}
	for _, r := range word {
		if !strings.ContainsRune(courtesyRunes, r) {
			return false
		}
	}
	return true
}

// isName tells whether a word is written as names are.
func isName(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r)
}

// harmless takes out what holds a word or mark of moreWords and asks for nothing, and makes one
// apostrophe of all.
var harmless = strings.NewReplacer(
	"’", "'", "thanks again", "thanks", "Thanks again", "Thanks", "hank you again", "hank you",
	"ange tak", "ange takk", "usind tak", "usind takk", "ak for", "akk for",
	"再次", "", "안녕", "",
)

func endsClause(r rune) bool {
	return strings.ContainsRune(".,;:!。，、；：！…()–—~～\n\r", r)
}

func endsWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\'' }

// length counts words, a character of a script without spaces as half of one.
func length(text string) int {
	halves := 0
	for _, w := range strings.Fields(text) {
		n := 0
		for _, r := range w {
			if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
				n++
			}
		}
		if n == 0 {
			n = 2
		}
		halves += n
	}
	return (halves + 1) / 2
}
