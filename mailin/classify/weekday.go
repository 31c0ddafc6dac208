package classify

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"helpgate/tickets"
)

// tomorrows are the words for the day after, lower case.
var tomorrows = []string{
	"tomorrow", "morgen", "demain", "mañana", "amanhã", "domani", "imorgon", "imorgen", "huomenna",
	"jutro", "zítra", "завтра", "yarın", "明天", "明日", "내일", "غدا", "מחר",
}

// rangeWords join the first and the last day of a week's hours: "Monday to Friday".
var rangeWords = []string{
	"to", "through", "thru", "and", "bis", "und", "à", "au", "et", "a", "al", "e", "y", "tot", "en",
	"till", "til", "og", "och", "do", "i", "по", "и", "до", "至", "到", "-", "~", "から", "부터",
}

// weekday reads a notice that names its day as one of the week, or as tomorrow: "back on Monday".
// The hours of an office, "Monday to Friday", are no end.
func (n *notices) weekday() tickets.Absence {
	if n.sent.IsZero() {
		return tickets.Absence{}
	}
	best, at := tickets.Absence{}, len(n.text)
	try := func(name string, days int) {
		pos := indexWord(n.text, name)
		if pos < 0 || pos >= at {
			return
		}
		before := sentenceTail(n.text[cutBefore(n.text, pos-nearDay):pos])
		end := pos + len(name)
		after := sentenceHead(n.text[end:cutBefore(n.text, end+nearDay)])
		switch inWeek(before, after) {
		case endBack:
			best = tickets.Absence{Until: n.sent.AddDate(0, 0, days), Back: true}
		case endUntil:
			best = tickets.Absence{Until: n.sent.AddDate(0, 0, days)}
		default:
			return
		}
		at = pos
	}
	for _, word := range tomorrows {
		try(word, 1)
	}
	for wd, names := range weekdayNames {
		days := (wd - int(n.sent.Weekday()) + 7) % 7
		if days == 0 {
			days = 7
		}
		for name := range strings.FieldsSeq(names) {
			try("下"+name, nextWeek(n.sent, wd))
			try(name, days)
		}
	}
	return best
}

// nextWeek counts the days to a day of the week behind the next Sunday, as Chinese means it.
func nextWeek(sent time.Time, wd int) int {
	today := (int(sent.Weekday()) + 6) % 7 // from Monday on
	return 7 - today + (wd+6)%7
}

// inWeek judges a day of the week by the words around it.
func inWeek(before, after string) ending {
	after = strings.TrimLeft(after, " ,.")
	for _, w := range rangeWords {
		rest, ok := strings.CutPrefix(after, w)
		if ok && (unspaced(w) || !letterFirst(rest)) {
			return endNone
		}
	}
	bare := trimFillers(before)
	for _, tg := range tongues {
		for _, w := range tg.until {
			if endsWith(bare, w) && !endsWith(bare, "through") && !endsWith(bare, "thru") {
				if until := strings.TrimSpace(strings.TrimSuffix(bare, w)); endsInWeekday(until) {
					return endNone
				}
				return endUntil
			}
		}
	}
	for _, w := range rangeWords {
		if endsWith(bare, w) {
			return endNone
		}
	}
	for _, tg := range tongues {
		if wordOf(before, tg.back) != "" || wordOf(after, tg.backLater) != "" {
			return endBack
		}
	}
	return behind(after)
}

func endsInWeekday(s string) bool {
	if _, ok := weekdays[lastWord(s)]; ok {
		return true
	}
	for name := range weekdays {
		if unspaced(name) && strings.HasSuffix(s, name) {
			return true
		}
	}
	return false
}

func letterFirst(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}
