package mailin

import (
	"strings"
	"testing"
	"time"

	"helpgate/internal/calendar"
)

// plainly puts things into words that a test can look for.
type plainly struct{}

func (plainly) Invitation(locale string, zone *time.Location, inv *calendar.Invitation) string {
	return "INVITATION " + locale + " " + zone.String() + " " + inv.Events[0].Description
}

func (plainly) Encrypted(locale, how string) string { return "ENCRYPTED " + locale + " " + how }

// What the door tells of a mail stands below the words, in both shapes, however the reply reader
// cut them, and is the text of a mail that has none.
func TestWhatTheDoorTellsStandsBelowTheWords(t *testing.T) {
	t.Parallel()
	const (
		quoted = "Yes.\r\n\r\nOn Mon, 2 Mar 2026 at 10:00, Bob <bob@x.example> wrote:\r\n> Well?\r\n"
		event  = "Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n" +
			"BEGIN:VEVENT\r\nSUMMARY:s\r\nDESCRIPTION:Bring a lamp.\r\nEND:VEVENT\r\n"
		html = "Content-Type: text/html\r\n\r\n<p>Yes.</p>\r\n"
	)
	both := func(parts ...string) string {
		return "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n" +
			strings.Join(parts, "--b\r\n") + "--b--\r\n"
	}
	for _, c := range []struct{ name, body, text, whole string }{
		{"nothing else", event, "INVITATION zh Asia/Shanghai Bring a lamp.\n", ""},
		{
			"quoted text", both("\r\n"+quoted, event),
			"Yes.\n\nINVITATION zh Asia/Shanghai Bring a lamp.\n", "> Well?\n\nINVITATION",
		},
		{
			"html", both("\r\nYes.\r\n", html, event),
			"Yes.\n\nINVITATION zh Asia/Shanghai Bring a lamp.\n", "",
		},
		{
			"said already", both("\r\nBring a\r\nlamp!\r\n", event),
			"Bring a\nlamp!\n\nINVITATION zh Asia/Shanghai \n", "",
		},
		{
			"encrypted", "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; " +
				"boundary=b\r\n\r\n--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n" +
				"--b\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n--b--\r\n",
			"ENCRYPTED zh pgp\n", "",
		},
		{"plain", "\r\nYes.\r\n", "Yes.", ""},
	} {
		h := newHouse(t)
		h.Mailboxes[0].Locale, h.Mailboxes[0].Timezone = "zh", "Asia/Shanghai"
		head := "From: alice@customer.example\r\nTo: " + support + "\r\nMIME-Version: 1.0\r\n"
		if err := h.accept(t, RoadSMTP, head+c.body); err != nil {
			t.Fatal(err)
		}
		shown, err := h.desk.Show(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		m := shown.Messages[0]
		if m.ReplyText != c.text || !strings.Contains(m.Text, c.whole) {
			t.Errorf("%s: got %q of %q", c.name, m.ReplyText, m.Text)
		}
		if c.name == "html" && !strings.Contains(m.ReplyHTML, "INVITATION") {
			t.Errorf("%s: got %q", c.name, m.ReplyHTML)
		}
	}
}
