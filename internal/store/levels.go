package store

import (
	"context"
)

// Levels counts the outbox rows of each status that is not an end of a row's way, failed ones too
// because an operator acts on them, and what is held and waits.
func (d *DB) Levels(ctx context.Context) (outbox map[string]int64, held int64, err error) {
	type level struct {
		status string
		n      int64
	}
	scan := func(s scanner) (l level, err error) { return l, s.Scan(&l.status, &l.n) }
	err = d.view(ctx, func(t *tx) error {
		levels, err := list(ctx, t, "count outbox rows", scan, `
			SELECT status, COUNT(*) FROM outbox
			WHERE status IN ('waiting', 'sending') GROUP BY status
			UNION ALL SELECT 'failed', COUNT(*) FROM outbox WHERE status = 'failed'`)
		if err != nil {
			return err
		}
		outbox = map[string]int64{"waiting": 0, "sending": 0, "failed": 0}
		for _, l := range levels {
			outbox[l.status] = l.n
		}
		count := func(s scanner) (n int64, err error) { return n, s.Scan(&n) }
		held, err = one(ctx, t, "count held things", count,
			`SELECT COUNT(*) FROM held WHERE state = 'held'`)
		return err
	})
	return outbox, held, err
}
