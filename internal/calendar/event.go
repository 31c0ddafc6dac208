package calendar

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// event makes of the properties what they say.
func (r *reader) event(raw *rawEvent) Event {
	of := func(name string) property { return raw.properties[name] }
	e := Event{
		Summary: clean(of("SUMMARY").value), Location: clean(of("LOCATION").value),
		Status: strings.ToUpper(clean(of("STATUS").value)), Start: r.moment(of("DTSTART")),
		End: r.moment(of("DTEND")), Occurrence: r.moment(of("RECURRENCE-ID")),
		Repeats: r.repeat(of("RRULE").value), Organizer: person(of("ORGANIZER")),
		MoreAttendees: raw.more,
	}
	e.Description = cleanLines(cmp.Or(of("DESCRIPTION").value, of("COMMENT").value))
	if r.method == "REPLY" || r.method == "COUNTER" {
		e.Description = cleanLines(cmp.Or(of("COMMENT").value, of("DESCRIPTION").value))
	}
	for _, p := range raw.attendees {
		answer := strings.ToUpper(clean(p.param("PARTSTAT")))
		e.Attendees = append(e.Attendees, Attendee{person(p), answer})
		e.AnswerWanted = e.AnswerWanted || r.method == "REQUEST" && isTrue(p.param("RSVP"))
	}
	if d, ok := duration(of("DURATION").value); ok && e.End.Time.IsZero() && !e.Start.Time.IsZero() {
		e.End = e.Start
		e.End.Time = e.Start.Time.Add(d)
	}
	if isTrue(of("X-MICROSOFT-CDO-ALLDAYEVENT").value) {
		e.Start, e.End = e.Start.day(), e.End.day()
	}
	if e.End.AllDay && e.End.Time.After(e.Start.Time) {
		e.End.Time = e.End.Time.AddDate(0, 0, -1) // the end is not part of the event
	}
	return e
}

func isTrue(s string) bool { return strings.EqualFold(strings.TrimSpace(s), "TRUE") }

// day makes of a midnight in its own zone a date, as Outlook states whole days beside a flag.
func (m Moment) day() Moment {
	if m.Time.IsZero() || m.Time.Hour() != 0 || m.Time.Minute() != 0 {
		return m
	}
	y, month, d := m.Time.Date()
	return Moment{Time: time.Date(y, month, d, 0, 0, 0, 0, time.UTC), AllDay: true}
}

// person reads a calendar address (RFC 5545 section 3.3.3).
func person(p property) Person {
	address := clean(p.value)
	if i := len("mailto:"); len(address) >= i && strings.EqualFold(address[:i], "mailto:") {
		address = address[i:]
	}
	if !strings.Contains(address, "@") || strings.HasPrefix(strings.ToLower(address), "invalid:") {
		address = ""
	}
	return Person{Name: clean(p.param("CN")), Address: address}
}

// Layouts of dates and times (RFC 5545 sections 3.3.4, 3.3.5), and of those who put marks in.
var layouts = []string{
	"20060102T150405", "20060102T1504", "2006-01-02T15:04:05", "2006-01-02T15:04",
}

// moment reads a date or a time.
func (r *reader) moment(p property) Moment {
	value := strings.ToUpper(strings.TrimSpace(p.value))
	for _, layout := range []string{"20060102", "2006-01-02"} {
		if t, err := time.Parse(layout, value); err == nil {
			return Moment{Time: t, AllDay: true}
		}
	}
	wall, utc := strings.CutSuffix(value, "Z")
	for _, layout := range layouts {
		t, err := time.Parse(layout, wall)
		if err != nil {
			continue
		}
		if utc {
			return Moment{Time: t}
		}
		loc := r.location(p.param("TZID"), t)
		if loc == nil {
			return Moment{Time: t, Floating: true}
		}
		y, month, d := t.Date()
		return Moment{Time: time.Date(y, month, d, t.Hour(), t.Minute(), t.Second(), 0, loc)}
	}
	return Moment{}
}

// durationForm is a duration (RFC 5545 section 3.3.6).
var durationForm = regexp.MustCompile(
	`^\+?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?$`)

func duration(s string) (time.Duration, bool) {
	found := durationForm.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(s)))
	if found == nil {
		return 0, false
	}
	var d time.Duration
	const day = 24 * time.Hour
	for i, unit := range []time.Duration{7 * day, day, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(cmp.Or(found[i+1], "0"))
		d += time.Duration(n) * unit
	}
	return d, true
}
