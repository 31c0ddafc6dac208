package store

import (
	"context"
	"time"

	"helpgate/tickets"
)

const (
	// bucket is the grain of budgets: what is counted within a minute is one number.
	bucket = time.Minute
	// pruneEvery is how often old counts and keys are dropped.
	pruneEvery = time.Hour
)

// Spend implements tickets.BudgetTx.
func (t *tx) Spend(
	ctx context.Context, key string, at time.Time, keep time.Duration,
) error {
	if err := t.prune(ctx); err != nil {
		return err
	}
	t.spent.add(key, at.Truncate(bucket))
	return t.do(ctx, "count "+key, `
		INSERT INTO budget (key, bucket, count, expires_at) VALUES ($1, $2, 1, $3)
		ON CONFLICT (key, bucket) DO UPDATE SET count = budget.count + 1`,
		key, at.Truncate(bucket), at.Add(keep+bucket))
}

// Spent implements tickets.BudgetTx. The minute in which the window begins counts whole: rather
// one mail too few than one too many. It is read once for a group of updates: each mail asks for
// what all of them count on.
func (t *tx) Spent(ctx context.Context, key string, since time.Time) (int, error) {
	since = since.Truncate(bucket)
	if n, known := t.spent[key][since]; known {
		return n, nil
	}
	n, err := one(ctx, t, "read count of "+key, scanInt, `
		SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM budget WHERE key = $1 AND bucket >= $2`,
		key, since)
	if err == nil && t.spent != nil {
		t.spent.know(key, since, int(n))
	}
	return int(n), err
}

// spent are the sums that a group of updates has read, by their key and the begin of their window,
// with what it has counted since.
type spent map[string]map[time.Time]int

func (s spent) know(key string, since time.Time, n int) {
	if s[key] == nil {
		s[key] = map[time.Time]int{}
	}
	s[key][since] = n
}

// add counts one more at the time.
func (s spent) add(key string, at time.Time) {
	for since := range s[key] {
		if !at.Before(since) {
			s[key][since]++
		}
	}
}

// Counts implements tickets.BudgetTx.
func (t *tx) Counts(ctx context.Context, key string) ([]tickets.Count, error) {
	scan := func(s scanner) (c tickets.Count, err error) {
		return c, s.Scan(instant{&c.At}, &c.N)
	}
	return list(ctx, t, "read counts of "+key, scan,
		`SELECT bucket, count FROM budget WHERE key = $1 ORDER BY bucket`, key)
}

// prune drops old counts and keys, once in a while: in every transaction it would make those of
// PostgreSQL conflict for nothing.
func (t *tx) prune(ctx context.Context) error {
	now, last := t.db.clock.Now(), t.db.pruned.Load()
	if now.Before(time.UnixMicro(last).Add(pruneEvery)) ||
		!t.db.pruned.CompareAndSwap(last, now.UnixMicro()) {
		return nil
	}
	err := t.do(ctx, "drop old counts",
		`DELETE FROM budget WHERE expires_at <= $1`, now)
	if err != nil {
		return err
	}
	return t.do(ctx, "drop old keys",
		`DELETE FROM mail_key WHERE expires_at > 0 AND expires_at <= $1`, now)
}
