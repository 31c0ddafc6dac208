package calendar

import (
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"helpgate/internal/testkit"
	"helpgate/internal/testkit/cputime"
)

func asText(b []byte) string { return strings.ToValidUTF8(string(b), "\uFFFD") }

// read reads a calendar of the given lines.
func read(lines ...string) *Invitation {
	all := "BEGIN:VCALENDAR\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n"
	return Read([]byte(all), asText)
}

// event reads the only event of a calendar, of which the lines are given.
func event(t *testing.T, lines ...string) Event {
	t.Helper()
	inv := read("METHOD:REQUEST", "BEGIN:VEVENT", strings.Join(lines, "\r\n"), "END:VEVENT")
	if inv == nil || len(inv.Events) != 1 {
		t.Fatalf("got %+v of %q", inv, lines)
	}
	return inv.Events[0]
}

func TestAnInvitationIsRead(t *testing.T) {
	t.Parallel()
	inv := read("METHOD:request", "BEGIN:VEVENT", `SUMMARY;LANGUAGE=en:Roof\, part 2`,
		"DTSTART;TZID=Europe/Berlin:20260302T100000", "DTEND;TZID=Europe/Berlin:20260302T113000",
		`LOCATION:Room 5\; upstairs`, `DESCRIPTION:First\nsecond `, " line", "STATUS:CONFIRMED",
		`ORGANIZER;CN="Weiß, Jörg":mailto:joerg@example.com`,
		"ATTENDEE;CN=Ann;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:MAILTO:ann@example.com",
		"ATTENDEE;PARTSTAT=accepted:invalid:nomail",
		"BEGIN:VALARM", "SUMMARY:alarm", "DESCRIPTION:alarm", "END:VALARM",
		"END:VEVENT")
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	want := &Invitation{Method: "REQUEST", Events: []Event{{
		Summary: "Roof, part 2", Location: "Room 5; upstairs", Description: "First\nsecond line",
		Status: "CONFIRMED", AnswerWanted: true,
		Start:     Moment{Time: time.Date(2026, 3, 2, 10, 0, 0, 0, berlin)},
		End:       Moment{Time: time.Date(2026, 3, 2, 11, 30, 0, 0, berlin)},
		Organizer: Person{"Weiß, Jörg", "joerg@example.com"},
		Attendees: []Attendee{
			{Person{"Ann", "ann@example.com"}, "NEEDS-ACTION"}, {Person{}, "ACCEPTED"},
		},
	}}}
	if !reflect.DeepEqual(inv, want) {
		t.Errorf("got  %+v\nwant %+v", inv, want)
	}
}

func TestTimesStandInTheirZone(t *testing.T) {
	t.Parallel()
	const zone = "BEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\n" +
		"TZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\n" +
		"BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETTO:+0200\r\n" +
		"RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE"
	for _, c := range []struct{ start, want string }{
		{"DTSTART:20260302T100000Z", "2026-03-02T10:00:00Z"},
		{"DTSTART;TZID=Asia/Shanghai:20260302T100000", "2026-03-02T10:00:00+08:00 Asia/Shanghai"},
		{
			"DTSTART;TZID=China Standard Time:20260302T100000",
			"2026-03-02T10:00:00+08:00 Asia/Shanghai",
		},
		{
			`DTSTART;TZID="W. Europe Standard Time":20260702T100000`,
			"2026-07-02T10:00:00+02:00 Europe/Berlin",
		},
		{
			"DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Paris:20260702T100000",
			"2026-07-02T10:00:00+02:00 Europe/Paris",
		},
		{
			`DTSTART;TZID="(UTC+08:00) Beijing, Hong Kong":20260302T100000`,
			"2026-03-02T10:00:00+08:00 (UTC+08:00) Beijing, Hong Kong",
		},
		{"DTSTART;TZID=GMT-0330:20260302T100000", "2026-03-02T10:00:00-03:30 GMT-0330"},
		{"DTSTART;TZID=Own:20260328T100000", "2026-03-28T10:00:00+01:00 Own"},
		{"DTSTART;TZID=Own:20260329T100000", "2026-03-29T10:00:00+02:00 Own"},
		{"DTSTART;TZID=Own:20261024T100000", "2026-10-24T10:00:00+02:00 Own"},
		{"DTSTART;TZID=Own:20261026T100000", "2026-10-26T10:00:00+01:00 Own"},
		{"DTSTART:20260302T100000", "2026-03-02T10:00:00Z floating"},
		{"DTSTART;TZID=Nowhere:20260302T100000", "2026-03-02T10:00:00Z floating"},
		{"DTSTART;TZID=Local:20260302T100000", "2026-03-02T10:00:00Z floating"},
		{"DTSTART;TZID=../../etc/passwd:20260302T100000", "2026-03-02T10:00:00Z floating"},
		{"DTSTART;VALUE=DATE:20260302", "2026-03-02T00:00:00Z day"},
		{"DTSTART:2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"},
		{"DTSTART;TZID=\"Asia/Shanghai:20260302T100000", "2026-03-02T10:00:00Z floating"},
		{"DTSTART:soon", "0001-01-01T00:00:00Z"},
	} {
		inv := read(zone, "BEGIN:VEVENT", c.start, "END:VEVENT")
		m := inv.Events[0].Start
		got := m.Time.Format(time.RFC3339)
		switch {
		case m.Floating:
			got += " floating"
		case m.AllDay:
			got += " day"
		case m.Time.Location() != time.UTC:
			got += " " + m.Time.Location().String()
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.start, got, c.want)
		}
	}
}

