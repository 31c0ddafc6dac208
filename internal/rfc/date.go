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
// is UTC; ok is false when there is no date in it or its year is not from 1970 to 2999.
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
	if err != nil && !ok || t.Year() < 1970 || t.Year() > 2999 {
		return time.Time{}, false
	}
	return t.UTC(), true
}

// scanDate takes a date apart word by word. The first number of at most two digits is the day;
// words that mean nothing, such as weekdays, are passed over.
func scanDate(s string) (time.Time, bool) {
	day, month, year, clock, offset := 0, time.Month(0), -1, -1, 0
	s, _, _ = strings.Cut(s, "(")
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		if d, ok := isoDay(w); ok && day == 0 {
			day, month, year = d.Day(), d.Month(), d.Year()
			continue
		}
		for _, part := range strings.Split(w, "-")[:min(3, 1+strings.Count(w, "-"))] {
			n, err := strconv.Atoi(part)
			switch {
			case err == nil && day == 0 && len(part) <= 2 && w[0] != '-' && w[0] != '+':
				day = n
			case err == nil && year < 0 && month > 0 && w[0] != '-' && w[0] != '+':
				year = fullYear(part, n)
			case month == 0 && monthNamed(part) > 0:
				month = monthNamed(part)
			}
		}
		if c, ok := clockTime(w); ok && clock < 0 {
			clock = c
		} else if clock >= 0 {
			offset = zoneSeconds(w, offset)
		}
	}
	if day < 1 || day > 31 || month == 0 || year < 0 {
		return time.Time{}, false
	}
	t := time.Date(year, month, day, 0, 0, max(clock, 0), 0, time.FixedZone("", offset))
	return t, true
}

func isoDay(w string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, w)
	return t, err == nil
}

func monthNamed(w string) time.Month {
	if len(w) < 3 {
		return 0
	}
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(w[:3], m.String()[:3]) {
			return m
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

// zoneSeconds reads a zone such as +0800, +08:00, GMT+0800 or EST; otherwise keeps the one before.
func zoneSeconds(w string, before int) int {
	if hours, ok := zoneOffsets[strings.ToUpper(w)]; ok {
		return hours * 3600
	}
	if sign := strings.IndexAny(w, "+-"); sign >= 0 {
		digits := strings.ReplaceAll(w[sign+1:], ":", "")
		if n, err := strconv.Atoi(digits); err == nil && len(digits) == 4 && n <= 1459 {
			n = n/100*3600 + n%100*60
			if w[sign] == '-' {
				n = -n
			}
			return n
		}
	}
	return before
}
