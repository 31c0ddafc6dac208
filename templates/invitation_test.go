package templates

import (
	"strings"
	"testing"
	"time"

	"helpgate/internal/calendar"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func invitation(t *testing.T, lines ...string) *calendar.Invitation {
	t.Helper()
	all := "BEGIN:VCALENDAR\n" + strings.Join(lines, "\n") + "\nEND:VEVENT\nEND:VCALENDAR\n"
	inv := calendar.Read([]byte(all), func(b []byte) string { return string(b) })
	if inv == nil {
		t.Fatalf("no event in %q", lines)
	}
	return inv
}

func TestAnInvitationStandsInTheReadersZoneAndLanguage(t *testing.T) {
	t.Parallel()
	inv := invitation(t, "METHOD:REQUEST", "BEGIN:VEVENT", "SUMMARY:Roof",
		"DTSTART;TZID=Europe/Berlin:20260302T230000", "DTEND;TZID=Europe/Berlin:20260303T003000",
		"RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=10", "LOCATION:Room 5",
		"ORGANIZER;CN=Jörg:mailto:joerg@example.com", "DESCRIPTION:Bring a lamp.",
		"ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:ann@example.com",
		"ATTENDEE;CN=Bo;PARTSTAT=X-ODD:mailto:bo@example.com")
	want := map[string]string{
		"en": `[Invitation]
What: Roof
When: Tue, 3 March 2026 06:00 – 07:30 (Asia/Shanghai, UTC+08:00)
In its own zone: Mon, 2 March 2026 23:00 – Tue, 3 March 2026 00:30 (Europe/Berlin, UTC+01:00)
Repeats: every 2 weeks, on Mon and Wed, 10 times
Where: Room 5
Organizer: Jörg <joerg@example.com>
Attendees: ann@example.com (no answer yet), Bo <bo@example.com> (other answer)

An answer is asked for. helpgate never gives one: open the attached calendar file to accept or ` +
			`decline.

Bring a lamp.`,
		"zh": `[会议邀请]
主题：Roof
时间：2026年3月3日 周二 06:00 – 07:30（Asia/Shanghai, UTC+08:00）
日程所在时区：2026年3月2日 周一 23:00 – 2026年3月3日 周二 00:30（Europe/Berlin, UTC+01:00）
重复：每2周，周一、周三，共10次
地点：Room 5
组织者：Jörg <joerg@example.com>
参与者：ann@example.com（尚未答复），Bo <bo@example.com>（其他答复）

对方希望得到答复。helpgate 不会代为答复：请打开附件中的日历文件，选择接受或拒绝。

Bring a lamp.`,
	}
	for locale, text := range want {
		got := embeddedSet(t).Invitation(locale, zone(t, "Asia/Shanghai"), inv)
		if got != text {
			t.Errorf("got:\n%s\nwant:\n%s", got, text)
		}
	}
}

func TestAnInvitationsTimesAreSaidShortly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lines, want string }{
		{"DTSTART;VALUE=DATE:20260302", "When: Mon, 2 March 2026 (all day)"},
		{
			"DTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260305",
			"When: Mon, 2 March 2026 – Wed, 4 March 2026 (all day)",
		},
		{"DTSTART:20260302T100000", "When: Mon, 2 March 2026 10:00 (no time zone given)"},
		{
			"DTSTART:20260302T100000Z\nDTEND:20260302T110000Z",
			"When: Mon, 2 March 2026 11:00 – 12:00 (Europe/Berlin, UTC+01:00)",
		},
		{ // the same clock under another name needs no second line
			"DTSTART;TZID=Europe/Paris:20260302T100000",
			"When: Mon, 2 March 2026 10:00 (Europe/Berlin, UTC+01:00)",
		},
		{
			"RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20261231T225959Z",
			"Repeats: every month, on the last Fri, until Thu, 31 December 2026",
		},
		{
			"RRULE:FREQ=MONTHLY;BYMONTHDAY=15,-1",
			"Repeats: every month, on day 15 of the month and the last day of the month",
		},
		{"RRULE:FREQ=HOURLY;BYHOUR=9", "Repeats: by the rule HOURLY, (BYHOUR=9)"},
		{"RECURRENCE-ID;VALUE=DATE:20260302", "Only the one of: Mon, 2 March 2026"},
		{"STATUS:CANCELLED", "It is cancelled."},
	} {
		inv := invitation(t, "BEGIN:VEVENT", c.lines)
		got := embeddedSet(t).Invitation("en", zone(t, "Europe/Berlin"), inv)
		if got != "[Calendar entry]\n"+c.want {
			t.Errorf("%q: got %q, want %q", c.lines, got, c.want)
		}
	}
}

// A key that no language has would be shown as the key.
func TestEveryWordOfAnInvitationExists(t *testing.T) {
	t.Parallel()
	s := embeddedSet(t)
	methods := []string{
		"", "REQUEST", "REPLY", "CANCEL", "COUNTER", "DECLINECOUNTER", "ADD", "REFRESH",
	}
	for _, locale := range Locales() {
		for _, method := range methods {
			for nth := -5; nth <= 5; nth++ {
				who := calendar.Attendee{Person: calendar.Person{Name: "A"}, Answer: "DELEGATED"}
				days := []calendar.Day{{Nth: nth}}
				inv := &calendar.Invitation{Method: method, More: 3, Events: []calendar.Event{{
					Attendees: []calendar.Attendee{who},
					Repeats:   &calendar.Repeat{Unit: "YEARLY", Every: 1, Days: days},
				}}}
				if got := s.Invitation(locale, nil, inv); strings.Contains(got, "calendar.") {
					t.Errorf("%s shows a key: %s", locale, got)
				}
			}
		}
		for _, how := range []string{"smime", "pgp"} {
			if got := s.Encrypted(locale, how); strings.Contains(got, "encrypted.") {
				t.Errorf("%s shows a key: %s", locale, got)
			}
		}
	}
}
