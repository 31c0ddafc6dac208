package classify

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"helpgate/internal/rfc"
	"helpgate/tickets"
)

const (
	// maxAwayText bounds, in bytes, where an out-of-office notice names its day.
	maxAwayText = 4000
	// nearDay bounds, in bytes, how far from its day a cue is looked for.
	nearDay = 90
)

// Away finds until when the sender of an out-of-office notice is away; it is zero when no day is
// stated. A day of return outranks a last day of absence, because it is what the reader asks for.
// A day counts only with words that make it an end: from when on somebody is away, or when the
// office is closed, says nothing.
func Away(in Input) tickets.Absence {
	said := cmp.Or(strings.TrimSpace(in.NewText), in.Text)
	text := plain(in.Subject) + "\n\n" + plain(said[:min(len(said), maxAwayText)])
	n := notices{text: text, sent: sentDay(in), lang: languageOf(in, text)}
	n.days = findDays(text)
	var until tickets.Absence
	for i, d := range n.days {
		end, lang := n.end(i)
		if end == endNone {
			continue
		}
		t := d.resolve(n.sent, lang)
		switch {
		case t.IsZero():
		case end == endBack:
			return tickets.Absence{Until: t, Back: true}
		case until.Until.IsZero():
			until.Until = t
		}
	}
	if until.Until.IsZero() {
		return n.weekday()
	}
	return until
}

// sameText makes of marks that differ only in looks one, so that each form is looked for once.
var sameText = strings.NewReplacer(
	"\u00a0", " ", "\u202f", " ", "\u3000", " ", "\t", " ", "\r", "", "’", "'", "–", "-", "—", "-",
	"－", "-", "～", "~", "〜", "~", "／", "/", "．", ".", "：", ":", "，", ",", "（", "(", "）", ")",
	"\u200e", "", "\u200f", "", "*", "", "\u0307", "",
)

// weekdayInBrackets may be the name of a day of the week behind a date, which says nothing more.
var weekdayInBrackets = regexp.MustCompile(` ?\(\pL{1,12}\.?\)`)

// shortWeekdays are those of one character, as they stand in brackets.
const shortWeekdays = "月火水木金土日一二三四五六월화수목금토일"

var spaces = regexp.MustCompile(` {2,}`)

// plain brings a text into lower case, with ASCII digits and one kind of dash and space, and takes
// phrases out that would mislead.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		return unicode.ToLower(rfc.ASCIIDigit(r))
	}, strings.ToValidUTF8(s, ""))
	s = weekdayInBrackets.ReplaceAllStringFunc(sameText.Replace(s), func(word string) string {
		name := strings.Trim(word, " ().")
		if _, ok := weekdays[name]; ok || strings.Contains(shortWeekdays, name) {
			return ""
		}
		return word
	})
	s = spaces.ReplaceAllString(s, " ")
	for _, phrase := range replies {
		s = strings.ReplaceAll(s, phrase, "")
	}
	return s
}

var offset = regexp.MustCompile(`[+-]\d{4}\b`)

// sentDay gives the day on which the mail was sent, where its sender is, as midnight UTC.
func sentDay(in Input) time.Time {
	if in.Date.IsZero() {
		return time.Time{}
	}
	t := in.Date.UTC()
	if in.Header != nil {
		for name, value := range in.Header {
			if !strings.EqualFold(name, "Date") {
				continue
			}
			if zone := offset.FindString(value); zone != "" {
				n, _ := strconv.Atoi(zone) // it is nothing but a sign and digits
				t = t.Add(time.Duration(n/100)*time.Hour + time.Duration(n%100)*time.Minute)
			}
			break
		}
	}
	return on(t.Year(), int(t.Month()), t.Day())
}

