// Package compose makes the bytes of an outgoing mail from its row of the outbox, and checks that
// nothing internal leaves with them.
//
// It follows RFC 5322 (the fields), 2045 to 2047 and 2231 (MIME), 2387 (related), 2919 (List-Id),
// 3834 (automatic mail). The same row and message give the same bytes: the Message-ID and date are
// the row's, the boundaries follow from its nonce. What a person wrote is rebuilt, never
// forwarded, so that no field of a received mail goes on (RULES 6).
//
// It sends nothing and keeps nothing: the queue calls it once for each row, stores the bytes, and
// sends those again on a retry. It owns no goroutine; a Composer is safe for use by several.
package compose

import (
	"bytes"
	"context"
	"fmt"

	"helpgate/internal/mailerr"
	"helpgate/internal/rfc"
	"helpgate/internal/token"
	"helpgate/templates"
	"helpgate/tickets"
)

// Signer adds a signature (DKIM, RFC 6376) to a finished mail and returns all of it.
type Signer interface {
	Sign(mail []byte) ([]byte, error)
}

// Config is what a Composer works with.
type Config struct {
	Templates *templates.Set
	Mailboxes tickets.Mailboxes
	Keyring   *token.Keyring
	Store     tickets.Store
	Blobs     tickets.Blobs
	// Signers sign by the address of the mailbox; mail of one without goes out unsigned.
	Signers map[string]Signer
	// Detect tells whether a text begins or ends with a command of agents, which no customer may
	// read, and gives that line.
	Detect func(text string) (line string, found bool)
}

// Composer makes mails.
type Composer struct {
	Config
	block []string // what stands in no mail but those to agents, folded
}

// Mail is a finished mail for one recipient.
type Mail struct {
	From string // envelope sender (RFC 5321 section 4.5.5: an address, for people may bounce it)
	To   string // envelope recipient
	Data []byte // header and body, lines ended by CRLF, none above 998 octets
}

// New makes a Composer.
func New(cfg Config) *Composer {
	c := &Composer{Config: cfg}
	for _, line := range cfg.Templates.Separators() {
		c.block = append(c.block, fold(line))
	}
	for _, locale := range templates.Locales() {
		c.block = append(c.block, fold(cfg.Templates.Text(locale, "notification.hint")))
	}
	return c
}

// Compose makes the mail of a row. A recipient to whom no mail can be sent is a lasting
// mailerr.Error; what fails otherwise may succeed later.
func (c *Composer) Compose(ctx context.Context, o tickets.Outgoing) (Mail, error) {
	if err := rfc.ValidAddress(o.Recipient.Address); err != nil {
		return Mail{}, &mailerr.Error{
			Code: 553, Enhanced: "5.1.3", Public: "bad recipient", Op: "compose mail", Err: err,
		}
	}
	d, err := c.read(ctx, o)
	if err != nil {
		return Mail{}, fmt.Errorf("compose mail %d: %w", o.ID, err)
	}
	data := c.data(d)
	body, err := c.Templates.Render(string(o.Kind), d.locale, data)
	if err != nil {
		return Mail{}, fmt.Errorf("compose mail %d: %w", o.ID, err)
	}
	var buf bytes.Buffer
	buf.Grow(roomFor(d))
	root := c.tree(d, body, string(data.WordsHTML))
	if err := root.write(ctx, &buf, c.fields(d)); err != nil {
		return Mail{}, fmt.Errorf("compose mail %d: %w", o.ID, err)
	}
	mail := Mail{From: c.envelopeFrom(d), To: o.Recipient.Address, Data: buf.Bytes()}
	if s, ok := c.Signers[d.box.Address]; ok {
		if mail.Data, err = s.Sign(mail.Data); err != nil {
			return Mail{}, fmt.Errorf("sign mail %d: %w", o.ID, err)
		}
	}
	return mail, nil
}

// roomFor gives about how many bytes the mail will have, so that one with large files is not copied
// again and again while it grows.
func roomFor(d draft) int {
	const letter = 4 << 10
	room := letter
	if d.Kind == tickets.OutAnswer || d.Kind == tickets.OutNotification {
		for _, a := range d.message.Attachments {
			room += int(a.Blob.Size)*3/2 + letter
		}
	}
	return room
}

// draft is a row with all that its mail is made from.
type draft struct {
	tickets.Outgoing
	box          tickets.Mailbox
	locale       string
	message      tickets.Message // zero when the mail carries none
	requester    tickets.Customer
	participants []tickets.Participant
}

// read gathers what the row names.
func (c *Composer) read(ctx context.Context, o tickets.Outgoing) (draft, error) {
	d := draft{Outgoing: o, locale: o.Facts.Locale}
	var ok bool
	if d.box, ok = c.Mailboxes.Find(o.Mailbox); !ok {
		return d, fmt.Errorf("find mailbox %s: %w", o.Mailbox, tickets.ErrNotFound)
	}
	if d.locale == "" {
		d.locale = d.box.Locale
	}
	err := c.Store.View(ctx, func(tx tickets.Tx) (err error) {
		if o.Message != 0 {
			if d.message, err = tx.Message(ctx, o.Message); err != nil {
				return fmt.Errorf("read message %d: %w", o.Message, err)
			}
		}
		if o.Ticket == 0 || !o.Kind.ForAgents() {
			return nil
		}
		return d.readPeople(ctx, tx)
	})
	return d, err
}

// readPeople gathers whom an agent is told of.
func (d *draft) readPeople(ctx context.Context, tx tickets.Tx) error {
	t, err := tx.Ticket(ctx, d.Ticket)
	if err != nil {
		return fmt.Errorf("read ticket %d: %w", d.Ticket, err)
	}
	if t.Requester != 0 {
		if d.requester, err = tx.Customer(ctx, t.Requester); err != nil {
			return fmt.Errorf("read customer %d: %w", t.Requester, err)
		}
	}
	if d.participants, err = tx.Participants(ctx, d.Ticket); err != nil {
		return fmt.Errorf("read participants of ticket %d: %w", d.Ticket, err)
	}
	return nil
}
