package desk

import (
	"context"
	"fmt"

	"helpgate/tickets"
	"helpgate/tickets/thread"
)

// Foreseen is what the rules would say of a mail if it came now.
type Foreseen struct {
	Copy    thread.Copy
	First   tickets.Key // the mail that it would be a copy of, or shares its Message-ID with
	Mailbox string
	Rule    string // the rule that would tie it; "" for a copy, of which none is asked
	Ticket  int64  // which it would join; 0: it would open one, or become part of none
	Signals []string
	// Agent tells that the sender's address is an agent's.
	Agent bool
}

// Foresee asks the rules about a mail and writes nothing. What depends on budgets, or on who acts
// with what proof, is not asked: that would count.
func (d *Desk) Foresee(ctx context.Context, m *tickets.Mail) (f Foreseen, err error) {
	key := thread.KeyOf(m)
	err = d.view(ctx, func(a *act) error {
		r := &reception{act: a, mail: m, key: key}
		r.mailbox, r.others = r.addressed()
		r.journal = r.newJournal()
		f = Foreseen{Mailbox: r.mailbox.Address}
		_, f.Agent = r.agentBy(m.From.Address)
		if f.Copy, f.First, err = r.compare(ctx); err != nil {
			return err
		}
		if f.Copy == thread.Duplicate || f.Copy == thread.Variant {
			f.Ticket, f.Signals = f.First.Ticket, r.journal.Signals
			return nil
		}
		if err := r.decide(ctx); err != nil {
			return err
		}
		f.Rule, f.Ticket, f.Signals = r.decision.Rule, r.decision.Ticket, r.journal.Signals
		return nil
	})
	if err != nil {
		return Foreseen{}, fmt.Errorf("foresee mail: %w", err)
	}
	return f, nil
}
