package main

import (
	"log/slog"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/store"
	"helpgate/internal/testkit"
)

func TestALeaseHasOneHolder(t *testing.T) {
	t.Parallel()
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
			first, second := leases{db, "first", now}, leases{db, "second", now}
			hold := func(l leases, want bool) {
				t.Helper()
				held, err := l.Hold(t.Context(), "folder", 30*time.Second)
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
}
