package rfc

import (
	"net/mail"
	"strconv"
	"strings"
	"time"
)

// maxDate bounds a Date field in bytes; a real one has 31, the longest honest one seen 181.
const maxDate = 512

// commonDate is the form of nearly every mail. net/mail knows it too, behind other forms whose
// errors cost more than all else in a header.
const commonDate = "Mon, 2 Jan 2006 15:04:05 -0700"

// zoneOffsets are the names of RFC 5322 section 4.3 in hours; any other name counts as UTC.
var zoneOffsets = map[string]int{
	"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
	"CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "BST": 1, "JST": 9, "MSK": 3, "HKT": 8,
}

// ParseDate reads a Date field: RFC 5322 with its obsolete forms, then anything that has a day, a
// month's name, a year and a time in any order (asctime, missing zone), then RFC 3339. The result
// is UTC; ok is false when there is no date in it or its year is not from 1900, with which those of
// RFC 5322 begin, to 2999.
func ParseDate(header string) (t time.Time, ok bool) {
	s := strings.TrimSpace(oneLine(unfold(header)))
	if len(s) > maxDate {
		s = s[:maxDate]
	}
	t, err := time.Parse(commonDate, s)
	if err != nil {
		t, err = mail.ParseDate(s)
	}
	if name, offset := t.Zone(); err == nil && offset == 0 { // net/mail takes EST for UTC
		t = t.Add(-time.Duration(zoneOffsets[name]) * time.Hour)
	}
	if err != nil {
		t, err = time.Parse(time.RFC3339, s)
	}
	if err != nil {
		t, ok = scanDate(s)
	}
	if err != nil && !ok || t.Year() < 1900 || t.Year() > 2999 {
		return time.Time{}, false
	}
	return t.UTC(), true
}

// eastern turns the marks of Chinese and Japanese dates into those of ISO 8601.
var eastern = strings.NewReplacer("年", "-", "月", "-", "日", " ", "/", "-", "上午", " AM ", "下午", " PM ")

// scanned is what was found in a date so far.
type scanned struct {
	day, year int // year is -1 before it was found
	month     time.Month
	clock     int // seconds of the day, -1 before a time was found
	offset    int // of the zone, in seconds
}

// scanDate takes a date apart word by word. The first number of at most two digits is the day;
// words that mean nothing, such as weekdays, are passed over.
func scanDate(s string) (time.Time, bool) {
	found := scanned{year: -1, clock: -1}
	s, _, _ = strings.Cut(eastern.Replace(s), "(")
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		found.word(w)
	}
	if found.day < 1 || found.day > 31 || found.month == 0 || found.year < 0 {
		return time.Time{}, false
	}
	zone := time.FixedZone("", found.offset)
	return time.Date(found.year, found.month, found.day, 0, 0, max(found.clock, 0), 0, zone), true
}

// word takes one word. Of several names of months the last counts: "mar." is a weekday in French.
func (d *scanned) word(w string) {
	if iso, err := time.Parse("2006-1-2", w); err == nil && d.day == 0 {
		d.day, d.month, d.year = iso.Day(), iso.Month(), iso.Year()
		return
	}
	signed := w[0] == '-' || w[0] == '+'
	for _, part := range strings.SplitN(w, "-", 4)[:min(3, 1+strings.Count(w, "-"))] {
		part = strings.Trim(part, ".'")
		n, err := strconv.Atoi(part)
		switch {
		case err == nil && d.day == 0 && len(part) <= 2 && !signed:
			d.day = n
		case err == nil && d.year < 0 && d.month > 0 && !signed:
			d.year = fullYear(part, n)
		case err != nil && d.year < 0 && monthNamed(part) > 0:
			d.month = monthNamed(part)
		}
	}
	c, ok := clockTime(w)
	switch {
	case ok && d.clock < 0:
		d.clock = c
	case d.clock >= 0 && d.clock < 12*3600 && strings.EqualFold(w, "PM"):
		d.clock += 12 * 3600
	case d.clock >= 12*3600 && d.clock < 13*3600 && strings.EqualFold(w, "AM"):
		d.clock -= 12 * 3600
	case d.clock >= 0:
		d.offset = zoneSeconds(w, d.offset)
	}
}

// monthNames are how the names of months begin, in English and in the languages that mail programs
// were seen to write in a Date.
var monthNames = [...][]string{
	{"jan", "gen", "ene", "янв"},
	{"feb", "fev", "fév", "фев"},
	{"mar", "mär", "mrz", "mrt", "maart", "мар"},
	{"apr", "avr", "abr", "апр"},
	{"may", "mai", "mag", "mei", "maj", "май", "мая"},
	{"jun", "juin", "giu", "июн"},
	{"jul", "juil", "lug", "июл"},
	{"aug", "aoû", "aou", "ago", "авг"},
	{"sep", "set", "сен"},
	{"oct", "okt", "ott", "out", "окт"},
	{"nov", "ноя"},
	{"dec", "déc", "dez", "dic", "des", "дек"},
}

func monthNamed(w string) time.Month {
	w = strings.ToLower(w)
	for i, names := range monthNames {
		for _, name := range names {
			if strings.HasPrefix(w, name) {
				return time.Month(i + 1)
			}
		}
	}
	return 0
}

// fullYear reads years of two and three digits as RFC 5322 section 4.3 says.
func fullYear(digits string, n int) int {
	switch {
	case len(digits) <= 2 && n < 50:
		return 2000 + n
	case len(digits) <= 3:
		return 1900 + n
	}
	return n
}

// clockTime reads hours, minutes and perhaps seconds as seconds of the day.
func clockTime(w string) (int, bool) {
	for _, layout := range []string{"15:04:05", "15:04", "15.04.05"} {
		if t, err := time.Parse(layout, w); err == nil {
			return t.Hour()*3600 + t.Minute()*60 + t.Second(), true
		}
	}
	return 0, false
}

// zoneSeconds reads a zone such as +0800, +08:00, +8, GMT+0800 or EST; otherwise keeps the one
// before.
func zoneSeconds(w string, before int) int {
	w = strings.ToUpper(w)
	if hours, ok := zoneOffsets[w]; ok {
		return hours * 3600
	}
	w = strings.TrimPrefix(strings.TrimPrefix(w, "GMT"), "UTC")
	if w == "" || w[0] != '+' && w[0] != '-' {
		return before
	}
	digits := strings.ReplaceAll(w[1:], ":", "")
	n, err := strconv.Atoi(digits)
	if len(digits) <= 2 {
		n *= 100
	}
	if err != nil || len(digits) > 4 || n < 0 || n > 1459 {
		return before
	}
	n = n/100*3600 + n%100*60
	if w[0] == '-' {
		return -n
	}
	return n
}
