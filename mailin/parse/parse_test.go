package parse

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"helpgate/internal/testkit/cputime"
)

// mail makes a mail of lines.
func mail(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n") + "\r\n") }

// multi makes a multipart of the given type; each part brings its own header.
func multi(kind string, parts ...string) []byte {
	lines := []string{"From: a@x.org", "Subject: s", "Content-Type: " + kind + `; boundary="=b"`, ""}
	for _, p := range parts {
		lines = append(lines, "--=b", strings.ReplaceAll(p, "\n", "\r\n"))
	}
	return mail(append(lines, "--=b--")...)
}

func read(t *testing.T, raw []byte) *Mail {
	t.Helper()
	m := Parse(raw, DefaultLimits())
	if m.Unparsed != "" {
		t.Fatalf("not parsed: %s", m.Unparsed)
	}
	return m
}

func TestHeaderIsRead(t *testing.T) {
	t.Parallel()
	m := read(t, mail(
		"From root Mon Mar  2 10:11:12 2026",
		"From: =?gb2312?B?1tzNrg==?= <Z@X.cn>",
		"To: a@x.org, undisclosed:;", "To: b@x.org", "Cc: c@x.org", "Reply-To: r@x.org",
		"Subject: =?utf-8?B?5L2g5Q==?=", " =?utf-8?B?pb0=?=",
		"Date: Mon, 2 Mar 2026 10:11:12 +0100", "Message-Id: <1@x>",
		"In-Reply-To: <0@x>", "References: <r@x>", "\t<0@x>", "X-Odd : v", "", "Hello",
	))
	got := fmt.Sprint(m.From, m.FromCount, m.To, m.Cc, m.ReplyTo, m.Subject, m.Date.Unix(),
		m.MessageID, m.InReplyTo, m.References, m.Get("x-odd"), m.All("To"), m.ContentType)
	want := "[=?utf-8?b?5ZGo5b2k?= <Z@x.cn>] 1 [a@x.org b@x.org] [c@x.org] [r@x.org] 你好 1772442672 " +
		"1@x [0@x] [r@x 0@x] v [a@x.org, undisclosed:; b@x.org] text/plain"
	if got = strings.ReplaceAll(got, "]1", "] 1"); compact(got) != compact(want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if m.Text != "Hello\n" {
		t.Errorf("text %q", m.Text)
	}
}

func compact(s string) string { return strings.Join(strings.Fields(s), "") }

// Each body must come out as the sender's screen showed it, whatever its labels say.
func TestTextIsDecoded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, fields, body, want string }{
		{"utf-8", "Content-Type: text/plain; charset=utf-8", "ü你", "ü你"},
		{"utf-8 labelled us-ascii", "Content-Type: text/plain; charset=us-ascii", "J\xc3\xb6", "Jö"},
		{"unlabelled latin", "", "J\xf6rg", "Jörg"},
		{"unlabelled gbk", "", "\xc4\xe3\xba\xc3", "你好"},
		{"gb2312 that is gbk", "Content-Type: text/plain; charset=gb2312", "\xe8A", "鐰"},
		{
			"quoted-printable", "Content-Transfer-Encoding: Quoted-Printable",
			"a=C3=BC=\r\nb =\r\n=ZZ", "aüb =ZZ",
		},
		{
			"base64 with a footer", "Content-Transfer-Encoding: base64",
			"SGVs\r\nbG8=\r\n____\r\nlist", "Hello",
		},
		{"base64 with comment", "Content-Transfer-Encoding: base64 (x)", "SGVsbG8", "Hello"},
		{"nul and escape", "", "a\x00b\x1b[0m", "ab[0m"},
		{
			"flowed", "Content-Type: text/plain; format=flowed",
			"a \r\nb\r\n> c \r\n> d\r\n-- \r\ne", "a b\n> c d\n-- \ne",
		},
		{"flowed delsp", "Content-Type: text/plain; format=flowed; delsp=yes", "你 \r\n好", "你好"},
		{"html", "Content-Type: text/html", "<p>a</p><p>b", "a\n\nb"},
		{"html's own charset", "Content-Type: text/html", "<meta charset=iso-8859-15>\xa4", "€"},
		{"senseless type", "Content-Type: text", "a", "a"},
		{"encoded type", "Content-Type: =?utf-8?q?text/plain?=", "a", "a"},
		{"unknown encoding", "Content-Transfer-Encoding: x-own", "a", "a"},
		{"empty", "", "", ""},
		{"utf-7 is not decoded", "Content-Type: text/plain; charset=utf-7", "+ADw-b", "+ADw-b"},
	} {
		lines := []string{"From: a@x.org"}
		if c.fields != "" {
			lines = append(lines, c.fields)
		}
		m := read(t, mail(append(lines, "", c.body)...))
		if got := strings.TrimRight(m.Text, "\n"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPartsBecomeTextAndFiles(t *testing.T) {
	t.Parallel()
	plain, html := "\nplain", "Content-Type: text/html\n\n<b>html</b>"
	const plainType = "Content-Type: text/plain"
	image := "Content-Type: image/png\nContent-ID: <i@x>\nContent-Transfer-Encoding: base64\n\nAAEC"
	for _, c := range []struct {
		name              string
		raw               []byte
		text, html, files string
	}{
		{"alternative", multi("multipart/alternative", plain, html), "plain", "<b>html</b>", ""},
		{"empty plain", multi("multipart/alternative", "\n ", html), "html", "<b>html</b>", ""},
		{
			"text and HTML in a row", multi("multipart/mixed", "\nhtml, 1", "Content-Type: text/html\n\n"+
				"<p>html,</p><b>1</b>"), "html, 1", "<p>html,</p><b>1</b>", "",
		},
		{
			"text sent as a file", multi("multipart/mixed", "Content-Disposition: attachment\n\nwords"),
			"words", "", "attachment.txt|text/plain||false|5",
		},
		{"two texts", multi("multipart/mixed", plain, plain), "plain\nplain", "", ""},
		{
			"html and footer", multi("multipart/mixed", html, plain),
			"html\nplain", "<b>html</b>\n<p>plain</p>\n", "",
		},
		{
			"related image", multi("multipart/related", html, image),
			"html", "<b>html</b>", "attachment.png|image/png|i@x|false|3",
		},
		{
			"related image that is shown",
			multi("multipart/related", html+"<img src=cid:i%40x>", image), "html",
			"<b>html</b><img src=cid:i%40x>", "attachment.png|image/png|i@x|true|3",
		},
		{
			"both forms within an alternative",
			multi("multipart/alternative", plain, "Content-Type: multipart/mixed; boundary=in\n\n--in\n"+
				html+"\n--in\n\nfooter\n--in--"),
			"plain", "<b>html</b>\n<p>footer</p>\n", "",
		},
		{
			"calendar in alternative",
			multi("multipart/alternative", plain, "Content-Type: text/calendar\n\nMETHOD:REQUEST"),
			"plain", "", "attachment.ics|text/calendar||false|14",
		},
		{
			"nested mail",
			multi("multipart/mixed", plain, "Content-Type: message/rfc822\n\nSubject: In/ner\n\nx"),
			"plain", "", "In-ner.eml|message/rfc822||false|20",
		},
		{
			"text file",
			multi("multipart/mixed", plain, "Content-Disposition: attachment; filename=a.txt\n\nx"),
			"plain", "", "a.txt|text/plain||false|1",
		},
		{
			"not closed", bytes.TrimSuffix(multi("multipart/mixed", plain), []byte("--=b--\r\n")),
			"plain", "", "",
		},
		{
			"wrong boundary", mail("Content-Type: multipart/mixed; boundary=z", "", "--y", "", "lost?"),
			"--y\n\nlost?", "", "",
		},
		{
			"another boundary", mail("Content-Type: multipart/mixed; boundary=z", "", "--y", plainType, "",
				"found", "--y", "Content-Disposition: attachment; filename=a.txt", "", "x", "--y--"),
			"found", "", "a.txt|text/plain||false|1",
		},
		{
			"boundary not named", mail("Content-Type: multipart/alternative", "", "--y", plainType, "",
				"found", "--y--"), "found", "", "",
		},
		{
			"last delimiter of one, next of another", multi("multipart/mixed",
				"Content-Type: multipart/mixed; boundary==b--\n\n--=b--\n\nfound\n--=b----"),
			"found", "", "",
		},
		{
			"multipart that holds nothing", multi("multipart/mixed",
				"\nplain", "Content-Type: multipart/related; boundary=in\n"),
			"plain", "", "attachment.txt|text/plain||false|0",
		},
		{
			"text behind the parts", append(multi("multipart/mixed", image), "\r\nfooter"...),
			"footer", "", "attachment.png|image/png|i@x|true|3",
		},
		{
			"only a report", multi("multipart/report", "Content-Type: message/delivery-status\n\nAction: x"),
			"Action: x", "", "attachment.txt|message/delivery-status||false|9",
		},
		{
			"text of an unknown kind", mail("Content-Type: text/x-own", "", "words"),
			"words", "", "attachment|text/x-own||false|7",
		},
		{
			"the whole mail is a text file",
			mail("Content-Type: text/plain; name=a.txt", "Content-Disposition: attachment", "", "words"),
			"words", "", "a.txt|text/plain||false|7",
		},
		{
			"no semicolon", mail("Content-Type: text/html charset=iso-8859-15", "", "\xa4"),
			"€", "€\n", "",
		},
		{"no boundary", mail("Content-Type: multipart/mixed", "", "text"), "text", "", ""},
		{
			"delimiter within a line", multi("multipart/mixed", "\na --=b b\n--=bc"),
			"a --=b b\n--=bc", "", "",
		},
		{
			"only a file", mail("Content-Type: application/pdf; name=a.pdf", "", "%PDF"),
			"", "", "a.pdf|application/pdf||false|6",
		},
		{"no blank line", mail("Subject: s", "Hello there", "you"), "Hello there\nyou", "", ""},
		{"garbage first", mail("garbage", "Subject: s", "", "x"), "x", "", ""},
	} {
		m := read(t, c.raw)
		var files []string
		for _, a := range m.Attachments {
			files = append(files, fmt.Sprintf("%s|%s|%s|%v|%d",
				a.Filename, a.ContentType, a.ContentID, a.Inline, len(a.Data)))
		}
		got := []string{strings.TrimRight(m.Text, "\n"), m.HTML, strings.Join(files, ";")}
		if want := []string{c.text, c.html, c.files}; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", c.name, got, want)
		}
	}
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ fields, want string }{
		{`Content-Disposition: attachment; filename="a;b \"c\".pdf"`, `a;b "c".pdf`},
		{`Content-Disposition: attachment; filename*=gbk''%C4%E3%BA%C3.txt`, "你好.txt"},
		{
			"Content-Disposition: attachment; filename*1*=%BD.txt; filename*0*=utf-8''%E4%BD%A0%E5%A5",
			"你好.txt",
		},
		{"Content-Disposition: attachment; filename*0=long; filename*1=name.txt", "longname.txt"},
		{`Content-Disposition: attachment; filename="=?utf-8?B?5L2g5aW9LnR4dA==?="`, "你好.txt"},
		{"Content-Disposition: attachment; filename=\"\xc4\xe3\xba\xc3.txt\"", "你好.txt"},
		{`Content-Disposition: attachment; filename=a b.txt`, "a b.txt"},
		{`Content-Disposition: attachment; filename*=us-ascii''W%F6lbung.txt`, "Wölbung.txt"},
		{`Content-Disposition: attachment; filename=%E4%BD%A0%E5%A5%BD.txt`, "你好.txt"},
		{`Content-Disposition: attachment; filename="100%20a%C3.txt"`, "100%20a%C3.txt"},
		{`Content-Disposition: attachment; filename="../../etc/passwd"`, "passwd"},
		{"Content-Disposition: attachment\nContent-Type: text/csv; name=t.csv", "t.csv"},
	} {
		m := read(t, multi("multipart/mixed", c.fields+"\n\nx"))
		if len(m.Attachments) != 1 || m.Attachments[0].Filename != c.want {
			t.Errorf("%s: got %+v", c.fields, m.Attachments)
		}
	}
}

func TestReportsAndInvitations(t *testing.T) {
	t.Parallel()
	m := read(t, multi("multipart/report; report-type=Delivery-Status", "\nx",
		"Content-Type: message/delivery-status\n\nAction: failed", "Content-Type: text/csv\n\n1"))
	if m.ReportType != "delivery-status" || len(m.Enclosed) != 1 ||
		string(m.Enclosed[0].Head) != "Action: failed" {
		t.Errorf("report %q, enclosed %q", m.ReportType, m.Enclosed)
	}
	m = read(t, mail("Content-Type: text/calendar; method=reply", "", "BEGIN:VCALENDAR"))
	if m.CalendarMethod != "REPLY" || len(m.Attachments) != 1 {
		t.Errorf("method %q, %d files", m.CalendarMethod, len(m.Attachments))
	}
}

// The media type mender is quadratic in the number of parameters.
func TestLongMediaTypesAreCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a=b;", 100_000)
	var m *Mail
	took := cputime.Of(t, func() {
		m = read(t, mail("Content-Type: text/plain;"+long, "Content-Disposition: inline;"+long, "", "x"))
	})
	if took > cputime.Bound(time.Second) || m.Text != "x\n" {
		t.Errorf("%v for %q", took, m.Text)
	}
}

