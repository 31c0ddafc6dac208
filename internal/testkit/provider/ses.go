package provider

import (
	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-smtp"
)

// SES is Amazon SES as the relay of a mailbox that lies at a plain host.
//
// SES writes Message-ID and Date anew and sends under a return path of its own, to which it takes
// bounces that it mails on (docs.aws.amazon.com/ses: "Header fields in Amazon SES", "Receiving
// Amazon SES notifications through email"); its answer to DATA holds the id,
// <id@email.amazonses.com> in us-east-1. The name for the log-in is no address ("Obtaining SMTP
// credentials"). Every address of a verified domain may be a sender ("Verified identities"),
// others are 554; 14 mails a second, else 454 ("Managing sending quotas"); 40 MB.
func SES(account string) Profile {
	p := plain(account)
	p.Name, p.Login = "ses", "AKIAIOSFODNN7EXAMPLE"
	p.Mechanisms = []string{"PLAIN", "LOGIN"}
	p.MaxSize = 40 << 20
	p.Hurried = &smtp.SMTPError{
		Code: 454, EnhancedCode: smtp.EnhancedCode{4, 7, 0},
		Message: "Throttling failure: Maximum sending rate exceeded.",
	}
	p.IDHost = "email.amazonses.com"
	p.Submitted = func(m *Mail, _ string) {
		m.Set("Date", now())
		m.Set("Feedback-ID", "1.us-east-1.x:AmazonSES")
		m.Set("X-SES-Outgoing", "2026.11.24-54.240.8.1")
	}
	p.Daemon = "MAILER-DAEMON@amazonses.com"
	p.Returned = "rewritten"
	p.Return = func(id string) string { return id + "@amazonses.com" }
	return p
}

// plain is a host with Dovecot and Postfix as their documents set them up.
func plain(account string) Profile {
	return Profile{
		Name: "plain", Account: account, Daemon: "MAILER-DAEMON@mail.desk.example",
		Mechanisms: []string{"PLAIN", "LOGIN"}, MaxSize: 50 << 20,
		NoUser: &smtp.SMTPError{
			Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1},
			Message: "Recipient address rejected: User unknown in virtual mailbox table",
		},
		Arrived: func(m *Mail) {
			m.Prepend(
				"Return-Path: <"+m.From+">",
				"Delivered-To: "+m.To,
				"Received: from mx.sender.test (mx.sender.test [192.0.2.25])\r\n"+
					"\tby mail.desk.example (Postfix) with ESMTPS id 4XyZ01 for <"+m.To+">; "+now(),
				"Authentication-Results: mail.desk.example; dkim=pass header.d="+domain(m.Get("From"))+
					";\r\n\tdmarc=pass header.from="+domain(m.Get("From"))+"; spf=pass smtp.mailfrom="+
					m.From)
		},
		Auth:     Auth{ID: "mail.desk.example", Position: 1},
		Greeting: "Dovecot ready.",
		Before:   "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN AUTH=LOGIN",
		After: "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE CHILDREN NAMESPACE UIDPLUS " +
			"LIST-EXTENDED ESEARCH MOVE SPECIAL-USE LITERAL+ UNSELECT",
		Delim: '/',
		Folders: []Folder{
			{"Sent", imap.MailboxAttrSent},
			{"Junk", imap.MailboxAttrJunk},
			{"Trash", imap.MailboxAttrTrash},
			{"Drafts", imap.MailboxAttrDrafts},
		},
		Throttled: &imap.Error{
			Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeUnavailable,
			Text: "Account is temporarily unavailable.",
		},
		Expired: "Server shutting down.",
	}
}
