// Package relay hands finished mails over to the next server by SMTP (RFC 5321), one recipient at a
// time: to a Smarthost that takes everything, or to the MX of the recipient's domain.
//
// It keeps STARTTLS (RFC 3207), AUTH (RFC 4954; by tokens, RFC 7628), 8BITMIME, DSN (ENVID of RFC 3461), SMTPUTF8 (RFC
// 6531) and null MX (RFC 7505). It does not compose, sign, queue or retry: a mail that did not go
// comes back as a *mailerr.Error that says whether a later attempt may help, and mailout/queue
// decides. It adds no header, so a second attempt is the same mail.
//
// cmd/helpgate makes one of each per relay that the configuration names; the outbox worker calls
// Deliver from many goroutines. The package starts none; a Smarthost's idle connections have
// timers, which Close stops.
package relay

import (
	"bytes"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"helpgate/internal/mailerr"
	"helpgate/internal/rfc"
)

const (
	// defaultTimeout bounds a connect, a command and its reply, and one write of the body.
	// RFC 5321 section 4.5.3.2 asks for 5 minutes; a worker held that long blocks better hosts.
	defaultTimeout = 2 * time.Minute
	// finalFactor times the timeout is the wait after the final dot: 10 minutes by default, as
	// RFC 5321 section 4.5.3.2.6 asks, because giving up there is what doubles mails.
	finalFactor = 5
	// maxReply is how much of a server's answer is kept, in bytes.
	maxReply = 500
	// maxEnvID is the length limit of ENVID, RFC 3461 section 4.4.
	maxEnvID = 100
)

// Mail is one finished mail for one recipient.
type Mail struct {
	// From is the envelope sender without <>; "" is the null sender of automatic mail.
	From string
	// To is the envelope recipient without <>.
	To string
	// Body is the whole mail, header and body. A CR or LF that stands alone goes out as CRLF, or a
	// lenient server might see an end of data in it (THREATS S41).
	Body []byte
	// SMTPUTF8 tells that the header holds raw UTF-8. An address may need the extension by itself.
	SMTPUTF8 bool
	// EnvID is what a delivery report gives back as Original-Envelope-Id: printable ASCII, at most
	// 100 bytes, "" for none. It is dropped where the server does not offer DSN.
	EnvID string
}

// Receipt tells how a mail was taken.
type Receipt struct {
	// Reply is the server's answer to the final dot, one clean line of at most 500 bytes.
	Reply string
}

// checked gives the mail as it goes on the wire: addresses that cannot carry a parameter, domains
// as A-labels, lines that end in CRLF. What it refuses no attempt will mend.
func (m Mail) checked() (Mail, error) {
	var err error
	if m.To, err = wireAddress(m.To); err != nil {
		return m, refused("check the recipient", "5.1.3", err)
	}
	if m.From != "" {
		if m.From, err = wireAddress(m.From); err != nil {
			return m, refused("check the sender", "5.1.7", err)
		}
	}
	if len(m.EnvID) > maxEnvID || strings.ContainsFunc(m.EnvID, notPrintable) {
		return m, refused("check the envelope id", "5.5.4", errors.New("no ENVID of RFC 3461"))
	}
	m.Body = mendLines(m.Body)
	m.SMTPUTF8 = m.SMTPUTF8 || !isASCII(m.From) || !isASCII(m.To)
	return m, nil
}

// wireAddress keeps the local part as written, for only its owner knows what case and dots mean.
func wireAddress(address string) (string, error) {
	if err := rfc.ValidAddress(address); err != nil {
		return "", err
	}
	local := address[:strings.LastIndexByte(address, '@')]
	return local + "@" + domainOf(address), nil
}

// domainOf gives the domain of a valid address in lower case, as A-label.
func domainOf(address string) string {
	_, _, domain := rfc.SplitPlus(address)
	return domain
}

// mendLines makes every line end a CRLF; most mails pass without a copy.
func mendLines(body []byte) []byte {
	pairs := bytes.Count(body, []byte("\r\n"))
	if bytes.Count(body, []byte("\r")) == pairs && bytes.Count(body, []byte("\n")) == pairs {
		return body
	}
	lone := strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n")
	return []byte(lone.Replace(string(body)))
}

// cleanReply makes a server's words fit for a log and the queue's list.
func cleanReply(text string) string {
	text = rfc.CleanName(text)
	if len(text) <= maxReply {
		return text
	}
	end := maxReply
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

func notPrintable(r rune) bool { return r < ' ' || r > '~' }

// refused is a mail that no server was asked about.
func refused(op, enhanced string, err error) *mailerr.Error {
	return &mailerr.Error{Enhanced: enhanced, Op: op, Err: err}
}
