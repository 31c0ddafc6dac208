package classify

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"helpgate/tickets"
)

// bounced makes an Input of a mail system's mail.
func bounced(subject, text string, header ...string) Input {
	in := mail(append(header, "Return-Path: <>")...)
	in.From, in.To = []string{"mailer-daemon@mx.example"}, []string{"support@gate.example"}
	in.Subject, in.Text, in.NewText = subject, text, text
	return in
}

// summary shows a report in one line a recipient, with its Message-ID.
func summary(r *tickets.Report) string {
	if r == nil {
		return "none"
	}
	var lines []string
	for _, one := range r.Recipients {
		lines = append(lines, strings.TrimSpace(one.Address+" "+one.Action+" "+one.Status))
	}
	return strings.Join(lines, ", ") + " <" + r.MessageID + ">"
}

const original = "Message-ID: <a@gate.example>\nSubject: x\n\nHello"

// TestForeignBounces reads the list of testdata: what programs tell that do not write RFC 3464.
func TestForeignBounces(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("testdata/returned.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range strings.Split(string(list), "=== ")[1:] {
		head, text, _ := strings.Cut(one, "\n\n")
		lines := strings.Split(head, "\n")
		subject := strings.TrimPrefix(lines[1], "Subject: ")
		want := strings.TrimSpace(strings.TrimPrefix(lines[2], "Want:"))
		got := Classify(bounced(subject, text))
		if s := strings.TrimSpace(summary(got.Report)); s != want {
			t.Errorf("%s: %s %q, want %q", lines[0], got.Kind, s, want)
		}
	}
}

// TestFailedRecipientsAreNamedByTheHeader: the text only tells why.
func TestFailedRecipientsAreNamedByTheHeader(t *testing.T) {
	t.Parallel()
	got := Classify(bounced(
		"Mail delivery failed",
		"  bob@shop.example\n    550 5.1.1 unknown\n  notes@shop.example\n    is no recipient\n",
		"X-Failed-Recipients: bob@shop.example, Eve@Shop.example",
	))
	want := "bob@shop.example failed 5.1.1, eve@shop.example failed 5.1.1 <>"
	if s := summary(got.Report); s != want {
		t.Errorf("%q, want %q", s, want)
	}
}

// TestReportFields: RFC 3464 section 2.3, and how hosts write it.
func TestReportFields(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ fields, want string }{
		"original before final": {
			"Original-Recipient: rfc822;Bob@Shop.example\nFinal-Recipient: rfc822; b@relay.example\n" +
				"Action: Failed\nStatus: 5.1.1 (bad destination)",
			"bob@shop.example failed 5.1.1",
		},
		"xtext": {
			"Original-Recipient: rfc822;bob+2Bshop@shop.example\nAction: delayed\nStatus: 4.4.1",
			"bob+shop@shop.example delayed 4.4.1",
		},
		"a detail is no xtext": {
			"Final-Recipient: rfc822;bob+20@shop.example\nAction: failed\nStatus: 5.0.0",
			"bob+20@shop.example failed 5.0.0",
		},
		"UTF-8": {
			`Original-Recipient: utf-8;b\x{F6}b@shop.example` + "\nAction: failed\nStatus: 5.6.7",
			"böb@shop.example failed 5.6.7",
		},
		"vague status": {
			"Final-Recipient: rfc822;bob@shop.example\nAction: failed\nStatus: 5.0.0\n" +
				"Diagnostic-Code: smtp; 550 5.1.1 User\n unknown",
			"bob@shop.example failed 5.1.1",
		},
		"X.400": {
			"Final-Recipient: X400;C=DE; S=Bob;\nAction: failed\nStatus: 5.1.1",
			"C=DE; S=Bob; failed 5.1.1",
		},
		"two, no blank lines": {
			"Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.1.1\n" +
				"Final-Recipient: rfc822;b@x.example\nAction: delayed\nStatus: 4.2.2",
			"a@x.example failed 5.1.1, b@x.example delayed 4.2.2",
		},
		"two, blank lines everywhere": {
			"Final-Recipient: rfc822;a@x.example\n\nAction: failed\n\nStatus: 5.1.1\n\n\n" +
				"Original-Recipient: rfc822;b@x.example\n\n" +
				"Final-Recipient: rfc822;b@x.example\n\nAction: failed",
			"a@x.example failed 5.1.1, b@x.example failed",
		},
	} {
		in := bounced("Undelivered", "")
		in.ContentType, in.ReportType = "multipart/report", "delivery-status"
		in.Enclosed = []Enclosed{
			{"message/delivery-status", []byte("Reporting-MTA: dns; x\n\n" + tc.fields)},
			{"message/rfc822", []byte(original)},
		}
		got := Classify(in)
		if s := summary(got.Report); s != tc.want+" <a@gate.example>" {
			t.Errorf("%s: %s %q, want %q", name, got.Kind, s, tc.want)
		}
	}
}

