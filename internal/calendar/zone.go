package calendar

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// zone is a time zone as the calendar defines it (RFC 5545 section 3.6.5).
type zone struct {
	location    string // X-LIC-LOCATION: its IANA name
	observances []observance
}

// observance is a time of the year with one offset.
type observance struct {
	known  bool
	offset int       // seconds east of UTC
	start  time.Time // wall time
	rule   string
}

// maxObservances bounds the observances of a zone; those of a century with two a year are 200.
const maxObservances = 400

// name keeps what a zone is called.
func (r *reader) name(p property) {
	switch p.name {
	case "TZID":
		if len(r.zones) < maxZones {
			r.zones[p.value] = r.zone
		}
	case "X-LIC-LOCATION":
		r.zone.location = clean(p.value)
	}
}

func (o *observance) add(p property) {
	switch p.name {
	case "DTSTART":
		o.start, _ = time.Parse(layouts[0], strings.TrimSpace(p.value))
	case "RRULE":
		o.rule = p.value
	case "TZOFFSETTO":
		o.offset, o.known = offset(p.value)
	}
}

// offsetForm is an offset from UTC: of VTIMEZONE, or in a name such as "(UTC+08:00) Beijing".
var offsetForm = regexp.MustCompile(`^(?:\(?(?:UTC|GMT))?([+-])(\d{2}):?(\d{2})`)

func offset(s string) (seconds int, ok bool) {
	found := offsetForm.FindStringSubmatch(strings.TrimSpace(s))
	if found == nil {
		return 0, false
	}
	hours, _ := strconv.Atoi(found[2])
	minutes, _ := strconv.Atoi(found[3])
	seconds = hours*3600 + minutes*60
	if found[1] == "-" {
		seconds = -seconds
	}
	return seconds, hours < 24 && minutes < 60
}

// location finds the zone that a wall time stands in: by its IANA name, by Windows' name for it, by
// the calendar's own definition, by an offset in its name. nil when none is known.
func (r *reader) location(tzid string, wall time.Time) *time.Location {
	tzid = strings.TrimSpace(tzid)
	if tzid == "" {
		return nil
	}
	z := r.zones[tzid]
	names := []string{tzid, windowsZones[strings.ToLower(tzid)]}
	if z != nil {
		names = append(names, z.location)
	}
	for _, name := range names {
		if loc := iana(name); loc != nil {
			return loc
		}
	}
	if z != nil {
		if seconds, ok := z.at(wall); ok {
			return time.FixedZone(clean(tzid), seconds)
		}
	}
	if seconds, ok := offset(tzid); ok {
		return time.FixedZone(clean(tzid), seconds)
	}
	return nil
}

// iana gives a zone by its name, before which programs may write a path of their own, such as
// /freeassociation.sourceforge.net/Europe/Berlin. nil when there is none of that name.
func iana(name string) *time.Location {
	if name == "" || len(name) > 100 || strings.EqualFold(name, "local") {
		return nil // the zone of this host is none of the event's
	}
	parts := strings.Split(strings.TrimPrefix(name, "/"), "/")
	for n := min(len(parts), 3); n > 0; n-- {
		if loc, err := time.LoadLocation(strings.Join(parts[len(parts)-n:], "/")); err == nil {
			return loc
		}
		if !strings.HasPrefix(name, "/") {
			break
		}
	}
	return nil
}

// at gives the offset that holds at a wall time: that of the observance that began last.
func (z *zone) at(wall time.Time) (seconds int, ok bool) {
	var last time.Time
	for _, o := range z.observances {
		for _, year := range []int{wall.Year() - 1, wall.Year()} {
			began := o.began(year)
			if o.known && !began.After(wall) && (!ok || began.After(last)) {
				seconds, last, ok = o.offset, began, true
			}
		}
	}
	if !ok && len(z.observances) > 0 { // before the first
		o := z.observances[0]
		return o.offset, o.known
	}
	return seconds, ok
}

// began gives when the observance began in a year, or once when it has no rule.
func (o observance) began(year int) time.Time {
	rule := map[string]string{}
	for _, part := range strings.SplitN(o.rule, ";", maxParts) {
		name, value, _ := strings.Cut(strings.ToUpper(part), "=")
		rule[name] = value
	}
	month, monthKnown := number(rule["BYMONTH"], 1, 12)
	list, _ := days(rule["BYDAY"])
	if !monthKnown || len(list) != 1 {
		return o.start
	}
	if until, err := time.Parse("20060102", rule["UNTIL"][:min(len(rule["UNTIL"]), 8)]); err == nil {
		year = min(year, until.Year())
	}
	year = max(year, o.start.Year())
	day := time.Date(year, time.Month(month), 1, o.start.Hour(), o.start.Minute(), 0, 0, time.UTC)
	ahead := func(t time.Time) int { return (int(list[0].Weekday-t.Weekday()) + 7) % 7 }
	if nth := list[0].Nth; nth >= 0 {
		return day.AddDate(0, 0, ahead(day)+7*max(nth-1, 0))
	}
	next := day.AddDate(0, 1, 0)
	return next.AddDate(0, 0, ahead(next)+7*list[0].Nth)
}
