package desk

import (
	"context"
	"errors"
	"fmt"

	"helpgate/tickets"
	"helpgate/tickets/thread"
)

// ErrSame tells that a ticket was to be merged with itself.
var ErrSame = errors.New("a ticket cannot be merged into itself")

// Merge makes one ticket part of another; later replies to either go to into.
func (d *Desk) Merge(ctx context.Context, from, into int64, actor string) error {
	if from == into {
		return ErrSame
	}
	return d.update(ctx, func(a *act) error {
		src, err := a.own(ctx, from)
		if err != nil {
			return err
		}
		dst, err := a.own(ctx, into)
		if err != nil {
			return err
		}
		_, err = a.merge(ctx, dst, src, actor)
		return err
	})
}

// merge lets into have all that from has, and gives into as it is then. The requester of from,
// who keeps his part in what was his ticket, becomes a participant.
func (a *act) merge(
	ctx context.Context, into, from tickets.Ticket, actor string,
) (tickets.Ticket, error) {
	waiting := from.Status == tickets.StatusNew || from.Status == tickets.StatusOpen
	if from.Requester != into.Requester && from.Requester != 0 {
		c, err := a.tx.Customer(ctx, from.Requester)
		if err != nil {
			return into, fmt.Errorf("read requester of ticket %d: %w", from.Number, err)
		}
		if err := a.participant(ctx, into.Number, c.Person(), tickets.ParticipantIn); err != nil {
			return into, err
		}
	}
	if err := a.seeAlike(ctx, into.Number, from.Number); err != nil {
		return into, err
	}
	if err := a.tx.Absorb(ctx, into.Number, from.Number); err != nil {
		return into, fmt.Errorf("merge ticket %d into %d: %w", from.Number, into.Number, err)
	}
	from, err := a.tx.Ticket(ctx, from.Number)
	if err != nil {
		return into, fmt.Errorf("read ticket: %w", err)
	}
	from.MergedInto, from.Status, from.ClosedAt = into.Number, tickets.StatusClosed, a.now
	if err := a.touch(ctx, from); err != nil {
		return into, err
	}
	if err := a.link(ctx, into.Number, from.Number, tickets.LinkMerged); err != nil {
		return into, err
	}
	err = a.event(ctx, tickets.Event{
		Ticket: into.Number, Actor: actor, Verb: tickets.EventMerged,
		From: fmt.Sprint(from.Number), To: fmt.Sprint(into.Number),
	})
	if err != nil {
		return into, err
	}
	into, err = a.tx.Ticket(ctx, into.Number)
	if err != nil {
		return into, fmt.Errorf("read ticket: %w", err)
	}
	if into.Assignee == 0 {
		into.Assignee, into.AssignedAt = from.Assignee, from.AssignedAt
	}
	idle := into.Done() || into.Status == tickets.StatusPending
	if err := a.touch(ctx, into); err != nil || !waiting || !idle {
		return into, err
	}
	return a.setStatus(ctx, into, tickets.StatusOpen, actor) // a question came with it
}

// seeAlike lets the ticket to be seen from every mailbox from which the ticket from is.
func (a *act) seeAlike(ctx context.Context, to, from int64) error {
	boxes, err := a.tx.SeenFrom(ctx, from)
	if err != nil {
		return fmt.Errorf("read mailboxes of ticket %d: %w", from, err)
	}
	for _, mb := range boxes {
		if err := a.tx.SeeFrom(ctx, to, mb); err != nil {
			return fmt.Errorf("see ticket %d from %s: %w", to, mb, err)
		}
	}
	return nil
}

// tie makes one of tickets that the mail shows to be one, or links them, and gives the ticket that
// the mail is on then. The merge is always of the later into the earlier.
func (r *reception) tie(ctx context.Context, t tickets.Ticket) (tickets.Ticket, error) {
	for _, n := range r.decision.Ties {
		// The mail itself may have brought people in since the rules were asked.
		early, err := r.standingOf(ctx, t)
		if err != nil {
			return t, err
		}
		late := r.standing[n]
		if n < t.Number {
			early, late = late, early
		}
		links, err := r.tx.Links(ctx, late.Ticket.Number)
		if err != nil {
			return t, fmt.Errorf("read links of ticket %d: %w", late.Ticket.Number, err)
		}
		if !thread.MayMerge(early, late, links) {
			if err := r.link(ctx, t.Number, n, tickets.LinkRelated); err != nil {
				return t, err
			}
			continue
		}
		if err := r.keepOut(ctx, early, late.Ticket.Number); err != nil {
			return t, err
		}
		if t, err = r.merge(ctx, early.Ticket, late.Ticket, ""); err != nil {
			return t, err
		}
	}
	r.journal.Ticket = t.Number
	return t, r.linkNew(ctx, t.Number)
}

// keepOut lets nobody be taken into the ticket early by a merge that an unproven mail brought
// about: whoever forges the requester could draw his ticket together with one of his own making.
func (r *reception) keepOut(ctx context.Context, early thread.Standing, late int64) error {
	if r.decision.Claim != nil {
		return nil
	}
	parts, err := r.tx.Participants(ctx, late)
	if err != nil {
		return fmt.Errorf("read participants of ticket %d: %w", late, err)
	}
	for _, p := range parts {
		if p.State != tickets.ParticipantIn || early.People[p.Address] {
			continue
		}
		p.State = tickets.ParticipantNewcomer
		if err := r.tx.SaveParticipant(ctx, p); err != nil {
			return fmt.Errorf("save participant of ticket %d: %w", late, err)
		}
	}
	return nil
}

// linkNew links the ticket to those that the mail cites without the right to join them.
func (r *reception) linkNew(ctx context.Context, number int64) error {
	for _, n := range r.decision.MayBelong {
		if err := r.link(ctx, number, n, tickets.LinkMayBelong); err != nil {
			return err
		}
	}
	if n := r.decision.Forwarded; n != 0 {
		return r.link(ctx, number, n, tickets.LinkForwarded)
	}
	return nil
}

func (a *act) link(ctx context.Context, ticket, other int64, kind tickets.LinkKind) error {
	if ticket == other {
		return nil
	}
	err := a.tx.AddLink(ctx, tickets.Link{Ticket: ticket, Other: other, Kind: kind})
	if err != nil {
		return fmt.Errorf("link ticket %d to %d: %w", ticket, other, err)
	}
	if kind == tickets.LinkMerged {
		return nil // its own event tells more
	}
	return a.event(ctx, tickets.Event{
		Ticket: ticket, Verb: tickets.EventLinked, From: string(kind), To: fmt.Sprint(other),
	})
}
