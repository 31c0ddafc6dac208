package mailin

import (
	"fmt"
	"strings"
	"testing"

	"helpgate/internal/token"
	"helpgate/tickets"
)

// asked gives a house in which a customer asked, and the acknowledgement that he was sent.
func asked(t *testing.T) (house, tickets.Outgoing) {
	t.Helper()
	h := newHouse(t)
	err := h.accept(t, RoadSMTP, "From: alice@customer.example\r\nTo: "+support+"\r\n"+
		"Message-ID: <q1@customer.example>\r\nDate: Tue, 24 Nov 2026 09:00:00 +0000\r\n"+
		"Subject: Printer\r\n\r\nThe printer is on fire.\r\n")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := h.store.Rows().List(t.Context(), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range rows {
		if o.Kind == tickets.OutAcknowledgement {
			return h, o
		}
	}
	t.Fatalf("no acknowledgement among %+v", rows)
	return h, tickets.Outgoing{}
}

// parts makes a mail of several parts, each "type\n\ntext".
func parts(header string, list ...string) string {
	raw := header + "\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
	if strings.Contains(header, "Content-Type:") {
		raw = header + "\nMIME-Version: 1.0\n\n"
	}
	for _, p := range list {
		raw += "--b\nContent-Type: " + p + "\n"
	}
	return raw + "--b--\n"
}

const (
	ofReport = "\nContent-Type: multipart/report; report-type=delivery-status; boundary=b"
	status   = "message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n" +
		"Final-Recipient: rfc822; alice@customer.example\nAction: failed\nStatus: 5.1.1\n" +
		"Diagnostic-Code: smtp; 550 5.1.1 no such user\n"
	mail    = "Message-ID: <$ID>\nX-Helpgate-Loop: $LOOP\nSubject: Printer\n"
	renamed = "Message-ID: <0100@relay.test>\nX-Helpgate-Loop: $LOOP\nSubject: Printer\n"
)

// bounces are what mail systems write to the plain mailbox of a mail that did not arrive. $ID and
// $LOOP stand for what is ours.
var bounces = map[string]string{
	"Postfix": parts("From: MAILER-DAEMON@mx.test (Mail Delivery System)\n"+
		"Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied"+ofReport,
		"text/plain\n\nI'm sorry to have to inform you.\n", status, "message/rfc822\n\n"+mail+"\nHi.\n"),
	"Gmail": parts("From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\n"+
		"Subject: Delivery Status Notification (Failure)\nIn-Reply-To: <$ID>\nReferences: <$ID>\n"+
		"X-Failed-Recipients: alice@customer.example\nAuto-Submitted: auto-replied"+ofReport,
		"text/plain\n\nAddress not found\n", status),
	"Exchange": parts("From: Microsoft Outlook <postmaster@outlook.test>\nIn-Reply-To: <$ID>\n"+
		"Subject: Undeliverable: Printer\nAuto-Submitted: auto-replied"+ofReport,
		"text/plain\n\nYour message couldn't be delivered.\n", status, "message/rfc822\n\n"+mail),
	"a relay that writes ids": parts("From: MAILER-DAEMON@relay.test\nSubject: Failure"+ofReport,
		"text/plain\n\nSorry.\n", status, "text/rfc822-headers\n\n"+renamed),
	"ENVID": parts("From: MAILER-DAEMON@mx.test\nSubject: Failure"+ofReport,
		"text/plain\n\nSorry.\n",
		strings.Replace(status, "\n\nFinal", "\nOriginal-Envelope-Id: $ID\n\nFinal", 1)),
	"QQ": parts("From: PostMaster@qq.com\nSubject: 系统退信/Systems bounce\nReturn-Path: <>",
		"text/plain; charset=utf-8\n\n抱歉，您的邮件被退回来了……\n收件人 alice@customer.example\n退信原因：\n"+
			"收件人邮件地址（alice@customer.example）不存在，邮件无法送达。\n", "message/rfc822\n\n"+mail),
	"163": parts("From: Postmaster@163.com\nSubject: 系统退信\nReturn-Path: <>",
		"text/plain; charset=utf-8\n\n抱歉，您的邮件被退回来了……\n收件人：alice@customer.example\n退信原因：\n"+
			"收件人不存在\n英文说明:550 User not found\n", "text/rfc822-headers\n\n"+renamed),
	"qmail": "From: MAILER-DAEMON@mx.test\nSubject: failure notice\n\n" +
		"Hi. This is the qmail-send program at mx.test.\n\n<alice@customer.example>:\n" +
		"Sorry, no mailbox here by that name. (#5.1.1)\n\n" +
		"--- Below this line is a copy of the message.\n\n" + mail,
	"Exim": "From: Mailer-Daemon@mx.test\nX-Failed-Recipients: alice@customer.example\n" +
		"Subject: Mail delivery failed: returning message to sender\n\n" +
		"This message was created by mail delivery software.\n\n  alice@customer.example\n" +
		"    550 5.1.1 unknown\n\n" +
		"------ This is a copy of the message, including all the headers. ------\n\n" + renamed,
}

// TestABounceToTheMailboxIsTied to the mail and its recipient, in each form; the same about somebody
// else, or with what others signed, is on record alone.
func TestABounceToTheMailboxIsTied(t *testing.T) {
	t.Parallel()
	for name, raw := range bounces {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, row := asked(t)
			loop := h.Keyring.Sign(token.Claim{
				Purpose: token.PurposeLoop, Ticket: row.Ticket, Delivery: row.Nonce,
			})
			ours := strings.NewReplacer("$ID", row.MessageID, "$LOOP", loop, "\n", "\r\n")
			theirs := strings.NewReplacer("$ID", "x"+row.MessageID, "$LOOP", "x"+loop, "\n", "\r\n")
			for n, c := range []struct {
				raw  string
				want tickets.OutStatus
			}{
				{theirs.Replace(raw), tickets.OutWaiting},
				{ours.Replace(strings.ReplaceAll(raw, "alice@", "eve@")), tickets.OutWaiting},
				{ours.Replace(raw), tickets.OutFailed},
			} {
				err := h.Accept(t.Context(), Envelope{
					Road: RoadSMTP, FromKnown: true, To: []string{support}, ReceivedAt: h.Clock.Now(),
				}, strings.NewReader(fmt.Sprintf("To: %s\r\nMessage-Id: <b%d@mx.test>\r\n", support, n)+
					c.raw))
				if err != nil {
					t.Fatal(err)
				}
				rows, err := h.store.Rows().List(t.Context(), "", 0)
				if err != nil {
					t.Fatal(err)
				}
				for _, o := range rows {
					if o.ID == row.ID && o.Status != c.want {
						t.Errorf("bounce %d: the mail is %s with %q, want %s", n, o.Status, o.LastReply,
							c.want)
					}
				}
			}
		})
	}
}