func TestEveryNameOfWindowsIsAZone(t *testing.T) {
	t.Parallel()
	for windows, name := range windowsZones {
		if iana(name) == nil || windows != strings.ToLower(windows) {
			t.Errorf("%q is no zone for %q", name, windows)
		}
	}
}

func TestAnEndIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lines, want string }{
		{"DTSTART:20260302T100000Z\r\nDURATION:PT1H30M", "2026-03-02 11:30"},
		{"DTSTART;VALUE=DATE:20260302\r\nDTEND;VALUE=DATE:20260303", "2026-03-02 00:00"},
		{"DTSTART;VALUE=DATE:20260302\r\nDTEND;VALUE=DATE:20260305", "2026-03-04 00:00"},
		{"DTSTART;VALUE=DATE:20260302\r\nDURATION:P1W", "2026-03-08 00:00"},
		{
			"DTSTART;TZID=Asia/Tokyo:20260302T000000\r\nDTEND;TZID=Asia/Tokyo:20260304T000000\r\n" +
				"X-MICROSOFT-CDO-ALLDAYEVENT:TRUE", "2026-03-03 00:00",
		},
		{"DTSTART:20260302T100000Z", "0001-01-01 00:00"},
		{"DTSTART:20260302T100000Z\r\nDURATION:P9999999999999D", "0001-01-01 00:00"},
	} {
		if got := event(t, c.lines).End.Time.Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%q: got %s, want %s", c.lines, got, c.want)
		}
	}
}

func TestRulesAreRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rule, want string }{
		{
			"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=10;WKST=SU",
			"WEEKLY 2 [{Monday 0} {Wednesday 0}] [] 10 ",
		},
		{"FREQ=MONTHLY;BYDAY=2TU", "MONTHLY 1 [{Tuesday 2}] [] 0 "},
		{"FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1", "MONTHLY 1 [{Friday -1}] [] 0 "},
		{
			"FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1",
			"MONTHLY 1 [{Monday 0} {Tuesday 0}] [] 0 BYSETPOS=1",
		},
		{"FREQ=MONTHLY;BYMONTHDAY=1,-1", "MONTHLY 1 [] [1 -1] 0 "},
		{"FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=2", "YEARLY 1 [] [2] 0 "},
		{
			"freq=daily;interval=0;count=x;byhour=9",
			"DAILY 1 [] [] 0 INTERVAL=0;COUNT=X;BYHOUR=9",
		},
	} {
		r := event(t, "RRULE:"+c.rule).Repeats
		got := fmt.Sprintf("%s %d %v %v %d %s", r.Unit, r.Every, r.Days, r.MonthDays, r.Count, r.Rest)
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.rule, got, c.want)
		}
	}
	until := event(t, "RRULE:FREQ=DAILY;UNTIL=20260401T000000Z").Repeats.Until
	if until.Time.Day() != 1 || event(t, "RRULE:COUNT=3").Repeats != nil {
		t.Errorf("until %v", until)
	}
}

// An answer says who gives it, and remarks more than it repeats.
func TestAnAnswerHoldsItsComment(t *testing.T) {
	t.Parallel()
	e := read("METHOD:REPLY", "BEGIN:VEVENT", "DESCRIPTION:old", "COMMENT:I come later",
		"ATTENDEE;PARTSTAT=DECLINED;RSVP=TRUE:mailto:a@x.example", "END:VEVENT").Events[0]
	if e.Description != "I come later" || e.Attendees[0].Answer != "DECLINED" || e.AnswerWanted {
		t.Errorf("got %+v", e)
	}
}

