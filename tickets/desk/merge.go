package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	if from.Requester != into.Requester && from.Requester != 0 {
		c, err := a.tx.Customer(ctx, from.Requester)
		if err != nil {
			return into, fmt.Errorf("read requester of ticket %d: %w", from.Number, err)
		}
		if err := a.participant(ctx, into.Number, c.Person(), tickets.ParticipantIn); err != nil {
			return into, err
		}
	}
	boxes, err := a.tx.SeenFrom(ctx, from.Number)
	if err != nil {
		return into, fmt.Errorf("read mailboxes of ticket %d: %w", from.Number, err)
	}
	for _, mb := range boxes {
		if err := a.tx.SeeFrom(ctx, into.Number, mb); err != nil {
			return into, fmt.Errorf("see ticket %d from %s: %w", into.Number, mb, err)
		}
	}
	if err := a.tx.Absorb(ctx, into.Number, from.Number); err != nil {
		return into, fmt.Errorf("merge ticket %d into %d: %w", from.Number, into.Number, err)
	}
	if from, err = a.tx.Ticket(ctx, from.Number); err != nil {
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
	return into, a.touch(ctx, into)
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
			part.Subject = msg.Subject
			if err := a.tx.CreateTicket(ctx, &part); err != nil {
				return 0, fmt.Errorf("create ticket: %w", err)
			}
			if err := a.tx.SeeFrom(ctx, part.Number, part.Mailbox); err != nil {
				return 0, fmt.Errorf("see ticket %d: %w", part.Number, err)
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
