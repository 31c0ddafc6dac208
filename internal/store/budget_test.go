package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"helpgate/internal/store/storetest"
	"helpgate/tickets"
)

// TestGroupCountsTogether: within a group, too, each update reads what those before it counted, and
// nothing of what was undone.
func TestGroupCountsTogether(t *testing.T) {
	bubble(t, func(t *testing.T, db *DB) {
		refused := errors.New("refused")
		var seen []int
		spend := func(ago time.Duration, result error) func(*tx) error {
			return func(tx *tx) error {
				ctx := context.Background()
				for _, window := range []time.Duration{0, time.Hour} {
					n, err := tx.Spent(ctx, "k", storetest.Now.Add(-window))
					if err != nil {
						return err
					}
					seen = append(seen, n)
				}
				return errors.Join(tx.Spend(ctx, "k", storetest.Now.Add(-ago), time.Hour), result)
			}
		}
		group(t, db, spend(0, nil), spend(time.Minute, nil), spend(0, refused), spend(0, nil),
			spend(2*time.Hour, nil), spend(0, nil))
		// Because of the third the first two run again, and what comes then is another group.
		if got := fmt.Sprint(seen); got != "[0 0 1 1 1 2 0 0 1 1 1 2 2 3 2 3]" {
			t.Errorf("the last minute and hour held %s", got)
		}
	})
}

// TestGroupWritesItsCounts: what is counted stands in the database once the group is durable, of
// updates that ran again too, and before where all of a key's counts are asked for.
func TestGroupWritesItsCounts(t *testing.T) {
	bubble(t, func(t *testing.T, db *DB) {
		refused := errors.New("refused")
		spend := func(key string, result error) func(*tx) error {
			return func(tx *tx) error {
				ctx := context.Background()
				err := tx.Spend(ctx, key, storetest.Now, time.Hour)
				return errors.Join(err, tx.Spend(ctx, "all", storetest.Now, time.Hour), result)
			}
		}
		var inside []tickets.Count
		look := func(tx *tx) (err error) {
			inside, err = tx.Counts(context.Background(), "all")
			return err
		}
		group(t, db, spend("a", nil), spend("b", nil), look, spend("c", refused), spend("d", nil))
		if len(inside) != 1 || inside[0].N != 2 {
			t.Errorf("inside of the group: %v", inside)
		}
		err := db.update(t.Context(), 0, func(tx *tx) error {
			for key, want := range map[string]int{"a": 1, "b": 1, "c": 0, "d": 1, "all": 3} {
				n, err := tx.Spent(t.Context(), key, storetest.Now)
				if err != nil || n != want {
					t.Errorf("%s: %d, want %d; %v", key, n, want, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