// TestOneReportOfManyRecipients: no report makes a desk look at more than maxRecipients.
func TestOneReportOfManyRecipients(t *testing.T) {
	t.Parallel()
	var fields, text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&fields, "\nFinal-Recipient: rfc822;a%d@x.example\nAction: failed\n", i)
		fmt.Fprintf(&text, "<a%d@x.example>:\n550\n", i)
	}
	in := bounced("failure notice", text.String())
	if n := len(Classify(in).Report.Recipients); n != maxRecipients {
		t.Errorf("%d recipients of a text, want %d", n, maxRecipients)
	}
	in.Enclosed = []Enclosed{{"message/delivery-status", []byte(fields.String())}}
	if n := len(Classify(in).Report.Recipients); n != maxRecipients {
		t.Errorf("%d recipients of a report, want %d", n, maxRecipients)
	}
}

func TestStatusOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"550 5.1.1 unknown": "5.1.1", "(#5.1.2)": "5.1.2", "see 5.2.2.": "5.2.2",
		"host 15.2.1.1 said: 550 user unknown": "5.1.1", "452 mailbox is full": "4.2.2",
		"550 rejected as spam": "5.7.1", "550 whatever": "5.0.0", "连接超时": "4.4.7",
		"域名不存在": "5.1.2", "该用户不存在": "5.1.1", "nothing": "", "version 5.1.1.2": "",
	} {
		if got := statusOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzReport(f *testing.F) {
	f.Add(
		"Final-Recipient: rfc822;a+2B@x.example\nAction: failed", "<a@x.example>:\n550 5.1.1 x",
		"a@x.example",
	)
	f.Add("\n\nOriginal-Recipient:utf-8;\\x{110000}\n \n:\n", "收件人：a@x.example\n退信原因：\n", "")
	f.Add("Action\nAction:\x00\xff(", "--- Below this line is a copy\nMessage-ID: <a@b>", "<>,")
	f.Add("Original-Envelope-Id: a+3D\n\nStatus: 5.1.1", "İ to: ſ@x.example\nreason: 5.1.1", "a@x")
	f.Fuzz(func(t *testing.T, fields, text, failed string) {
		in := bounced("failure notice", text, "X-Failed-Recipients: "+failed)
		in.Enclosed = []Enclosed{
			{"message/delivery-status", []byte(fields)}, {"message/rfc822", []byte(fields)},
		}
		r := Classify(in).Report
		if r == nil {
			return
		}
		if len(r.Recipients) > maxRecipients {
			t.Fatalf("%d recipients", len(r.Recipients))
		}
		for _, one := range r.Recipients {
			for _, s := range []string{
				one.Address, one.Final, one.Action, one.Status, one.Diagnostic, one.RemoteMTA,
			} {
				if !utf8.ValidString(s) || strings.ContainsAny(s, "\r\n\x00") {
					t.Fatalf("%q in %+v", s, one)
				}
			}
		}
	})
}

func BenchmarkReport(b *testing.B) {
	in := bounced("failure notice", "<a@x.example>:\nSorry, no mailbox here. (#5.1.1)\n\n"+
		"--- Below this line is a copy of the message.\n\n"+original)
	b.ReportAllocs()
	for b.Loop() {
		Classify(in)
	}
}

// BenchmarkReportHostile is of as many recipients as fit, of whom nothing is said.
func BenchmarkReportHostile(b *testing.B) {
	var text, failed strings.Builder
	for i := range 1 << 16 {
		fmt.Fprintf(&text, "<a%d@x.example>:\nhm\n", i)
		fmt.Fprintf(&failed, "b%d@x.example,", i)
	}
	in := bounced("failure notice", text.String(), "X-Failed-Recipients: "+failed.String())
	b.ReportAllocs()
	for b.Loop() {
		Classify(in)
	}
}
