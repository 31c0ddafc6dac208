package desk

import (
	"context"
	"fmt"
	"time"

	"helpgate/tickets"
)

// DeliveryFailed ends an outbox row that will not arrive: the row becomes a dead letter; of an
// answer the ticket gets a note and the agent who wrote it a mail, of what agents should have got
// the lead hears. A mail about a mail that did not arrive is never about another such mail.
func (d *Desk) DeliveryFailed(ctx context.Context, id int64, reply string) error {
	return d.update(ctx, func(a *act) error {
		o, err := a.end(ctx, id, tickets.OutFailed, reply)
		if err != nil {
			return err
		}
		if o.Ticket != 0 {
			err := a.event(ctx, tickets.Event{
				Ticket: o.Ticket, Message: o.Message, Verb: tickets.EventDeliveryFailed,
				From: o.Recipient.Address, To: reply,
			})
			if err != nil {
				return err
			}
		}
		if err := a.refused(ctx, o, reply); err != nil {
			return err
		}
		switch {
		case o.Kind == tickets.OutAnswer:
			return a.answerFailed(ctx, o, reply)
		case o.Kind.ForAgents() && o.Kind != tickets.OutAlert:
			return a.alert(ctx, o.Ticket, "delivery-failed", o.Recipient.Address)
		}
		return nil
	})
}

// answerFailed tells those concerned that an answer did not reach somebody. The note holds the
// address and the server's own words.
func (a *act) answerFailed(ctx context.Context, o tickets.Outgoing, reply string) error {
	msg, err := a.tx.Message(ctx, o.Message)
	if err != nil {
		return fmt.Errorf("read message %d: %w", o.Message, err)
	}
	t, err := a.current(ctx, o.Ticket)
	if err != nil {
		return err
	}
	detail := o.Recipient.Address + ": " + reply
	note := tickets.Message{
		Ticket: t.Number, Kind: tickets.KindNote, Direction: tickets.DirectionIn, At: a.now,
		AuthorRole: tickets.RoleSystem, Subject: t.Subject, Text: detail, ReplyText: detail,
		Verified: tickets.VerifiedNone,
	}
	if err := a.addMessage(ctx, &note, ""); err != nil {
		return err
	}
	ag, ok := a.agent(msg.AuthorID)
	if !ok || !ag.Active {
		return a.alert(ctx, t.Number, "delivery-failed", o.Recipient.Address)
	}
	return a.tell(ctx, tickets.OutFailure, t, ag, "delivery-failed", detail, o.Message)
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
		msg, err := a.tx.Message(ctx, o.Message)
		if err := ignoreNotFound(err); err != nil {
			return fmt.Errorf("read message %d: %w", o.Message, err)
		}
		if t, err = a.unanswer(ctx, t, msg); err != nil {
			return err
		}
		owner, _ := a.agent(msg.AuthorID)
		h := tickets.Held{
			Ticket: t.Number, Message: o.Message, Outbox: id, Reason: reason, Detail: detail,
			Owner: owner.ID,
		}
		return a.hold(ctx, &h, t, owner)
	})
}

// unanswer takes back what an answer did to its ticket when no copy of it goes out: what is held
// stops no clock (RULES section 5).
func (a *act) unanswer(
	ctx context.Context, t tickets.Ticket, msg tickets.Message,
) (tickets.Ticket, error) {
	rows, err := a.tx.OutgoingOf(ctx, t.Number)
	if err != nil {
		return t, fmt.Errorf("read outbox of ticket %d: %w", t.Number, err)
	}
	for _, o := range rows {
		goes := o.Status != tickets.OutStopped && o.Status != tickets.OutFailed
		if o.Kind == tickets.OutAnswer && o.Message == msg.ID && goes {
			return t, nil
		}
	}
	if t.FirstResponseAt.Equal(msg.At) {
		t.FirstResponseAt = time.Time{}
	}
	if err := a.touch(ctx, t); err != nil || t.Status != tickets.StatusPending {
		return t, err
	}
	return a.setStatus(ctx, t, tickets.StatusOpen, "")
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
