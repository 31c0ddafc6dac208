package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"helpgate/internal/rfc"
	"helpgate/internal/token"
	"helpgate/tickets"
	"helpgate/tickets/thread"
)

// receiveSent is the way of a mail that lies among what a mailbox of ours sent: a copy of our own,
// or an answer that a colleague wrote around us (around.go). It gives no command, opens nothing and
// makes nobody a customer. What is no answer to a ticket stays in the journal alone, and leaves no
// key: should it be a mail to us, it comes in by its own road too, and counts there.
func (r *reception) receiveSent(ctx context.Context) error {
	r.journal.Signals = append(r.journal.Signals, "among what the mailbox sent")
	if err := r.decide(ctx); err != nil {
		return err
	}
	ours, err := r.sentByUs(ctx)
	if err != nil {
		return err
	}
	if ours || !r.around || r.robots() {
		return r.recordSent(ctx)
	}
	kind, first, err := r.compare(ctx)
	if err != nil {
		return err
	}
	if kind == thread.Duplicate || kind == thread.Variant {
		return r.confirm(ctx, kind, first)
	}
	return r.keep(ctx, kind)
}

// recordSent writes the mail into the journal, without its source: it may be anybody's business.
func (r *reception) recordSent(ctx context.Context) error {
	r.journal.Verdict, r.journal.Source = tickets.VerdictRecorded, ""
	if r.around {
		r.journal.Ticket = r.decision.Ticket
	} else {
		r.journal.Rule = ""
	}
	if err := r.tx.AddJournal(ctx, &r.journal); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	if r.around && r.mail.Auto == "ooo" {
		return r.sayAway(ctx, r.mail.From.Address)
	}
	return nil
}

// robots tells that no person wrote the mail.
func (r *reception) robots() bool {
	return r.mail.Automatic || r.mail.Auto != "" && r.mail.Auto != "calendar"
}

// sentByUs tells whether the mail is one of ours, which providers put among what was sent. It is
// known by its Message-ID, by our header, or by what it says, for there are providers that change
// both. The id under which customers have it is remembered then: they will cite it.
func (r *reception) sentByUs(ctx context.Context) (bool, error) {
	if id, ok := r.Keyring.FromMessageID(r.mail.MessageID); ok {
		return id.Purpose == token.PurposeMessageID, nil
	}
	if ours := r.mail.Ours; ours.Purpose != 0 {
		rows, err := r.tx.OutgoingOf(ctx, ours.Ticket)
		if err != nil {
			return false, fmt.Errorf("read outbox of ticket %d: %w", ours.Ticket, err)
		}
		for _, o := range rows {
			if o.Nonce == ours.Delivery && !o.Kind.ForAgents() {
				return true, r.alsoKnownAs(ctx, o.Ticket, o.Message)
			}
		}
		return true, nil
	}
	if r.mail.Auto == "loop" || !r.around {
		return r.mail.Auto == "loop", nil
	}
	return r.saidByUs(ctx)
}

// alsoKnownAs remembers the Message-ID that a provider gave a mail of ours.
func (r *reception) alsoKnownAs(ctx context.Context, ticket, message int64) error {
	if r.mail.MessageID == "" {
		return nil
	}
	err := r.tx.AddRefs(ctx, []tickets.Ref{
		{MessageID: r.mail.MessageID, Ticket: ticket, Message: message, Own: true},
	})
	if err != nil {
		return fmt.Errorf("keep reference: %w", err)
	}
	return nil
}