func TestLimitsAreNotMetByOrdinaryMail(t *testing.T) {
	t.Parallel()
	dashes := "\n" + strings.Repeat("-- a line of a list\n--- another\n", 3000)
	if m := read(t, multi("multipart/mixed", dashes)); strings.Count(m.Text, "\n") < 5000 {
		t.Error("lines were lost")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(multi("multipart/mixed", "\nplain", "Content-Type: message/rfc822\n\nSubject: x\n\ny"))
	f.Add(multi("multipart/alternative", "Content-Type: text/html\n\n<p>a", "\nb"))
	f.Add(mail("From: =?gbk?b?xOM=?= <a@x>", "Content-Type: text/plain; format=flowed", "", "> a ", "b"))
	f.Add(mail("Content-Disposition: x; filename*0*=a''%C4; filename*1=\"b", "", "\xff"))
	f.Add([]byte(">From x\r\n\r\n--"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := Parse(raw, DefaultLimits())
		texts := []string{m.Subject, m.Text, m.HTML, m.ContentType, m.ReportType, m.CalendarMethod}
		texts = append(texts, m.Warnings...)
		for _, a := range m.Attachments {
			texts = append(texts, a.Filename, a.ContentType, a.ContentID)
			if a.Filename == "" || a.ContentType == "" {
				t.Fatalf("bad attachment %+v", a)
			}
		}
		for _, s := range texts {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				t.Fatalf("unclean text %q", s)
			}
		}
	})
}

func BenchmarkParse2KB(b *testing.B) {
	raw := mail("From: Jane <a@x.org>", "To: s@x.org", "Subject: =?utf-8?q?a=C3=BC?=",
		"Message-ID: <1@x>", "Date: Mon, 2 Mar 2026 10:11:12 +0100",
		"Content-Type: text/plain; charset=utf-8", "", strings.Repeat("A line of text.\r\n", 110))
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(raw, DefaultLimits())
	}
}

func BenchmarkParse5MBAttachment(b *testing.B) {
	raw := multi("multipart/mixed", "\ntext", "Content-Type: image/png\n"+
		"Content-Transfer-Encoding: base64\n\n"+strings.Repeat(strings.Repeat("AAEC", 19)+"\n", 68_000))
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(raw, DefaultLimits())
	}
}
