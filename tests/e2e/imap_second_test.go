package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// How fast a new mail becomes a ticket, and of how many the median is taken: a machine that other
// tests keep busy delays some of them, and not half.
const (
	atOnce      = time.Second
	timedRounds = 7
)

// TestNewMailIsATicketWithinASecond of its delivery at the provider, whose own delay before it
// tells (500 ms at Dovecot) is part of it.
func TestNewMailIsATicketWithinASecond(t *testing.T) {
	t.Parallel()
	g, dovecot := atAProvider(t, "headers")
	g.logs("first contact with the folder")
	var took []time.Duration
	for i := range timedRounds {
		q := question(fmt.Sprintf("q%d@customer", i))
		q.from = fmt.Sprintf("c%d@customer.example", i)
		g.provide(dovecot, q.from, q.String())
		delivered := time.Now()
		g.logsTimes("verdict=ticket", i+1)
		took = append(took, time.Since(delivered))
	}
	t.Logf("from the provider to the ticket: %v", took)
	slices.Sort(took)
	if median := took[timedRounds/2]; median > atOnce {
		t.Errorf("half of them took more than %s", median)
	}
}
