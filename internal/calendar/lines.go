package calendar

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	ics "github.com/arran4/golang-ical"
)

// reader is a calendar while it is read.
type reader struct {
	method string
	events []*rawEvent
	more   int              // events that are not kept
	zones  map[string]*zone // that the calendar defines, by TZID

	open    []string // components that the line stands in, outermost first
	current *rawEvent
	zone    *zone
}

// Bounds of a calendar's structure.
const (
	maxDepth  = 10 // components in one another
	maxZones  = 20
	maxParams = 30 // of one property
)

// rawEvent holds an event's properties as they stand there, the first of each name.
type rawEvent struct {
	properties map[string]property
	attendees  []property
	more       int // attendees that are not kept
}

// property is a content line taken apart (RFC 5545 section 3.1).
type property struct {
	name   string // upper case
	params map[string][]string
	value  string
}

// param gives the first value of a parameter, "" when there is none.
func (p property) param(name string) string {
	for key, values := range p.params {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// unfold joins the lines that were folded (RFC 5545 section 3.1).
func unfold(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for line := range bytes.Lines(b) {
		if len(out) > 0 && (line[0] == ' ' || line[0] == '\t') {
			out = bytes.TrimRight(out, "\r\n")
			line = line[1:]
		}
		out = append(out, line...)
	}
	return out
}

// run reads the lines of a calendar.
func (r *reader) run(text string) {
	lines := 0
	for line := range strings.Lines(text) {
		if lines++; lines > MaxLines || len(r.open) > maxDepth {
			break
		}
		p, ok := parseLine(strings.TrimRight(line, "\r\n"))
		switch {
		case !ok:
		case p.name == "BEGIN":
			r.begin(strings.ToUpper(strings.TrimSpace(p.value)))
		case p.name == "END":
			r.end(strings.ToUpper(strings.TrimSpace(p.value)))
		case len(r.open) > 0:
			r.property(p)
		}
	}
	r.closeEvent() // of a calendar that was cut short
}

// kinds are the properties that are read, and whether they are texts.
var kinds = map[string]bool{
	"BEGIN": true, "END": true, "METHOD": true, "SUMMARY": true, "LOCATION": true,
	"DESCRIPTION": true, "COMMENT": true, "STATUS": true, "TZID": true, "X-LIC-LOCATION": true,
	"X-MICROSOFT-CDO-ALLDAYEVENT": true,

	"DTSTART": false, "DTEND": false, "DURATION": false, "RRULE": false, "RECURRENCE-ID": false,
	"ORGANIZER": false, "ATTENDEE": false, "TZOFFSETTO": false,
}

// parseLine takes a line apart. It is false for a line that is not read.
func parseLine(line string) (property, bool) {
	head, value, ok := splitLine(line)
	name, params, _ := strings.Cut(head, ";")
	name = strings.ToUpper(strings.TrimSpace(name))
	isText, read := kinds[name]
	if !ok || !read {
		return property{}, false
	}
	value = strings.ToValidUTF8(value[:min(len(value), MaxLine)], "")
	plain := ics.ContentLine(name + ":" + value)
	if isText || params == "" || len(params) > MaxLine || strings.Count(params, ";") >= maxParams {
		return parsed(plain)
	}
	if p, ok := parsed(ics.ContentLine(name + ";" + params + ":" + value)); ok {
		return p, true
	}
	return parsed(plain) // bad parameters cost themselves, not the time or the person
}

func parsed(line ics.ContentLine) (property, bool) {
	p, err := ics.ParseProperty(line)
	if err != nil || p == nil {
		return property{}, false
	}
	return property{p.IANAToken, p.ICalParameters, p.Value}, true
}

// splitLine cuts a line at the colon in front of its value, which is the first that is not quoted.
func splitLine(line string) (head, value string, ok bool) {
	quoted := false
	for i := range len(line) {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == ':' && !quoted:
			return line[:i], line[i+1:], true
		}
	}
	return strings.Cut(line, ":") // a quote that is not closed
}

func (r *reader) begin(kind string) {
	r.open = append(r.open, kind)
	switch kind {
	case "VEVENT":
		r.closeEvent()
		r.current = &rawEvent{properties: map[string]property{}}
	case "VTIMEZONE":
		r.zone = &zone{}
	case "STANDARD", "DAYLIGHT":
		if r.zone != nil && len(r.zone.observances) < maxObservances {
			r.zone.observances = append(r.zone.observances, observance{})
		}
	}
}

func (r *reader) end(kind string) {
	if i := slices.Index(r.open, kind); i >= 0 {
		r.open = r.open[:i]
	}
	switch kind {
	case "VEVENT":
		r.closeEvent()
	case "VTIMEZONE":
		r.zone = nil
	}
}

func (r *reader) closeEvent() {
	switch {
	case r.current == nil:
	case len(r.events) == MaxEvents:
		r.more++
	default:
		r.events = append(r.events, r.current)
	}
	r.current = nil
}

// property keeps a property of the innermost component.
func (r *reader) property(p property) {
	switch kind := r.open[len(r.open)-1]; {
	case kind == "VCALENDAR" && p.name == "METHOD" && r.method == "":
		r.method = strings.ToUpper(clean(p.value))
	case kind == "VEVENT" && r.current != nil:
		r.current.add(p)
	case kind == "VTIMEZONE" && r.zone != nil:
		r.name(p)
	case r.zone != nil && len(r.zone.observances) > 0:
		r.zone.observances[len(r.zone.observances)-1].add(p)
	}
}

func (e *rawEvent) add(p property) {
	if p.name == "ATTENDEE" {
		if len(e.attendees) == MaxAttendees {
			e.more++
			return
		}
		e.attendees = append(e.attendees, p)
		return
	}
	if _, ok := e.properties[p.name]; !ok {
		e.properties[p.name] = p
	}
}

// clean gives a text as one line without controls and format characters, at most MaxWords bytes.
func clean(s string) string {
	s = strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Cf, c) {
			return -1
		}
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, s)
	return cut(strings.Join(strings.Fields(s), " "), MaxWords)
}

// cleanLines gives a text of several lines without controls, at most MaxDescription bytes.
func cleanLines(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, s)
	return strings.TrimSpace(cut(s, MaxDescription))
}

// cut shortens s to at most n bytes between characters, and shows it.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
