package desk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"helpgate/tickets"
	"helpgate/tickets/govern"
)

// notify tells those who answer for the ticket that a customer wrote.
func (r *reception) notify(ctx context.Context, t tickets.Ticket, msg tickets.Message) error {
	if r.silent {
		return nil
	}
	msg.Ticket = t.Number // it may have been merged since it was stored
	if r.Operator != "" && r.forPostmaster() {
		if ok, err := r.allow(ctx, 0, r.Operator); err != nil || !ok {
			return err // the tickets are there, however many they are
		}
		detail := r.mail.From.Address + ": " + t.Subject
		return r.alertOne(ctx, t.Number, r.act.mailbox(t.Mailbox), r.operator(), "postmaster", detail)
	}
	to, err := r.audience(ctx, t)
	if err != nil {
		return err
	}
	if len(to) == 0 {
		return r.alert(ctx, t.Number, "nobody-serves", t.Mailbox)
	}
	for _, ag := range to {
		own := ag.Writes(r.mail.From.Address) && !r.mail.Untrusted
		if own || len(ag.Addresses) == 0 {
			continue
		}
		if err := r.notifyAgent(ctx, t, msg, ag); err != nil {
			return err
		}
	}
	return nil
}

// forPostmaster tells that the mail is for the postmaster and for no mailbox (RFC 5321 section
// 4.5.1): the operator's matter, who has no token and answers by himself.
func (r *reception) forPostmaster() bool {
	postmaster := false
	for _, address := range r.mail.Recipients {
		if r.Mailboxes.Own(address) {
			return false
		}
		postmaster = postmaster || strings.HasPrefix(address, "postmaster@")
	}
	return postmaster
}

// audience gives the assignee, else everybody who serves the mailboxes from which it is seen.
func (r *reception) audience(ctx context.Context, t tickets.Ticket) ([]tickets.Agent, error) {
	if ag, ok := r.agent(t.Assignee); ok && ag.Active {
		return []tickets.Agent{ag}, nil
	}
	boxes := append([]string{t.Mailbox}, r.others...)
	if t.Number != r.opened {
		var err error
		if boxes, err = r.tx.SeenFrom(ctx, t.Number); err != nil {
			return nil, fmt.Errorf("read mailboxes of ticket %d: %w", t.Number, err)
		}
	}
	teams := r.teams(slices.Values(boxes))
	var to []tickets.Agent
	for _, ag := range r.agents {
		if slices.ContainsFunc(teams, ag.Serves) {
			to = append(to, ag)
		}
	}
	return to, nil
}

// teams gives the teams of mailboxes.
func (d *Desk) teams(mailboxes iter.Seq[string]) []string {
	var teams []string
	for mb := range mailboxes {
		teams = append(teams, d.mailbox(mb).Team)
	}
	return teams
}

func (r *reception) notifyAgent(
	ctx context.Context, t tickets.Ticket, msg tickets.Message, ag tickets.Agent,
) error {
	o := tickets.Outgoing{
		Kind: tickets.OutNotification, Ticket: t.Number, Message: msg.ID, Mailbox: t.Mailbox,
		Recipient: ag.Person(), Agent: ag.ID, Automatic: true,
		Facts: tickets.Facts{
			Locale: r.locale(ag.Locale), Author: msg.Author, Warnings: r.warnings(msg),
		},
	}
	key := fmt.Sprintf("notify:%d", ag.ID)
	minute := r.now.Truncate(time.Minute)
	n, err := r.tx.Spent(ctx, key, minute)
	if err != nil {
		return fmt.Errorf("count %s: %w", key, err)
	}
	ok := n < r.Policy.NotificationsPerMinute
	if ok {
		ok, err = r.allow(ctx, t.Number, o.Recipient.Address)
	}
	if err != nil {
		return err
	}
	if !ok {
		at, err := r.later(ctx, t.Number, o.Recipient.Address, minute.Add(time.Minute))
		if err != nil {
			return err
		}
		return r.join(ctx, t, msg, ag, at)
	}
	if err := r.tx.Spend(ctx, key, r.now, time.Minute); err != nil {
		return fmt.Errorf("count %s: %w", key, err)
	}
	if err := r.thread(ctx, &o.Facts, t, o, nil); err != nil {
		return err
	}
	return r.enqueue(ctx, &o)
}

// warnings are what an agent must know before he answers; each is a key of templates.
func (r *reception) warnings(msg tickets.Message) []string {
	var ws []string
	for _, f := range []string{tickets.FlagNewAddress, tickets.FlagUnparsed} {
		if msg.Has(f) {
			ws = append(ws, f)
		}
	}
	if r.mail.Untrusted {
		ws = append(ws, "untrusted")
	}
	if r.mail.Auto != "" {
		ws = append(ws, "auto-"+r.mail.Auto)
	}
	return ws
}

// later gives when a list may tell the recipient of the ticket, at least at: the list counts as a
// mail of the ticket, because a robot that answers lists would otherwise go on for ever. One that
// is planned tells of all that comes until then.
func (r *reception) later(
	ctx context.Context, ticket int64, recipient string, at time.Time,
) (time.Time, error) {
	pair := pairKey(ticket, recipient)
	counts, err := r.tx.Counts(ctx, pair)
	if err != nil {
		return at, fmt.Errorf("read counts of %s: %w", pair, err)
	}
	if n := len(counts); n > 0 && !counts[n-1].At.Before(at) {
		return counts[n-1].At, nil
	}
	at = govern.Next(govern.PerRecipient(), at, counts)
	return at, r.spendAt(ctx, pair, govern.PerRecipient(), at)
}

// join puts a notification beyond the budget into the one mail that goes at the time. Nothing is
// lost by it: beyond MaxEntries they are counted.
func (r *reception) join(
	ctx context.Context, t tickets.Ticket, msg tickets.Message, ag tickets.Agent, at time.Time,
) error {
	entry := tickets.Entry{
		Ticket: t.Number, Message: msg.ID, Author: msg.Author, Subject: t.Subject,
		Mailbox: t.Mailbox, Nonce: nonce(),
	}
	for {
		key := fmt.Sprintf("list:%d:%d", ag.ID, at.Unix())
		o, err := r.tx.OutgoingByJoinKey(ctx, key)
		if errors.Is(err, tickets.ErrNotFound) {
			o = tickets.Outgoing{
				Kind: tickets.OutNotificationList, Mailbox: t.Mailbox, Recipient: ag.Person(),
				Agent: ag.ID, Automatic: true, JoinKey: key, NextAttempt: at,
				Facts: tickets.Facts{
					Locale: r.locale(ag.Locale), First: true, Entries: []tickets.Entry{entry},
				},
			}
			return r.enqueue(ctx, &o)
		}
		if err != nil {
			return fmt.Errorf("look up %s: %w", key, err)
		}
		if o.Attempts > 0 || o.Status != tickets.OutWaiting {
			at = at.Add(time.Minute) // it is on its way already: the next one takes this
			continue
		}
		if len(o.Facts.Entries) < tickets.MaxEntries {
			o.Facts.Entries = append(o.Facts.Entries, entry)
		} else {
			o.Facts.Omitted++
		}
		if err := r.tx.SaveOutgoing(ctx, o); err != nil {
			return fmt.Errorf("join %s: %w", key, err)
		}
		return nil
	}
}
