package config

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

var (
	cronLine = ofText("cron", readCron)
	hours    = kind{name: "list of hours", shape: listed, read: readHours}
	after    = ofText("text", readAfter)
	from     = ofText("text", readFrom)
)

// Cron is when a job runs.
type Cron struct {
	Text     string        // as written
	Schedule cron.Schedule // nil: off
}

// String gives the line as written.
func (c Cron) String() string { return c.Text }

// readCron takes five fields, "@daily" and its kin, or "off". Zones are not taken: a job runs by
// its reader's zone, and the parser panics on "TZ=" alone.
func readCron(s string) (Cron, error) {
	if s == "off" {
		return Cron{Text: s}, nil
	}
	if strings.Contains(s, "TZ=") {
		return Cron{}, bad(quote(s)+" names a zone", "remove it; [site] and the mailboxes name zones")
	}
	schedule, err := cron.ParseStandard(s)
	if err != nil {
		return Cron{}, bad(quote(s)+" is not a cron line", `write one such as "0 8 * * 1-5", or "off"`)
	}
	// An impossible date parses, and gives the zero time when asked for the next run.
	if schedule.Next(time.Unix(0, 0).UTC()).IsZero() {
		return Cron{}, bad(quote(s)+" names a date that never comes", `mend it, or write "off"`)
	}
	return Cron{Text: s, Schedule: schedule}, nil
}

// Hours are the business hours of a week, by time.Weekday; those of a day ascend and never touch
// one another.
type Hours [7][]Span

// Span is a stretch of wall time, as minutes since midnight: From is in it, To (at most 1440) not.
type Span struct{ From, To int }

// weekdays are the names of days in the order in which ranges of them are counted.
var weekdays = []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

// readHours takes lines of days and spans: "Mon-Thu 09:00-12:00 13:00-17:00", "Sat 10:00-14:00".
func readHours(v any, _ string) (any, error) {
	var week Hours
	if len(v.([]string)) == 0 {
		return nil, bad("names no hours", "write at least one line; clocks run in them only")
	}
	for _, line := range v.([]string) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			return nil, badHours(line)
		}
		first, last, ok := dayRange(fields[0])
		if !ok {
			return nil, badHours(line)
		}
		for _, field := range fields[1:] {
			span, ok := readSpan(field)
			if !ok {
				return nil, badHours(line)
			}
			for d := first; d <= last; d++ {
				weekday := (d + 1) % 7
				if of := week[weekday]; len(of) > 0 && of[len(of)-1].To >= span.From {
					return nil, bad(quote(line)+" overlaps hours before it",
						"write a day's hours in order, once")
				}
				week[weekday] = append(week[weekday], span)
			}
		}
	}
	return week, nil
}

func badHours(line string) error {
	return bad(quote(line)+" are not business hours", `write them as "Mon-Fri 09:00-17:00"`)
}

// dayRange reads "Mon" or "Mon-Fri" as indexes of weekdays.
func dayRange(s string) (first, last int, ok bool) {
	from, to, isRange := strings.Cut(s, "-")
	if !isRange {
		to = from
	}
	first, last = weekdayIndex(from), weekdayIndex(to)
	return first, last, first >= 0 && first <= last
}

func weekdayIndex(name string) int {
	for i, day := range weekdays {
		if strings.EqualFold(day, name) {
			return i
		}
	}
	return -1
}

// readSpan reads "09:00-17:00"; a day ends at "24:00".
func readSpan(s string) (Span, bool) {
	from, to, _ := strings.Cut(s, "-")
	begin, err := time.Parse("15:04", from)
	if err != nil {
		return Span{}, false
	}
	span := Span{From: begin.Hour()*60 + begin.Minute(), To: 24 * 60}
	if to != "24:00" {
		end, err := time.Parse("15:04", to)
		if err != nil {
			return Span{}, false
		}
		span.To = end.Hour()*60 + end.Minute()
	}
	return span, span.From < span.To
}

// readAfter takes what is done to a mail of an IMAP folder once it is stored.
func readAfter(s string) (string, error) {
	folder, move := strings.CutPrefix(s, "move:")
	if s != "flag" && s != "leave" && (!move || folder == "") {
		return "", bad(quote(s)+" is not a choice", `write "move:FOLDER", "flag" or "leave"`)
	}
	return readText(s)
}

// readFrom takes where reading of an IMAP folder begins.
func readFrom(s string) (string, error) {
	if s == "now" || s == "unseen" || s == "all" {
		return s, nil
	}
	if d, ok := parseDuration(s); !ok || d < day {
		return "", bad(quote(s)+" is not a choice", `write "now", "unseen", "all", or an age: "14d"`)
	}
	return s, nil
}
