// Package smtpd is the SMTP listener that faces the internet (RFC 5321; PIPELINING RFC 2920, SIZE
// RFC 1870, 8BITMIME RFC 6152, CHUNKING RFC 3030, STARTTLS RFC 3207, enhanced codes RFC 2034,
// SMTPUTF8 RFC 6531), the LMTP listener behind a mail server (RFC 2033), and the submission
// listener for agents (RFC 6409, AUTH RFC 4954). It carries each mail to a Door and says 250 only
// after the Door did.
//
// go-smtp parses the commands; everything that frames bytes is ours. From the socket up:
//
//	wire     deadlines, replies held until we wait for the peer, TLS, shutdown
//	input    what came and was not taken yet
//	mender   the text of a mail, from its beginning to its end; chunkReader below it for BDAT
//	conn     PROXY header, one command line at a time, STARTTLS
//	go-smtp  verbs and their order
//	session  limits, addresses, the door
//
// The bytes of a mail never reach go-smtp: it would read the rest of a broken DATA as commands, and
// take a broken BDAT for whole. It does not relay, know passwords, parse mail or add trace fields.
//
// cmd/helpgate calls it. Each connection has one goroutine of Serve's, which waits for go-smtp's,
// which does the work. Serve returns when all of them ended.
package smtpd
