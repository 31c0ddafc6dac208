package provider

import "github.com/emersion/go-smtp"

// CPanel is a host with cPanel: Exim and Dovecot, a domain among many on the machine.
//
// Exim adds no Authentication-Results; Return-path, Envelope-to and Delivery-date stand on top
// (exim.org, specification, generic options for transports). Senders other than the account pass.
// Mail to a plus-address goes to the folder of that name, which is made (docs.cpanel.net, Email
// Accounts). Every folder lies below INBOX with a dot between (doc.dovecot.org, namespaces), and
// others are refused in words that many logs have: "Mailbox name should probably be prefixed with:
// INBOX.". A domain may send so many mails an hour (docs.cpanel.net, Tweak Settings); ten sessions
// may be open of one user from one address (doc.dovecot.org, mail_max_userip_connections).
func CPanel(account string) Profile {
	p := plain(account)
	p.Name, p.Implicit, p.Plus = "cpanel", true, PlusFolder
	p.NoUser = &smtp.SMTPError{
		Code: 550, EnhancedCode: smtp.NoEnhancedCode, Message: "No Such User Here",
	}
	p.Hurried = &smtp.SMTPError{
		Code: 550, EnhancedCode: smtp.NoEnhancedCode,
		Message: "Domain desk.example has exceeded the max emails per hour (500/500 (100%)) allowed. " +
			"Message discarded.",
	}
	p.Arrived = func(m *Mail) {
		m.Prepend(
			"Return-Path: <"+m.From+">",
			"Delivered-To: "+m.To,
			"Received: from host.cpanel.test\r\n\tby host.cpanel.test with LMTP\r\n\tid oJzTAf; "+now(),
			"Return-path: <"+m.From+">",
			"Envelope-to: "+m.To,
			"Delivery-date: "+now(),
			"Received: from mx.sender.test ([192.0.2.25]:41000)\r\n\tby host.cpanel.test with esmtps "+
				"(TLS1.3) tls TLS_AES_256_GCM_SHA384\r\n\t(Exim 4.98)\r\n\t(envelope-from <"+m.From+
				">)\r\n\tid 1tF-000001; "+now())
	}
	p.Auth = Auth{}
	p.Prefix, p.Delim = "INBOX.", '.'
	for i := range p.Folders {
		p.Folders[i].Name = p.Prefix + p.Folders[i].Name
	}
	p.Connections = 10
	p.Daemon = "Mailer-Daemon@host.cpanel.test"
	p.TooMany = "[UNAVAILABLE] Maximum number of connections from user+IP exceeded " +
		"(mail_max_userip_connections=10)"
	return p
}
