package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"helpgate/internal/rfc"
	"helpgate/tickets"
	"helpgate/tickets/thread"
)

// open makes a new ticket of the mail, linked to the old one that it follows up when that has a
// number.
func (r *reception) open(ctx context.Context, old tickets.Ticket) error {
	t, asker, err := r.newTicket(ctx)
	if err != nil {
		return err
	}
	msg := r.newMessage(t.Number, asker)
	msg.Add(r.mail.Added)
	if err := r.addMessage(ctx, &msg); err != nil {
		return err
	}
	st := thread.Standing{Ticket: t, People: map[string]bool{asker.Address: true, t.AnswerTo: true}}
	if err := r.bringCc(ctx, st, tickets.ParticipantIn); err != nil {
		return err
	}
	if err := r.linkNew(ctx, t.Number); err != nil {
		return err
	}
	kind := tickets.OutAcknowledgement
	if old.Number != 0 {
		kind = tickets.OutFollowUp
		if err := r.link(ctx, t.Number, old.Number, tickets.LinkFollowUp); err != nil {
			return err
		}
		if err := r.recognise(ctx, &asker, old); err != nil {
			return err
		}
	}
	r.journal.Verdict = tickets.VerdictTicket
	if err := r.acknowledge(ctx, t, asker, kind, old.Number); err != nil {
		return err
	}
	return r.notify(ctx, t, msg)
}

// newTicket stores a ticket for the mail and gives it with its requester, who is nobody when the
// mail does not tell.
func (r *reception) newTicket(ctx context.Context) (tickets.Ticket, tickets.Customer, error) {
	m := r.mail
	asker, err := r.asker(ctx)
	if err != nil {
		return tickets.Ticket{}, asker, err
	}
	if err := r.lift(ctx, &asker); err != nil {
		return tickets.Ticket{}, asker, err
	}
	t := tickets.Ticket{
		Mailbox: r.mailbox.Address, Subject: rfc.BaseSubject(m.Subject), Requester: asker.ID,
		Status: tickets.StatusNew, Priority: tickets.PriorityNormal, Type: tickets.TypeQuestion,
		Source: r.source(), CreatedAt: r.now, UpdatedAt: r.now,
		ThreadTopic: m.ThreadTopic, ThreadIndex: m.ThreadIndex,
	}
	other := m.ReplyTo.Address != "" && m.ReplyTo.Address != asker.Address
	actor := asker.Address
	if r.begins() {
		other, actor = false, m.From.Address
	}
	if asker.ID != 0 && other && !r.staff(m.ReplyTo.Address) && m.Auto != "list" {
		t.AnswerTo = m.ReplyTo.Address
	}
	if err := r.tx.CreateTicket(ctx, &t); err != nil {
		return t, asker, fmt.Errorf("create ticket: %w", err)
	}
	r.opened = t.Number
	for _, mb := range r.others {
		if err := r.tx.SeeFrom(ctx, t.Number, mb); err != nil {
			return t, asker, fmt.Errorf("see ticket %d from %s: %w", t.Number, mb, err)
		}
	}
	err = r.event(ctx, tickets.Event{
		Ticket: t.Number, Actor: actor, Verb: tickets.EventCreated, To: string(t.Status),
	})
	return t, asker, err
}

func (r *reception) source() tickets.Source {
	if r.mail.Imported {
		return tickets.SourceImport
	}
	return tickets.SourceEmail
}

// asker gives the customer whom a ticket opened by this mail belongs to. Our own address and an
// allowed web form's write for somebody else: whom Reply-To names. What the helpdesk began belongs
// to whom it wrote to.
func (r *reception) asker(ctx context.Context) (tickets.Customer, error) {
	m := r.mail
	if r.begins() {
		return r.customer(ctx, r.addressee(), m.Language)
	}
	who := m.From
	if m.Untrusted {
		who = tickets.Person{}
	}
	form := who.Address != "" && slices.Contains(r.mailbox.Forms, who.Address)
	if r.Mailboxes.Own(who.Address) || form {
		who = tickets.Person{}
		if form && !r.staff(m.ReplyTo.Address) {
			who = m.ReplyTo
		}
	}
	return r.customer(ctx, who, m.Language)
}

// staff tells that the address is ours or an agent's: no answer to a customer goes there.
func (a *act) staff(address string) bool {
	_, isAgent := a.agentBy(address)
	return isAgent || a.Mailboxes.Own(address)
}

// customer gives the customer of that address, made if need be; nobody for no address.
func (a *act) customer(
	ctx context.Context, who tickets.Person, language string,
) (tickets.Customer, error) {
	if who.Address == "" {
		return tickets.Customer{Name: who.Name}, nil
	}
	c, err := a.tx.CustomerByAddress(ctx, who.Address)
	if err == nil && (c.Name != "" || who.Name == "") {
		return c, nil
	}
	if err := ignoreNotFound(err); err != nil {
		return c, fmt.Errorf("look up customer: %w", err)
	}
	if c.ID == 0 {
		c = tickets.Customer{Address: who.Address, Locale: tickets.LocaleOf(language), CreatedAt: a.now}
	}
	c.Name = who.Name
	if err := a.tx.SaveCustomer(ctx, &c); err != nil {
		return c, fmt.Errorf("save customer: %w", err)
	}
	return c, nil
}

