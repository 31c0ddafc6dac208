package desk

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"helpgate/tickets"
)

// suppression is for how long an address gets no automatic mail after mail to it came back (RULES
// section 4). What people write is sent all the same.
const suppression = 60 * 24 * time.Hour

// replyStatus finds the enhanced status code (RFC 3463) behind the code of a server's reply; what
// looks like one elsewhere may be a piece of an address.
var replyStatus = regexp.MustCompile(`^\d{3} ([245]\.\d{1,3}\.\d{1,3}) `)

// refused draws the conclusions from the reply with which a mail was given up.
func (a *act) refused(ctx context.Context, o tickets.Outgoing, reply string) error {
	status := ""
	if found := replyStatus.FindStringSubmatch(reply); found != nil {
		status = found[1]
	}
	return a.learn(ctx, o.Ticket, o, takesNone(status), status, reply)
}

// learn remembers that an address of customers takes no mail, where it is gone, and tells whoever
// is in charge when our mail is refused for what we are.
func (a *act) learn(
	ctx context.Context, ticket int64, o tickets.Outgoing, gone bool, status, words string,
) error {
	switch {
	case gone && !o.Kind.ForAgents() && ticket != 0:
		return a.suppress(ctx, ticket, o.Recipient.Address)
	case reasonOf(status) == reasonPolicy && o.Kind != tickets.OutAlert:
		return a.alert(ctx, ticket, reasonPolicy, o.Recipient.Address+": "+words)
	}
	return nil
}

// suppress lets no automatic mail go to the address for a while. Who is no customer gets none.
func (a *act) suppress(ctx context.Context, ticket int64, address string) error {
	c, err := a.tx.CustomerByAddress(ctx, address)
	if errors.Is(err, tickets.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up customer: %w", err)
	}
	c.SuppressedUntil = a.now.Add(suppression)
	if err := a.tx.SaveCustomer(ctx, &c); err != nil {
		return fmt.Errorf("save customer: %w", err)
	}
	return a.event(ctx, tickets.Event{
		Ticket: ticket, Verb: tickets.EventSuppressed, From: address,
		To: c.SuppressedUntil.UTC().Format(time.DateOnly),
	})
}

// lift ends the suppression of a customer who shows by a mail that the address is theirs and works:
// one that was verified, or that holds a token of ours. Any other would let who writes under a dead
// address have it mailed to again and again.
func (r *reception) lift(ctx context.Context, c *tickets.Customer) error {
	m := r.mail
	proven := m.Verified == tickets.VerifiedPass || r.decision.Claim != nil && r.participates()
	if c.SuppressedUntil.IsZero() || !proven || m.Automatic || m.From.Address != c.Address {
		return nil
	}
	c.SuppressedUntil = time.Time{}
	if err := r.tx.SaveCustomer(ctx, c); err != nil {
		return fmt.Errorf("save customer: %w", err)
	}
	return nil
}

// Suppressions gives the customers who get no automatic mail now, whose end comes first first.
func (d *Desk) Suppressions(ctx context.Context) (all []tickets.Customer, err error) {
	err = d.view(ctx, func(a *act) error {
		all, err = a.tx.Suppressed(ctx, a.now)
		return err
	})
	return all, err
}
