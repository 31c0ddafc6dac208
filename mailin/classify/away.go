package classify

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
	text := plain(in.Subject) + "\n\n" + plain(in.NewText[:min(len(in.NewText), maxAwayText)])
	n := notices{text: text, sent: sentDay(in), lang: languageOf(text)}
	n.days = findDays(text)
	var until tickets.Absence
	for i, d := range n.days {
		end := n.end(i)
		if end == endNone {
			continue
		}
		t := d.resolve(n.sent, n.monthFirst(in))
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

var spaces = regexp.MustCompile(` {2,}`)

// plain brings a text into lower case, with ASCII digits and one kind of dash and space, and takes
// phrases out that would mislead.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		}
		return unicode.ToLower(r)
	}, strings.ToValidUTF8(s, ""))
	s = spaces.ReplaceAllString(sameText.Replace(s), " ")
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

// languageOf gives the index in tongues of the notice's language: by the most of its common words.
func languageOf(text string) int {
	best, most := 0, 0
	for i, tg := range tongues {
		n := 0
		for _, w := range tg.common {
			if holdsWord(text, w) {
				n++
			}
		}
		if n > most {
			best, most = i, n
		}
	}
	return best
}

// notices is a text in which somebody says until when they are away.
type notices struct {
	text string
	sent time.Time
	lang int
	days []day
}

// monthFirst tells the order of a bare pair of numbers: the language's, and of English that of the
// country in Content-Language.
func (n *notices) monthFirst(in Input) bool {
	tg := tongues[n.lang]
	if tg.code != "en" || in.Header == nil {
		return tg.monthFirst
	}
	for name, value := range in.Header {
		value = strings.ToLower(strings.TrimSpace(value))
		if strings.EqualFold(name, "Content-Language") && strings.HasPrefix(value, "en-") {
			return strings.HasPrefix(value, "en-us")
		}
	}
	return true
}

// The ways in which a day ends an absence.
type ending int

const (
	endNone ending = iota
	endFrom
	endUntil
	endBack
)

// end tells whether the i-th day ends the absence, by the words before and behind it.
func (n *notices) end(i int) ending {
	d := n.days[i]
	begin, limit := 0, len(n.text)
	if i > 0 {
		begin = n.days[i-1].end
	}
	if i+1 < len(n.days) {
		limit = n.days[i+1].start
	}
	before := sentenceTail(n.text[max(begin, cutBefore(n.text, d.start-nearDay)):d.start])
	after := sentenceHead(n.text[d.end:min(limit, cutBefore(n.text, d.end+nearDay))])
	first := n.before(before, i)
	later := behind(after)
	switch {
	case first == endBack && later != endUntil, later == endBack && first != endUntil:
		return endBack
	case first == endUntil, later == endUntil:
		return endUntil
	}
	return endNone
}

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
// until further away in the sentence.
func (n *notices) before(s string, i int) ending {
	bare := trimFillers(s)
	if joined(bare) && (joinsNumber(bare) || i > 0 && onlyFillers(bare)) {
		return endUntil
	}
	found, size := endNone, 0
	tight := func(words []string, e ending) {
		for _, w := range words {
			if len(w) > size && endsWith(bare, w) {
				found, size = e, len(w)
			}
		}
	}
	for _, tg := range tongues {
		tight(tg.from, endFrom)
		tight(tg.until, endUntil)
		for _, w := range tg.to {
			if len(w) > size && endsWith(bare, w) && n.second(strings.TrimSuffix(bare, w), i) {
				found, size = endUntil, len(w)
			}
		}
	}
	if found == endUntil {
		return found
	}
	for _, tg := range tongues {
		if wordOf(s, tg.back) != "" {
			return endBack
		}
	}
	if found == endFrom {
		return found
	}
	for _, tg := range tongues {
		for _, w := range tg.until {
			if len(w) >= minLoose(w) && holdsWord(s, w) {
				return endUntil
			}
		}
	}
	return endNone
}

// minLoose is how long a word must be, in bytes, to say until away from its day: shorter ones stand
// within other words.
func minLoose(w string) int {
	if w[0] >= 0xe0 {
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

// second tells whether what stands before a joining word is the first day of a range: a number, or
// the day before with nothing between.
func (n *notices) second(s string, i int) bool {
	s = strings.TrimRight(s, " ")
	if joinsNumber(s) {
		return true
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

// behind judges a day by what follows it in its sentence.
func behind(s string) ending {
	near := strings.TrimLeft(s, " )(,.'")
	if at := strings.IndexByte(near, ')'); at >= 0 && at <= len("星期一") {
		near = strings.TrimLeft(near[at+1:], " ")
	}
	near = near[:cutBefore(near, 24)]
	found := endNone
	for _, tg := range tongues {
		for _, w := range tg.untilLater {
			at := strings.Index(near, w)
			if at == 0 || at > 0 && w[0] < utf8.RuneSelf && holdsWord(near, w) {
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
	if !ok || w[0] >= 0xe0 {
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
				if f[0] >= 0xe0 && strings.HasSuffix(s, f) {
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
