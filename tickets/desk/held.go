package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"helpgate/tickets"
	"helpgate/tickets/command"
	"helpgate/tickets/govern"
)

// holdMessage keeps a received text on its ticket where no customer sees it, until a person
// decides, and tells its owner why.
func (r *reception) holdMessage(
	ctx context.Context, t tickets.Ticket, msg tickets.Message, reason tickets.HeldReason,
	owner tickets.Agent,
) error {
	if r.silent { // what was decided long ago is nobody's to decide
		r.journal.Verdict = tickets.VerdictNote
		r.journal.Signals = append(r.journal.Signals, "history, else held: "+string(reason))
		return r.addMessage(ctx, &msg)
	}
	msg.Flags = append(msg.Flags, tickets.FlagHeld)
	if r.mail.Whole {
		msg.Flags = append(msg.Flags, tickets.FlagNothingNew)
	}
	if err := r.addMessage(ctx, &msg); err != nil {
		return err
	}
	r.journal.Verdict = tickets.VerdictHeld
	r.journal.Signals = append(r.journal.Signals, "held: "+string(reason))
	h := tickets.Held{
		Ticket: t.Number, Message: msg.ID, Reason: reason, Owner: owner.ID, Detail: msg.Subject,
	}
	if r.mail.Automatic {
		owner = tickets.Agent{} // a robot gets no answer
	}
	return r.hold(ctx, &h, t, owner)
}

// maxDetail bounds the text that stands with a held thing that is on no ticket, in runes.
const maxDetail = 2000

// holdListReply keeps an answer that names no ticket, or several. It is on no ticket, so that its
// words stand with the held thing itself.
func (r *reception) holdListReply(ctx context.Context, ag tickets.Agent) error {
	if r.silent {
		r.journal.Verdict = tickets.VerdictRecorded
		return nil
	}
	r.journal.Verdict = tickets.VerdictHeld
	text := []rune(r.mail.Subject + "\n" + r.mail.ReplyText)
	h := tickets.Held{
		Reason: tickets.HeldList, Owner: ag.ID, Detail: string(text[:min(len(text), maxDetail)]),
	}
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

// ReleaseTicket lets everything pass that is held on the ticket and may pass, and gives how many
// things it was. When all that is held must not pass, it is ErrUnreleasable.
func (d *Desk) ReleaseTicket(ctx context.Context, ticket int64, actor string) (int, error) {
	n := 0
	err := d.update(ctx, func(a *act) error {
		list, err := a.tx.HeldList(ctx, ticket)
		if err != nil {
			return fmt.Errorf("list what is held: %w", err)
		}
		n = 0
		for _, h := range list {
			err := a.release(ctx, h, actor)
			if errors.Is(err, ErrUnreleasable) {
				continue
			}
			if err != nil {
				return err
			}
			n++
		}
		if n == 0 && len(list) > 0 {
			return fmt.Errorf("ticket %d: %w", ticket, ErrUnreleasable)
		}
		return nil
	})
	return n, err
}

func (a *act) release(ctx context.Context, h tickets.Held, actor string) error {
	msg, err := a.tx.Message(ctx, h.Message)
	if err := ignoreNotFound(err); err != nil {
		return fmt.Errorf("read message %d: %w", h.Message, err)
	}
	if !h.Reason.Releasable() || h.Outbox == 0 && unfit(msg) {
		return fmt.Errorf("held %d, %s: %w", h.ID, h.Reason, ErrUnreleasable)
	}
	t, err := a.current(ctx, h.Ticket)
	if err != nil {
		return err
	}
	ag, ok := a.agent(h.Owner)
	if !ok {
		return fmt.Errorf("agent %d of held %d: %w", h.Owner, h.ID, ErrNobody)
	}
	if err := a.decideHeld(ctx, h, tickets.HeldReleased, actor); err != nil {
		return err
	}
	if h.Outbox != 0 {
		return a.releaseOutbox(ctx, h.Outbox, t, ag)
	}
	return a.releaseMessage(ctx, msg, t, ag)
}

// unfit tells that a text was held for who sent it, and must not go out for what it says either.
func unfit(msg tickets.Message) bool {
	_, found := command.Detect(msg.ReplyText)
	return found || msg.Has(tickets.FlagNothingNew)
}

// releaseOutbox lets a stopped mail go: only now the customer is answered.
func (a *act) releaseOutbox(
	ctx context.Context, id int64, t tickets.Ticket, ag tickets.Agent,
) error {
	o, err := a.tx.Outgoing(ctx, id)
	if err != nil {
		return fmt.Errorf("read outbox row %d: %w", id, err)
	}
	o.Status, o.Override, o.NextAttempt = tickets.OutWaiting, true, a.now
	if err := a.tx.SaveOutgoing(ctx, o); err != nil {
		return fmt.Errorf("save outbox row %d: %w", id, err)
	}
	return a.answered(ctx, t, ag)
}

// releaseMessage turns a held text into the answer that its agent meant.
func (a *act) releaseMessage(
	ctx context.Context, msg tickets.Message, t tickets.Ticket, ag tickets.Agent,
) error {
	msg.Ticket, msg.Kind, msg.Direction = t.Number, tickets.KindMessage, tickets.DirectionOut
	msg.Author, msg.AuthorID, msg.AuthorRole = ag.Person(), ag.ID, tickets.RoleAgent
	unescape(&msg)
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
