package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"helpgate/tickets"
)

// explainText is its help.
const explainText = `Tell why each mail became what it became.

Of a ticket or a Message-ID: how each mail came in, whether it is a copy, what it was taken for and
by which sign, each rule that could have tied it to a ticket and its answer, what was sent because
of it and how each delivery stands, and what was not sent and why.

A FILE, or - for standard input, is read as 'helpgate inspect' reads it and looked up: what it would
become if it came now. Nothing is written and nothing goes out.`

// explainedJSON is the answer: of a ticket or Message-ID what was, of a file what would be.
type explainedJSON struct {
	Asked  string          `json:"asked"`
	Ticket *int64          `json:"ticket"` // when a ticket was asked for
	Mails  []mailStoryJSON `json:"mails"`
	// Sent, Held and Events are those that no mail caused: an agent's answer from elsewhere, a job.
	Sent     []outgoingJSON `json:"sent"`
	Held     []heldTaleJSON `json:"held"`
	Events   []eventJSON    `json:"events"`
	Foreseen *foreseenJSON  `json:"foreseen"`
}

func explainCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "explain TICKET|MESSAGE-ID|FILE", Short: "Tell why a mail became what it became",
		Long: explainText, Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(c.Context(), func(w *world) error {
				v, err := a.explained(c.Context(), w, args[0])
				if err != nil {
					return err
				}
				return a.print(v, func() { v.show(a.out) })
			})
		},
	}
}

// explained finds out what was asked for.
func (a *app) explained(ctx context.Context, w *world, asked string) (explainedJSON, error) {
	v := explainedJSON{
		Asked: asked, Mails: []mailStoryJSON{}, Sent: []outgoingJSON{},
		Held: []heldTaleJSON{}, Events: []eventJSON{},
	}
	if n, err := parseNumber(strings.TrimPrefix(asked, "#")); err == nil {
		return v, missing(v.ticket(ctx, w, n), fmt.Sprintf("ticket %d", n), "helpgate ticket list")
	}
	if _, err := os.Stat(asked); err == nil || asked == "-" {
		v.Foreseen, err = a.foreseen(ctx, w, asked)
		return v, err
	}
	if id := strings.Trim(asked, "<>"); strings.Contains(id, "@") {
		return v, v.named(ctx, w, id)
	}
	return v, fmt.Errorf("%q is no ticket's number, no Message-ID and no file that is there", asked)
}

// ticket tells all of a ticket.
func (v *explainedJSON) ticket(ctx context.Context, w *world, n int64) error {
	p, err := pastOf(ctx, w, n)
	if err != nil {
		return err
	}
	v.Ticket = &n
	for _, j := range p.journal {
		v.Mails = append(v.Mails, p.story(j))
	}
	for _, o := range p.sent {
		if !p.told[o.ID] {
			v.Sent = append(v.Sent, outgoingView(o))
		}
	}
	for _, h := range p.held {
		if !p.toldHeld[h.ID] {
			v.Held = append(v.Held, heldTale(h))
		}
	}
	for i, e := range p.events {
		if !p.toldEvent[i] {
			v.Events = append(v.Events, eventView(e))
		}
	}
	return nil
}

// named tells of the mails with a Message-ID: those that came, and the one of ours that went.
func (v *explainedJSON) named(ctx context.Context, w *world, id string) error {
	entries, err := w.db.Past().Named(ctx, id)
	if err != nil {
		return err
	}
	pasts := map[int64]*past{}
	for _, j := range entries {
		n, err := home(ctx, w, j)
		if err != nil {
			return err
		}
		p, ok := pasts[n]
		if !ok {
			if p, err = pastOf(ctx, w, n); err != nil {
				return err
			}
			pasts[n] = p
		}
		v.Mails = append(v.Mails, p.story(j))
	}
	sent, err := w.db.Past().SentAs(ctx, id)
	if err != nil {
		return err
	}
	v.Sent = append(v.Sent, mapAll(sent, outgoingView)...)
	if len(v.Mails)+len(v.Sent) == 0 {
		return fmt.Errorf("no mail with the Message-ID %s came or went: "+
			"'helpgate trace ADDRESS' lists what an address sent and was sent", id)
	}
	return nil
}

// home gives the ticket on which a mail's message stands by now, or 0: it became none, or was
// erased, which the journal outlives.
func home(ctx context.Context, w *world, j tickets.JournalEntry) (n int64, err error) {
	err = w.db.View(ctx, func(tx tickets.Tx) error {
		if j.Message == 0 {
			t, err := tx.Ticket(ctx, j.Ticket)
			n = t.Number
			return err
		}
		m, err := tx.Message(ctx, j.Message)
		n = m.Ticket
		return err
	})
	if errors.Is(err, tickets.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

// past is all that is kept of a ticket, and what of it was told with a mail already.
type past struct {
	journal  []tickets.JournalEntry
	messages []tickets.Message
	sent     []tickets.Outgoing
	held     []tickets.Held
	events   []tickets.Event

	told, toldHeld map[int64]bool
	toldEvent      map[int]bool
}

// pastOf reads what is kept of a ticket; of ticket 0 nothing is.
func pastOf(ctx context.Context, w *world, n int64) (*past, error) {
	p := &past{told: map[int64]bool{}, toldHeld: map[int64]bool{}, toldEvent: map[int]bool{}}
	if n == 0 {
		return p, nil
	}
	err := w.db.View(ctx, func(tx tickets.Tx) error {
		t, err := tx.Ticket(ctx, n)
		if err != nil {
			return err
		}
		// Of the texts nothing is told.
		if p.messages, err = tx.Skim(ctx, n, max(t.MessageCount, 1), 1); err != nil {
			return err
		}
		if p.sent, err = tx.OutgoingOf(ctx, n); err != nil {
			return err
		}
		if p.events, err = tx.Events(ctx, n); err != nil {
			return err
		}
		if p.journal, err = tx.Journal(ctx, n); err != nil {
			return err
		}
		return p.addKin(ctx, tx, n)
	})
	if err != nil {
		return nil, err
	}
	p.held, err = w.db.Past().Held(ctx, n)
	return p, err
}

// addKin adds the entries of mails that came to another ticket, from where a merge or a split
// brought them here.
func (p *past) addKin(ctx context.Context, tx tickets.Tx, n int64) error {
	links, err := tx.Links(ctx, n)
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.Kind != tickets.LinkMerged && l.Kind != tickets.LinkSplit {
			continue
		}
		other := l.Ticket + l.Other - n
		entries, err := tx.Journal(ctx, other)
		if err != nil {
			return err
		}
		for _, j := range entries {
			if _, here := p.message(j.Message); here {
				p.journal = append(p.journal, j)
			}
		}
	}
	slices.SortFunc(p.journal, func(a, b tickets.JournalEntry) int { return a.At.Compare(b.At) })
	return nil
}

func (p *past) message(id int64) (tickets.Message, bool) {
	for _, m := range p.messages {
		if id != 0 && m.ID == id {
			return m, true
		}
	}
	return tickets.Message{}, false
}
