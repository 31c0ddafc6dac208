package parse

import (
	"cmp"
	"path"
	"strings"

	"helpgate/internal/calendar"
	"helpgate/internal/rfc"
)

// invite reads a part that is a calendar. Only the first with an event counts: programs send the
// same one again as a file. The part stays a file, and nothing is answered.
func (c *collector) invite(p *part, name string, data []byte) {
	if c.mail.Invitation != nil || !p.isCalendar(name) {
		return
	}
	decode := func(b []byte) string { return rfc.DecodeCharset(b, p.params["charset"]) }
	inv := calendar.Read(p.first(calendar.MaxBytes, data), decode)
	if inv != nil {
		inv.Method = cmp.Or(inv.Method, c.mail.CalendarMethod)
	}
	c.mail.Invitation = inv
}

// isCalendar tells whether a file is a calendar by its type, or its name where that says nothing.
func (p *part) isCalendar(name string) bool {
	switch p.mediaType {
	case "text/calendar", "application/ics":
		return true
	case "application/octet-stream":
		return strings.EqualFold(path.Ext(name), ".ics")
	}
	return false
}
