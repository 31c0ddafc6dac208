package smtpd

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// maxHello bounds EHLO in bytes: a name has 255 at most (RFC 5321 4.5.3.1.2).
const maxHello = len("EHLO ") + 255

// known tells whether verb is one that is built.
func known(verb string) bool {
	switch verb {
	case "HELO", "EHLO", "LHLO", "AUTH", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "VRFY",
		"QUIT":
		return true
	default:
		return false
	}
}

// unbuilt tells whether verb is one that go-smtp calls by its name when it refuses it.
func unbuilt(verb string) bool {
	switch verb {
	case "STARTTLS", "EXPN", "HELP", "SEND", "SOML", "SAML", "TURN":
		return true
	default:
		return false
	}
}

// dispatch looks at the lines that mean something below go-smtp.
func (c *conn) dispatch(line []byte) error {
	text, ok := commandText(line)
	verb, _, _ := strings.Cut(text, " ")
	verb = strings.ToUpper(verb)
	c.command, c.verb, c.line = text, verb, line
	switch {
	case c.sasl && ok:
	case foreign(verb):
		return errForeign
	case strings.HasPrefix(verb, "BDAT"):
		c.line = []byte("DATA\r\n")
		return c.bdat.begin(c, text)
	case !known(verb) && !unbuilt(verb):
		// go-smtp answers an empty line with 500 5.5.2 and ends the connection after a few.
		c.line = []byte("\r\n")
	case verb != "QUIT" && c.full():
		return errManyMails
	case verb == "STARTTLS" && c.srv.cfg.TLS != nil && !c.secure:
		return c.startTLS()
	case strings.EqualFold(text, "RCPT TO:<POSTMASTER>"):
		// RFC 5321 4.5.1: the one address that needs no domain; go-smtp does not know it.
		c.line = []byte("RCPT TO:<postmaster@" + c.srv.cfg.Hostname + ">\r\n")
	case len(text) > maxHello && strings.HasSuffix(verb, "LO"):
		c.line = []byte(verb + "\r\n") // without a name, and refused for it
	}
	return nil
}

// full tells whether the connection has had its mails. It ends behind the last one's answer: a
// sender who comes again with the next mail has lost nothing, one who is refused at MAIL may wait.
func (c *conn) full() bool { return c.mails >= c.srv.cfg.MaxMails && c.mailEnd.IsZero() }

// foreign tells whether verb begins a request of HTTP. A browser can be made to send one to us,
// with a whole session in its body.
func foreign(verb string) bool {
	switch verb {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE":
		return true
	default:
		return false
	}
}

// commandText gives a command without its CRLF; false when the line ends otherwise or holds what
// no command may: a bare CR, another control character than TAB, or bad UTF-8.
func commandText(line []byte) (string, bool) {
	text, ok := bytes.CutSuffix(line, []byte("\r\n"))
	bad := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
	if !ok || !utf8.Valid(text) || bytes.IndexFunc(text, bad) >= 0 {
		return "", false
	}
	return string(text), true
}
