package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"helpgate/internal/store/storetest"
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
