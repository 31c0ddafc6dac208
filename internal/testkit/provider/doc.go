// Package provider plays mail providers for tests: each is an SMTP submission server, an IMAP
// server and the way a mail takes between them and the world outside, with what is known of one
// real provider: what it refuses, what it changes in a mail, what it says.
//
// A Profile is a provider's table of behaviours, one file for each; its comment names the public
// pages that its facts come from. Start runs one until the test ends: customers' and agents' mail
// is handed to it by Receive and arrives in the mailbox, and what the mailbox submits arrives in
// Outside, as the provider changed it. No mail leaves loopback and no name is looked up.
//
// It keeps SMTP (RFC 5321) with AUTH and STARTTLS, IMAP (RFC 3501) by go-imap's server in memory,
// and log-in by XOAUTH2 and OAUTHBEARER (RFC 7628) against the package idp. It signs nothing:
// verdicts on senders are written as each provider writes them, and always good. Tests alone
// import it. Its goroutines, those of the two servers, end with the test.
package provider