// saidByUs tells whether the mail says, from its first word to the number below the signature, what
// an answer of ours on the ticket says.
func (r *reception) saidByUs(ctx context.Context) (bool, error) {
	last, err := r.tx.Skim(ctx, r.decision.Ticket, maxEarlier, 0)
	if err != nil {
		return false, fmt.Errorf("read messages of ticket %d: %w", r.decision.Ticket, err)
	}
	t := r.standing[r.decision.Ticket].Ticket
	below := rfc.Letters(r.act.mailbox(t.Mailbox).Signature) + strconv.FormatInt(t.Number, 10)
	said := rfc.Letters(r.mail.Text)
	for _, m := range slices.Backward(last) {
		if !answer(m) || m.Has(tickets.FlagAround) {
			continue
		}
		if m, err = r.tx.Message(ctx, m.ID); err != nil {
			return false, fmt.Errorf("read message: %w", err)
		}
		if strings.HasPrefix(said, rfc.Letters(m.ReplyText)+below) {
			return true, r.alsoKnownAs(ctx, t.Number, m.ID)
		}
	}
	return false, nil
}

// answer tells a message that goes to the customer from what came from him.
func answer(m tickets.Message) bool {
	return m.Kind == tickets.KindMessage && m.Direction == tickets.DirectionOut
}

// confirm makes an answer of a mail that came by another road before, in which nothing showed that
// the helpdesk wrote it: it was held, stood as a stranger's, or had opened a ticket of its own. It
// says what the sent one says, for anybody who has that one could send another text under its id.
func (r *reception) confirm(ctx context.Context, kind thread.Copy, first tickets.Key) error {
	msg, err := r.tx.Message(ctx, first.Message)
	if err := ignoreNotFound(err); err != nil {
		return fmt.Errorf("read message %d: %w", first.Message, err)
	}
	t := r.standing[r.decision.Ticket].Ticket
	if err == nil && !answer(msg) && msg.Ticket != t.Number {
		if msg, err = r.fetchHome(ctx, t, msg); err != nil {
			return err
		}
	}
	if msg.Ticket != t.Number || answer(msg) {
		return r.again(ctx, kind, first)
	}
	if err := r.say(ctx, &msg, r.mail); err != nil {
		return err
	}
	writer := r.writer()
	r.asAnswer(&msg, writer)
	msg.Kind = tickets.KindMessage
	msg.Flags = slices.DeleteFunc(msg.Flags, func(f string) bool {
		return f == tickets.FlagHeld || f == tickets.FlagNewAddress
	})
	if err := r.tx.SaveMessage(ctx, msg); err != nil {
		return fmt.Errorf("save message %d: %w", msg.ID, err)
	}
	if err := r.unhold(ctx, msg); err != nil {
		return err
	}
	first.Ticket = t.Number
	if err := r.again(ctx, kind, first); err != nil {
		return err
	}
	return r.count(ctx, t, msg, writer)
}

// fetchHome brings a message out of the ticket that it opened for nobody; one that grew meanwhile
// stays.
func (r *reception) fetchHome(
	ctx context.Context, t tickets.Ticket, msg tickets.Message,
) (tickets.Message, error) {
	stray, err := r.tx.Ticket(ctx, msg.Ticket)
	if err != nil {
		return msg, fmt.Errorf("read ticket %d: %w", msg.Ticket, err)
	}
	if stray.Requester != 0 || stray.MessageCount != 1 || stray.MergedInto != 0 {
		return msg, nil
	}
	if err := r.keepOut(ctx, r.standing[t.Number], stray.Number); err != nil {
		return msg, err
	}
	if _, err := r.merge(ctx, t, stray, r.mail.From.Address); err != nil {
		return msg, err
	}
	if msg, err = r.tx.Message(ctx, msg.ID); err != nil {
		return msg, fmt.Errorf("read message: %w", err)
	}
	return msg, nil
}

// unhold ends the wait of a text that went out by itself.
func (r *reception) unhold(ctx context.Context, msg tickets.Message) error {
	list, err := r.tx.HeldList(ctx, msg.Ticket)
	if err != nil {
		return fmt.Errorf("list what is held: %w", err)
	}
	for _, h := range list {
		if h.Message != msg.ID || h.Outbox != 0 {
			continue
		}
		if err := r.decideHeld(ctx, h, tickets.HeldReleased, r.mail.From.Address); err != nil {
			return err
		}
	}
	return nil
}
