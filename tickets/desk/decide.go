package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"helpgate/internal/rfc"
	"helpgate/tickets"
	"helpgate/tickets/thread"
)

// maxMergeHops bounds how far a chain of merged tickets is followed: a chain longer than this can
// only be a circle.
const maxMergeHops = 50

// decide gathers what the rules of threading ask for, and asks them.
func (r *reception) decide(ctx context.Context) error {
	ids := append(slices.Clone(r.mail.InReplyTo), r.mail.References...)
	if r.mail.MessageID != "" {
		ids = append(ids, r.mail.MessageID)
	}
	if report := r.mail.Report; report != nil && report.MessageID != "" {
		ids = append(ids, report.MessageID)
	}
	refs, err := r.tx.FindRefs(ctx, ids)
	if err != nil {
		return fmt.Errorf("look up references: %w", err)
	}
	r.standing = map[int64]thread.Standing{}
	if traced, err := r.traces(ctx, refs); err != nil || traced {
		r.journal.Rule = r.decision.Rule
		return err
	}
	for _, n := range r.candidates(refs) {
		if err := r.stand(ctx, n); err != nil {
			return err
		}
	}
	_, isAgent := r.agentBy(r.mail.From.Address)
	c := thread.Case{
		Mail: r.mail, Mailbox: r.mailbox.Address, Others: r.others, Agent: isAgent, Refs: refs,
		Tickets: r.standing,
	}
	if c.Out = r.outward(); c.Out {
		r.decision = thread.Decide(c)
	}
	r.around = c.Out && r.decision.Ticket != 0
	if !r.around && !r.mail.Sent {
		c.Out = false
		r.decision = thread.Decide(c)
	}
	r.journal.Rule = r.decision.Rule
	r.journal.Signals = append(r.journal.Signals, r.decision.Signals...)
	return nil
}

func (r *reception) candidates(refs []tickets.Ref) []int64 {
	var ns []int64
	for _, ref := range refs {
		ns = append(ns, ref.Ticket)
	}
	for _, cl := range r.mail.Claims {
		ns = append(ns, cl.Ticket)
	}
	if n, ok := rfc.SubjectTag(r.mail.Subject); ok {
		ns = append(ns, n)
	}
	slices.Sort(ns)
	return slices.Compact(ns)
}

// stand learns what the rules must know of the ticket n; one that is not there is left out.
func (r *reception) stand(ctx context.Context, n int64) error {
	t, err := r.current(ctx, n)
	if errors.Is(err, tickets.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	st, err := r.standingOf(ctx, t)
	r.standing[n] = st
	r.standing[t.Number] = st
	return err
}

// current gives the ticket n, or the one that it became part of.
func (a *act) current(ctx context.Context, n int64) (tickets.Ticket, error) {
	for range maxMergeHops {
		t, err := a.tx.Ticket(ctx, n)
		if err != nil {
			return t, fmt.Errorf("read ticket %d: %w", n, err)
		}
		if t.MergedInto == 0 {
			return t, nil
		}
		n = t.MergedInto
	}
	return tickets.Ticket{}, fmt.Errorf("ticket %d: merged in a circle", n)
}

func (a *act) standingOf(ctx context.Context, t tickets.Ticket) (thread.Standing, error) {
	st := thread.Standing{
		Ticket: t, People: map[string]bool{}, Newcomers: map[string]bool{},
		Mailboxes: map[string]bool{},
	}
	if t.Requester != 0 {
		c, err := a.tx.Customer(ctx, t.Requester)
		if err != nil {
			return st, fmt.Errorf("read requester of ticket %d: %w", t.Number, err)
		}
		st.Asker = c.Address
		st.People[c.Address] = true
	}
	if t.AnswerTo != "" {
		st.People[t.AnswerTo] = true
	}
	parts, err := a.tx.Participants(ctx, t.Number)
	if err != nil {
		return st, fmt.Errorf("read participants of ticket %d: %w", t.Number, err)
	}
	for _, p := range parts {
		if p.State == tickets.ParticipantIn {
			st.People[p.Address] = true
		} else {
			st.Newcomers[p.Address] = true
		}
	}
	boxes, err := a.tx.SeenFrom(ctx, t.Number)
	if err != nil {
		return st, fmt.Errorf("read mailboxes of ticket %d: %w", t.Number, err)
	}
	for _, b := range boxes {
		st.Mailboxes[b] = true
	}
	return st, nil
}

func ignoreNotFound(err error) error {
	if errors.Is(err, tickets.ErrNotFound) {
		return nil
	}
	return err
}
