package e2e

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"helpgate/internal/testkit"
)

// nodeRounds is how many threads come to two nodes.
const nodeRounds = 16

// twoNodes starts two gateways on one PostgreSQL database, with one relay behind them; more is that
// of options.
func twoNodes(t *testing.T, more string) (one, two *gateway) {
	t.Helper()
	database := testkit.Postgres(t)
	one = start(t, options{database: database, more: more})
	secret, err := os.ReadFile(filepath.Join(one.data, "secret"))
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "secret"), secret, 0o600); err != nil {
		t.Fatal(err)
	}
	two = start(t, options{
		database: database, data: data, agents: []string{}, relayAt: one.relay.Addr(), more: more,
	})
	return one, two
}

// TestTwoNodesOneHelpdesk is promises 1, 2, 3 and 10 on two nodes: each mail of a thread comes to
// both of them, all at once, and one is killed and started anew meanwhile. Each thread is one ticket
// with each mail once; nobody is told twice, unless the kill made it the same mail once more.
func TestTwoNodesOneHelpdesk(t *testing.T) {
	t.Parallel()
	one, two := twoNodes(t, "")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	var all []*conversation
	for i := range nodeRounds {
		all = append(all, newConversation(i, rand.New(rand.NewPCG(seed, uint64(i))), true))
	}
	restarted := make(chan struct{})
	inParallel(all, func(c *conversation) {
		if c == all[nodeRounds/2] {
			go func() {
				defer close(restarted)
				two.kill()
				two.serve()
			}()
		}
		c.playTwice(one, two)
	})
	<-restarted
	checkConversations(t, one, all)
	one.settled()
	for _, c := range all {
		for _, customer := range []string{c.her, c.him} {
			acks := only(one.relay.Mails(), customer)
			for _, again := range acks[min(1, len(acks)):] {
				if !bytes.Equal(again.raw, acks[0].raw) {
					t.Errorf("%s got two acknowledgements:\n%s\n%s", customer, acks[0].raw, again.raw)
				}
			}
		}
	}
}

// playTwice lets all mails of a conversation come to both nodes at once. What the second of them
// does not take, because it is killed, the first has.
func (c *conversation) playTwice(first, second *gateway) {
	for len(c.mails) < threadLength {
		c.mails = append(c.mails, c.write(len(c.mails), c.mails))
	}
	errs := make(chan error, len(c.mails))
	both := make(chan struct{}, len(c.mails))
	for _, m := range c.mails {
		go func() { errs <- first.deliver(m.from, []string{support}, m.String()) }()
		go func() {
			_ = second.deliver(m.from, []string{support}, m.String())
			both <- struct{}{}
		}()
	}
	for range c.mails {
		<-both
		if err := <-errs; err != nil {
			c.err = err
		}
	}
}
