package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"helpgate/tickets"
)

// The faults of verbs that a person may mend; match them with errors.Is.
var (
	ErrStatus       = errors.New("no such status")
	ErrNobody       = errors.New("no such agent")
	ErrMerged       = errors.New("ticket was merged into another")
	ErrNotHeld      = errors.New("it was decided already")
	ErrUnreleasable = errors.New("this cannot be released as it is: drop it and write it anew")
	ErrEmpty        = errors.New("nothing to say")
	ErrNotWaiting   = errors.New("only what waits or has failed can be changed")
)

// SetStatus moves a ticket to a status, by whoever actor names.
func (d *Desk) SetStatus(
	ctx context.Context, number int64, s tickets.Status, actor string,
) error {
	if !s.Valid() {
		return fmt.Errorf("%q: %w", s, ErrStatus)
	}
	return d.update(ctx, func(a *act) error {
		t, err := a.own(ctx, number)
		if err != nil {
			return err
		}
		_, err = a.setStatus(ctx, t, s, actor)
		return err
	})
}

// own gives a ticket that a verb may act on: one that stands by itself.
func (a *act) own(ctx context.Context, number int64) (tickets.Ticket, error) {
	t, err := a.tx.Ticket(ctx, number)
	if err != nil {
		return t, fmt.Errorf("read ticket %d: %w", number, err)
	}
	if t.MergedInto != 0 {
		return t, fmt.Errorf("ticket %d, see %d: %w", number, t.MergedInto, ErrMerged)
	}
	return t, nil
}

// setStatus moves the ticket, keeps the times that go with the status, and writes the event.
func (a *act) setStatus(
	ctx context.Context, t tickets.Ticket, s tickets.Status, actor string,
) (tickets.Ticket, error) {
	if t.Status == s {
		return t, nil
	}
	// Read again: the verb may have counted a message on it since t was read.
	t, err := a.tx.Ticket(ctx, t.Number)
	if err != nil {
		return t, fmt.Errorf("read ticket: %w", err)
	}
	was := t.Status
	t.Status = s
	switch s {
	case tickets.StatusSolved:
		t.SolvedAt = a.now
	case tickets.StatusClosed:
		t.ClosedAt = a.now
		if t.SolvedAt.IsZero() {
			t.SolvedAt = a.now
		}
	default:
		t.SolvedAt, t.ClosedAt = time.Time{}, time.Time{}
	}
	if err := a.touch(ctx, t); err != nil {
		return t, err
	}
	return t, a.event(ctx, tickets.Event{
		Ticket: t.Number, Actor: actor, Verb: tickets.EventStatus, From: string(was), To: string(s),
	})
}

// Assign gives a ticket to an agent, or to nobody when agent is 0.
func (d *Desk) Assign(ctx context.Context, number, agent int64, actor string) error {
	return d.update(ctx, func(a *act) error {
		t, err := a.own(ctx, number)
		if err != nil {
			return err
		}
		if _, ok := a.agent(agent); !ok && agent != 0 {
			return fmt.Errorf("agent %d: %w", agent, ErrNobody)
		}
		_, err = a.assign(ctx, t, agent, actor)
		return err
	})
}

// assign makes the agent the assignee. Taking a ticket accepts it.
func (a *act) assign(
	ctx context.Context, t tickets.Ticket, agent int64, actor string,
) (tickets.Ticket, error) {
	if t.Assignee == agent {
		return t, nil
	}
	was := t.Assignee
	t.Assignee, t.AssignedAt = agent, a.now
	if agent != 0 && t.AcceptedAt.IsZero() {
		t.AcceptedAt = a.now
	}
	if agent != 0 && t.Status == tickets.StatusNew {
		t.Status = tickets.StatusOpen
	}
	if err := a.touch(ctx, t); err != nil {
		return t, err
	}
	return t, a.event(ctx, tickets.Event{
		Ticket: t.Number, Actor: actor, Verb: tickets.EventAssigned,
		From: a.agentName(was), To: a.agentName(agent),
	})
}

func (a *act) agentName(id int64) string {
	ag, ok := a.agent(id)
	if !ok {
		return ""
	}
	return ag.Person().Address
}
