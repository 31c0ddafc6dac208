package desk

import (
	"context"
	"fmt"
	"time"

	"helpgate/internal/token"
	"helpgate/tickets"
	"helpgate/tickets/govern"
)

// enqueue puts one mail into the outbox: its Message-ID is fixed here, for good. It is the one way
// there, so that of a silent verb nothing goes out.
func (a *act) enqueue(ctx context.Context, o *tickets.Outgoing) error {
	if a.silent {
		return nil
	}
	o.Nonce = nonce()
	o.MessageID = a.Keyring.MessageID(token.Claim{
		Purpose: token.PurposeMessageID, Ticket: o.Ticket, Person: o.Agent, Delivery: o.Nonce,
	}, a.Hostname)
	o.Status, o.CreatedAt = tickets.OutWaiting, a.now
	o.Mailbox = a.mailbox(o.Mailbox).Address // a ticket may know it by what is an alias by now
	if o.NextAttempt.IsZero() {
		o.NextAttempt = a.now
	}
	if err := a.tx.Enqueue(ctx, o); err != nil {
		return fmt.Errorf("queue %s of ticket %d: %w", o.Kind, o.Ticket, err)
	}
	return nil
}

// allow tells whether the governor lets one more automatic mail of the ticket go to the recipient
// now; when it does, the mail counts.
func (a *act) allow(ctx context.Context, ticket int64, recipient string) (bool, error) {
	if a.silent {
		return false, nil
	}
	pair, all := pairKey(ticket, recipient), govern.Instance(a.Policy.AutoPerHour)
	ok, err := ticket != 0 && ticket == a.opened, error(nil) // nothing counts there yet
	if !ok {
		ok, err = a.within(ctx, pair, govern.PerRecipient())
	}
	if err == nil && ok {
		ok, err = a.within(ctx, "auto", all)
	}
	if err != nil {
		return false, err
	}
	if !ok {
		return false, a.alert(ctx, ticket, "governor", recipient)
	}
	if err := a.spend(ctx, pair, govern.PerRecipient()); err != nil {
		return false, err
	}
	return true, a.spend(ctx, "auto", all)
}

// pairKey is under what the automatic mails of a ticket to a recipient are counted.
func pairKey(ticket int64, recipient string) string {
	return fmt.Sprintf("auto:%d:%s", ticket, recipient)
}

// within tells whether one more under the key keeps the windows. What several of them count is
// read once.
func (a *act) within(ctx context.Context, key string, ws []govern.Window) (bool, error) {
	spent := func(since time.Time) (int, error) { return a.tx.Spent(ctx, key, since) }
	if len(ws) > 1 {
		counts, err := a.tx.Counts(ctx, key)
		if err != nil {
			return false, fmt.Errorf("read counts of %s: %w", key, err)
		}
		spent = func(since time.Time) (int, error) { return govern.Since(counts, since), nil }
	}
	return govern.Within(ws, a.now, spent)
}

// spend counts one more under the key.
func (a *act) spend(ctx context.Context, key string, ws []govern.Window) error {
	return a.spendAt(ctx, key, ws, a.now)
}

// spendAt counts one more at the time under the key, for as long as its windows ask.
func (a *act) spendAt(
	ctx context.Context, key string, ws []govern.Window, at time.Time,
) error {
	var keep time.Duration
	for _, w := range ws {
		keep = max(keep, w.Every)
	}
	if err := a.tx.Spend(ctx, key, at, keep); err != nil {
		return fmt.Errorf("count %s: %w", key, err)
	}
	return nil
}

// Alert tells whoever answers for the mailbox, by a mail, of trouble that no ticket shows: its lead,
// else the operator (RULES section 5), never a customer. What of the same reason comes within
// govern.AlertEvery is not told again. reason is the key of the text "alert.REASON" ("alert.other"
// where there is none), detail what it is about: one line, shown up to 400 characters.
func (d *Desk) Alert(ctx context.Context, mailbox, reason, detail string) error {
	return d.update(ctx, func(a *act) error {
		return a.alertFor(ctx, 0, mailbox, reason, detail)
	})
}

// alert tells whoever answers for the ticket's mailbox of trouble, once an hour for each reason;
// ticket 0 is trouble of no ticket, and the first mailbox's.
func (a *act) alert(ctx context.Context, ticket int64, reason, detail string) error {
	t, err := a.tx.Ticket(ctx, ticket)
	if err := ignoreNotFound(err); err != nil {
		return fmt.Errorf("read ticket %d: %w", ticket, err)
	}
	return a.alertFor(ctx, ticket, t.Mailbox, reason, detail)
}

