package calendar

import (
	"strconv"
	"strings"
	"time"
)

// Repeat is how an event comes again (RFC 5545 section 3.3.10).
type Repeat struct {
	Unit      string // DAILY, WEEKLY, MONTHLY, YEARLY and shorter ones
	Every     int    // units between two; 1 and more
	Days      []Day
	MonthDays []int  // of the month; negative ones are counted from its end
	Count     int    // how often in all, 0 when not said
	Until     Moment // the last, zero when not said
	Rest      string // parts of the rule that are none of the above, as they stand there
}

// Day is a day of the week; with Nth the first, second …, or from the end (-1) of the month.
type Day struct {
	Weekday time.Weekday
	Nth     int // 0: each
}

// maxParts bounds the values of a rule, which never has more than the days of a month.
const maxParts = 31

// repeat reads a rule, nil when there is none.
func (r *reader) repeat(rule string) *Repeat {
	rep := &Repeat{Every: 1}
	var rest []string
	position, month := 0, false
	for _, part := range strings.SplitN(rule, ";", maxParts) {
		name, value, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(part)), "=")
		ok := true
		switch name {
		case "FREQ":
			rep.Unit = clean(value)
		case "INTERVAL":
			rep.Every, ok = number(value, 1, 10_000)
			rep.Every = max(1, rep.Every)
		case "COUNT":
			rep.Count, ok = number(value, 1, 1_000_000)
		case "UNTIL":
			rep.Until = r.moment(property{value: value})
			ok = !rep.Until.Time.IsZero()
		case "BYDAY":
			rep.Days, ok = days(value)
		case "BYMONTHDAY":
			rep.MonthDays, ok = numbers(value, -31, 31)
		case "BYSETPOS":
			position, ok = number(value, -5, 5)
		case "BYMONTH":
			_, month = number(value, 1, 12)
			ok = month
		case "", "WKST":
		default:
			ok = false
		}
		if !ok {
			rest = append(rest, name+"="+value)
		}
	}
	if position != 0 && len(rep.Days) == 1 && rep.Days[0].Nth == 0 {
		rep.Days[0].Nth, position = position, 0
	}
	if position != 0 {
		rest = append(rest, "BYSETPOS="+strconv.Itoa(position))
	}
	if month && rep.Unit != "YEARLY" { // of a year's rule the date itself tells the month
		rest = append(rest, "BYMONTH")
	}
	rep.Rest = clean(strings.Join(rest, ";"))
	if rep.Unit == "" {
		return nil
	}
	return rep
}

func number(s string, least, most int) (int, bool) {
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most || n == 0 {
		return 0, false
	}
	return n, true
}

func numbers(s string, least, most int) (list []int, ok bool) {
	for _, one := range strings.SplitN(s, ",", maxParts) {
		n, ok := number(one, least, most)
		if !ok {
			return nil, false
		}
		list = append(list, n)
	}
	return list, true
}

var weekdays = map[string]time.Weekday{
	"SU": time.Sunday, "MO": time.Monday, "TU": time.Tuesday, "WE": time.Wednesday,
	"TH": time.Thursday, "FR": time.Friday, "SA": time.Saturday,
}

// days reads BYDAY, such as "MO,WE" or "-1FR".
func days(s string) (list []Day, ok bool) {
	for _, one := range strings.SplitN(s, ",", maxParts) {
		if len(one) < 2 {
			return nil, false
		}
		at := len(one) - 2
		day, known := weekdays[one[at:]]
		nth := 0
		if nth, ok = number(one[:at], -5, 5); !known || at > 0 && !ok {
			return nil, false
		}
		list = append(list, Day{day, nth})
	}
	return list, true
}
