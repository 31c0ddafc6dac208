package desk

import (
	"context"
	"fmt"
	"time"

	"helpgate/internal/rfc"
	"helpgate/tickets"
)

// Split takes messages out of a ticket into a new one of the same requester, and gives its number.
func (d *Desk) Split(
	ctx context.Context, number int64, messages []int64, actor string,
) (int64, error) {
	if len(messages) == 0 {
		return 0, fmt.Errorf("split ticket %d: %w", number, ErrEmpty)
	}
	var made int64
	err := d.update(ctx, func(a *act) error {
		t, err := a.own(ctx, number)
		if err != nil {
			return err
		}
		made, err = a.split(ctx, t, messages, actor)
		return err
	})
	return made, err
}

func (a *act) split(
	ctx context.Context, t tickets.Ticket, messages []int64, actor string,
) (int64, error) {
	part := t
	part.Number, part.MessageCount, part.Pushes = 0, len(messages), 0
	part.CreatedAt, part.UpdatedAt, part.Status = a.now, a.now, tickets.StatusNew
	part.Assignee, part.Tags = 0, nil
	for _, at := range []*time.Time{
		&part.AcceptedAt, &part.AssignedAt, &part.FirstResponseAt, &part.SolvedAt, &part.ClosedAt,
		&part.DueAt,
	} {
		*at = time.Time{}
	}
	for i, id := range messages {
		msg, err := a.tx.Message(ctx, id)
		if err == nil && msg.Ticket != t.Number {
			err = tickets.ErrNotFound
		}
		if err != nil {
			return 0, fmt.Errorf("message %d of ticket %d: %w", id, t.Number, err)
		}
		if i == 0 {
			part.Subject = rfc.BaseSubject(msg.Subject)
			if err := a.splitOff(ctx, t.Number, &part); err != nil {
				return 0, err
			}
		}
		msg.Ticket = part.Number
		if err := a.tx.SaveMessage(ctx, msg); err != nil {
			return 0, fmt.Errorf("move message %d: %w", id, err)
		}
	}
	t.MessageCount -= len(messages)
	if err := a.touch(ctx, t); err != nil {
		return 0, err
	}
	if err := a.link(ctx, part.Number, t.Number, tickets.LinkSplit); err != nil {
		return 0, err
	}
	return part.Number, a.event(ctx, tickets.Event{
		Ticket: t.Number, Actor: actor, Verb: tickets.EventSplit, To: fmt.Sprint(part.Number),
	})
}

// splitOff stores the new ticket, seen from the same mailboxes and with the same people.
func (a *act) splitOff(ctx context.Context, from int64, part *tickets.Ticket) error {
	if err := a.tx.CreateTicket(ctx, part); err != nil {
		return fmt.Errorf("create ticket: %w", err)
	}
	if err := a.seeAlike(ctx, part.Number, from); err != nil {
		return err
	}
	parts, err := a.tx.Participants(ctx, from)
	if err != nil {
		return fmt.Errorf("read participants of ticket %d: %w", from, err)
	}
	for _, p := range parts {
		p.Ticket = part.Number
		if err := a.tx.SaveParticipant(ctx, p); err != nil {
			return fmt.Errorf("save participant of ticket %d: %w", part.Number, err)
		}
	}
	return nil
}
