package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"helpgate/internal/testkit"
)

// How many threads each test of an order takes: a few with every run, more in `make soak`.
const (
	orderRounds     = 20
	orderRoundsSoak = 200
)

// threadLength is how many messages a thread ends with.
const threadLength = 6

// orderWorkers is how many threads are on their way at the same time.
const orderWorkers = 4

// soaking tells that the tests may take long. The variable is not called HELPGATE_SOAK, because
// helpgate would inherit it, and warn of one that it does not know.
func soaking() bool { return os.Getenv("SOAK") != "" }

func rounds() int {
	if soaking() {
		return orderRoundsSoak
	}
	return orderRounds
}

// TestMailsInAnyOrderAreOneTicket is promise 3: the mails of a thread come in random order, one
// after the other or at once, some with References cut short, and end as one ticket; on both
// databases.
func TestMailsInAnyOrderAreOneTicket(t *testing.T) {
	t.Parallel()
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			o := options{}
			if database == "postgres" {
				o.database = testkit.Postgres(t)
			}
			g := start(t, o)
			seed := uint64(time.Now().UnixNano())
			t.Logf("%d threads serial, %d at once, seed %d", rounds(), rounds(), seed)
			var all []*conversation
			for i := range 2 * rounds() {
				random := rand.New(rand.NewPCG(seed, uint64(i)))
				all = append(all, newConversation(i, random, i%2 == 1))
			}
			inParallel(all, func(c *conversation) { c.play(g) })
			checkConversations(t, g, all)
		})
	}
}

// inParallel does something with each element on orderWorkers goroutines.
func inParallel[T any](list []T, do func(T)) {
	next := make(chan T)
	var wg sync.WaitGroup
	for range orderWorkers {
		wg.Go(func() {
			for v := range next {
				do(v)
			}
		})
	}
	for _, v := range list {
		next <- v
	}
	close(next)
	wg.Wait()
}

// conversation is a thread of a customer and her colleague, who stand on all of its mails. Of one
// in three an agent answers the first mail before the rest comes.
type conversation struct {
	subject  string
	her, him string
	random   *rand.Rand
	atOnce   bool
	answered bool
	mails    []mail // in the order in which they arrive
	err      error
}

func newConversation(i int, random *rand.Rand, atOnce bool) *conversation {
	return &conversation{
		subject: fmt.Sprintf("Order %d", i),
		her:     fmt.Sprintf("her-%d@customer.example", i),
		him:     fmt.Sprintf("him-%d@customer.example", i),
		random:  random, atOnce: atOnce, answered: i%6 >= 4,
	}
}

// play lets the conversation's mails arrive.
func (c *conversation) play(g *gateway) {
	root := c.write(0, nil)
	told := []mail{root}
	if c.answered {
		if c.err = g.deliver(c.her, []string{support}, root.String()); c.err != nil {
			return
		}
		told = append(told, c.answer(g, root))
	}
	for i := len(told); i < threadLength; i++ {
		told = append(told, c.write(i, told))
	}
	c.mails = told
	if c.answered {
		c.mails = told[2:]
	}
	c.random.Shuffle(len(c.mails), func(i, j int) {
		c.mails[i], c.mails[j] = c.mails[j], c.mails[i]
	})
	c.err = c.arrive(g)
}

// write gives the mail number i, which answers one of those before it.
func (c *conversation) write(i int, before []mail) mail {
	from, other := c.her, c.him
	if i > 0 && c.random.IntN(2) == 0 {
		from, other = c.him, c.her
	}
	m := mail{
		from: from, to: support, cc: other, subject: c.subject,
		id:   fmt.Sprintf("%d.%s", i, c.her),
		text: fmt.Sprintf("Word %d of what we have to say.\n", i),
	}
	if len(before) == 0 {
		return m
	}
	parent := before[c.random.IntN(len(before))]
	m.subject, m.inReplyTo = "Re: "+c.subject, parent.id
	m.references = append(slices.Clone(parent.references), parent.id)
	switch n := len(m.references); c.random.IntN(4) {
	case 0:
		m.references = nil
	case 1:
		m.references = m.references[n-1:]
	case 2:
		m.inReplyTo = "" // some clients write References only
	}
	return m
}

// answer lets an agent answer the ticket of the root, and gives his mail as she got it.
func (c *conversation) answer(g *gateway, root mail) mail {
	for _, tk := range ask[[]ticket](g, "ticket", "list", "--requester", c.her) {
		g.run("ticket", "reply", fmt.Sprint(tk.Number), "--agent", ann, "--text", "Try the water.")
	}
	got := g.sent(c.her, 2)
	m := got[len(got)-1]
	return mail{id: m.MessageID, references: []string{root.id}}
}

// arrive sends the mails, one after the other or each on a connection of its own at once.
func (c *conversation) arrive(g *gateway) error {
	if !c.atOnce {
		for _, m := range c.mails {
			if err := g.deliver(m.from, []string{support}, m.String()); err != nil {
				return err
			}
		}
		return nil
	}
	errs := make(chan error, len(c.mails))
	for _, m := range c.mails {
		go func() { errs <- g.deliver(m.from, []string{support}, m.String()) }()
	}
	var failed error
	for range c.mails {
		if err := <-errs; err != nil {
			failed = err
		}
	}
	return failed
}

// String tells what arrived in which order, so that a failure can be played again.
func (c *conversation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, at once %v, answered %v", c.subject, c.atOnce, c.answered)
	for _, m := range c.mails {
		fmt.Fprintf(&b, "\n  %s of %s answers %q, References %q", m.id, m.from, m.inReplyTo,
			m.references)
	}
	return b.String()
}

func checkConversations(t *testing.T, g *gateway, all []*conversation) {
	t.Helper()
	bySubject := map[string][]ticket{}
	for _, tk := range ask[[]ticket](g, "ticket", "list", "--limit", "100000") {
		bySubject[tk.Subject] = append(bySubject[tk.Subject], tk)
	}
	for _, c := range all {
		found := bySubject[c.subject]
		if c.err == nil && len(found) == 1 && found[0].MessageCount == threadLength {
			continue
		}
		t.Errorf("want one ticket of %d messages, err %v, of %s", threadLength, c.err, c)
		for _, tk := range found {
			for _, m := range g.ticket(tk.Number).Messages {
				t.Logf("  #%d has %s by %s, rule %s", tk.Number, m.MessageID, m.Author.Address,
					m.Rule)
			}
		}
	}
}
