package compose

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"helpgate/internal/token"
	"helpgate/templates"
	"helpgate/tickets"
)

const (
	ownAddress = "support@example.org"
	agentID    = 3
	agentAddr  = "anna@corp.example"
)

var created = time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC)

// fakeStore holds one ticket, 12, with its people, and messages.
type fakeStore struct {
	tickets.Store
	tickets.Tx
	messages []tickets.Message
}

func (s *fakeStore) View(_ context.Context, fn func(tickets.Tx) error) error { return fn(s) }

func (s *fakeStore) Ticket(context.Context, int64) (tickets.Ticket, error) {
	return tickets.Ticket{Number: 12, Requester: 5}, nil
}

func (s *fakeStore) Customer(context.Context, int64) (tickets.Customer, error) {
	return tickets.Customer{ID: 5, Name: "Wang Wei", Address: "wang@example.com"}, nil
}

func (s *fakeStore) Participants(context.Context, int64) ([]tickets.Participant, error) {
	return []tickets.Participant{
		{Person: tickets.Person{Name: "Li Na", Address: "li@example.com"}},
	}, nil
}

func (s *fakeStore) Messages(_ context.Context, ticket int64) (all []tickets.Message, err error) {
	for _, m := range s.messages {
		if m.Ticket == ticket {
			all = append(all, m)
		}
	}
	return all, nil
}

func (s *fakeStore) Message(_ context.Context, id int64) (tickets.Message, error) {
	for _, m := range s.messages {
		if m.ID == id {
			return m, nil
		}
	}
	return tickets.Message{}, tickets.ErrNotFound
}

func (s *fakeStore) Agents(context.Context) ([]tickets.Agent, error) {
	return []tickets.Agent{{ID: agentID, Name: "Anna", Addresses: []string{agentAddr}}}, nil
}

// fakeBlobs gives every blob its own name as bytes.
type fakeBlobs struct{ tickets.Blobs }

func (fakeBlobs) Open(_ context.Context, name string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(strings.Repeat(name, 10))), nil
}