// customerMail joins a customer's mail to the ticket that it belongs to.
func (r *reception) customerMail(ctx context.Context) error {
	t := r.standing[r.decision.Ticket].Ticket
	thanks := t.Done() && thread.OnlyThanks(r.mail.ReplyText, len(r.mail.Attachments))
	if r.tooLate(t) && !thanks {
		return r.followUp(ctx, t)
	}
	who := r.mail.From
	if r.mail.Untrusted || r.Mailboxes.Own(who.Address) {
		who = tickets.Person{Name: who.Name} // nobody who could be a customer
	}
	author, err := r.customer(ctx, who, r.mail.Language)
	if err != nil {
		return err
	}
	if err := r.lift(ctx, &author); err != nil {
		return err
	}
	msg := r.newMessage(t.Number, author)
	msg.Add(r.mail.Added)
	if err := r.sortIn(ctx, &msg, t, author); err != nil {
		return err
	}
	if thanks {
		msg.Flags = append(msg.Flags, tickets.FlagThanks)
	}
	if err := r.addMessage(ctx, &msg); err != nil {
		return err
	}
	r.journal.Verdict = tickets.VerdictMessage
	if t, err = r.tie(ctx, t); err != nil {
		return err
	}
	if r.mail.Automatic {
		return nil // recorded and shown, but nobody is called for it
	}
	if !thanks {
		if t, err = r.customersTurnOver(ctx, t); err != nil {
			return err
		}
	}
	return r.notify(ctx, t, msg)
}

// sortIn does what follows from who wrote: a newcomer is marked, a token in the requester's hand
// makes him known, and only who holds one brings further people along.
func (r *reception) sortIn(
	ctx context.Context, msg *tickets.Message, t tickets.Ticket, author tickets.Customer,
) error {
	if !r.participates() {
		msg.Flags = append(msg.Flags, tickets.FlagNewAddress)
		if author.ID == 0 {
			return nil
		}
		return r.participant(ctx, t.Number, author.Person(), tickets.ParticipantNewcomer)
	}
	if r.decision.Claim == nil { // nothing proves who wrote
		return r.bringCc(ctx, r.standing[t.Number], tickets.ParticipantNewcomer)
	}
	if err := r.recognise(ctx, &author, t); err != nil {
		return err
	}
	return r.bringCc(ctx, r.standing[t.Number], tickets.ParticipantIn)
}

// recognise makes a requester known who writes with a token of his ticket that only he can have:
// the mail that brought it reached him, so that the address is his.
func (r *reception) recognise(
	ctx context.Context, author *tickets.Customer, t tickets.Ticket,
) error {
	unproved := r.decision.Claim == nil || author.ID != t.Requester || r.mail.Automatic
	if unproved || author.Known {
		return nil
	}
	rows, err := r.tx.OutgoingOf(ctx, t.Number)
	if err != nil {
		return fmt.Errorf("read outbox of ticket %d: %w", t.Number, err)
	}
	proof, alone := false, true
	for _, o := range rows {
		if o.Kind.ForAgents() {
			continue
		}
		his := o.Recipient.Address == author.Address
		proof = proof || his && r.cites(o)
		alone = alone && his
	}
	if !proof && !alone { // others hold the ticket's address, and could write in his name
		return nil
	}
	author.Known = true
	if err := r.tx.SaveCustomer(ctx, author); err != nil {
		return fmt.Errorf("save customer: %w", err)
	}
	return nil
}

// cites tells whether the mail answers that delivery.
func (r *reception) cites(o tickets.Outgoing) bool {
	return slices.ContainsFunc(r.mail.Claims, func(cl tickets.Claimed) bool {
		return cl.Where == tickets.WhereMessageID && cl.Delivery == o.Nonce
	})
}

// customersTurnOver makes it the helpdesk's turn.
func (r *reception) customersTurnOver(
	ctx context.Context, t tickets.Ticket,
) (tickets.Ticket, error) {
	if t.Status == tickets.StatusNew || t.Status == tickets.StatusOpen {
		return t, nil
	}
	if late, err := r.answeredSince(ctx, t); err != nil || late {
		return t, err
	}
	return r.setStatus(ctx, t, tickets.StatusOpen, r.mail.From.Address)
}

// tooLate tells that a person writes to a ticket that was closed for longer than it may be
// reopened.
func (r *reception) tooLate(t tickets.Ticket) bool {
	reopen := time.Duration(r.Policy.ReopenDays) * 24 * time.Hour
	return t.Status == tickets.StatusClosed && !r.mail.Automatic &&
		!r.now.Before(t.ClosedAt.Add(reopen))
}

// followUp opens a new ticket, linked to the one closed for too long. A newcomer to a thing long
// done learns nothing of it.
func (r *reception) followUp(ctx context.Context, old tickets.Ticket) error {
	if !r.participates() {
		r.decision.MayBelong = append(r.decision.MayBelong, old.Number)
		old = tickets.Ticket{}
	}
	return r.open(ctx, old)
}
