package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"helpgate/internal/token"
	"helpgate/tickets"
	"helpgate/tickets/thread"
)

// outward tells that the helpdesk may have written the mail to others, around us: it lies among
// what a mailbox of ours sent, or in an archive. What names an agent's reply address is a mail to
// us, and what an allowed web form writes is a customer's. A From that names nobody, or two, is no
// mail program's: such mails came from outside and were put among the sent ones by their own From.
func (r *reception) outward() bool {
	m := r.mail
	toUs := slices.ContainsFunc(m.Claims, func(cl tickets.Claimed) bool {
		return cl.Where == tickets.WhereAddress && cl.Purpose == token.PurposeAgent
	})
	if toUs || m.Untrusted {
		return false
	}
	form := slices.Contains(r.mailbox.Forms, m.From.Address)
	return m.Sent || m.Imported && !form && r.staff(m.From.Address)
}

// addressee gives whom a mail of the helpdesk is for: the first outside of it; nobody when there is
// none.
func (r *reception) addressee() tickets.Person {
	for _, p := range slices.Concat(r.mail.To, r.mail.Cc) {
		if p.Address != "" && !r.staff(p.Address) {
			return p
		}
	}
	return tickets.Person{}
}

// begins tells that an archive's mail begins a conversation: of the helpdesk's, where a mailbox
// writes, or an agent to others alone. To a mailbox an agent writes as anybody.
func (r *reception) begins() bool {
	if !r.outward() || r.addressee().Address == "" {
		return false
	}
	toUs := slices.ContainsFunc(slices.Concat(r.mail.To, r.mail.Cc), func(p tickets.Person) bool {
		return r.Mailboxes.Own(p.Address)
	})
	return !toUs || r.Mailboxes.Own(r.mail.From.Address)
}

// writer gives the agent who wrote, if the mail tells; else it was the mailbox.
func (r *reception) writer() tickets.Agent {
	for _, p := range []tickets.Person{r.mail.From, r.mail.Sender} {
		if ag, ok := r.agentBy(p.Address); ok {
			return ag
		}
	}
	return tickets.Agent{}
}

// asAnswer makes the message one that went to the customer.
func (r *reception) asAnswer(msg *tickets.Message, writer tickets.Agent) {
	msg.Direction, msg.AuthorRole, msg.AuthorID = tickets.DirectionOut, tickets.RoleAgent, writer.ID
	msg.Flags = append(msg.Flags, tickets.FlagAround)
	switch {
	case writer.ID != 0:
		msg.Author = writer.Person()
	case r.Mailboxes.Own(r.mail.From.Address):
		msg.Author = r.mail.From
	default:
		msg.Author = tickets.Person{Name: r.mailbox.Name, Address: r.mailbox.Address}
	}
}

// answerAround records an answer that reached the customer without us, and opens the ticket of one
// that begins it in an archive.
func (r *reception) answerAround(ctx context.Context) error {
	t := r.standing[r.decision.Ticket].Ticket
	r.journal.Verdict = tickets.VerdictMessage
	if t.Number == 0 {
		var asker tickets.Customer
		var err error
		if t, asker, err = r.newTicket(ctx); err != nil {
			return err
		}
		r.journal.Verdict = tickets.VerdictTicket
		st := thread.Standing{Ticket: t, People: map[string]bool{asker.Address: true}}
		if err := r.bringCc(ctx, st, tickets.ParticipantIn); err != nil {
			return err
		}
	}
	msg := r.newMessage(t.Number, tickets.Customer{})
	at, err := r.answeredAt(ctx, t)
	if err != nil {
		return err
	}
	msg.At = at
	msg.Add(r.mail.Added)
	writer := r.writer()
	r.asAnswer(&msg, writer)
	if err := r.addMessage(ctx, &msg); err != nil {
		return err
	}
	if t, err = r.tie(ctx, t); err != nil {
		return err
	}
	return r.count(ctx, t, msg, writer)
}