// A fold may stand within a character, and texts may hold what a terminal obeys.
func TestTextsAreWholeAndClean(t *testing.T) {
	t.Parallel()
	whole := "SUMMARY:会议 \u202Egpj\x1b[0m"
	for cut := len("SUMMARY:"); cut < len(whole); cut++ {
		if got := event(t, whole[:cut]+"\r\n "+whole[cut:]).Summary; got != "会议 gpj [0m" {
			t.Errorf("folded at %d: got %q", cut, got)
		}
	}
	long := event(t, "SUMMARY:"+strings.Repeat("会", 5000),
		"DESCRIPTION:"+strings.Repeat("x", 50_000))
	if len(long.Summary) > MaxWords+3 || len(long.Description) > MaxDescription+3 {
		t.Errorf("%d and %d bytes", len(long.Summary), len(long.Description))
	}
}

func TestWhatIsDamagedCostsItself(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"BEGIN:VEVENT\nSUMMARY:a", // without a calendar around it, not closed
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nno line\n:x\nDTSTART;=:\n" +
			"ATTENDEE;CN=\"a\"b\":mailto:a@x\nSUMMARY:a\n",
		"junk\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a\nEND:VTODO\nEND:VEVENT\nEND:VEVENT\n" +
			"BEGIN:X",
	} {
		inv := Read([]byte(text), asText)
		if inv == nil || inv.Events[0].Summary != "a" {
			t.Errorf("%q: got %+v", text, inv)
		}
	}
	for _, text := range []string{"", "BEGIN:VCALENDAR\nEND:VCALENDAR", "BEGIN:VTODO\nSUMMARY:a"} {
		if inv := Read([]byte(text), asText); inv != nil {
			t.Errorf("%q: got %+v", text, inv)
		}
	}
}

// Each bomb of THREATS S45 costs less than a second of CPU and 64 MB of memory.
func TestS45Bombs(t *testing.T) {
	const open = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a\n"
	const zones = "BEGIN:VTIMEZONE\nTZID:a\nBEGIN:STANDARD\nEND:VTIMEZONE\n"
	repeat := func(s string, size int) string { return strings.Repeat(s, size/len(s)) }
	for name, c := range map[string]string{
		"rules":      open + strings.Repeat("RRULE:FREQ=DAILY\n", 1_000_000),
		"long rule":  open + "RRULE:" + repeat("BYDAY=MO;", 4<<20),
		"events":     "BEGIN:VCALENDAR\n" + repeat("BEGIN:VEVENT\nEND:VEVENT\n", 4<<20),
		"depth":      repeat("BEGIN:VEVENT\n", 4<<20),
		"attendees":  open + repeat("ATTENDEE;CN=a;RSVP=TRUE:mailto:a@x\n", 4<<20),
		"parameters": open + repeat("DTSTART"+repeat(";a=b", 16<<10)+":1\n", 4<<20),
		"quoted":     open + repeat("LOCATION;a=\":\""+repeat(";a=b", 16<<10)+":1\n", 4<<20),
		"folds":      open + "SUMMARY:" + repeat("\n ", 4<<20),
		"zones":      open + repeat(zones, 4<<20),
		"one line":   repeat(";", 4<<20),
	} {
		debug.FreeOSMemory()
		before := held()
		took := cputime.Of(t, func() { Read([]byte(c), asText) })
		grown := held() - before
		if testkit.RaceEnabled { // it keeps garbage for longer
			grown = 0
		}
		if took > cputime.Bound(time.Second) || grown > 64<<20 {
			t.Errorf("%s took %v and %d MB", name, took, grown>>20)
		}
	}
}

// held gives how many bytes the heap holds of the system's memory.
func held() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapSys - m.HeapReleased)
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n" +
		"DTSTART;TZID=Own:20260302T100000\r\nDURATION:P1D\r\n" +
		"RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20260401\r\n" +
		"ATTENDEE;CN=\"a\";RSVP=TRUE:mailto:a@x\r\nDESCRIPTION:a\\nb\r\n c\r\nEND:VEVENT\r\n" +
		"BEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\n" +
		"DTSTART:16010101T030000\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n"))
	f.Add([]byte("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260302\nDTEND:20260303\n" +
		"X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		inv := Read(b, asText)
		if inv == nil {
			return
		}
		texts := []string{inv.Method}
		for _, e := range inv.Events {
			texts = append(texts, e.Summary, e.Location, e.Description, e.Status, e.Organizer.Name,
				e.Organizer.Address)
			for _, a := range e.Attendees {
				texts = append(texts, a.Name, a.Address, a.Answer)
			}
			if e.Repeats != nil {
				texts = append(texts, e.Repeats.Unit, e.Repeats.Rest)
			}
		}
		for _, s := range texts {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\x1b\r") {
				t.Fatalf("unclean text %q", s)
			}
		}
	})
}
