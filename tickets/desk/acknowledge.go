package desk

import (
	"context"

	"helpgate/tickets"
	"helpgate/tickets/govern"
)

// acknowledge tells the requester of a new ticket its number, where RULES section 3 allows it.
// What may not go is on record.
func (r *reception) acknowledge(
	ctx context.Context, t tickets.Ticket, asker tickets.Customer, kind tickets.OutKind, old int64,
) error {
	m := r.mail
	silent := m.Automatic || m.NoAutoReply || m.Auto == "list" || asker.ID == 0 ||
		r.Mailboxes.Own(asker.Address) || r.Mailboxes.Own(m.From.Address)
	if silent {
		return nil
	}
	ok, err := r.mayAcknowledge(ctx, t, asker)
	if err != nil {
		return err
	}
	if !ok {
		return r.event(ctx, tickets.Event{
			Ticket: t.Number, Verb: tickets.EventAckDropped, To: asker.Address,
		})
	}
	o := tickets.Outgoing{
		Kind: kind, Ticket: t.Number, Mailbox: t.Mailbox, Recipient: asker.Person(),
		Automatic: true,
		Facts: tickets.Facts{
			Locale:    r.locale(asker.Locale, tickets.LocaleOf(m.Language), r.mailbox.Locale),
			InReplyTo: m.MessageID, Other: old,
		},
	}
	if m.MessageID != "" {
		o.Facts.References = []string{m.MessageID}
	}
	if asker.Known {
		o.Facts.Known, o.Facts.Subject = true, t.Subject
	} else {
		o.Recipient.Name = "" // nothing that the sender chose: he may be somebody else
	}
	return r.enqueue(ctx, &o)
}

// mayAcknowledge asks whether the address takes mail, its budgets and the governor; what is allowed
// counts.
func (r *reception) mayAcknowledge(
	ctx context.Context, t tickets.Ticket, asker tickets.Customer,
) (bool, error) {
	if r.now.Before(asker.SuppressedUntil) {
		return false, nil
	}
	key, windows := "ack:"+asker.Address, govern.AckUnknown()
	if asker.Known {
		key, windows = "ack-known:"+asker.Address, govern.AckKnown()
	}
	ok, err := r.within(ctx, key, windows)
	if err != nil || !ok {
		return false, err
	}
	if ok, err = r.allow(ctx, t.Number, asker.Address); err != nil || !ok {
		return false, err
	}
	return true, r.spend(ctx, key, windows)
}
