package desk

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/store"
	"helpgate/internal/token"
	"helpgate/tickets"
)

// The people of the tests.
const (
	support = "support@desk.example"
	sales   = "sales@desk.example"
	alice   = "alice@customer.example"
	bob     = "bob@customer.example"
	mallory = "mallory@evil.example"
	ann     = "ann@agents.example"
	ben     = "ben@agents.example"
)

// office is a desk on a store of its own, with two agents and a clock that stands still.
type office struct {
	*Desk
	t        testing.TB
	db       *store.DB
	clock    *clock.Fake
	ann, ben tickets.Agent
	mails    int
}

func newOffice(t testing.TB, change ...func(*Config)) *office {
	t.Helper()
	ctx := context.Background()
	now := clock.NewFake(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))
	db, err := store.Open(ctx, store.Options{
		URL:   "sqlite:" + filepath.Join(t.TempDir(), "desk.db"),
		Blobs: "file:" + t.TempDir(), Clock: now, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	keyring, err := token.NewKeyring(token.Key{ID: 'a', Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Store: db, Keyring: keyring, Hostname: "desk.example", Clock: now,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Mailboxes: tickets.Mailboxes{
			{Address: support, Name: "Support", Locale: "en", Tokens: token.RoadPlus},
			{Address: sales, Name: "Sales", Locale: "en", Tokens: token.RoadPlus, Team: "sales"},
		},
		Policy: Policy{
			ReopenDays: 14, AutoPerHour: 5000, NotificationsPerMinute: 6, AgentAuth: AuthToken,
			Locale: "en",
		},
	}
	for _, f := range change {
		f(&cfg)
	}
	o := &office{Desk: New(cfg), t: t, db: db, clock: now}
	o.ann = o.hire(tickets.Agent{Name: "Ann", Addresses: []string{ann, "ann@home.example"}})
	o.ben = o.hire(tickets.Agent{Name: "Ben", Addresses: []string{ben}, Team: "sales"})
	return o
}

func (o *office) hire(ag tickets.Agent) tickets.Agent {
	o.t.Helper()
	saved, err := o.SaveAgent(context.Background(), ag)
	if err != nil {
		o.t.Fatal(err)
	}
	return saved
}

// mail gives a mail of somebody to the support, each time another one.
func (o *office) mail(from, text string, change ...func(*tickets.Mail)) *tickets.Mail {
	o.mails++
	m := o.mailOf(int64(o.mails), from, text)
	for _, f := range change {
		f(m)
	}
	return m
}

// mailOf gives the mail number n.
func (o *office) mailOf(n int64, from, text string) *tickets.Mail {
	return &tickets.Mail{
		Road: "smtp", Recipients: []string{support}, ReceivedAt: o.clock.Now(),
		From: tickets.Person{Address: from}, To: []tickets.Person{{Address: support}},
		Subject: "Printer", Date: o.clock.Now(), MessageID: fmt.Sprintf("%d@%s", n, from),
		Text: text, ReplyText: text, Verified: tickets.VerifiedNone,
	}
}

// receive lets the mail in and moves the clock on by a second.
func (o *office) receive(m *tickets.Mail) Receipt {
	o.t.Helper()
	r, err := o.Receive(context.Background(), m)
	if err != nil {
		o.t.Fatal(err)
	}
	o.clock.Advance(time.Second)
	return r
}

func (o *office) show(n int64) Shown {
	o.t.Helper()
	s, err := o.Show(context.Background(), n)
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

// queued gives the rows of a kind, oldest first; to one recipient unless it is "".
func (o *office) queued(kind tickets.OutKind, to string) []tickets.Outgoing {
	o.t.Helper()
	rows, err := o.db.Rows().List(context.Background(), "", 0)
	if err != nil {
		o.t.Fatal(err)
	}
	var found []tickets.Outgoing
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].Kind == kind && (to == "" || rows[i].Recipient.Address == to) {
			found = append(found, rows[i])
		}
	}
	return found
}

// with gives the mail a token of ours, as the door finds it.
func with(c token.Claim, where tickets.Where) func(*tickets.Mail) {
	return func(m *tickets.Mail) {
		m.Claims = append(m.Claims, tickets.Claimed{Claim: c, Where: where})
	}
}

// asAgent gives the mail the token of that agent for the ticket.
func asAgent(ag tickets.Agent, ticket int64) func(*tickets.Mail) {
	return with(token.Claim{Purpose: token.PurposeAgent, Ticket: ticket, Person: ag.ID},
		tickets.WhereAddress)
}

// asCustomer gives the mail the customers' token of the ticket.
func asCustomer(ticket int64) func(*tickets.Mail) {
	return with(token.Claim{Purpose: token.PurposeCustomer, Ticket: ticket}, tickets.WhereAddress)
}

func cc(addresses ...string) func(*tickets.Mail) {
	return func(m *tickets.Mail) {
		for _, a := range addresses {
			m.Cc = append(m.Cc, tickets.Person{Address: a})
		}
	}
}