// alertFor speaks for the first mailbox where the configuration knows the named one no more: a
// mail has to come from somewhere.
func (a *act) alertFor(
	ctx context.Context, ticket int64, mailbox, reason, detail string,
) error {
	mb, ok := a.Mailboxes.Find(mailbox)
	if !ok {
		mb = a.Mailboxes[0]
	}
	key := "alert:" + reason + ":" + mb.Address
	if reason == "delivery-failed" {
		key += fmt.Sprintf(":%d", ticket) // each answer that did not arrive is news
	}
	ok, err := a.within(ctx, key, govern.AlertEvery())
	if err != nil || !ok {
		return err
	}
	if err := a.spend(ctx, key, govern.AlertEvery()); err != nil {
		return err
	}
	to := a.inCharge(mb)
	if len(to) == 0 {
		a.Logger.WarnContext(ctx, "nobody to tell", "reason", reason, "detail", detail)
	}
	for _, ag := range to {
		if err := a.alertOne(ctx, ticket, mb, ag, reason, detail); err != nil {
			return err
		}
	}
	return nil
}

func (a *act) alertOne(
	ctx context.Context, ticket int64, mb tickets.Mailbox, to tickets.Agent, reason, detail string,
) error {
	return a.enqueue(ctx, &tickets.Outgoing{
		Kind: tickets.OutAlert, Ticket: ticket, Mailbox: mb.Address, Recipient: to.Person(),
		Agent: to.ID, Automatic: true,
		Facts: tickets.Facts{
			Locale: a.locale(to.Locale), First: true, Reason: reason, Detail: detail,
		},
	})
}

// inCharge gives whom trouble of a mailbox is told: its lead, else the operator, else every
// active agent (RULES section 5).
func (a *act) inCharge(mb tickets.Mailbox) []tickets.Agent {
	if lead, ok := a.agentBy(mb.Lead); ok && lead.Active {
		return []tickets.Agent{lead}
	}
	var leads, active []tickets.Agent
	for _, ag := range a.agents {
		if ag.Active && ag.Lead && ag.Serves(mb.Team) {
			leads = append(leads, ag)
		}
		if ag.Active {
			active = append(active, ag)
		}
	}
	switch {
	case len(leads) > 0:
		return leads
	case a.Operator != "":
		return []tickets.Agent{a.operator()}
	}
	return active
}

// operator is whom the configuration names, as somebody who can be told.
func (d *Desk) operator() tickets.Agent { return tickets.Agent{Addresses: []string{d.Operator}} }

// locale gives the first language that is known, else the helpdesk's.
func (d *Desk) locale(known ...string) string {
	for _, l := range known {
		if l != "" {
			return l
		}
	}
	return d.Policy.Locale
}

// thread fills the facts that keep a mail in its recipient's own thread: the ids of what he wrote
// and of what was sent to him, nothing that only others have seen.
func (a *act) thread(ctx context.Context, f *tickets.Facts, t tickets.Ticket, o tickets.Outgoing,
	seen []tickets.Message,
) error {
	var sent []string
	if t.Number != a.opened {
		var err error
		sent, err = a.tx.SentIDs(ctx, t.Number, o.Recipient.Address, o.Agent)
		if err != nil {
			return fmt.Errorf("read what was sent: %w", err)
		}
	}
	var ids []string
	for _, m := range seen {
		if m.MessageID != "" && m.Direction == tickets.DirectionIn {
			ids = append(ids, m.MessageID)
		}
	}
	f.Subject, f.ThreadTopic, f.ThreadIndex = t.Subject, t.ThreadTopic, t.ThreadIndex
	f.Status = t.Status
	f.References = append(f.References, sent...)
	if len(ids) > 0 { // the root stands first, what is answered last
		f.References = append(append(ids[:1:1], sent...), ids[1:]...)
		f.InReplyTo = ids[len(ids)-1]
	} else if len(sent) > 0 {
		f.InReplyTo = sent[len(sent)-1]
	}
	f.First = f.InReplyTo == ""
	if n := len(f.References); n > maxFrozen {
		f.References = append(f.References[:1:1], f.References[n-maxFrozen+1:]...)
	}
	return nil
}

// maxFrozen is how many references a row keeps, the root and the newest; the composer cuts them
// to what may be sent (RULES section 2).
const maxFrozen = 25
