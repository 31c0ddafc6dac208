package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"helpgate/mailout/queue"
	"helpgate/tickets"
)

// Rows implements queue.Rows.
type Rows struct{ db *DB }

var _ queue.Rows = Rows{}

// Rows gives the store as the queue sees it.
func (d *DB) Rows() Rows { return Rows{d} }

// update runs at READ COMMITTED: each act is one statement on rows that are the worker's own, which
// on PostgreSQL passes beside the intake.
func (r Rows) update(ctx context.Context, fn func(*tx) error) error {
	return r.db.update(ctx, sql.LevelReadCommitted, fn)
}

// Claim implements queue.Rows.
func (r Rows) Claim(
	ctx context.Context, share queue.Share, now, leaseUntil time.Time, n int,
) (claimed []tickets.Outgoing, err error) {
	query, args := r.claim(share, now, leaseUntil, n)
	err = r.update(ctx, func(t *tx) error {
		if inOrder := r.db.engine.dialect().inOrder; inOrder != "" {
			if err := t.do(ctx, "prepare to lease", inOrder); err != nil {
				return err
			}
		}
		claimed, err = list(ctx, t, "lease outbox rows", scanOutgoing, query, args...)
		return err
	})
	slices.SortFunc(claimed, func(a, b tickets.Outgoing) int {
		return cmp.Or(cmp.Compare(a.Kind.Rank(), b.Kind.Rank()), cmp.Compare(a.ID, b.ID))
	})
	return claimed, err
}

// claim gives the statement that leases, and its arguments.
func (r Rows) claim(
	share queue.Share, now, leaseUntil time.Time, n int,
) (query string, args []any) {
	// MATERIALIZED, because PostgreSQL may otherwise run the SELECT again and lease more than n.
	ours, args := inShare(share, now, n, leaseUntil, r.db.node)
	return `
		WITH due AS MATERIALIZED (
			SELECT id FROM outbox
			WHERE status IN ('waiting', 'sending') AND next_attempt <= $1
				AND ` + ours + `
			ORDER BY rank, id LIMIT $2 ` + r.db.engine.dialect().skipLocked + `)
		UPDATE outbox SET status = 'sending', attempts = attempts + 1, next_attempt = $3,
			leased_by = $4, join_key = ''
		WHERE id IN (SELECT id FROM due) RETURNING ` + outboxColumns, args
}

// Reclaim makes the rows due that this node leased in an earlier life and did not end, and gives
// their number: nobody else works on them, and a crash shall not cost their readers the lease.
func (r Rows) Reclaim(ctx context.Context, now time.Time) (n int, err error) {
	err = r.update(ctx, func(t *tx) error {
		rows, err := list(ctx, t, "reclaim outbox rows", scanInt, `
			UPDATE outbox SET next_attempt = $1
			WHERE status = 'sending' AND next_attempt > $1 AND leased_by = $2 RETURNING id`,
			now, r.db.node)
		n = len(rows)
		return err
	})
	return n, err
}

// inShare gives the condition that a row is of the share, and the arguments with its own behind
// those given.
func inShare(share queue.Share, args ...any) (string, []any) {
	condition := "mailbox IN ('-'" // PostgreSQL knows no empty list, and no mailbox has that name
	if share.Others {
		condition = "mailbox NOT IN ('-'"
	}
	for _, address := range share.Mailboxes {
		args = append(args, address)
		condition += fmt.Sprintf(", $%d", len(args))
	}
	return condition + ")", args
}

// Extend implements queue.Rows.
func (r Rows) Extend(ctx context.Context, ids []int64, leaseUntil time.Time) error {
	return r.update(ctx, func(t *tx) error {
		for _, id := range ids {
			err := t.do(ctx, fmt.Sprintf("extend lease of outbox row %d", id), `
				UPDATE outbox SET next_attempt = $1 WHERE id = $2 AND status = 'sending'`,
				leaseUntil, id)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// SetContent implements queue.Rows. Bytes that are tied to a row stay so: a worker whose lease ran
// out meets ErrNotFound, and does not send another mail under the same Message-ID.
func (r Rows) SetContent(ctx context.Context, id int64, content tickets.Blob) error {
	return r.update(ctx, func(t *tx) error {
		if err := t.PutBlob(ctx, content); err != nil {
			return err
		}
		return t.change(ctx, fmt.Sprintf("set content of outbox row %d", id), `
			UPDATE outbox SET content = $1 WHERE id = $2 AND (content = '' OR content = $1)`,
			content.SHA256, id)
	})
}

// Sent implements queue.Rows.
func (r Rows) Sent(ctx context.Context, id int64, at time.Time, reply string) error {
	return r.update(ctx, func(t *tx) error {
		return t.change(ctx, fmt.Sprintf("end outbox row %d", id), `
			UPDATE outbox SET status = 'sent', sent_at = $1, last_reply = $2 WHERE id = $3`,
			at, reply, id)
	})
}

// Retry implements queue.Rows. ErrNotFound when the row is not leased.
func (r Rows) Retry(ctx context.Context, id int64, next time.Time, reply string) error {
	return r.update(ctx, func(t *tx) error {
		return t.change(ctx, fmt.Sprintf("give outbox row %d back", id), `
			UPDATE outbox SET status = 'waiting', next_attempt = $1, last_reply = $2
			WHERE id = $3 AND status = 'sending'`, next, reply, id)
	})
}

// NextDue implements queue.Rows.
func (r Rows) NextDue(ctx context.Context, share queue.Share) (next time.Time, err error) {
	ours, args := inShare(share)
	scan := func(s scanner) (at time.Time, err error) { return at, s.Scan(instant{&at}) }
	err = r.db.view(ctx, func(t *tx) error {
		next, err = one(ctx, t, "find next outbox row", scan, `
			SELECT next_attempt FROM outbox
			WHERE status IN ('waiting', 'sending') AND `+ours+`
			ORDER BY next_attempt LIMIT 1`, args...)
		return err
	})
	if errors.Is(err, tickets.ErrNotFound) {
		return time.Time{}, nil
	}
	return next, err
}

// List implements queue.Rows.
func (r Rows) List(
	ctx context.Context, status tickets.OutStatus, limit int,
) (rows []tickets.Outgoing, err error) {
	if limit <= 0 {
		limit = math.MaxInt
	}
	var where string
	args := []any{limit}
	if status != "" {
		where, args = ` WHERE status = $2`, append(args, status)
	}
	switch status { // in the words of the indexes that hold these alone
	case tickets.OutWaiting, tickets.OutSending:
		where += ` AND status IN ('waiting', 'sending')`
	case tickets.OutFailed:
		where += ` AND status = 'failed'`
	}
	query := `SELECT ` + outboxColumns + ` FROM outbox` + where + ` ORDER BY id DESC LIMIT $1`
	err = r.db.view(ctx, func(t *tx) error {
		rows, err = list(ctx, t, "list outbox rows", scanOutgoing, query, args...)
		return err
	})
	return rows, err
}
