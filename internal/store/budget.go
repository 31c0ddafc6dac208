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

// Spend implements tickets.BudgetTx. What a group of updates counts is written once, at its end:
// nearly every mail counts on the same few rows.
func (t *tx) Spend(
	ctx context.Context, key string, at time.Time, keep time.Duration,
) error {
	if err := t.prune(ctx); err != nil {
		return err
	}
	at, keep = at.Truncate(bucket), keep+bucket
	if t.budgets == nil {
		return t.count(ctx, counted{key, at, 1, keep})
	}
	t.budgets.add(key, at, keep)
	return nil
}

func (t *tx) count(ctx context.Context, c counted) error {
	return t.do(ctx, "count "+c.key, `
		INSERT INTO budget (key, bucket, count, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (key, bucket) DO UPDATE SET count = budget.count + $3`,
		c.key, c.at, c.n, c.at.Add(c.keep))
}

// Spent implements tickets.BudgetTx. The minute in which the window begins counts whole: rather
// one mail too few than one too many.
func (t *tx) Spent(ctx context.Context, key string, since time.Time) (int, error) {
	since = since.Truncate(bucket)
	if n, known := t.budgets.known(key, since); known {
		return n, nil
	}
	n, err := one(ctx, t, "read count of "+key, scanInt, `
		SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM budget WHERE key = $1 AND bucket >= $2`,
		key, since)
	if err != nil {
		return 0, err
	}
	return t.budgets.know(key, since, int(n)), nil
}

// Counts implements tickets.BudgetTx.
func (t *tx) Counts(ctx context.Context, key string) ([]tickets.Count, error) {
	if t.budgets != nil { // of a list's counts the database has to know all
		if err := t.budgets.write(ctx, t); err != nil {
			return nil, err
		}
	}
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

// budgets is what a group of updates knows of them: what it has read, with what it has counted
// since, and what of that is not written yet. The zero value knows nothing; nil stands outside of
// a group.
type budgets struct {
	sums    map[string]map[time.Time]int // by key and begin of the window
	counted []counted
	last    map[string]int // by key the place of what was counted last
}

// counted is how many more there are under a key in a bucket, and how long to keep that.
type counted struct {
	key  string
	at   time.Time
	n    int
	keep time.Duration
}

func (b *budgets) known(key string, since time.Time) (n int, known bool) {
	if b == nil {
		return 0, false
	}
	n, known = b.sums[key][since]
	return n, known
}

// know adds what is not written yet to the sum in the database, and keeps it.
func (b *budgets) know(key string, since time.Time, n int) int {
	if b == nil {
		return n
	}
	for _, c := range b.counted {
		if c.key == key && !c.at.Before(since) {
			n += c.n
		}
	}
	if b.sums[key] == nil {
		if b.sums == nil {
			b.sums = map[string]map[time.Time]int{}
		}
		b.sums[key] = map[time.Time]int{}
	}
	b.sums[key][since] = n
	return n
}

// add counts one more.
func (b *budgets) add(key string, at time.Time, keep time.Duration) {
	for since := range b.sums[key] {
		if !at.Before(since) {
			b.sums[key][since]++
		}
	}
	if i, known := b.last[key]; known && b.counted[i].at.Equal(at) {
		b.counted[i].n++
		return
	}
	if b.last == nil {
		b.last = map[string]int{}
	}
	b.last[key] = len(b.counted)
	b.counted = append(b.counted, counted{key, at, 1, keep})
}

// write puts what was counted into the database.
func (b *budgets) write(ctx context.Context, t *tx) error {
	for _, c := range b.counted {
		if err := t.count(ctx, c); err != nil {
			return err
		}
	}
	b.counted, b.last = nil, nil
	return nil
}
