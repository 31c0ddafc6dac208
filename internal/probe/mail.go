package probe

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
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
	Mailbox string // the address, ASCII
	Host    string // behind the @ of Message-IDs
	Subject string
	Text    string // for the person who opens one
	At      time.Time
	Token   func() (string, error)       // a new one each time
	Marker  func(token string) string    // the form in which a token stands in a text
	Sign    func([]byte) ([]byte, error) // by DKIM, as all mail of the mailbox; nil: not at all
}

// Compose makes a mail of each kind. Each carries its token as Message-ID, in a field, in the text
// and in an address with a plus, since a provider may change any of them.
func Compose(l Letter, kinds ...Kind) ([]Mail, error) {
	at := strings.LastIndexByte(l.Mailbox, '@')
	outside := func(r rune) bool { return r <= ' ' || r > '~' }
	if at < 1 || strings.ContainsFunc(l.Mailbox, outside) {
		return nil, fmt.Errorf("compose probe: %q is no address in ASCII", l.Mailbox)
	}
	var mails []Mail
	for _, kind := range kinds {
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
		if m.Data, err = l.data(m, from, plus); err != nil {
			return nil, fmt.Errorf("compose probe: %w", err)
		}
		mails = append(mails, m)
	}
	return mails, nil
}

// data writes the mail. It is automatic (RFC 3834), so that nobody's absence answers it.
func (l Letter) data(m Mail, from, replyTo string) ([]byte, error) {
	parent := "<" + m.Token + ".parent@" + l.Host + ">"
	root := "<" + m.Token + ".root@" + l.Host + ">"
	header := []string{
		"Date: " + l.At.UTC().Format(time.RFC1123Z),
		"From: <" + from + ">",
		"To: <" + m.To + ">",
		"Reply-To: <" + replyTo + ">",
		"Subject: " + mime.BEncoding.Encode("utf-8", strings.Join(strings.Fields(l.Subject), " ")),
		"Message-ID: <" + m.Token + "@" + l.Host + ">",
		"In-Reply-To: " + parent,
		"References: " + root,
		" " + parent,
		"Auto-Submitted: auto-generated",
		"X-Auto-Response-Suppress: All",
		Field + ": " + m.Token,
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=utf-8",
		"Content-Transfer-Encoding: quoted-printable",
		"\r\n",
	}
	var mail bytes.Buffer
	mail.WriteString(strings.Join(header, "\r\n"))
	body := quotedprintable.NewWriter(&mail) // a bytes.Buffer does not fail
	_, _ = io.WriteString(body, strings.TrimSpace(l.Text)+"\n\n"+l.Marker(m.Token)+"\n")
	_ = body.Close()
	if l.Sign == nil {
		return mail.Bytes(), nil
	}
	return l.Sign(mail.Bytes())
}
