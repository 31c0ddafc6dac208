package provider

import (
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-smtp"
)

// Microsoft365 is Exchange Online.
//
// It takes tokens only (learn.microsoft.com, "Deprecation of Basic authentication in Exchange
// Online"; 535 5.7.139). It submits 30 mails a minute over 3 connections (the same site, "Exchange
// Online limits" and "How to set up a multifunction device", aka.ms/concurrent_sending) under the
// mailbox's own address, else 550 5.7.60 or 554 5.2.252, keeps Message-IDs, and files a copy in the
// folder of sent mail. Plus-addresses are recipients ("Plus addressing in Exchange Online"). Its
// verdict has no id and stands below its own Received fields (the same site, "Anti-spam message
// headers"). RFC822.SIZE is that of the stored mail (learn.microsoft.com, Set-CASMailbox,
// ImapEnableExactRFC822Size). Capabilities and greeting are those of github.com/jstedfast/MailKit
// issue 2016, the words of throttling those of issue 1494 there and of many others.
func Microsoft365(account string) Profile {
	return Profile{
		Name: "microsoft365", Account: account,
		OAuth: true, Mechanisms: []string{"LOGIN", "XOAUTH2"},
		Submitters: 3, Busy: &smtp.SMTPError{
			Code: 432, EnhancedCode: smtp.EnhancedCode{4, 3, 2},
			Message: "Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending " +
				"for more information. [X.PROD.TEST]",
		},
		PerMinute: 30, Hurried: &smtp.SMTPError{
			Code: 451, EnhancedCode: smtp.EnhancedCode{4, 5, 127},
			Message: "Message rejected. Excessive message rate from sender. [X.PROD.TEST]",
		},
		MaxSize:  35 << 20,
		Envelope: Refused, From: Refused,
		NotSender: &smtp.SMTPError{
			Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 60},
			Message: "SMTP; Client does not have permissions to send as this sender [X.PROD.TEST]",
		},
		NotFrom: &smtp.SMTPError{
			Code: 554, EnhancedCode: smtp.EnhancedCode{5, 2, 252},
			Message: "SendAsDenied; " + account + " not allowed to send as the sender of the mail; " +
				"STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
		},
		NoUser: &smtp.SMTPError{
			Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 10},
			Message: "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
		},
		Submitted: func(m *Mail, id string) {
			m.Prepend("Received: from AM0PR01MB0001.eurprd01.prod.exchangelabs.test ([fe80::1]) by\r\n"+
				" AM0PR01MB0001.eurprd01.prod.exchangelabs.test with Microsoft SMTP Server id "+id[:16]+
				"; "+now(),
				"X-MS-Exchange-CrossTenant-OriginalArrivalTime: "+now())
		},
		SentCopy: "Sent Items",
		Daemon:   "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@desk.example",
		Arrived: func(m *Mail) {
			m.Prepend(
				"Received: from DB9PR01MB0002.eurprd01.prod.exchangelabs.test (2603:10a6:1::2) by\r\n"+
					" AM0PR01MB0001.eurprd01.prod.exchangelabs.test with HTTPS; "+now(),
				"Authentication-Results: spf=pass (sender IP is 192.0.2.25)\r\n"+
					" smtp.mailfrom="+domain(m.From)+"; dkim=pass (signature was verified)\r\n"+
					" header.d="+domain(m.Get("From"))+";dmarc=pass action=none\r\n"+
					" header.from="+domain(m.Get("From"))+";compauth=pass reason=100",
				"Received-SPF: Pass (protection.outlook.test: domain of "+domain(m.From)+
					" designates\r\n 192.0.2.25 as permitted sender)",
				"Received: from mx.sender.test (192.0.2.25) by DB5EUR01FT001.mail.protection.outlook.test\r\n"+
					" (10.1.1.1) with Microsoft SMTP Server id 15.20.1; "+now(),
				"X-MS-Exchange-Organization-SCL: 1")
			m.Set("Return-Path", m.From)
		},
		Banner: "CAUTION: This mail came from outside of the organisation.",
		Auth:   Auth{Position: 1},

		Greeting: "Microsoft Exchange IMAP4 service ready.",
		Before: "IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR UIDPLUS MOVE ID UNSELECT " +
			"CHILDREN IDLE NAMESPACE LITERAL+",
		After: "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT " +
			"CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE " +
			"NAMESPACE LITERAL+",
		Delim: '/',
		Folders: []Folder{
			{"Sent Items", imap.MailboxAttrSent},
			{"Junk Email", imap.MailboxAttrJunk},
			{"Deleted Items", imap.MailboxAttrTrash},
			{"Drafts", imap.MailboxAttrDrafts},
		},
		Stored:      1377,
		Connections: 20, TooMany: "Maximum number of concurrent connections has exceeded a limit.",
		Throttled: &imap.Error{
			Type: imap.StatusResponseTypeBad,
			Text: "Request is throttled. Suggested Backoff Time: 1500 milliseconds",
		},
		Backoff: 1500 * time.Millisecond,
		Expired: "Session invalidated - AccessTokenExpired",
	}
}

func now() string { return time.Now().UTC().Format(time.RFC1123Z) }

// domain gives that of an address, or of the one in a From field.
func domain(of string) string {
	if a := address(of); a != "" {
		of = a
	}
	for i := len(of) - 1; i >= 0; i-- {
		if of[i] == '@' {
			return of[i+1:]
		}
	}
	return "unknown.test"
}
