package templates

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"helpgate/internal/calendar"
)

// Encrypted tells that a mail is encrypted and that helpgate cannot read it. how is what it is
// encrypted with, "smime" or "pgp".
func (s *Set) Encrypted(locale, how string) string {
	w := s.locale(locale).words
	return w.text("encrypted", w.text("encrypted."+how))
}

// Invitation puts what a calendar part says into words, as lines of text. Times are in the zone of
// who reads it, beside the event's own where that differs; nil is each event's own.
func (s *Set) Invitation(locale string, zone *time.Location, inv *calendar.Invitation) string {
	w := s.locale(locale).words
	blocks := []string{"[" + w.reason("calendar.method", strings.ToLower(inv.Method)) + "]"}
	answer := false
	for i, e := range inv.Events {
		if e.Status == "CANCELLED" && inv.Method == "CANCEL" {
			e.Status = "" // the title says it
		}
		text := strings.Join(w.event(e, zone), "\n")
		if i == 0 {
			blocks[0] += "\n" + text
		} else {
			blocks = append(blocks, text)
		}
		answer = answer || e.AnswerWanted
	}
	if inv.More > 0 {
		blocks = append(blocks, w.text("calendar.more", inv.More))
	}
	if answer {
		blocks = append(blocks, w.text("calendar.asked"))
	}
	if text := inv.Events[0].Description; text != "" {
		blocks = append(blocks, text)
	}
	return strings.Join(blocks, "\n\n")
}

// event gives the lines of one event.
func (w words) event(e calendar.Event, zone *time.Location) (lines []string) {
	add := func(key, value string) {
		if value != "" {
			lines = append(lines, w.label("calendar."+key, value))
		}
	}
	add("what", e.Summary)
	if e.Status == "CANCELLED" {
		lines = append(lines, w.text("calendar.cancelled"))
	}
	add("when", w.span(e.Start, e.End, zone))
	if own := e.Start.Time.Location(); e.Start.Zoned() && zone != nil && own != time.UTC &&
		offset(e.Start.Time) != offset(e.Start.Time.In(zone)) {
		add("own", w.span(e.Start, e.End, nil))
	}
	if e.Repeats != nil {
		add("repeats", w.repeats(*e.Repeats, cmp.Or(zone, e.Start.Time.Location())))
	}
	if !e.Occurrence.Time.IsZero() {
		add("occurrence", w.moment(e.Occurrence, zone))
	}
	add("where", e.Location)
	add("organizer", mailAddress(e.Organizer))
	add("attendees", w.attendees(e))
	return lines
}

// span gives a time from its start to its end.
func (w words) span(start, end calendar.Moment, zone *time.Location) string {
	if start.Time.IsZero() {
		return ""
	}
	from, to := in(start, zone), in(end, zone)
	text := w.moment(start, zone)
	if !end.Time.IsZero() && to.After(from) {
		text += " – "
		switch {
		case start.AllDay || from.Format(time.DateOnly) != to.Format(time.DateOnly):
			text += w.moment(end, zone)
		default:
			text += to.Format("15:04")
		}
	}
	switch {
	case start.AllDay:
		return w.text("calendar.all-day", text)
	case start.Floating:
		return w.text("calendar.floating", text)
	}
	return w.text("calendar.in-zone", text, zoneName(from))
}

// moment gives a date, with the time of day where there is one.
func (w words) moment(m calendar.Moment, zone *time.Location) string {
	t := in(m, zone)
	if m.AllDay {
		return w.date(t)
	}
	return w.date(t) + " " + t.Format("15:04")
}

// in gives the time on the clocks of a zone; a date and a floating time are the same on all.
func in(m calendar.Moment, zone *time.Location) time.Time {
	if zone == nil || !m.Zoned() {
		return m.Time
	}
	return m.Time.In(zone)
}

// date writes a date by the language's layout, in which "Mon" stands for the day of the week.
func (w words) date(t time.Time) string {
	date := t.Format(w.text("calendar.date"))
	return strings.ReplaceAll(date, t.Format("Mon"), w.weekday(t.Weekday()))
}

func (w words) weekday(d time.Weekday) string {
	return w.text("calendar.day." + strconv.Itoa(int(d)))
}

func offset(t time.Time) int {
	_, seconds := t.Zone()
	return seconds
}

// zoneName names a zone with its distance from UTC at the time.
func zoneName(t time.Time) string {
	name := t.Location().String()
	if t.Location() == time.UTC {
		return "UTC"
	}
	return name + ", UTC" + t.Format("-07:00")
}

// repeats tells how an event comes again.
func (w words) repeats(r calendar.Repeat, zone *time.Location) string {
	parts := []string{w.every(r)}
	var on []string
	for _, d := range r.Days {
		day := w.weekday(d.Weekday)
		if d.Nth != 0 {
			day = w.text("calendar.nth."+strconv.Itoa(d.Nth), day)
		}
		on = append(on, day)
	}
	for _, d := range r.MonthDays {
		if d < 0 {
			on = append(on, w.text("calendar.day-from-end", -d))
		} else {
			on = append(on, w.text("calendar.day-of-month", d))
		}
	}
	if len(on) > 0 {
		parts = append(parts, w.text("calendar.on", strings.Join(on, w.text("calendar.and"))))
	}
	if r.Count > 0 {
		parts = append(parts, w.text("calendar.times", r.Count))
	}
	if !r.Until.Time.IsZero() {
		parts = append(parts, w.text("calendar.until", w.date(in(r.Until, zone))))
	}
	if r.Rest != "" {
		parts = append(parts, "("+r.Rest+")")
	}
	return strings.Join(parts, w.text("calendar.comma"))
}

// every gives the unit of a rule: every week, every 2 weeks.
func (w words) every(r calendar.Repeat) string {
	key := "calendar.every." + strings.ToLower(r.Unit)
	if _, ok := w[key]; !ok {
		return w.text("calendar.every.other", r.Unit)
	}
	return w.text(key, r.Every)
}

// attendees lists who takes part, with their answers.
func (w words) attendees(e calendar.Event) string {
	var list []string
	for _, a := range e.Attendees {
		who := mailAddress(a.Person)
		if who == "" {
			continue
		}
		if a.Answer != "" {
			answer := w.reason("calendar.answer", strings.ToLower(a.Answer))
			who = w.text("calendar.answered", who, answer)
		}
		list = append(list, who)
	}
	if e.MoreAttendees > 0 {
		list = append(list, w.text("calendar.more-attendees", e.MoreAttendees))
	}
	return strings.Join(list, w.text("calendar.comma"))
}

func mailAddress(p calendar.Person) string {
	switch {
	case p.Address == "" || p.Name == p.Address:
		return p.Name
	case p.Name == "":
		return p.Address
	}
	return p.Name + " <" + p.Address + ">"
}
