package provider

import (
	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-smtp"
)

// Exmail is Tencent Exmail (腾讯企业邮箱).
//
// Its greeting names IMAP4rev1 ID AUTH=PLAIN AUTH=LOGIN NAMESPACE and no more: neither IDLE, MOVE
// nor UIDPLUS, nor what folders are for (published logs of imap.exmail.qq.com, of 2025 and 2026).
// Names in Chinese come in modified UTF-7, such as &UXZO1mWHTvZZOQ-. The sender must be the
// account: 501 in MAIL (docs.gitlab.com, settings for QQ exmail, and many questions about these
// words), and 553 in From. There are no plus-addresses. What is submitted lies in Sent Messages.
// Who sends too often is told "frequency limited" (service.mail.qq.com, table of refusals). The
// verdict's id is mx.qq.com; X-QQ fields and one Received stand above it (published sources of
// mails).
func Exmail(account string) Profile {
	return Profile{
		Name: "exmail", Account: account,
		Mechanisms: []string{"LOGIN", "PLAIN"}, Implicit: true,
		MaxSize: 70 << 20,
		Hurried: &smtp.SMTPError{
			Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "Connection frequency limited",
		},
		Envelope: Refused, From: Refused,
		NotSender: &smtp.SMTPError{
			Code: 501, EnhancedCode: smtp.NoEnhancedCode,
			Message: "Mail from address must be same as authorization user.",
		},
		NotFrom: &smtp.SMTPError{
			Code: 553, EnhancedCode: smtp.NoEnhancedCode,
			Message: "Mail from must equal authorized user",
		},
		Plus: PlusUnknown,
		NoUser: &smtp.SMTPError{
			Code: 550, EnhancedCode: smtp.NoEnhancedCode,
			Message: "Mailbox unavailable or access denied [desk.example]",
		},
		Submitted: func(m *Mail, id string) {
			m.Prepend("X-QQ-mid: bizesmtp"+id[8:16]+"t1", "X-QQ-Originating-IP: abcdefg=",
				"Received: from desk.example ([192.0.2.10])\r\n\tby bizesmtp.qq.test (ESMTP) with\r\n"+
					"\tid ; "+now())
		},
		SentCopy: "Sent Messages",
		Daemon:   "PostMaster@qq.test",
		Arrived: func(m *Mail) {
			m.Prepend(
				"X-QQ-XMRINFO: NgToQqU5s31XQ+vYT/V7+uk=",
				"Received: from mx.sender.test ([192.0.2.25])\r\n\tby newxmmxszc6-1.qq.test (NewMX) with "+
					"SMTP id 6010A8AD\r\n\tfor <"+m.To+">; "+now(),
				"X-QQ-mid: xmmxszc6-1t1729135441tm9qrjq3k",
				"Authentication-Results: mx.qq.com; spf=pass smtp.mailfrom=<"+m.From+">;\r\n dkim=pass; "+
					"dmarc=pass(permerror) header.from="+domain(m.Get("From")))
		},
		Returned: "dropped",
		Auth:     Auth{ID: "mx.qq.com", Position: 1},

		Greeting: "[CAPABILITY IMAP4 IMAP4rev1 ID AUTH=PLAIN AUTH=LOGIN NAMESPACE] QQMail " +
			"IMAP4Server ready",
		Before: "IMAP4 IMAP4rev1 ID AUTH=PLAIN AUTH=LOGIN NAMESPACE",
		After:  "IMAP4 IMAP4rev1 ID AUTH=PLAIN AUTH=LOGIN NAMESPACE",
		Delim:  '/',
		Folders: []Folder{
			{Name: "Sent Messages"},
			{Name: "Drafts"},
			{Name: "Deleted Messages"},
			{Name: "Junk"},
			{Name: "其他文件夹"},
			{Name: "其他文件夹/已发送"},
		},
		Throttled: &imap.Error{
			Type: imap.StatusResponseTypeNo,
			Text: "Login fail. Account is abnormal, service is not open, password is incorrect, login " +
				"frequency limited, or system is busy.",
		},
		Expired: "IMAP4rev1 Server logging out",
	}
}
