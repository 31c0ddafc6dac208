package classify

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// day is a day that a text names, and where.
type day struct {
	start, end int // in the text
	year       int // 0: none is named
	a, b       int // day and month; of a bare pair of numbers, as they stand
	bare       bool
	point      bool // a dot stands between the two
}

// The forms of dates. Text is in lower case and has ASCII digits. Each has its groups in an order
// that read knows.
var (
	// yearFirst is 2026-03-15, 2026/3/15, 2026年3月15日, 2026년 3월 15일.
	yearFirst = regexp.MustCompile(
		`(20\d\d) ?[-./年년] ?(\d{1,2}) ?[-./月월] ?(\d{1,2})(?: ?[日號号일])?`)
	// monthSign is 3月15日 and 3월 15일.
	monthSign = regexp.MustCompile(`(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日號号일]?`)
	// dayName is 15 March 2026, 15. März, 1er mars, 15 de marzo de 2026.
	dayName = regexp.MustCompile(`(\d{1,2})(?:st|nd|rd|th|er|:e|-го|-е|[.º°ª])?[ -]?` +
		`(?:(?:de|of|di) |d' ?)?(\pL{2,}\.?)(?:,? ?(?:(?:de|del) )?(20\d\d))?`)
	// nameDay is March 15th, 2026.
	nameDay = regexp.MustCompile(
		`(\pL{3,}\.?) ?(?:the )?(\d{1,2})(?:st|nd|rd|th|\b)(?:,? ?(20\d\d))?`)
	// slashed is 3/15/2026 and 15/3, dotted 15.03.2026, 15.03. and 3.15, dashed 15-03-2026.
	slashed = regexp.MustCompile(`(\d{1,2}) ?/ ?(\d{1,2})(?: ?/ ?(20\d\d|\d\d)\b|\b)`)
	dotted  = regexp.MustCompile(`(\d{1,2})\. ?(\d{1,2})(?:\. ?(20\d\d)\b|\.(\d\d)\b|\.|\b)`)
	dashed  = regexp.MustCompile(`(\d{1,2})-(\d{1,2})-(20\d\d)\b`)
	// onward is the end of a range that gives no more than the day: 1–15 behind a month.
	onward = regexp.MustCompile(`^ ?(?:-|–|—|~|to|through|thru|until|till|至|到|から|부터) ?` +
		`(\d{1,2})(?:st|nd|rd|th)? ?([日號号일]|\b)(?:,? ?(20\d\d))?(?: ?(\pL+|[./]\d))?`)
)

// maxDays bounds how many dates of a text are looked at.
const maxDays = 40

// findDays finds the dates in a text, in order.
func findDays(text string) []day {
	var found []day
	add := func(d day, ok bool) {
		overlaps := func(o day) bool { return d.start < o.end && o.start < d.end }
		if ok && len(found) < maxDays && !slices.ContainsFunc(found, overlaps) {
			found = append(found, d)
		}
	}
	each := func(form *regexp.Regexp, read func(group func(int) string) (day, bool)) {
		for _, at := range form.FindAllStringSubmatchIndex(text, maxDays) {
			group := func(i int) string {
				if at[2*i] < 0 {
					return ""
				}
				return text[at[2*i]:at[2*i+1]]
			}
			d, ok := read(group)
			d.start, d.end = at[0], at[1]
			add(d, ok && alone(text, d.start, d.end))
		}
	}
	each(yearFirst, func(g func(int) string) (day, bool) {
		return named(g(3), number(g(2)), g(1))
	})
	each(monthSign, func(g func(int) string) (day, bool) {
		return named(g(2), number(g(1)), "")
	})
	each(dayName, func(g func(int) string) (day, bool) {
		month, ok := monthOf(g(2))
		d, valid := named(g(1), int(month), g(3))
		return d, ok && valid
	})
	each(nameDay, func(g func(int) string) (day, bool) {
		month, ok := monthOf(g(1))
		d, valid := named(g(2), int(month), g(3))
		return d, ok && valid
	})
	each(slashed, func(g func(int) string) (day, bool) { return numbers(g(1), g(2), g(3)) })
	each(dashed, func(g func(int) string) (day, bool) { return numbers(g(1), g(2), g(3)) })
	each(dotted, func(g func(int) string) (day, bool) {
		d, ok := numbers(g(1), g(2), g(3)+g(4))
		d.point = true
		return d, ok
	})
	slices.SortFunc(found, func(x, y day) int { return cmp.Compare(x.start, y.start) })
	return withRanges(text, found)
}

