package desk

import (
	"context"
	"fmt"
	"slices"

	"helpgate/tickets"
	"helpgate/tickets/govern"
)

// holdMessage keeps a received text on its ticket where no customer sees it, until a person
// decides, and tells its owner why.
func (r *reception) holdMessage(
	ctx context.Context, t tickets.Ticket, msg tickets.Message, reason tickets.HeldReason,
	owner tickets.Agent,
) error {
	msg.Flags = append(msg.Flags, tickets.FlagHeld)
	if err := r.addMessage(ctx, &msg); err != nil {
		return err
	}
	r.journal.Verdict = tickets.VerdictHeld
	r.journal.Signals = append(r.journal.Signals, "held: "+string(reason))
	h := tickets.Held{
		Ticket: t.Number, Message: msg.ID, Reason: reason, Owner: owner.ID, Detail: msg.Subject,
	}
	return r.hold(ctx, &h, t, owner)
}

// holdListReply keeps an answer that names no ticket, or several: its text stands in the kept
// source, which the journal names.
func (r *reception) holdListReply(ctx context.Context, ag tickets.Agent) error {
	r.journal.Verdict = tickets.VerdictHeld
	h := tickets.Held{Reason: tickets.HeldList, Owner: ag.ID, Detail: r.mail.Subject}
	return r.hold(ctx, &h, tickets.Ticket{Mailbox: r.mailbox.Address}, ag)
}

func (a *act) hold(
	ctx context.Context, h *tickets.Held, t tickets.Ticket, owner tickets.Agent,
) error {
	h.State, h.At = tickets.HeldWaiting, a.now
	if err := a.tx.Hold(ctx, h); err != nil {
		return fmt.Errorf("hold: %w", err)
	}
	if t.Number != 0 {
		err := a.event(ctx, tickets.Event{
			Ticket: t.Number, Message: h.Message, Verb: tickets.EventHeld, To: string(h.Reason),
		})
		if err != nil {
			return err
		}
	}
	if ok, err := a.mayHint(ctx, h.Reason, t, owner); err != nil || !ok {
		return err
	}
	return a.tell(ctx, tickets.OutHeld, t, owner, string(h.Reason), h.Detail, h.Message)
}

// mayHint tells whether the owner may be told. Where the sender may be somebody else, or a robot,
// the hint is rare: it would be the attacker's means to fill the agent's mailbox. One that is not
// active any more hears nothing.
func (a *act) mayHint(
	ctx context.Context, reason tickets.HeldReason, t tickets.Ticket, owner tickets.Agent,
) (bool, error) {
	if !owner.Active {
		return false, nil
	}
	if !doubtful(reason) {
		return true, nil
	}
	rows, err := a.tx.OutgoingOf(ctx, t.Number)
	if err != nil {
		return false, fmt.Errorf("read outbox of ticket %d: %w", t.Number, err)
	}
	told := func(o tickets.Outgoing) bool {
		return t.Number != 0 && o.Kind == tickets.OutHeld && o.Agent == owner.ID &&
			doubtful(tickets.HeldReason(o.Facts.Reason))
	}
	if slices.ContainsFunc(rows, told) {
		return false, nil
	}
	key := fmt.Sprintf("hint:%d", owner.ID)
	ok, err := a.within(ctx, key, govern.HintPerDay())
	if err != nil || !ok {
		return false, err
	}
	return true, a.spend(ctx, key, govern.HintPerDay())
}

// doubtful tells whether somebody else than the agent, or his robot, may have sent what is held.
func doubtful(reason tickets.HeldReason) bool {
	switch reason {
	case tickets.HeldUnverifiedAgent, tickets.HeldExpiredToken, tickets.HeldStrict,
		tickets.HeldNoAccess, tickets.HeldAgentAutomatic, tickets.HeldList:
		return true
	}
	return false
}

