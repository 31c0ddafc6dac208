package probe

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind tells what a probe mail is to find out.
type Kind string

// The kinds, in the order in which they are sent.
const (
	Plain         Kind = "plain"          // from the mailbox to itself; Reply-To has a plus
	PlusRecipient Kind = "plus-recipient" // to a plus-address
	PlusSender    Kind = "plus-sender"    // MAIL FROM a plus-address
	PlusFrom      Kind = "plus-from"      // From a plus-address
)

// Kinds gives all of them, in order.
func Kinds() []Kind { return []Kind{Plain, PlusRecipient, PlusSender, PlusFrom} }

// Field is the header field that names a probe by its token.
const Field = "X-Helpgate-Probe"

// Mail is a probe mail as it goes out.
type Mail struct {
	Kind     Kind
	From, To string // of the envelope, without brackets
	Token    string // signed by us, of [a-z2-7]; it stands in several places of Data
	Data     []byte
}

// Letter is what the mails of a run are made of.
type Letter struct {
	Mailbox string // the address
	Host    string // behind the @ of Message-IDs
	Subject string // ASCII
	Text    string // for the person who opens one: ASCII, lines of at most 76 characters
	At      time.Time
	Token   func() (string, error)       // a new one each time
	Marker  func(token string) string    // the form in which a token stands in a text
	Sign    func([]byte) ([]byte, error) // by DKIM, as all mail of the mailbox; nil: not at all
}

// Compose makes a mail of each kind. Each carries its token as Message-ID, in a field, in the text
// and in an address with a plus, since a provider may change any of them.
func Compose(l Letter) ([]Mail, error) {
	at := strings.LastIndexByte(l.Mailbox, '@')
	if at < 1 {
		return nil, fmt.Errorf("compose probe: %q is no address", l.Mailbox)
	}
	if strings.ContainsFunc(l.Mailbox+l.Subject, func(r rune) bool { return r < ' ' || r > '~' }) {
		return nil, errors.New("compose probe: the address or the subject is not ASCII")
	}
	var mails []Mail
	for _, kind := range Kinds() {
		tok, err := l.Token()
		if err != nil {
			return nil, fmt.Errorf("sign probe: %w", err)
		}
		m := Mail{Kind: kind, From: l.Mailbox, To: l.Mailbox, Token: tok}
		plus := l.Mailbox[:at] + "+" + m.Token + l.Mailbox[at:]
		from := l.Mailbox
		switch kind {
		case PlusRecipient:
			m.To = plus
		case PlusSender:
			m.From = plus
		case PlusFrom:
			from = plus
		}
		m.Data = l.data(m, from, plus)
		if l.Sign != nil {
			if m.Data, err = l.Sign(m.Data); err != nil {
				return nil, fmt.Errorf("compose probe: %w", err)
			}
		}
		mails = append(mails, m)
	}
	return mails, nil
}

// data writes the mail. It is automatic (RFC 3834), so that nobody's absence answers it.
func (l Letter) data(m Mail, from, replyTo string) []byte {
	parent := "<" + m.Token + ".parent@" + l.Host + ">"
	root := "<" + m.Token + ".root@" + l.Host + ">"
	lines := []string{
		"Date: " + l.At.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"),
		"From: <" + from + ">",
		"To: <" + m.To + ">",
		"Reply-To: <" + replyTo + ">",
		"Subject: " + l.Subject,
		"Message-ID: <" + m.Token + "@" + l.Host + ">",
		"In-Reply-To: " + parent,
		"References: " + root,
		" " + parent,
		"Auto-Submitted: auto-generated",
		"X-Auto-Response-Suppress: All",
		Field + ": " + m.Token,
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=us-ascii",
		"Content-Transfer-Encoding: 7bit",
		"",
		strings.ReplaceAll(strings.TrimSpace(l.Text), "\n", "\r\n"),
		"",
		l.Marker(m.Token),
		"",
	}
	return []byte(strings.Join(lines, "\r\n"))
}
