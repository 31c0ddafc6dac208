package main

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/store"
	"helpgate/internal/testkit"
	"helpgate/tickets"
)

func TestALeaseHasOneHolder(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *store.DB, now *clock.Fake) {
		first, second := leases{db, "first", now}, leases{db, "second", now}
		hold := func(l leases, want bool) {
			t.Helper()
			held, _, err := l.Hold(t.Context(), "folder", 30*time.Second)
			if err != nil || held != want {
				t.Fatalf("%s holds it: %v, %v; want %v", l.node, held, err, want)
			}
		}
		hold(first, true)
		hold(second, false)
		now.Advance(20 * time.Second)
		hold(first, true)
		now.Advance(20 * time.Second)
		hold(second, false)
		now.Advance(10 * time.Second)
		hold(second, true)
		hold(first, false)
		if err := first.Release(t.Context(), "folder"); err != nil {
			t.Fatal(err)
		}
		hold(first, false)
		if err := second.Release(t.Context(), "folder"); err != nil {
			t.Fatal(err)
		}
		hold(first, true)
	})
}

// TestWhoLostALeaseWritesNoMore, also where the lease was lost and taken while the process stood
// still.
func TestWhoLostALeaseWritesNoMore(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *store.DB, now *clock.Fake) {
		first, second, keeper := leases{db, "first", now}, leases{db, "second", now}, marks{db}
		under := map[string]tickets.Standing{}
		hold := func(l leases) {
			t.Helper()
			held, while, err := l.Hold(t.Context(), "folder", time.Second)
			if err != nil || !held {
				t.Fatalf("%s holds it: %v, %v", l.node, held, err)
			}
			under[l.node] = while
		}
		write := func(node, value string, want error) {
			t.Helper()
			err := keeper.WriteMark(t.Context(), tickets.Mark{
				Key: "cursor", Value: value, While: under[node],
			})
			if !errors.Is(err, want) {
				t.Errorf("%s writes %s: %v, want %v", node, value, err, want)
			}
		}
		hold(first)
		write("first", "1", nil)
		now.Advance(time.Second)
		write("first", "2", nil) // nobody took it
		hold(second)
		write("second", "4", nil)
		write("first", "3", tickets.ErrReplaced)
		now.Advance(time.Second)
		stale := under["first"]
		hold(first)
		write("first", "5", nil)
		under["first"] = stale
		write("first", "3", tickets.ErrReplaced)
		if is, err := keeper.Mark(t.Context(), "cursor"); is != "5" || err != nil {
			t.Errorf("the cursor is %q, %v", is, err)
		}
	})
}

// eachDatabase runs f on SQLite and on PostgreSQL.
func eachDatabase(t *testing.T, f func(*testing.T, *store.DB, *clock.Fake)) {
	for name, url := range map[string]string{
		"sqlite": "sqlite:" + t.TempDir() + "/x.db", "postgres": testkit.Postgres(t),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := clock.NewFake(time.Now())
			db, err := store.Open(t.Context(), store.Options{
				URL: url, Blobs: "file:" + t.TempDir(), Clock: now,
				Logger: slog.New(slog.DiscardHandler),
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			f(t, db, now)
		})
	}
}