// withRanges adds the ends of ranges that give only a day, such as 15 in "March 1-15".
func withRanges(text string, found []day) []day {
	all := make([]day, 0, len(found))
	for i, d := range found {
		all = append(all, d)
		limit := len(text)
		if i+1 < len(found) {
			limit = found[i+1].start
		}
		at := onward.FindStringSubmatchIndex(text[d.end:limit])
		if at == nil || d.bare {
			continue
		}
		group := func(n int) string {
			if at[2*n] < 0 {
				return ""
			}
			return text[d.end+at[2*n] : d.end+at[2*n+1]]
		}
		next := group(4)
		if _, month := monthOf(next); month || next == "月" || next == "월" ||
			strings.ContainsAny(next, "./") {
			continue // it is another date
		}
		last, ok := named(group(1), d.b, group(3))
		if ok && last.a > d.a {
			last.year = max(last.year, d.year)
			last.start, last.end = d.end+at[2], d.end+at[5]
			all = append(all, last)
		}
	}
	return all
}

// alone tells whether no number goes on before or behind a date.
func alone(text string, start, end int) bool {
	if digitAt(text, start-1) || digitAt(text, end) {
		return false
	}
	joined := start > 1 && strings.IndexByte("./", text[start-1]) >= 0 && digitAt(text, start-2)
	goesOn := end < len(text) && strings.IndexByte("./", text[end]) >= 0 && digitAt(text, end+1)
	return !joined && !goesOn
}

func digitAt(text string, i int) bool {
	return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9'
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits) // of nothing but digits, or empty
	return n
}

// named makes a day of which the month is certain.
func named(date string, month int, year string) (day, bool) {
	d := day{a: number(date), b: month, year: number(year)}
	return d, d.a >= 1 && d.a <= 31 && d.b >= 1 && d.b <= 12
}

// numbers makes a day of two numbers, of which either may be the month; 24/7 is none.
func numbers(a, b, year string) (day, bool) {
	d := day{a: number(a), b: number(b), year: number(year), bare: true}
	if len(year) == 2 {
		d.year += 2000
	}
	small, large := min(d.a, d.b), max(d.a, d.b)
	return d, small >= 1 && small <= 12 && large <= 31 && (year != "" || d.a != 24 || d.b != 7)
}

// maxAbsence is how long an absence is believed to be at most.
const maxAbsence = 366 * 24 * time.Hour

// resolve gives the date that is meant by someone who writes on the day sent in that language. Of a
// bare pair the language tells which is the month; where only the other order gives a day that is
// still to come, it is meant. It is zero for a day that is none, or over.
func (d day) resolve(sent time.Time, tg tongue) time.Time {
	if !d.bare {
		return d.as(d.b, d.a, sent)
	}
	first, second := d.as(d.b, d.a, sent), d.as(d.a, d.b, sent)
	switch {
	case d.point && !tg.dotted:
		return first // 9.30 is a time
	case tg.monthFirst:
		return cmp.Or(second, first)
	}
	return cmp.Or(first, second)
}

// as gives the date under one order of its numbers. Without a year it is the one from a quarter of
// a year ago to three quarters ahead: who forgot to end a notice was not away until next year.
func (d day) as(month, date int, sent time.Time) time.Time {
	if month > 12 || sent.IsZero() && d.year == 0 {
		return time.Time{}
	}
	year := d.year
	if year == 0 {
		year = sent.Year()
		switch t := on(year, month, date); {
		case t.Before(sent.AddDate(0, -3, 0)):
			year++
		case !t.Before(sent.AddDate(0, 9, 0)):
			year--
		}
	}
	t := on(year, month, date)
	if t.Day() != date || t.Before(sent) {
		return time.Time{}
	}
	if last := sent.Add(maxAbsence); !sent.IsZero() && t.After(last) {
		return last
	}
	return t
}

func on(year, month, date int) time.Time {
	return time.Date(year, time.Month(month), date, 0, 0, 0, 0, time.UTC)
}
