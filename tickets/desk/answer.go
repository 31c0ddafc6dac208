package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"helpgate/tickets"
)

// Reply answers the customer in an agent's name, from the command line.
func (d *Desk) Reply(ctx context.Context, number, agent int64, text string) (int64, error) {
	return d.write(ctx, number, agent, text, tickets.KindMessage)
}

// Note writes an internal note in an agent's name; agent 0 is the operator.
func (d *Desk) Note(ctx context.Context, number, agent int64, text string) (int64, error) {
	return d.write(ctx, number, agent, text, tickets.KindNote)
}

func (d *Desk) write(
	ctx context.Context, number, agent int64, text string, kind tickets.MessageKind,
) (int64, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, fmt.Errorf("write to ticket %d: %w", number, ErrEmpty)
	}
	var id int64
	err := d.update(ctx, func(a *act) error {
		t, err := a.own(ctx, number)
		if err != nil {
			return err
		}
		ag, ok := a.agent(agent)
		if !ok && (agent != 0 || kind == tickets.KindMessage) {
			return fmt.Errorf("agent %d: %w", agent, ErrNobody)
		}
		msg := tickets.Message{
			Ticket: number, Kind: kind, Direction: tickets.DirectionIn, At: a.now,
			Author: ag.Person(), AuthorID: ag.ID, AuthorRole: tickets.RoleAgent,
			Subject: t.Subject, Text: text, ReplyText: text, Verified: tickets.VerifiedPass,
		}
		if kind == tickets.KindMessage {
			msg.Direction = tickets.DirectionOut
		}
		if err := a.addMessage(ctx, &msg, ag.Person().Address); err != nil {
			return err
		}
		id = msg.ID
		if kind == tickets.KindNote {
			return nil
		}
		return a.answer(ctx, t, msg, ag)
	})
	return id, err
}

// answer sends an agent's public message to everybody on the ticket and does what an answer does:
// it accepts the ticket, stops the first response, gives it to the agent if nobody has it, and
// makes it the customer's turn.
func (a *act) answer(
	ctx context.Context, t tickets.Ticket, msg tickets.Message, ag tickets.Agent,
) error {
	to, cc, err := a.readers(ctx, t)
	if err != nil {
		return err
	}
	if len(to)+len(cc) == 0 {
		return a.tell(ctx, tickets.OutFailure, t, ag, "no-recipient", "", msg.ID)
	}
	said, err := a.past(ctx, t)
	if err != nil {
		return err
	}
	for _, p := range slices.Concat(to, cc) {
		if err := a.answerTo(ctx, t, msg, p, to, cc, said); err != nil {
			return err
		}
	}
	return a.answered(ctx, t, ag)
}

func (a *act) answered(ctx context.Context, t tickets.Ticket, ag tickets.Agent) error {
	t, err := a.tx.Ticket(ctx, t.Number)
	if err != nil {
		return fmt.Errorf("read ticket: %w", err)
	}
	actor := ag.Person().Address
	if t.Assignee == 0 {
		if t, err = a.assign(ctx, t, ag.ID, actor); err != nil {
			return err
		}
	}
	for _, at := range []*time.Time{&t.AcceptedAt, &t.FirstResponseAt} {
		if at.IsZero() {
			*at = a.now
		}
	}
	if err := a.touch(ctx, t); err != nil {
		return err
	}
	_, err = a.setStatus(ctx, t, tickets.StatusPending, actor)
	return err
}

// readers gives whom an answer goes to: the requester, and the participants who were taken in.
// Our own addresses and agents' are never among them.
func (a *act) readers(
	ctx context.Context, t tickets.Ticket,
) (to, cc []tickets.Person, err error) {
	skip := map[string]bool{"": true}
	if t.Requester != 0 {
		c, err := a.tx.Customer(ctx, t.Requester)
		if err != nil {
			return nil, nil, fmt.Errorf("read requester of ticket %d: %w", t.Number, err)
		}
		p := c.Person()
		if t.AnswerTo != "" {
			p.Address = t.AnswerTo
		}
		skip[c.Address], skip[p.Address] = true, true
		if !a.Mailboxes.Own(p.Address) {
			to = append(to, p)
		}
	}
	parts, err := a.tx.Participants(ctx, t.Number)
	if err != nil {
		return nil, nil, fmt.Errorf("read participants of ticket %d: %w", t.Number, err)
	}
	for _, p := range parts {
		if p.State != tickets.ParticipantIn || skip[p.Address] || a.staff(p.Address) {
			continue
		}
		skip[p.Address] = true
		cc = append(cc, p.Person)
	}
	return to, cc, nil
}

func (a *act) answerTo(
	ctx context.Context, t tickets.Ticket, msg tickets.Message, p tickets.Person,
	to, cc []tickets.Person, said past,
) error {
	c, err := a.tx.CustomerByAddress(ctx, p.Address)
	if err := ignoreNotFound(err); err != nil {
		return fmt.Errorf("look up customer: %w", err)
	}
	o := tickets.Outgoing{
		Kind: tickets.OutAnswer, Ticket: t.Number, Message: msg.ID, Mailbox: t.Mailbox, Recipient: p,
		Facts: tickets.Facts{
			Locale: a.locale(c.Locale, a.mailbox(t.Mailbox).Locale), To: to, Cc: cc,
			Author: msg.Author,
		},
	}
	if err := a.thread(ctx, &o.Facts, t, o, said.seenBy(p)); err != nil {
		return err
	}
	return a.enqueue(ctx, &o)
}

// past is what was said on a ticket lately, without the texts, and since when who stands on it.
type past struct {
	public []tickets.Message
	since  map[string]time.Time
}

// past reads it once for all readers of an answer.
func (a *act) past(ctx context.Context, t tickets.Ticket) (past, error) {
	p := past{since: map[string]time.Time{}}
	all, err := a.tx.Skim(ctx, t.Number, maxFrozen*4, 0)
	if err != nil {
		return p, fmt.Errorf("read messages of ticket %d: %w", t.Number, err)
	}
	for _, m := range all {
		public := m.Kind == tickets.KindMessage && m.AuthorRole == tickets.RoleCustomer
		if public && !m.Has(tickets.FlagNewAddress) {
			p.public = append(p.public, m)
		}
	}
	parts, err := a.tx.Participants(ctx, t.Number)
	if err != nil {
		return p, fmt.Errorf("read participants of ticket %d: %w", t.Number, err)
	}
	for _, part := range parts {
		p.since[part.Address] = part.At
	}
	return p, nil
}

// seenBy gives what the person has in his own mail client: the requester all, a participant what
// came since he stands on the ticket.
func (p past) seenBy(who tickets.Person) []tickets.Message {
	var seen []tickets.Message
	for _, m := range p.public {
		if !m.At.Before(p.since[who.Address]) {
			seen = append(seen, m)
		}
	}
	return seen
}
