package store

import (
	"testing"

	"helpgate/tickets"
)

// TestConflictRunsAgain: what an update has read and another then changed is read again.
func TestConflictRunsAgain(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := openTest(t, engines["postgres"](t))
	var seen []string
	err := db.Update(ctx, func(tx tickets.Tx) error {
		value, err := tx.Mark(ctx, "m")
		if err != nil {
			return err
		}
		seen = append(seen, value)
		if len(seen) == 1 {
			err := db.Update(ctx, func(tx tickets.Tx) error {
				return tx.SetMark(ctx, "m", "theirs")
			})
			if err != nil {
				return err
			}
		}
		return tx.SetMark(ctx, "m", value+" and ours")
	})
	if err != nil || len(seen) != 2 || seen[1] != "theirs" {
		t.Errorf("the function saw %q, %v", seen, err)
	}
}
