package mailin

import (
	"strings"
	"testing"

	"helpgate/internal/token"
)

// TestTheLoopHeaderOfWhatCameBackIsFound in each form in which mail systems give a mail back, and
// no other's is.
func TestTheLoopHeaderOfWhatCameBackIsFound(t *testing.T) {
	t.Parallel()
	signed := func(p token.Purpose) string {
		return newHouse(t).Keyring.Sign(token.Claim{Purpose: p, Ticket: 7, Delivery: 9})
	}
	report := func(media string) string {
		return "From: MAILER-DAEMON@mx.example\r\nTo: " + support + "\r\nSubject: Undelivered\r\n" +
			"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
			"--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" +
			"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; bob@shop.example\r\n" +
			"Action: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: " + media + "\r\n\r\n" +
			"Message-ID: <1@relay.example>\r\nX-Helpgate-Loop: LOOP\r\nSubject: x\r\n\r\n--b--\r\n"
	}
	words := func(from, subject, text, header string) string {
		return "From: " + from + "\r\nTo: " + support + "\r\nSubject: " + subject + "\r\n\r\n" +
			text + "\r\n\r\n" + header + "\r\n"
	}
	plain := "X-Helpgate-Loop: LOOP\r\nSubject: x"
	for name, raw := range map[string]string{
		"the whole mail": report("message/rfc822"),
		"its header":     report("text/rfc822-headers"),
		"qmail": words("MAILER-DAEMON@mx.example", "failure notice",
			"Hi. This is the qmail-send program at mx.example.\r\n\r\n<bob@shop.example>:\r\n"+
				"Sorry, no mailbox here by that name. (#5.1.1)\r\n\r\n"+
				"--- Below this line is a copy of the message.", plain),
		"Exim, folded": words("Mailer-Daemon@mx.example",
			"Mail delivery failed: returning message to sender",
			"A message that you sent could not be delivered to one or more of its recipients.\r\n\r\n"+
				"  bob@shop.example\r\n    550 5.1.1 unknown\r\n\r\n"+
				"------ This is a copy of the message, including all the headers. ------",
			"X-Helpgate-Loop:\r\n LOOP\r\nSubject: x"),
		"QQ, quoted": words("PostMaster@qq.com", "系统退信",
			"抱歉，您的邮件被退回来了……\r\n收件人：bob@shop.example\r\n退信原因：收件人不存在",
			"> X-Helpgate-Loop: LOOP"),
	} {
		if m := heard(t, strings.Replace(raw, "LOOP", signed(token.PurposeLoop), 1)); m.Report == nil ||
			m.Report.Ours.Ticket != 7 || m.Report.Ours.Delivery != 9 {
			t.Errorf("%s: report %+v", name, m.Report)
		}
		for _, other := range []string{signed(token.PurposeMarker), "l" + signed(token.PurposeLoop)} {
			m := heard(t, strings.Replace(raw, "LOOP", other, 1))
			if m.Report == nil || m.Report.Ours != (token.Claim{}) {
				t.Errorf("%s: of a value that is not ours %+v", name, m.Report)
			}
		}
	}
}
