package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"helpgate/internal/testkit"
)

// How often a gateway is killed that reads a mailbox, and how many mails come in between.
const (
	polledKills     = 5
	polledKillsSoak = 60
	polledMails     = 20
)

// TestKilledWhilePollingNothingIsLostOrDoubled kills at random instants while mails come into a
// mailbox at a provider, and some of them by SMTP too: each is there exactly once, and none stays
// in the inbox.
func TestKilledWhilePollingNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	kills := polledKills
	if soaking() {
		kills = polledKillsSoak
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("%d kills, seed %d", kills, seed)
	random := rand.New(rand.NewPCG(seed, 0))
	g, dovecot := atAProvider(t, "headers")
	got := &accepted{ids: map[string]bool{}}
	for i := range kills {
		var all sync.WaitGroup
		all.Go(func() { providePart(g, dovecot, got, i) })
		alive, cancel := context.WithTimeout(t.Context(), time.Duration(random.Int64N(int64(crashLife))))
		<-alive.Done()
		cancel()
		g.kill()
		all.Wait()
		g.serve()
	}
	g.eventually("empty inbox", func() bool { return count(t, dovecot, "INBOX") == 0 })
	times := messageIDs(t, g, options{})
	checkKept(t, times, got)
	if n := count(t, dovecot, "Processed"); n != len(got.ids) || len(times) != n {
		t.Errorf("%d mails came, %d are stored, %d were moved", len(got.ids), len(times), n)
	}
}

// providePart sends the mails of one life: each to the provider, every fifth to the gateway too,
// which may be dead.
func providePart(g *gateway, d *testkit.Dovecot, got *accepted, life int) {
	for i := range polledMails {
		id := fmt.Sprintf("p%d-%d@customer", life, i)
		q := question(id)
		q.from = fmt.Sprintf("p%d-%d@customer.example", life, i)
		if i%5 == 0 {
			_ = g.deliver(q.from, []string{support}, q.String())
		}
		g.provide(d, q.from, q.String())
		got.add(id)
	}
}
