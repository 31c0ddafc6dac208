package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
