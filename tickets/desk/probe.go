package desk

import (
	"context"
	"fmt"

	"helpgate/tickets"
)

// ruleProbe is the name under which the journal keeps a probe of ours.
const ruleProbe = "probe"

// recordProbe keeps a probe mail in the journal, and nowhere else: it is no customer's, and what it
// teaches is learnt where it was sent from.
func (r *reception) recordProbe(ctx context.Context) error {
	r.journal.Verdict, r.journal.Rule = tickets.VerdictRecorded, ruleProbe
	if err := r.tx.PutBlob(ctx, r.mail.Source); err != nil {
		return fmt.Errorf("keep source: %w", err)
	}
	if err := r.keepFiles(ctx); err != nil {
		return err
	}
	if err := r.tx.AddJournal(ctx, &r.journal); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	return nil
}
