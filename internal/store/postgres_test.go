package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"helpgate/internal/store/storetest"
	"helpgate/mailout/queue"
	"helpgate/tickets"
)

var everything = queue.Share{Others: true}

// dueRow queues a row that may be leased.
func dueRow(t *testing.T, db *DB) (o tickets.Outgoing) {
	t.Helper()
	err := db.Update(t.Context(), func(tx tickets.Tx) error {
		o = tickets.Outgoing{Nonce: 1, Status: tickets.OutWaiting, NextAttempt: storetest.Now}
		return tx.Enqueue(t.Context(), &o)
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestConflictRunsAgain: a row that was leased since the update began is read again; else the
// update would give it back, and the mail would go twice.
func TestConflictRunsAgain(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := openTest(t, engines["postgres"](t))
	due := dueRow(t, db)
	var seen []tickets.OutStatus
	err := db.Update(ctx, func(tx tickets.Tx) error {
		o, err := tx.Outgoing(ctx, due.ID)
		if err != nil {
			return err
		}
		seen = append(seen, o.Status)
		if len(seen) == 1 {
			rows, err := db.Rows().Claim(ctx, everything, storetest.Now, storetest.Now, 1)
			if err != nil || len(rows) != 1 {
				t.Errorf("leased %d rows, %v", len(rows), err)
			}
		}
		return tx.SaveOutgoing(ctx, o)
	})
	if err != nil || fmt.Sprint(seen) != "[waiting sending]" {
		t.Errorf("the function saw %q, %v", seen, err)
	}
}

// TestConflictEndsItsGroup: those who wait behind an update that met a conflict find the new state,
// and do not meet the same one, again and again, until they give up.
func TestConflictEndsItsGroup(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := openTest(t, engines["postgres"](t))
	due := dueRow(t, db)
	const updates = 20
	var runs atomic.Int64
	var group sync.WaitGroup
	for range updates {
		group.Go(func() {
			err := db.Update(ctx, func(tx tickets.Tx) error {
				o, err := tx.Outgoing(ctx, due.ID)
				if err != nil {
					return err
				}
				if runs.Add(1) == 1 {
					_, err = db.Rows().Claim(ctx, everything, storetest.Now, storetest.Now, 1)
				}
				return errors.Join(err, tx.SaveOutgoing(ctx, o))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := runs.Load(); n != updates+1 {
		t.Errorf("%d updates took %d runs", updates, n)
	}
}

// TestOutboxPassesBesideUpdates: neither views nor workers wait for an update that takes long, and
// workers see nothing of it.
func TestOutboxPassesBesideUpdates(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	server, other := twoNodes(t)
	due := dueRow(t, server)
	err := server.Update(ctx, func(tx tickets.Tx) error {
		later := tickets.Outgoing{Nonce: 2, Status: tickets.OutWaiting, NextAttempt: storetest.Now}
		if err := tx.Enqueue(ctx, &later); err != nil {
			return err
		}
		for _, db := range []*DB{server, other} {
			if err := db.View(ctx, func(tickets.Tx) error { return nil }); err != nil {
				return err
			}
			rows, err := db.Rows().Claim(ctx, everything, storetest.Now, storetest.Now, 2)
			if err != nil || len(rows) != 1 || rows[0].ID != due.ID {
				t.Errorf("leased %v, %v", rows, err)
			}
			err = errors.Join(err, db.Rows().Retry(ctx, due.ID, storetest.Now, ""))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestLeasingSortsNothing: of a backlog that came after the server had counted the rows, the first
// are found without looking at all of them. It takes that many for the server to prefer to sort.
func TestLeasingSortsNothing(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := openTest(t, engines["postgres"](t))
	const fill = `
		INSERT INTO outbox (kind, rank, ticket, message, mailbox, recipient_name,
			recipient_address, agent, automatic, facts, nonce, message_id, join_key, override,
			status, attempts, next_attempt, last_reply, content, created_at, sent_at)
		SELECT '', 0, 0, 0, 'help@example.org', '', '', 0, 0, '', n, '', '', 0, $1, 0, 0, '', '', 0, 0
		FROM generate_series(1, $2) n`
	err := db.update(ctx, 0, func(tx *tx) error {
		return errors.Join(tx.do(ctx, "fill", fill, "sent", 1000),
			tx.do(ctx, "count", `ANALYZE outbox`), tx.do(ctx, "fill", fill, "waiting", 40000))
	})
	if err != nil {
		t.Fatal(err)
	}
	share := queue.Share{Mailboxes: []string{"help@example.org"}}
	query, args := db.Rows().claim(share, storetest.Now, storetest.Now, 8)
	var plan []string
	err = db.update(ctx, sql.LevelReadCommitted, func(tx *tx) (err error) {
		if err := tx.do(ctx, "prepare", postgresDialect().inOrder); err != nil {
			return err
		}
		plan, err = list(ctx, tx, "explain", scanString, `EXPLAIN `+query, args...)
		return err
	})
	steps := strings.Join(plan, "\n")
	if err != nil || strings.Contains(steps, "Sort") || !strings.Contains(steps, "outbox_by_rank") {
		t.Errorf("%v\n%s", err, steps)
	}
}

// TestNodesCountTogether: two nodes whose mails all count on the same rows lose no count, and get
// every answer of theirs once.
func TestNodesCountTogether(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	one, two := twoNodes(t)
	const writers, each = 8, 15
	// In either order, in which two transactions that took locks row by row would meet.
	counters := [][]string{{"a", "b", "c"}, {"c", "a", "b"}}
	var group sync.WaitGroup
	for node, db := range []*DB{one, two} {
		for range writers {
			group.Go(func() {
				for range each {
					err := db.Update(ctx, func(tx tickets.Tx) error {
						return count(ctx, tx, counters[node])
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	group.Wait()
	err := one.View(ctx, func(tx tickets.Tx) error {
		for _, key := range counters[0] {
			value, err := tx.Mark(ctx, key)
			spent, spentErr := tx.Spent(ctx, key, storetest.Now)
			if want := 2 * writers * each; err != nil || spentErr != nil ||
				value != strconv.Itoa(want) || spent != want {
				t.Errorf("%s: %s and %d, want %d; %v, %v", key, value, spent, want, err, spentErr)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestNodesTakeAMailOnce: what one node has looked for in vain, no other may add meanwhile. No row
// that both change would give them away.
func TestNodesTakeAMailOnce(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	first, second := twoNodes(t)
	const mails = 50
	var group sync.WaitGroup
	for _, db := range []*DB{first, first, second, second} {
		group.Go(func() {
			for i := range mails {
				id := fmt.Sprintf("%d@example.org", i)
				err := db.Update(ctx, func(tx tickets.Tx) error {
					there, err := tx.Keys(ctx, id, id, storetest.Now)
					if err != nil || len(there) > 0 {
						return err
					}
					return tx.AddKey(ctx, tickets.Key{Hash: id, MessageID: id})
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	err := first.update(ctx, 0, func(tx *tx) error {
		n, err := one(ctx, tx, "count keys", scanInt, `SELECT COUNT(*) FROM mail_key`)
		if n != mails {
			t.Errorf("%d mails are there %d times", mails, n)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// count reads, adds one and writes.
func count(ctx context.Context, tx tickets.Tx, keys []string) error {
	for _, key := range keys {
		value, err := tx.Mark(ctx, key)
		if err != nil {
			return err
		}
		n, _ := strconv.Atoi(value)
		if err := tx.SetMark(ctx, key, strconv.Itoa(n+1)); err != nil {
			return err
		}
		if err := tx.Spend(ctx, key, storetest.Now, time.Hour); err != nil {
			return err
		}
	}
	return nil
}

// twoNodes opens one database twice.
func twoNodes(t *testing.T) (one, two *DB) {
	t.Helper()
	url := engines["postgres"](t)
	return openTest(t, url), openTest(t, url)
}

// TestCutConnectionsMend: the server ends all connections, as it does when it is restarted. What
// was under way has failed whole, and what comes next finds new ones.
func TestCutConnectionsMend(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db, other := twoNodes(t)
	cut := func() error {
		return other.update(ctx, 0, func(tx *tx) error {
			return tx.do(ctx, "cut", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		})
	}
	if err := cut(); err != nil {
		t.Fatal(err)
	}
	if err := db.update(ctx, 0, setMark("a")); err != nil {
		t.Errorf("an idle connection that was cut cost an update: %v", err)
	}
	err := db.update(ctx, 0, func(tx *tx) error {
		kill := `SELECT pg_terminate_backend(pg_backend_pid())`
		return errors.Join(setMark("x")(tx), tx.do(ctx, "cut", kill))
	})
	if err == nil {
		t.Error("an update whose connection was cut has told success")
	}
	if err := db.update(ctx, 0, setMark("b")); err != nil {
		t.Errorf("the writer does not go on: %v", err)
	}
	if found := marks(t, db, "a", "b", "x"); fmt.Sprint(found) != "[a b]" {
		t.Errorf("stored: %v", found)
	}
}

// TestHaltedNodeLetsGo: a node that halts in the middle of an update holds up the others for a
// while only.
func TestHaltedNodeLetsGo(t *testing.T) {
	t.Parallel()
	url := engines["postgres"](t)
	other := openTest(t, url)
	halted := openTest(t, url+"&idle_in_transaction_session_timeout=200ms")
	var result error
	err := halted.update(t.Context(), 0, func(tx *tx) error {
		if _, err := tx.Mark(t.Context(), "m"); err != nil {
			return err
		}
		result = other.update(t.Context(), 0, setMark("a"))
		return nil
	})
	if result != nil || err == nil {
		t.Errorf("the other got %v, the halted one %v", result, err)
	}
	if found := marks(t, other, "a"); len(found) != 1 {
		t.Error("the other's update is gone")
	}
}

// TestFailedUpdatesSpareTheirGroup: what an update has sent, and what it has not sent yet, goes
// with it alone.
func TestFailedUpdatesSpareTheirGroup(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := openTest(t, engines["postgres"](t))
	refused := errors.New("refused")
	read := func(tx *tx) error { _, err := tx.Mark(ctx, "m"); return err }
	orphan := func(tx *tx) error { return tx.AddEvent(ctx, tickets.Event{Ticket: 99}) }
	fail := func(*tx) error { return refused }
	var group sync.WaitGroup
	for i, steps := range [][]func(*tx) error{
		{setMark("x"), fail},
		{setMark("x"), read, setMark("x"), fail},
		{setMark("x"), orphan},
		{setMark("x"), orphan, read},
		{fail},
		{setMark("a")},
		{read, setMark("b"), read},
		{},
	} {
		group.Go(func() {
			err := db.update(ctx, 0, func(tx *tx) error {
				for _, step := range steps {
					if err := step(tx); err != nil {
						return err
					}
				}
				return nil
			})
			if (err == nil) != (i > 4) {
				t.Errorf("update %d: %v", i, err)
			}
		})
	}
	group.Wait()
	if found := marks(t, db, "a", "b", "x"); fmt.Sprint(found) != "[a b]" {
		t.Errorf("stored: %v", found)
	}
}
