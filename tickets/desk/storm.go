package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"helpgate/internal/rfc"
	"helpgate/tickets"
	"helpgate/tickets/thread"
)

// maxStorm is how many of a sender's latest tickets are looked through for the one of his storm.
const maxStorm = 50

// storm joins the mail of a sender for whom the mailbox sets storm_minutes, a monitor that sends
// hundreds of one kind, to his open ticket of that subject. Nobody else's mails are ever joined by
// sender and subject (RULES section 3).
func (r *reception) storm(ctx context.Context) error {
	minutes := r.mailbox.StormMinutes[r.mail.From.Address]
	if minutes == 0 || r.decision.Ticket != 0 || r.mail.Untrusted || r.passing() {
		return nil
	}
	c, err := r.tx.CustomerByAddress(ctx, r.mail.From.Address)
	if errors.Is(err, tickets.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up customer: %w", err)
	}
	list, err := r.tx.Tickets(ctx, tickets.TicketFilter{
		Requester: c.ID, Mailbox: r.mailbox.Address, Limit: maxStorm,
		Since: r.now.Add(-time.Duration(minutes) * time.Minute),
	})
	if err != nil {
		return fmt.Errorf("list tickets of sender: %w", err)
	}
	for _, t := range list {
		if t.Done() || t.Subject != rfc.BaseSubject(r.mail.Subject) {
			continue
		}
		if r.standing[t.Number], err = r.standingOf(ctx, t); err != nil {
			return err
		}
		r.decision.Rule, r.decision.Ticket = thread.RuleStorm, t.Number
		r.journal.Rule = thread.RuleStorm
		return nil
	}
	return nil
}
