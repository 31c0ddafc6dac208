package parse

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestCarriageReturnsAloneEndLines(t *testing.T) {
	t.Parallel()
	raw := bytes.ReplaceAll(multi("multipart/mixed", "\na\nb", file+encoded(3000, 76, "\n")),
		[]byte("\n"), nil)
	m := read(t, raw)
	if m.Subject != "s" || m.Text != "a\nb" || len(m.Attachments) != 1 {
		t.Errorf("subject %q, text %q, %d files", m.Subject, m.Text, len(m.Attachments))
	}
	if cuts := checkStream(t, raw, 100, 1000); cuts != 0 {
		t.Errorf("%d cuts", cuts)
	}
}

// Headers that break the rules give what is in them, and a warning.
func TestDamagedHeadersAreRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ fields, want string }{
		{"From: =?utf-8?q?Jane_=3Cj@x.org=3E?=", `["Jane" <j@x.org>] 0 | [no address in From]`},
		{"From: a@x.org\nFrom: b@x.org", "[a@x.org b@x.org] 2 | [more than one From]"},
		{"From: nobody\nDate: soon\nMessage-ID: two words", "[] 1 | [no address in From unreadable " +
			"Date unreadable Message-ID]"},
		{
			"From: \"\xd0\xf2\" <j@x.org>\nSubject: \xf0\xe5\xf2\nContent-Type: text/plain; charset=cp1251",
			"[=?utf-8?b?0KDRgg==?= <j@x.org>] 1 рет| []",
		},
		{
			"From: j@x.org\nSubject: \xa4\xa4\xa4\xe5\nContent-Type: text/plain; charset=big5",
			"[j@x.org] 1 中文| []",
		},
		{
			"From: =?x-own?b?w7w=?= <j@x.org>\nSubject: =?utf-8?b?w7w",
			"[=?utf-8?b?w7w=?= <j@x.org>] 1 ü| []",
		},
	} {
		m := read(t, mail(strings.ReplaceAll(c.fields, "\n", "\r\n"), "", "x"))
		if got := fmt.Sprint(m.From, " ", m.FromCount, " ", m.Subject, "| ", m.Warnings); got != c.want {
			t.Errorf("%q: got %s", c.fields, got)
		}
	}
}

// A text without a header is read; what is no text is no mail.
func TestWithoutAHeader(t *testing.T) {
	t.Parallel()
	if m := read(t, []byte("  Just a note.\n")); m.Text != "  Just a note.\n" || len(m.Warnings) == 0 {
		t.Errorf("text %q, %q", m.Text, m.Warnings)
	}
	for _, raw := range []string{"", "\r\n\r\n", "\x7fELF\x02\x01\x00\x00", "PK\x03\x04\x14\x00\x06"} {
		if m := Parse([]byte(raw), DefaultLimits()); m.Unparsed != NoMail && !slices.Contains(m.Warnings, NoMail) {
			t.Errorf("%q is a mail", raw)
		}
	}
}

// What a host on the way broke off a field, and what it put in between, costs nothing else.
func TestBrokenHeaderGoesOn(t *testing.T) {
	t.Parallel()
	m := read(t, mail("X-Report: a;", "b;c 1", "d", "Received: x", "From: a@x.org", "zzz",
		"Subject: s", "Content-Type: text/html", "", "<p>x"))
	if m.Subject != "s" || m.HTML == "" || len(m.From) != 1 || len(m.Warnings) != 1 {
		t.Errorf("subject %q, from %v, type %q, %q", m.Subject, m.From, m.ContentType, m.Warnings)
	}
	for _, body := range []string{
		"Hello\n--x\nContent-Type: text/plain\n", "See\nFrom: b@x.org\n", "a\nb\nc\nd\ne\nf\nX-A: b\n",
		"Hello\n\nX-A: b\n",
	} {
		m := read(t, mail("From: a@x.org", strings.TrimSuffix(body, "\n")))
		if m.Text != body {
			t.Errorf("without a blank line: %q, not %q", m.Text, body)
		}
	}
}
