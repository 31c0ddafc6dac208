package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"helpgate/internal/rfc"
	"helpgate/tickets"
)

// Listed is a ticket with the people that it names.
type Listed struct {
	tickets.Ticket
	Requester tickets.Person
	Assignee  tickets.Person
}

// Shown is a ticket with all that belongs to it. Events hold what went out as well: the kind is
// the verb, From says how far the delivery has come, To is the recipient.
type Shown struct {
	Listed
	Participants []tickets.Participant
	Messages     []tickets.Message
	Events       []tickets.Event
	Links        []tickets.Link
}

// List gives the tickets that the filter selects, newest first; of one requester when the address
// is not "".
func (d *Desk) List(
	ctx context.Context, f tickets.TicketFilter, requester string,
) ([]Listed, error) {
	var list []Listed
	err := d.view(ctx, func(a *act) error {
		if requester != "" {
			c, err := a.tx.CustomerByAddress(ctx, requester)
			if errors.Is(err, tickets.ErrNotFound) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("look up customer: %w", err)
			}
			f.Requester = c.ID
		}
		ts, err := a.tx.Tickets(ctx, f)
		if err != nil {
			return fmt.Errorf("list tickets: %w", err)
		}
		for _, t := range ts {
			l, err := a.listed(ctx, t)
			if err != nil {
				return err
			}
			list = append(list, l)
		}
		return nil
	})
	return list, err
}

func (a *act) listed(ctx context.Context, t tickets.Ticket) (Listed, error) {
	l := Listed{Ticket: t}
	if ag, ok := a.agent(t.Assignee); ok {
		l.Assignee = ag.Person()
	}
	if t.Requester == 0 {
		return l, nil
	}
	c, err := a.tx.Customer(ctx, t.Requester)
	if err != nil {
		return l, fmt.Errorf("read requester of ticket %d: %w", t.Number, err)
	}
	l.Requester = c.Person()
	return l, nil
}

// Show gives one ticket whole.
func (d *Desk) Show(ctx context.Context, number int64) (Shown, error) {
	var s Shown
	err := d.view(ctx, func(a *act) error {
		t, err := a.tx.Ticket(ctx, number)
		if err != nil {
			return fmt.Errorf("ticket %d: %w", number, err)
		}
		if s.Listed, err = a.listed(ctx, t); err != nil {
			return err
		}
		if s.Participants, err = a.tx.Participants(ctx, number); err != nil {
			return fmt.Errorf("read participants: %w", err)
		}
		if s.Messages, err = a.tx.Messages(ctx, number); err != nil {
			return fmt.Errorf("read messages: %w", err)
		}
		if s.Links, err = a.tx.Links(ctx, number); err != nil {
			return fmt.Errorf("read links: %w", err)
		}
		s.Events, err = a.history(ctx, number)
		return err
	})
	return s, err
}

// history gives a ticket's events and deliveries, oldest first.
func (a *act) history(ctx context.Context, number int64) ([]tickets.Event, error) {
	events, err := a.tx.Events(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	rows, err := a.tx.OutgoingOf(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("read outbox: %w", err)
	}
	for _, o := range rows {
		events = append(events, tickets.Event{
			Ticket: number, Message: o.Message, At: o.CreatedAt, Verb: string(o.Kind),
			From: string(o.Status), To: o.Recipient.Address,
		})
	}
	slices.SortStableFunc(events, func(x, y tickets.Event) int { return x.At.Compare(y.At) })
	return events, nil
}

// Agents gives all agents, inactive ones too.
func (d *Desk) Agents(ctx context.Context) ([]tickets.Agent, error) {
	var list []tickets.Agent
	err := d.view(ctx, func(a *act) error {
		list = a.agents
		return nil
	})
	return list, err
}

// The faults of an agent's data; match them with errors.Is.
var (
	ErrAddress = errors.New("not an address that an agent can have")
	ErrTaken   = errors.New("another agent has this address")
	ErrLocale  = errors.New("no such language: en or zh")
)

// SaveAgent adds an agent, or changes the one that has the first address, and makes him active.
func (d *Desk) SaveAgent(ctx context.Context, ag tickets.Agent) (tickets.Agent, error) {
	for i, address := range ag.Addresses {
		ag.Addresses[i] = rfc.Key(address)
		if ag.Addresses[i] == "" || d.Mailboxes.Own(ag.Addresses[i]) {
			return ag, fmt.Errorf("%q: %w", address, ErrAddress)
		}
	}
	if len(ag.Addresses) == 0 {
		return ag, fmt.Errorf("agent without address: %w", ErrAddress)
	}
	if ag.Locale != "" && ag.Locale != "en" && ag.Locale != "zh" {
		return ag, fmt.Errorf("%q: %w", ag.Locale, ErrLocale)
	}
	ag.Active = true
	err := d.update(ctx, func(a *act) error {
		ag.ID, ag.CreatedAt = 0, a.now
		for _, address := range ag.Addresses {
			old, ok := a.agentBy(address)
			if !ok {
				continue
			}
			if old.Person().Address != ag.Addresses[0] {
				return fmt.Errorf("%s: %w", address, ErrTaken)
			}
			ag.ID, ag.CreatedAt = old.ID, old.CreatedAt
		}
		return a.tx.SaveAgent(ctx, &ag)
	})
	return ag, err
}

// DisableAgent takes all rights from an agent at once; what he wrote stays.
func (d *Desk) DisableAgent(ctx context.Context, id int64) error {
	return d.update(ctx, func(a *act) error {
		ag, ok := a.agent(id)
		if !ok {
			return fmt.Errorf("agent %d: %w", id, ErrNobody)
		}
		ag.Active = false
		return a.tx.SaveAgent(ctx, &ag)
	})
}