// languageOf gives the notice's language, by the most of its common words, which Han characters are
// for Chinese; of English, that of the country in Content-Language. It is the zero tongue when the
// text has none of them.
func languageOf(in Input, text string) tongue {
	var best tongue
	most := 0
	for _, tg := range tongues {
		n := 0
		if tg.code == "zh" && strings.ContainsFunc(text, isHan) {
			n++
		}
		for _, w := range tg.common {
			if holdsWord(text, w) {
				n++
			}
		}
		if n > most {
			best, most = tg, n
		}
	}
	if best.code != "en" || in.Header == nil {
		return best
	}
	for name, value := range in.Header {
		value = strings.ToLower(strings.TrimSpace(value))
		if strings.EqualFold(name, "Content-Language") && strings.HasPrefix(value, "en-") {
			best.monthFirst = strings.HasPrefix(value, "en-us")
		}
	}
	return best
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// notices is a text in which somebody says until when they are away.
type notices struct {
	text string
	sent time.Time
	lang tongue
	days []day
}

// ending is how a day ends an absence.
type ending int

const (
	endNone ending = iota
	endFrom
	endUntil
	endBack
)

// end tells whether the i-th day ends the absence, by the words before and behind it, and in which
// language they say so.
func (n *notices) end(i int) (ending, tongue) {
	d := n.days[i]
	begin, limit := 0, len(n.text)
	if i > 0 {
		begin = n.days[i-1].end
	}
	if i+1 < len(n.days) {
		limit = n.days[i+1].start
	}
	behindDay := cutBefore(n.text, d.end+nearDay)
	before := sentenceTail(n.text[max(begin, cutBefore(n.text, d.start-nearDay)):d.start])
	after := sentenceHead(n.text[d.end:min(limit, behindDay)])
	if limit < behindDay { // what stands before the next day may be said of that
		after = clauseEnd.Split(after, 2)[0]
	}
	first, lang := n.before(before, i)
	later := behind(after)
	switch {
	case first == endBack && later != endUntil, later == endBack && first != endUntil:
		return endBack, lang
	case first == endUntil, later == endUntil:
		return endUntil, lang
	}
	return endNone, lang
}

var clauseEnd = regexp.MustCompile(`[,、]| (?:and|und|et|y|e|en|och|og|ja|i|a|и|та|ve) `)

// cutBefore gives the position at or before at that is no middle of a character.
func cutBefore(s string, at int) int {
	at = min(max(at, 0), len(s))
	for at > 0 && at < len(s) && !utf8.RuneStart(s[at]) {
		at--
	}
	return at
}

// sentenceEnd ends a sentence: a dot behind a number or a short form is none.
var sentenceEnd = regexp.MustCompile(`\pL{3,}\)?\.[ \n]|[!?][ \n]|\n\n|[。！？；;]`)

func sentenceTail(s string) string {
	if all := sentenceEnd.FindAllStringIndex(s, -1); all != nil {
		s = s[all[len(all)-1][1]:]
	}
	return strings.ReplaceAll(s, "\n", " ")
}

func sentenceHead(s string) string {
	if at := sentenceEnd.FindStringIndex(s); at != nil {
		s = s[:at[1]]
	}
	return strings.ReplaceAll(s, "\n", " ")
}

// before judges a day by what stands before it: a cue right there, else a word of return or an
// until further away in the sentence. The language is the cue's where the notice's has no such cue.
func (n *notices) before(s string, i int) (ending, tongue) {
	bare := trimFillers(s)
	if joined(bare) && (joinsNumber(bare) || i > 0 && onlyFillers(bare)) {
		return endUntil, n.lang
	}
	found, size, lang := endNone, 0, n.lang
	tight := func(tg tongue, words []string, e ending, holds func(before string) bool) {
		for _, w := range words {
			if len(w) <= size || !endsWith(bare, w) {
				continue
			}
			if holds == nil || holds(strings.TrimSuffix(bare, w)) {
				found, size, lang = e, len(w), tg
			}
		}
	}
	for _, tg := range slices.Concat([]tongue{n.lang}, tongues) {
		tight(tg, tg.from, endFrom, nil)
		tight(tg, tg.until, endUntil, nil)
		tight(tg, tg.to, endUntil, func(before string) bool {
			return joinsNumber(strings.TrimRight(before, " ")) || i > 0 && onlyFillers(before)
		})
		tight(tg, tg.and, endUntil, func(before string) bool { return n.second(before, i) })
	}
	if found == endUntil {
		return found, lang
	}
	for _, tg := range tongues {
		if wordOf(s, tg.back) != "" {
			return endBack, lang
		}
	}
	if found == endFrom {
		return found, lang
	}
	for _, tg := range tongues {
		for _, w := range tg.until {
			if len(w) >= minLoose(w) && holdsWord(s, w) {
				return endUntil, lang
			}
		}
	}
	return endNone, lang
}

// minLoose is how long a word must be, in bytes, to say until away from its day: shorter ones stand
// within other words.
func minLoose(w string) int {
	if unspaced(w) {
		return len("直到")
	}
	return len("bis")
}

// joined tells whether a text ends with a mark that stands between two days.
func joined(s string) bool { return strings.HasSuffix(s, "-") || strings.HasSuffix(s, "~") }

var numberBefore = regexp.MustCompile(`\d ?(?:st|nd|rd|th|er|[.º°日號号일]|-го)? ?[-~]?$`)

// joinsNumber tells whether a number stands before the mark with which a text ends.
func joinsNumber(s string) bool { return numberBefore.MatchString(s) }

func onlyFillers(s string) bool {
	return strings.Trim(trimFillers(strings.TrimRight(s, "-~ ")), " ()-~,.:") == ""
}

// second tells whether what stands before "and" is the first day of a range: a number or a day
// behind a word such as between.
func (n *notices) second(s string, i int) bool {
	s = strings.TrimRight(s, " ")
	if joinsNumber(s) {
		return wordOf(s, between) != ""
	}
	if i == 0 || !onlyFillers(s) {
		return false
	}
	start := n.days[i-1].start
	whole := strings.TrimRight(sentenceTail(n.text[cutBefore(n.text, start-nearDay):start]), " ")
	first := trimFillers(whole)
	begins := func(w string) bool { return endsWith(first, w) || endsWith(whole, w) }
	from := func(tg tongue) bool { return slices.ContainsFunc(tg.from, begins) }
	return slices.ContainsFunc(between, begins) || slices.ContainsFunc(tongues, from)
}

// maxBehind bounds, in bytes, how far behind its day an untilLater begins.
const maxBehind = 24

// behind judges a day by what follows it in its sentence.
func behind(s string) ending {
	near := strings.TrimLeft(s, " ),.'")
	near = near[:cutBefore(near, maxBehind)]
	found := endNone
	for _, tg := range tongues {
		for _, w := range tg.untilLater {
			at := strings.Index(near, w)
			if at == 0 || at > 0 && !unspaced(w) && holdsWord(near, w) {
				found = endUntil
			}
		}
	}
	if found == endUntil {
		return found
	}
	for _, tg := range tongues {
		if wordOf(s, tg.backLater) != "" {
			return endBack
		}
	}
	return endNone
}

// endsWith tells whether s ends with the word w; in scripts without spaces, with its characters.
func endsWith(s, w string) bool {
	rest, ok := strings.CutSuffix(s, w)
	if !ok || unspaced(w) {
		return ok && !strings.HasSuffix(rest, "收") // 收到: received
	}
	last, _ := utf8.DecodeLastRuneInString(rest)
	return !unicode.IsLetter(last) && last != '\''
}

// trimFillers takes off what may stand between a cue and its day.
func trimFillers(s string) string {
	for {
		s = strings.TrimRight(s, " ,.:(（")
		cut := s
		if word := lastWord(s); word != "" {
			if _, ok := weekdays[word]; ok || slices.Contains(fillers, word) {
				cut = s[:len(s)-len(word)]
			}
		}
		if cut == s {
			for _, f := range fillers {
				if unspaced(f) && strings.HasSuffix(s, f) {
					cut = strings.TrimSuffix(s, f)
				}
			}
		}
		for _, article := range []string{"ה-", "ב-", "ל-"} { // of Hebrew
			cut = strings.TrimSuffix(cut, article)
		}
		if cut == s {
			return s
		}
		s = cut
	}
}

// lastWord gives the letters with which s ends.
func lastWord(s string) string {
	at := len(s)
	for at > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:at])
		if !unicode.IsLetter(r) && r != '-' || size == 0 {
			break
		}
		at -= size
	}
	return strings.Trim(s[at:], "-")
}