// HeldList gives what waits for a decision, oldest first; of one ticket unless it is 0.
func (d *Desk) HeldList(ctx context.Context, ticket int64) ([]tickets.Held, error) {
	var list []tickets.Held
	err := d.view(ctx, func(a *act) error {
		var err error
		list, err = a.tx.HeldList(ctx, ticket)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list what is held: %w", err)
	}
	return list, nil
}

// Release lets a held thing pass as if nothing had stopped it. What must never pass is
// ErrUnreleasable.
func (d *Desk) Release(ctx context.Context, id int64, actor string) error {
	return d.update(ctx, func(a *act) error {
		h, err := a.waiting(ctx, id)
		if err != nil {
			return err
		}
		return a.release(ctx, h, actor)
	})
}

// ReleaseTicket lets everything pass that is held on the ticket, and gives how many things it was.
func (d *Desk) ReleaseTicket(ctx context.Context, ticket int64, actor string) (int, error) {
	n := 0
	err := d.update(ctx, func(a *act) error {
		list, err := a.tx.HeldList(ctx, ticket)
		if err != nil {
			return fmt.Errorf("list what is held: %w", err)
		}
		for _, h := range list {
			if err := a.release(ctx, h, actor); err != nil {
				return err
			}
		}
		n = len(list)
		return nil
	})
	return n, err
}

func (a *act) release(ctx context.Context, h tickets.Held, actor string) error {
	if !h.Reason.Releasable() {
		return fmt.Errorf("held %d, %s: %w", h.ID, h.Reason, ErrUnreleasable)
	}
	if err := a.decideHeld(ctx, h, tickets.HeldReleased, actor); err != nil {
		return err
	}
	if h.Outbox != 0 {
		return a.releaseOutbox(ctx, h.Outbox)
	}
	return a.releaseMessage(ctx, h, actor)
}

func (a *act) releaseOutbox(ctx context.Context, id int64) error {
	o, err := a.tx.Outgoing(ctx, id)
	if err != nil {
		return fmt.Errorf("read outbox row %d: %w", id, err)
	}
	o.Status, o.Override, o.NextAttempt = tickets.OutWaiting, true, a.now
	if err := a.tx.SaveOutgoing(ctx, o); err != nil {
		return fmt.Errorf("save outbox row %d: %w", id, err)
	}
	return nil
}

// releaseMessage turns a held text into the answer that its agent meant.
func (a *act) releaseMessage(ctx context.Context, h tickets.Held, actor string) error {
	msg, err := a.tx.Message(ctx, h.Message)
	if err != nil {
		return fmt.Errorf("read message %d: %w", h.Message, err)
	}
	t, err := a.current(ctx, h.Ticket)
	if err != nil {
		return err
	}
	ag, ok := a.agent(h.Owner)
	if !ok {
		return fmt.Errorf("agent %d of held %d: %w", h.Owner, h.ID, ErrNobody)
	}
	msg.Ticket, msg.Kind, msg.Direction = t.Number, tickets.KindMessage, tickets.DirectionOut
	msg.Flags = slices.DeleteFunc(msg.Flags, func(f string) bool { return f == tickets.FlagHeld })
	if err := a.tx.SaveMessage(ctx, msg); err != nil {
		return fmt.Errorf("save message %d: %w", msg.ID, err)
	}
	return a.answer(ctx, t, msg, ag)
}

// Drop gives up a held thing: a text stays a note, a mail is never sent.
func (d *Desk) Drop(ctx context.Context, id int64, actor string) error {
	return d.update(ctx, func(a *act) error {
		h, err := a.waiting(ctx, id)
		if err != nil {
			return err
		}
		return a.decideHeld(ctx, h, tickets.HeldDropped, actor)
	})
}

func (a *act) waiting(ctx context.Context, id int64) (tickets.Held, error) {
	h, err := a.tx.Held(ctx, id)
	if err != nil {
		return h, fmt.Errorf("read held %d: %w", id, err)
	}
	if h.State != tickets.HeldWaiting {
		return h, fmt.Errorf("held %d: %w", id, ErrNotHeld)
	}
	return h, nil
}

func (a *act) decideHeld(
	ctx context.Context, h tickets.Held, state tickets.HeldState, actor string,
) error {
	h.State, h.DecidedAt, h.DecidedBy = state, a.now, actor
	if err := a.tx.SaveHeld(ctx, h); err != nil {
		return fmt.Errorf("save held %d: %w", h.ID, err)
	}
	if h.Ticket == 0 {
		return nil
	}
	verb := tickets.EventReleased
	if state == tickets.HeldDropped {
		verb = tickets.EventDropped
	}
	return a.event(ctx, tickets.Event{
		Ticket: h.Ticket, Message: h.Message, Actor: actor, Verb: verb, To: string(h.Reason),
	})
}
