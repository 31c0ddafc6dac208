package store

import (
	"testing"
	"time"

	"helpgate/internal/store/storetest"
	"helpgate/mailout/queue"
	"helpgate/tickets"
)

// TestANodeReclaimsItsOwn: what a killed process had leased is due again for its successor, and
// what another node has leased is left alone.
func TestANodeReclaimsItsOwn(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		all, now := queue.Share{Others: true}, storetest.Now
		lease := func(node string) *DB {
			o := testOptions(t, url)
			o.Node = node
			db, err := Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			return db
		}
		one, other := lease("one"), lease("other")
		for _, db := range []*DB{one, other} {
			err := db.Update(t.Context(), func(tx tickets.Tx) error {
				row := tickets.Outgoing{Status: tickets.OutWaiting, NextAttempt: now}
				return tx.Enqueue(t.Context(), &row)
			})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := db.Rows().Claim(t.Context(), all, now, now.Add(time.Hour), 9); err != nil ||
				len(got) != 1 {
				t.Fatalf("leased %v, %v", got, err)
			}
		}
		again := lease("one")
		if n, err := again.Rows().Reclaim(t.Context(), now); err != nil || n != 1 {
			t.Fatalf("reclaimed %d, %v", n, err)
		}
		got, err := again.Rows().Claim(t.Context(), all, now, now.Add(time.Hour), 9)
		if err != nil || len(got) != 1 || got[0].ID != 1 {
			t.Errorf("leased again %v, %v", got, err)
		}
	})
}
