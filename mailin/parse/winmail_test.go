package parse

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"helpgate/internal/testkit/cputime"
)

// tnefStream is a TNEF stream (MS-OXTNEF) of pairs of a number with its type, and data. What
// belongs to a file has the level 2.
func tnefStream(attributes ...any) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0x223E9F78)
	b = append(b, 0, 0)
	for i := 0; i < len(attributes); i += 2 {
		id, data := uint32(attributes[i].(int)), attributes[i+1].(string)
		level := byte(1)
		if id == tnefRend || id == tnefTitle || id == tnefData {
			level = 2
		}
		b = binary.LittleEndian.AppendUint32(append(b, level), id)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
		var sum uint16
		for _, c := range []byte(data) {
			sum += uint16(c)
		}
		b = binary.LittleEndian.AppendUint16(append(b, data...), sum)
	}
	return b
}

const (
	tnefSubject = 0x18004
	tnefBody    = 0x2800C
	tnefRend    = 0x69002
	tnefTitle   = 0x18010
	tnefData    = 0x6800F
)

// asPart is a part with a body in base64.
func asPart(fields string, data []byte) string {
	return fields + "\nContent-Transfer-Encoding: base64\n\n" +
		inLines(base64.StdEncoding.EncodeToString(data))
}

func inLines(letters string) string {
	var b strings.Builder
	for len(letters) > 76 {
		b.WriteString(letters[:76] + "\n")
		letters = letters[76:]
	}
	return b.String() + letters + "\n"
}

func TestWinmailGivesItsFilesAndItsText(t *testing.T) {
	t.Parallel()
	stream := tnefStream(tnefSubject, "Inner", tnefBody, "The inner text.", tnefRend, "",
		tnefTitle, "../a.txt", tnefData, "file", tnefRend, "", tnefData, "x")
	const ms, octets = "Content-Type: application/ms-tnef", "Content-Type: application/octet-stream"
	for _, c := range []struct {
		name              string
		raw               []byte
		subject, text     string
		tnef, attachments string
	}{
		{
			"alone", mail(asPart(ms, stream)), "Inner", "The inner text.",
			"[a.txt attachment body.txt]", "[winmail.dat a.txt attachment]",
		},
		{
			"beside a text",
			multi("multipart/mixed", "\nThe outer text.", asPart(ms+"; name=x.dat", stream)),
			"s", "The outer text.", "[a.txt attachment body.txt]", "[x.dat a.txt attachment]",
		},
		{
			"beside an empty text",
			multi("multipart/mixed", "Content-Type: text/html\n\n<br>&nbsp;", asPart(ms, stream)),
			"s", "The inner text.", "[a.txt attachment body.txt]", "[winmail.dat a.txt attachment]",
		},
		{
			"by its name", mail("Subject: Outer",
				asPart("Content-Type: text/x-odd; name=WINMAIL.DAT", stream)), "Outer",
			"The inner text.", "[a.txt attachment body.txt]", "[WINMAIL.DAT a.txt attachment]",
		},
		{
			"by its bytes", mail(asPart(octets+"; name=a.bin", stream)), "Inner",
			"The inner text.", "[a.txt attachment body.txt]", "[a.bin a.txt attachment]",
		},
		{"none", mail(asPart(ms, []byte("PK"))), "", "", "[]", "[winmail.dat]"},
		{"other bytes", mail(asPart(octets, []byte("PK"))), "", "", "[]", "[attachment]"},
	} {
		m := read(t, c.raw)
		var names []string
		for _, a := range m.Attachments {
			names = append(names, a.Filename)
		}
		if m.Subject != c.subject || m.Text != c.text || fmt.Sprint(m.TNEFNames) != c.tnef ||
			fmt.Sprint(names) != c.attachments {
			t.Errorf("%s: got %q, %q, %q, %q", c.name, m.Subject, m.Text, m.TNEFNames, names)
		}
		if c.tnef == "[]" && (strings.HasPrefix(c.name, "none") != (len(m.Warnings) > 0)) {
			t.Errorf("%s: warnings %q", c.name, m.Warnings)
		}
	}
}

// What is read of a stream or a calendar does not depend on whether its bytes went to a file.
func TestWinmailAndCalendarsAreReadFromTheirFiles(t *testing.T) {
	t.Parallel()
	stream := tnefStream(tnefBody, "The inner text.", tnefRend, "", tnefTitle, "a.bin",
		tnefData, string(bytes.Repeat([]byte("file "), 20_000)))
	calendar := []byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:s\nX-PAD:" +
		strings.Repeat("pad ", 20_000) + "\nDTSTART:20260302T100000Z\nEND:VEVENT\n")
	raw := multi("multipart/mixed",
		asPart("Content-Type: application/octet-stream", stream),
		asPart("Content-Type: application/ms-tnef", stream),
		asPart("Content-Type: application/ics; name=i.ics", calendar))
	if cuts := checkStream(t, raw, 4096, 32<<10); cuts != 3 {
		t.Errorf("%d cuts", cuts)
	}
	m := read(t, raw)
	if m.Invitation == nil || m.Invitation.Events[0].Start.Time.Hour() != 10 {
		t.Errorf("got %+v", m.Invitation)
	}
	if want := []string{"a.bin", "body.txt", "a.bin", "body.txt"}; !slices.Equal(m.TNEFNames, want) {
		t.Errorf("got %q", m.TNEFNames)
	}
}

// The calendar that programs send twice counts once; one without an event does not count.
func TestTheFirstCalendarWithAnEventCounts(t *testing.T) {
	t.Parallel()
	event := "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:%s\nEND:VEVENT\n"
	const kind = "Content-Type: text/calendar; charset=gb2312\n\n"
	m := read(t, multi("multipart/mixed", kind+"METHOD:REQUEST\nBEGIN:VCALENDAR\nEND:VCALENDAR\n",
		kind+fmt.Sprintf(event, "\xbb\xe1\xd2\xe9"), kind+fmt.Sprintf(event, "second")))
	if m.Invitation == nil || m.Invitation.Events[0].Summary != "会议" ||
		m.Invitation.Method != "REQUEST" || len(m.Attachments) != 3 || m.Text != "" {
		t.Errorf("got %+v, %d files, %q", m.Invitation, len(m.Attachments), m.Text)
	}
}

// Each bomb of THREATS S35 and S45 costs less than a second, and its file is kept.
func TestS35AndS45BombsStayFiles(t *testing.T) {
	t.Parallel()
	properties := "\x40\x42\x0f\x00" + strings.Repeat("\x03\x00\x34\x12\x00\x00\x00\x00", 1_000_000)
	for name, raw := range map[string][]byte{
		"properties": mail(asPart("Content-Type: application/ms-tnef",
			tnefStream(0x69003, properties))),
		"rules": mail(asPart("Content-Type: text/calendar",
			[]byte("BEGIN:VEVENT\n"+strings.Repeat("RRULE:FREQ=DAILY\n", 1_000_000)))),
	} {
		var m *Mail
		took := cputime.Of(t, func() {
			var err error
			if m, _, err = Read(bytes.NewReader(raw), DefaultLimits(), newMemory); err != nil {
				t.Error(err)
			}
		})
		if took > cputime.Bound(time.Second) || len(m.Attachments) != 1 || m.Unparsed != "" {
			t.Errorf("%s took %v: %d files, %q", name, took, len(m.Attachments), m.Unparsed)
		}
	}
}