func ring(t testing.TB) *token.Keyring {
	t.Helper()
	r, err := token.NewKeyring(token.Key{ID: 'a', Secret: bytes.Repeat([]byte{7}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// detect knows two commands, and parses as the desk does: the first line and the last.
func detect(text string) (string, bool) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range []string{lines[0], lines[len(lines)-1]} {
		if line = strings.TrimSpace(line); line == "/close" || line == "／关闭" {
			return line, true
		}
	}
	return "", false
}

// bundle is a composer with the store behind it.
type bundle struct {
	*Composer
	store *fakeStore
}

func setup(t testing.TB, road token.Road, messages ...tickets.Message) bundle {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	store := &fakeStore{messages: messages}
	return bundle{store: store, Composer: New(Config{
		Templates: set, Keyring: ring(t), Store: store, Blobs: fakeBlobs{},
		Mailboxes: tickets.Mailboxes{{
			Address: ownAddress, Name: "Example Support", Locale: "en", Tokens: road,
			ReplyDomain: "reply.example.org", OwnReturn: true, Signature: "Your Example team",
		}},
		Detect: detect,
	})}
}

// compose makes the mail and reads it again as a mail program does.
func (b bundle) compose(t testing.TB, o tickets.Outgoing) (Mail, *enmime.Envelope) {
	t.Helper()
	mail, err := b.Compose(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	env, err := enmime.ReadEnvelope(bytes.NewReader(mail.Data))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range env.Errors {
		t.Errorf("not well formed: %v", e)
	}
	checkLines(t, mail.Data)
	return mail, env
}

func checkLines(t testing.TB, data []byte) {
	t.Helper()
	for line := range bytes.SplitAfterSeq(data, []byte("\n")) {
		if len(line) > 1000 || len(line) > 0 && !bytes.HasSuffix(line, []byte("\r\n")) ||
			bytes.Count(line, []byte("\r")) > 1 {
			t.Errorf("bad line of %d octets: %.100q", len(line), line)
		}
	}
}

// row is a row of the kind as the desk makes it, to a person of the side that the kind goes to.
func row(t testing.TB, kind tickets.OutKind, locale string) tickets.Outgoing {
	t.Helper()
	o := tickets.Outgoing{
		ID: 1, Kind: kind, Ticket: 12, Mailbox: ownAddress, Nonce: 34567, CreatedAt: created,
		Recipient: tickets.Person{Name: "Wang Wei", Address: "wang@example.com"},
		Automatic: kind != tickets.OutAnswer,
		Facts: tickets.Facts{
			Locale: locale, Subject: "Printer on fire", InReplyTo: "two@example.com",
			References: []string{"one@example.com", "two@example.com"},
		},
	}
	if kind.ForAgents() {
		o.Agent, o.Recipient = agentID, tickets.Person{Name: "Anna", Address: agentAddr}
		o.Facts.Status = tickets.StatusOpen
	}
	switch kind {
	case tickets.OutAnswer:
		o.Message = answerID
	case tickets.OutNotification:
		o.Message = questionID
		o.Facts.Author = tickets.Person{Name: "Wang Wei", Address: "wang@example.com"}
		o.Facts.Warnings = []string{tickets.FlagNewAddress, "auto-autoreply"}
	case tickets.OutFollowUp:
		o.Facts.Other, o.Facts.Known = 7, true
	case tickets.OutHeld:
		o.Facts.Reason, o.Message = string(tickets.HeldCommand), answerID
	case tickets.OutFailure:
		o.Facts.Reason, o.Message = "delivery-failed", answerID
		o.Facts.Detail = "wang@example.com: 552 5.2.2 mailbox full"
	case tickets.OutNotice:
		o.Facts.Reason, o.Facts.Detail = "third-party-token", "zhou@example.com"
	case tickets.OutAlert:
		o.Facts.Reason, o.Facts.Detail = "governor", "wang@example.com"
	case tickets.OutNotificationList:
		o.Ticket, o.Facts.First = 0, true
		for n := range int64(2) {
			o.Facts.Entries = append(o.Facts.Entries, tickets.Entry{
				Ticket: 12 + n, Subject: "Printer", Mailbox: ownAddress,
				Author: tickets.Person{Name: "Li Na", Address: "li@example.com"},
			})
		}
	}
	o.MessageID = ring(t).MessageID(token.Claim{
		Ticket: o.Ticket, Person: o.Agent, Delivery: o.Nonce,
	}, "mail.example.org")
	return o
}

const (
	questionID = 21
	answerID   = 22
)

func question() tickets.Message {
	return tickets.Message{
		ID: questionID, Ticket: 12, Kind: tickets.KindMessage, AuthorRole: tickets.RoleCustomer,
		Author: tickets.Person{Name: "Wang Wei", Address: "wang@example.com"},
		Text:   "It burns again.\n\n> Does it burn?", ReplyText: "It burns again.",
		HTML: `<p>It <b>burns</b> again. <img src="cid:pic@x"></p>` +
			`<blockquote>Does it burn?</blockquote>`,
		ReplyHTML: `<p>It <b>burns</b> again. <img src="cid:pic@x"></p>`,
		Attachments: []tickets.Attachment{
			{
				Filename: "pic.png", ContentType: "image/png", ContentID: "pic@x", Inline: true,
				Blob: tickets.Blob{SHA256: "picture", Size: 70},
			},
			{
				Filename: "日志 \"1\".txt", ContentType: "text/plain",
				Blob: tickets.Blob{SHA256: "logfile", Size: 70},
			},
		},
	}
}

func answer() tickets.Message {
	return tickets.Message{
		ID: answerID, Ticket: 12, Kind: tickets.KindMessage, AuthorRole: tickets.RoleAgent,
		Author: tickets.Person{Name: "Anna", Address: agentAddr},
		Text: "Please use water.\n\n-- \nAnna, " + agentAddr +
			"\n\n> --- Reply above this line: the customer gets your answer ---",
		ReplyText: "Please use water.",
	}
}
