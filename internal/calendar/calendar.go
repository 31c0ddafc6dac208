// Package calendar reads what a calendar part of a mail says (RFC 5545, iTIP RFC 5546): what, when,
// where, who, how often, and whether an answer is wanted. Nothing is accepted, answered, expanded
// or fetched; alarms, tasks and free-busy times are not read.
//
// A part is read line by line. golang-ical takes each property apart; this package bounds what it
// does not: bytes, lines, events, people, the length of a line (THREATS S45). A bad line costs that
// line. The package is pure and owns no goroutine. Package parse calls it, templates puts the
// result into words.
package calendar

import "time"

// Bounds of one calendar.
const (
	// MaxBytes and MaxLines are how much of a calendar is read.
	MaxBytes = 1 << 20
	MaxLines = 20_000
	// MaxLine is how many bytes of an unfolded line are read.
	MaxLine = 16 << 10
	// MaxEvents is how many events are kept, MaxAttendees how many people of each.
	MaxEvents    = 5
	MaxAttendees = 20
	// MaxDescription bounds, in bytes, what an event is described with; MaxWords all its other
	// texts.
	MaxDescription = 4 << 10
	MaxWords       = 500
)

// Invitation is what a calendar says. All strings are valid UTF-8 without controls; only a
// description has several lines.
type Invitation struct {
	Method string  // of iTIP, upper case: REQUEST, REPLY, CANCEL …; "" when there is none
	Events []Event // never empty
	More   int     // events that are not kept
}

// Event is one event.
type Event struct {
	Summary, Location string
	Description       string // or what somebody remarks in answering
	Status            string // CONFIRMED, TENTATIVE, CANCELLED; "" when not said
	Start             Moment
	End               Moment  // zero when not said; of a whole day the last day, not the one behind it
	Occurrence        Moment  // of a series only this one is meant; else zero
	Repeats           *Repeat // nil when it happens once
	Organizer         Person
	Attendees         []Attendee
	MoreAttendees     int  // that are not kept
	AnswerWanted      bool // somebody is asked to answer (RFC 5545 section 3.2.17)
}

// Moment is a time as an event states it.
type Moment struct {
	Time   time.Time // in the event's own zone, of which Location tells the name; zero for none
	AllDay bool      // a date without a time of day, at midnight UTC
	// Floating tells that no zone is known: the clock shows the same everywhere. Time is in UTC.
	Floating bool
}

// Person is who takes part.
type Person struct{ Name, Address string }

// Attendee is a person with their answer.
type Attendee struct {
	Person
	Answer string // PARTSTAT, upper case: ACCEPTED, DECLINED, TENTATIVE …; "" when none is known
}

// Read reads a calendar; nil when it holds no event. decode makes text of its bytes: it is called
// when the lines are unfolded, because a fold may go through a character.
func Read(b []byte, decode func([]byte) string) *Invitation {
	r := reader{zones: map[string]*zone{}}
	r.run(decode(unfold(b[:min(len(b), MaxBytes)])))
	if len(r.events) == 0 {
		return nil
	}
	inv := &Invitation{Method: r.method, More: r.more}
	for _, raw := range r.events {
		inv.Events = append(inv.Events, r.event(raw))
	}
	return inv
}

// Zoned tells that the moment is one instant, and not a date or a time on every clock.
func (m Moment) Zoned() bool { return !m.AllDay && !m.Floating && !m.Time.IsZero() }
