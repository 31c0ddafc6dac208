// Package desk is the helpdesk's judgement: one file a verb. What comes in by whatever road, what
// an operator types, and how a delivery ended all end in a verb here, which asks the pure rules
// (tickets/thread, govern, command) and writes ticket, message, events, journal and outbox rows in
// one transaction.
//
// It parses no mail (mailin does), composes none (mailout/compose does) and holds no text that a
// person reads (templates does). It is called by mailin's door, by cmd, and by the outbox worker.
// It owns no goroutine; a Desk is safe for use by several.
package desk

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/password"
	"helpgate/internal/token"
	"helpgate/tickets"
)

// Auth is how much proof an agent's mail needs (RULES section 5).
type Auth string

// The modes of agent_auth.
const (
	AuthAuto   Auth = "auto"
	AuthToken  Auth = "token"
	AuthStrict Auth = "strict"
)

// Policy holds the numbers that a helpdesk chooses for itself.
type Policy struct {
	ReopenDays             int // after closing, a customer's word opens the ticket again for so long
	AutoPerHour            int // automatic mails of the whole instance
	NotificationsPerMinute int // notifications to one agent; more are joined
	AgentAuth              Auth
	Locale                 string // the language of people whose own is not known
}

// AgentTokenLife is how long after closing a ticket an agent's token still lets him act on it.
const AgentTokenLife = 30 * 24 * time.Hour

// Config is all that a Desk needs.
type Config struct {
	Store     tickets.Store
	Mailboxes tickets.Mailboxes // at least one
	Keyring   *token.Keyring
	Hostname  string // right side of the Message-IDs of ours
	Operator  string // who hears of trouble when there is no lead; "" for nobody
	Policy    Policy
	Clock     clock.Clock
	Logger    *slog.Logger
}

// Desk judges. Make one with New.
type Desk struct {
	Config
	hasher *password.Hasher
}

// New makes a Desk.
func New(cfg Config) *Desk { return &Desk{cfg, password.NewHasher()} }

// act is one verb under way, within one transaction.
type act struct {
	*Desk
	tx     tickets.Tx
	now    time.Time
	agents []tickets.Agent
	opened int64 // the ticket that the verb has opened, of which the store knows nothing to look up
	silent bool  // nothing goes out
}

// update runs a verb in one transaction. fn may run twice.
func (d *Desk) update(ctx context.Context, fn func(*act) error) error {
	now := d.Clock.Now()
	return d.Store.Update(ctx, func(tx tickets.Tx) error {
		return d.begin(ctx, tx, now, fn)
	})
}

// view runs a question on one state of the store.
func (d *Desk) view(ctx context.Context, fn func(*act) error) error {
	now := d.Clock.Now()
	return d.Store.View(ctx, func(tx tickets.Tx) error {
		return d.begin(ctx, tx, now, fn)
	})
}

func (d *Desk) begin(
	ctx context.Context, tx tickets.Tx, now time.Time, fn func(*act) error,
) error {
	agents, err := tx.Agents(ctx)
	if err != nil {
		return fmt.Errorf("read agents: %w", err)
	}
	return fn(&act{Desk: d, tx: tx, now: now, agents: agents})
}

// agentBy gives the agent, active or not, who writes from the address.
func (a *act) agentBy(address string) (tickets.Agent, bool) {
	for _, ag := range a.agents {
		if address != "" && ag.Writes(address) {
			return ag, true
		}
	}
	return tickets.Agent{}, false
}

func (a *act) agent(id int64) (tickets.Agent, bool) {
	for _, ag := range a.agents {
		if ag.ID == id && id != 0 {
			return ag, true
		}
	}
	return tickets.Agent{}, false
}

// mailbox gives a ticket's mailbox; one that was taken out of the configuration since lives on
// with its address only, so that its tickets can still be answered.
func (d *Desk) mailbox(address string) tickets.Mailbox {
	if mb, ok := d.Mailboxes.Find(address); ok {
		return mb
	}
	return tickets.Mailbox{Address: address, Locale: d.Policy.Locale, Tokens: token.RoadHeaders}
}

// event writes down one change of a ticket.
func (a *act) event(ctx context.Context, e tickets.Event) error {
	e.At = a.now
	if err := a.tx.AddEvent(ctx, e); err != nil {
		return fmt.Errorf("write event %s of ticket %d: %w", e.Verb, e.Ticket, err)
	}
	return nil
}

// nonce gives a random number that names one delivery of a ticket (tickets.Outgoing.Nonce).
func nonce() int64 {
	var b [8]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return int64(binary.BigEndian.Uint64(b[:])>>29) | 1
}
