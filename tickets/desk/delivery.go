package desk

import (
	"context"
	"fmt"

	"helpgate/tickets"
)

// DeliveryFailed ends an outbox row that will not arrive: the row becomes a dead letter, the
// ticket tells it, and the agent who wrote the answer gets one mail. A mail about a mail that did
// not arrive is never about another such mail.
func (d *Desk) DeliveryFailed(ctx context.Context, id int64, reply string) error {
	return d.update(ctx, func(a *act) error {
		o, err := a.end(ctx, id, tickets.OutFailed, reply)
		if err != nil || o.Ticket == 0 {
			return err
		}
		err = a.event(ctx, tickets.Event{
			Ticket: o.Ticket, Message: o.Message, Verb: tickets.EventDeliveryFailed,
			From: o.Recipient.Address, To: reply,
		})
		if err != nil || o.Kind != tickets.OutAnswer {
			return err
		}
		msg, err := a.tx.Message(ctx, o.Message)
		if err != nil {
			return fmt.Errorf("read message %d: %w", o.Message, err)
		}
		t, err := a.current(ctx, o.Ticket)
		if err != nil {
			return err
		}
		ag, ok := a.agent(msg.AuthorID)
		if !ok || !ag.Active {
			return a.alert(ctx, t.Number, "delivery-failed", o.Recipient.Address)
		}
		detail := o.Recipient.Address + ": " + reply
		return a.tell(ctx, tickets.OutFailure, t, ag, "delivery-failed", detail, o.Message)
	})
}

// Leaked holds a finished mail that would have shown a customer what is internal.
func (d *Desk) Leaked(
	ctx context.Context, id int64, reason tickets.HeldReason, detail string,
) error {
	return d.update(ctx, func(a *act) error {
		o, err := a.end(ctx, id, tickets.OutStopped, string(reason))
		if err != nil {
			return err
		}
		t, err := a.current(ctx, o.Ticket)
		if err != nil {
			return err
		}
		h := tickets.Held{
			Ticket: t.Number, Message: o.Message, Outbox: id, Reason: reason,
			Detail: detail,
		}
		owner := tickets.Agent{}
		if msg, err := a.tx.Message(ctx, o.Message); err == nil {
			owner, _ = a.agent(msg.AuthorID)
		}
		h.Owner = owner.ID
		return a.hold(ctx, &h, t, owner)
	})
}

func (a *act) end(
	ctx context.Context, id int64, s tickets.OutStatus, reply string,
) (tickets.Outgoing, error) {
	o, err := a.tx.Outgoing(ctx, id)
	if err != nil {
		return o, fmt.Errorf("read outbox row %d: %w", id, err)
	}
	o.Status, o.LastReply = s, reply
	if err := a.tx.SaveOutgoing(ctx, o); err != nil {
		return o, fmt.Errorf("save outbox row %d: %w", id, err)
	}
	return o, nil
}

// Resend lets a dead letter, or a row that waits for its next attempt, go at once.
func (d *Desk) Resend(ctx context.Context, id int64) error {
	return d.update(ctx, func(a *act) error {
		o, err := a.tx.Outgoing(ctx, id)
		if err != nil {
			return fmt.Errorf("read outbox row %d: %w", id, err)
		}
		if o.Status != tickets.OutFailed && o.Status != tickets.OutWaiting {
			return fmt.Errorf("outbox row %d is %s: %w", id, o.Status, ErrNotWaiting)
		}
		o.Status, o.NextAttempt, o.Attempts = tickets.OutWaiting, a.now, 0
		return a.tx.SaveOutgoing(ctx, o)
	})
}

// Abandon ends a row that nobody wants sent any more.
func (d *Desk) Abandon(ctx context.Context, id int64, actor string) error {
	return d.update(ctx, func(a *act) error {
		o, err := a.tx.Outgoing(ctx, id)
		if err != nil {
			return fmt.Errorf("read outbox row %d: %w", id, err)
		}
		if o.Status == tickets.OutSent || o.Status == tickets.OutSending {
			return fmt.Errorf("outbox row %d is %s: %w", id, o.Status, ErrNotWaiting)
		}
		if _, err := a.end(ctx, id, tickets.OutStopped, "dropped"); err != nil || o.Ticket == 0 {
			return err
		}
		return a.event(ctx, tickets.Event{
			Ticket: o.Ticket, Message: o.Message, Actor: actor, Verb: tickets.EventDropped,
			From: string(o.Kind), To: o.Recipient.Address,
		})
	})
}