// answeredAt gives when the answer was sent, and at least what it cites had come: we may have read
// that later than it was answered.
func (r *reception) answeredAt(ctx context.Context, t tickets.Ticket) (time.Time, error) {
	at := earlier(r.now, r.mail.ReceivedAt)
	last, err := r.tx.Skim(ctx, t.Number, maxEarlier, 0)
	if err != nil {
		return at, fmt.Errorf("read messages of ticket %d: %w", t.Number, err)
	}
	for _, m := range last {
		cited := m.MessageID != "" && (slices.Contains(r.mail.InReplyTo, m.MessageID) ||
			slices.Contains(r.mail.References, m.MessageID))
		if cited && m.At.After(at) {
			at = m.At
		}
	}
	return at, nil
}

// answeredSince tells of history, which may come in any order, whether what the customer wrote was
// answered already.
func (r *reception) answeredSince(ctx context.Context, t tickets.Ticket) (bool, error) {
	if !r.silent {
		return false, nil
	}
	last, err := r.tx.Skim(ctx, t.Number, maxEarlier, 0)
	if err != nil {
		return false, fmt.Errorf("read messages of ticket %d: %w", t.Number, err)
	}
	return slices.ContainsFunc(last, func(m tickets.Message) bool {
		return answer(m) && m.At.After(r.now)
	}), nil
}

// count does what an answer does to its ticket (RULES section 2): it accepts it, is the first
// response if none came before, and makes it the customer's turn, unless he has written since; and
// lets the agents know who follow the ticket.
func (r *reception) count(
	ctx context.Context, t tickets.Ticket, msg tickets.Message, writer tickets.Agent,
) error {
	t, err := r.tx.Ticket(ctx, t.Number)
	if err != nil {
		return fmt.Errorf("read ticket: %w", err)
	}
	actor := msg.Author.Address
	to, err := r.audience(ctx, t)
	if err != nil {
		return err
	}
	if t.Assignee == 0 && writer.Serves(r.act.mailbox(t.Mailbox).Team) {
		if t, err = r.assign(ctx, t, writer.ID, actor); err != nil {
			return err
		}
	}
	at := msg.At
	if at.Before(t.CreatedAt) {
		at = t.CreatedAt
	}
	for _, first := range []*time.Time{&t.AcceptedAt, &t.FirstResponseAt} {
		if first.IsZero() || at.Before(*first) {
			*first = at
		}
	}
	if err := r.touch(ctx, t); err != nil {
		return err
	}
	if t, err = r.customersTurn(ctx, t, msg, actor); err != nil {
		return err
	}
	return r.tellAround(ctx, t, msg, writer, to)
}

// customersTurn moves the ticket on by an answer that may be older than what is known of it, and
// gives it as it is then.
func (r *reception) customersTurn(
	ctx context.Context, t tickets.Ticket, msg tickets.Message, actor string,
) (tickets.Ticket, error) {
	if t.Done() && msg.At.Before(t.SolvedAt) {
		return t, nil
	}
	last, err := r.tx.Skim(ctx, t.Number, maxEarlier, 0)
	if err != nil {
		return t, fmt.Errorf("read messages of ticket %d: %w", t.Number, err)
	}
	status := tickets.StatusPending
	for _, m := range last {
		asks := m.Kind == tickets.KindMessage && m.Direction == tickets.DirectionIn &&
			m.Auto == "" && !m.Has(tickets.FlagThanks)
		if asks && m.At.After(msg.At) {
			status = tickets.StatusOpen
		}
	}
	if status == tickets.StatusOpen && t.Status != tickets.StatusNew {
		return t, nil
	}
	return r.setStatus(ctx, t, status, actor)
}

// tellAround notifies those who follow the ticket, so that they do not answer once more. Of
// history nobody hears.
func (r *reception) tellAround(
	ctx context.Context, t tickets.Ticket, msg tickets.Message, writer tickets.Agent,
	to []tickets.Agent,
) error {
	if r.silent || !r.mail.Sent {
		return nil
	}
	for _, ag := range to {
		if ag.ID == writer.ID || len(ag.Addresses) == 0 {
			continue
		}
		if err := r.notifyAgent(ctx, t, msg, ag); err != nil {
			return err
		}
	}
	return nil
}
