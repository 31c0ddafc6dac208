package parse

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"helpgate/internal/testkit/cputime"
)

// What breaks a limit is there as raw text, its header is read, and it costs little time.
func TestS30ToS32BombsStayRaw(t *testing.T) {
	t.Parallel()
	nest := "Subject: s\r\n"
	for i := range 2000 {
		nest += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%dz\r\n\r\n--b%dz\r\n", i, i)
	}
	for _, c := range []struct {
		name string
		raw  string
	}{
		{"parts", string(multi("multipart/mixed", strings.Repeat("\n--=b\n", 50_000)))},
		{"depth", nest},
		{"fields", "Subject: s\r\n" + strings.Repeat("X: y\r\n", 100_000)},
		{"one field", "Subject: s\r\nX: " + strings.Repeat("y", 10<<20)},
	} {
		var m *Mail
		took := cputime.Of(t, func() { m = Parse([]byte(c.raw), DefaultLimits()) })
		if m.Unparsed == "" || m.Subject != "s" || m.Text == "" || len(m.Attachments) > 0 {
			t.Errorf("%s: %q, subject %q, %d files", c.name,
				m.Unparsed, m.Subject, len(m.Attachments))
		}
		if len(m.Text) > DefaultLimits().RawText*2 {
			t.Errorf("%s: raw text of %d bytes", c.name, len(m.Text))
		}
		if took > cputime.Bound(time.Second) {
			t.Errorf("%s took %v", c.name, took)
		}
	}
}

// What breaks no limit is read, and costs little too.
func TestS31ToS37BombsAreRead(t *testing.T) {
	t.Parallel()
	many := strings.Repeat
	const page, plain = "Content-Type: text/html\n\n", "Content-Type: text/plain; charset="
	const coded = "Content-Transfer-Encoding: "
	related := []string{page + strings.Repeat("<img src=a.png>", 20_000)}
	var names []string
	for i := range 900 {
		related = append(related,
			fmt.Sprintf("Content-Location: a%d.png\nContent-Type: image/png\n\n", i))
		names = append(names,
			"Content-Disposition: attachment; filename=\""+strings.Repeat("../", 300)+"a\"\n")
	}
	wrong := "\n" + strings.Repeat("--c\nContent-Type: multipart/mixed; boundary=d\n\nx\n", 900)
	for name, raw := range map[string][]byte{
		"s31 mails in mails":    mail(many("Content-Type: message/rfc822\r\n\r\n", 500)),
		"s32 references":        mail("References: "+many("<a@x> ", 100_000), "", "x"),
		"s32 subject":           mail("Subject: "+many("a b ", 250_000), "", "x"),
		"s32 recipients":        mail("To: "+many("a@x.org, ", 100_000), "", "x"),
		"s33 base64":            mail(coded+"base64", "", many("!@#$ A", 500_000)),
		"s33 soft breaks":       mail(coded+"quoted-printable", "", many("=\n", 3<<20)),
		"s34 words":             mail("Subject: "+many("=?utf-8?q?a?= ", 60_000), "", "x"),
		"s34 words in words":    mail("Subject: "+many("=?utf-8?b?", 20_000), "", "x"),
		"s34 escapes":           mail(plain+"iso-2022-jp", "", many("\x1b$B\x1b(B", 500_000)),
		"s34 unknown charset":   mail(plain+"x-none", "", many("\xc4\xe3", 500_000)),
		"s36 comments":          mail("From: "+many("(", 900_000), "", "x"),
		"s37 names":             multi("multipart/mixed", names...),
		"locations":             multi("multipart/related", related...),
		"wrong boundaries":      mail("Content-Type: multipart/mixed; boundary=x", "", wrong),
		"beginnings of files":   mail("From: a@x", "", many("begin 644 a\n", 200_000)),
		"beginnings of armour":  mail("From: a@x", "", many(pgpSigned+"\n"+pgpMessage+"\n", 50_000)),
		"commands":              mail("Content-Type: text/enriched", "", many("<", 2<<20)),
		"soft line ends":        mail(plain+"utf-8; format=flowed", "", many("> a \n", 1<<20)),
		"lines without a field": mail("From: a@x\r\n" + many("junk\r\n", 100_000)),
		"pictures":              mail("Content-Type: text/html", "", many("cid:", 500_000)),
	} {
		var m *Mail
		took := cputime.Of(t, func() { m = Parse(raw, DefaultLimits()) })
		if took > cputime.Bound(time.Second) || m.Unparsed != "" {
			t.Errorf("%s took %v: %s", name, took, m.Unparsed)
		}
	}
}
