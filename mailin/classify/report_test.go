package classify

import (
	"fmt"
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

// TestForeignBounces: what programs tell that do not write RFC 3464, each in its own words.
func TestForeignBounces(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ subject, text, want string }{
		"qmail": {
			"failure notice", "Hi. This is the qmail-send program at mx.example.\n" +
				"I'm afraid I wasn't able to deliver your message to the following addresses.\n\n" +
				"<bob@shop.example>:\n192.0.2.1 does not like recipient.\n" +
				"Remote host said: 550 User unknown\nGiving up on 192.0.2.1.\n\n" +
				"<eve@shop.example>:\nSorry, the mailbox is full. (#5.2.2)\n\n" +
				"--- Below this line is a copy of the message.\n\n" + original,
			"bob@shop.example failed 5.1.1, eve@shop.example failed 5.2.2 <a@gate.example>",
		},
		"Exim": {
			"Mail delivery failed: returning message to sender", "This message was created by mail " +
				"delivery software.\n\nThe following address failed:\n\n  bob@shop.example\n" +
				"    host mx.shop.example [192.0.2.1]\n    SMTP error from remote mail server after " +
				"RCPT TO:<bob@shop.example>:\n    452 4.2.2 Mailbox full: retry timeout exceeded\n\n" +
				"------ This is a copy of the message, including all the headers. ------\n\n" + original,
			"bob@shop.example failed 4.2.2 <a@gate.example>",
		},
		"Exim waits": {
			"Warning: message 1xYz-0001 delayed 24 hours", "The message has not yet been delivered to:\n\n" +
				"  bob@shop.example\n    Delay reason: Connection refused\n",
			"bob@shop.example delayed 4.4.1 <>",
		},
		"old Exchange": {
			"Undeliverable: Your order", "Your message did not reach some or all of the intended " +
				"recipients.\n\n      Subject:\tYour order\n      Sent:\t11/24/2026\n\nThe following " +
				"recipient(s) could not be reached:\n\n      bob@shop.example on 11/24/2026 9:12 AM\n" +
				"            The e-mail account does not exist at the organization.\n" +
				"            <mx.shop.example #5.1.1>\n",
			"bob@shop.example failed 5.1.1 <>",
		},
		"Domino": {
			"DELIVERY FAILURE: User bob not listed in Domino Directory", "Your message\n\n  Subject: x\n\n" +
				"was not delivered to:\n\n  bob@shop.example\n\nbecause:\n\n" +
				"  User bob (bob@shop.example) not listed in Domino Directory\n",
			"bob@shop.example failed 5.1.1 <>",
		},
		"old Gmail": {
			"Delivery Status Notification (Failure)", "Delivery to the following recipient failed " +
				"permanently:\n\n     bob@shop.example\n\nTechnical details of permanent failure:\n" +
				"The error that the other server returned was: 550 5.1.1 no such user\n\n" +
				"----- Original message -----\n\n" + original,
			"bob@shop.example failed 5.1.1 <a@gate.example>",
		},
		"Yahoo": {
			"Failure Notice", "Sorry, we were unable to deliver your message to the following address.\n\n" +
				"<bob@shop.example>:\n554: delivery error: dd This user doesn't have a shop.example account " +
				"(bob@shop.example) [0]\n\n--- Below this line is a copy of the message.\n\n" + original,
			"bob@shop.example failed 5.1.1 <a@gate.example>",
		},
		"QQ": {
			"系统退信/Systems bounce", "抱歉，您的邮件被退回来了……\n原邮件信息：\n发件人 support@gate.example\n" +
				"收件人 bob@shop.example\n退信原因：\n收件人邮件地址（bob@shop.example）不存在，邮件无法送达。\n",
			"bob@shop.example failed 5.1.1 <>",
		},
		"163": {
			"系统退信", "抱歉，您的邮件被退回来了……\n原邮件信息：\n时　间：2026-11-24 09:12:44\n主　题：订单\n" +
				"收件人：bob@shop.example\n退信原因：\n对方的邮箱已满。\n英文说明:552 Quota exceeded\n",
			"bob@shop.example failed 5.2.2 <>",
		},
		"Mail.ru": {
			"Mail failure.", "Это письмо создано автоматически, отвечать на него не нужно.\n\nК сожалению, " +
				"Ваше письмо не может быть доставлено:\n\nbob@shop.example\nпользователь не найден\n",
			"bob@shop.example failed 5.1.1 <>",
		},
		"sendmail": {
			"Returned mail: see transcript for details", "   ----- The following addresses had permanent " +
				"fatal errors -----\n<bob@shop.example>\n    (reason: 550 5.7.1 Access denied)\n\n" +
				"   ----- Transcript of session follows -----\n",
			"bob@shop.example failed 5.7.1 <>",
		},
		"nobody named": {"failure notice", "Something went wrong.", " <>"},
	} {
		got := Classify(bounced(tc.subject, tc.text))
		if s := summary(got.Report); s != tc.want {
			t.Errorf("%s: %s %q, want %q", name, got.Kind, s, tc.want)
		}
	}
}

// TestFailedRecipientsAreNamedByTheHeader: the text only tells why.
func TestFailedRecipientsAreNamedByTheHeader(t *testing.T) {
	t.Parallel()
	got := Classify(bounced("Mail delivery failed", "  bob@shop.example\n    550 5.1.1 unknown\n"+
		"  notes@shop.example\n    is no recipient\n", "X-Failed-Recipients: bob@shop.example, Eve@Shop.example"))
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
				"Original-Recipient: rfc822;b@x.example\n\nFinal-Recipient: rfc822;b@x.example\n\nAction: failed",
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
	f.Add("Final-Recipient: rfc822;a+2B@x.example\nAction: failed", "<a@x.example>:\n550 5.1.1 x", "a@x.example")
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
			for _, s := range []string{one.Address, one.Final, one.Action, one.Status, one.Diagnostic, one.RemoteMTA} {
				if !utf8.ValidString(s) || strings.ContainsAny(s, "\r\n\x00") {
					t.Fatalf("%q in %+v", s, one)
				}
			}
		}
	})
}

func BenchmarkReport(b *testing.B) {
	in := bounced("failure notice", strings.Repeat("<a@x.example>:\nSorry. (#5.1.1)\n\n", 60))
	b.ReportAllocs()
	for b.Loop() {
		Classify(in)
	}
}
