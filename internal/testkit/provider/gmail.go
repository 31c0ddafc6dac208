package provider

import (
	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-smtp"
)

// Gmail is Google Workspace and Gmail, with an app password or tokens.
//
// The envelope sender is always the account's, and so is From unless it is an alias of the
// account; the other stands in X-Google-Original-From (support.google.com/mail/answer/22370, and
// mails of the lists at lore.kernel.org). Plus-addresses are recipients (the same page). Each mail
// lies in All Mail too, and what is submitted in Sent Mail
// (developers.google.com/gmail/imap/imap-extensions). The field of mx.google.com stands below what
// is its own (support.google.com/mail/answer/180707). Fifteen sessions
// (support.google.com/mail/answer/7126229), mails of 25 MB. Greeting and capabilities are those of
// many published logs.
func Gmail(account string) Profile {
	return Profile{
		Name: "gmail", Account: account,
		Mechanisms: []string{"LOGIN", "PLAIN", "XOAUTH2", "OAUTHBEARER"},
		MaxSize:    35882577,
		Envelope:   Forced, From: Forced,
		NoUser: &smtp.SMTPError{
			Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1},
			Message: "The email account that you tried to reach does not exist. - gsmtp",
		},
		Submitted: func(m *Mail, id string) {
			m.Prepend(
				"Received: from desk.example ([192.0.2.10]) by smtp.gmail.test with ESMTPSA id "+id[:16]+
					"\r\n        (version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256 bits=128/128); "+now(),
				"X-Google-Smtp-Source: AGHT+IF"+id[8:16])
		},
		SentCopy: "[Gmail]/Sent Mail", AllMail: "[Gmail]/All Mail",
		Daemon:  "mailer-daemon@googlemail.com",
		Arrived: gmailTrace,
		Auth:    Auth{ID: "mx.google.com", Position: 1},

		Greeting: "Gimap ready for requests from 192.0.2.10",
		Before: "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY SASL-IR " +
			"AUTH=XOAUTH2 AUTH=PLAIN AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER",
		After: "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS " +
			"ENABLE MOVE CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- " +
			"SPECIAL-USE APPENDLIMIT=35651584",
		Delim: '/',
		Folders: []Folder{
			{"[Gmail]/All Mail", imap.MailboxAttrAll},
			{"[Gmail]/Sent Mail", imap.MailboxAttrSent},
			{"[Gmail]/Spam", imap.MailboxAttrJunk},
			{"[Gmail]/Drafts", imap.MailboxAttrDrafts},
			{"[Gmail]/Trash", imap.MailboxAttrTrash},
		},
		Connections: 15, TooMany: "[ALERT] Too many simultaneous connections. (Failure)",
		Throttled: &imap.Error{
			Type: imap.StatusResponseTypeNo, Code: "OVERQUOTA",
			Text: "Account exceeded command or bandwidth limits. (Failure)",
		},
		Expired: "Session expired, please login again.",
	}
}

// gmailTrace is what Google's servers put above a mail from outside.
func gmailTrace(m *Mail) {
	verdict := "mx.google.com;\r\n       dkim=pass header.i=@" + domain(m.Get("From")) +
		" header.s=s1;\r\n       spf=pass (google.com: domain of " + m.From +
		" designates 192.0.2.25 as permitted sender)\r\n        smtp.mailfrom=" + m.From +
		";\r\n       dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=" + domain(m.Get("From"))
	m.Prepend(
		"Delivered-To: "+m.To,
		"Received: by 2002:a05:6000:1111:b0:1 with SMTP id a1csp1; "+now(),
		"X-Received: by 2002:a17:906:1111:b0:1 with SMTP id b2mr2; "+now(),
		"ARC-Authentication-Results: i=1; "+verdict,
		"Return-Path: <"+m.From+">",
		"Received: from mx.sender.test (mx.sender.test. [192.0.2.25])\r\n"+
			"        by mx.google.com with ESMTPS id c3si3 for <"+m.To+">; "+now(),
		"Received-SPF: pass (google.com: domain of "+m.From+" designates 192.0.2.25 as permitted "+
			"sender) client-ip=192.0.2.25;",
		"Authentication-Results: "+verdict)
}
