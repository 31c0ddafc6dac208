package e2e

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"helpgate/internal/testkit"
)

// How often the gateway is killed: a few times with every run, more in `make soak`.
const (
	crashRounds     = 4
	crashRoundsSoak = 20
)

// crashSenders is how many people send at the same time.
const crashSenders = 16

// crashSoonest and crashLatest bound the life of a gateway between its start and its end.
const (
	crashSoonest = 50 * time.Millisecond
	crashLatest  = 800 * time.Millisecond
)

// accepted is what the senders know: the Message-IDs of the mails that got 250.
type accepted struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (a *accepted) add(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ids[id] = true
}

// TestKilledAtAnyInstantNothingIsLostOrDoubled is promises 1, 2 and 10: a gateway is killed at
// random instants under many senders, who send what got no 250 again, as mail servers do. Every
// mail that got 250 is there exactly once; every answer of an agent reaches the customer, at most
// once more than needed for each kill, and always as the same mail.
func TestKilledAtAnyInstantNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			o := options{config: "[policy]\nnotifications_per_minute = 100000\nauto_per_hour = 1000000\n"}
			n := crashRounds
			if soaking() {
				n = crashRoundsSoak
			}
			if database == "postgres" {
				o.database = testkit.Postgres(t)
				n = max(1, n/4)
			}
			seed := uint64(time.Now().UnixNano())
			t.Logf("%d kills under %d senders, seed %d", n, crashSenders, seed)
			killed(t, start(t, o), rand.New(rand.NewPCG(seed, 0)), n)
		})
	}
}

func killed(t *testing.T, g *gateway, random *rand.Rand, kills int) {
	t.Helper()
	got := &accepted{ids: map[string]bool{}}
	ctx, stop := context.WithCancel(context.Background())
	var senders sync.WaitGroup
	for i := range crashSenders {
		senders.Go(func() { sendAll(ctx, g, got, i) })
	}
	for range kills {
		life := time.Duration(random.Int64N(int64(crashLatest - crashSoonest)))
		alive, cancel := context.WithTimeout(ctx, crashSoonest+life)
		<-alive.Done()
		cancel()
		g.kill()
		g.serve()
	}
	stop()
	senders.Wait()
	g.settled()
	checkKept(t, g, got)
	checkAnswers(t, g, kills)
}

// sendAll sends mails of one person, one after the other: a question, then the agent's answer to
// its notification when that came. What is not taken is sent again.
func sendAll(ctx context.Context, g *gateway, got *accepted, person int) {
	for n := 0; ctx.Err() == nil; n++ {
		from := fmt.Sprintf("person%d-%d@customer.example", person, n)
		question := mail{
			from: from, to: support, subject: fmt.Sprintf("Question %d of %d", n, person),
			id: fmt.Sprintf("q%d.%d@customer", person, n), text: "What shall I do, " + from + "?",
		}
		if !g.insist(ctx, from, support, question, got) {
			return
		}
		note, ok := g.noteOf(from)
		if !ok {
			continue
		}
		answer := note.reply(ann, fmt.Sprintf("a%d.%d@agents", person, n), "Do it, "+from)
		if !g.insist(ctx, ann, note.replyTo(), answer, got) {
			return
		}
	}
}

// insist sends a mail until it is taken; false when there is no more time.
func (g *gateway) insist(ctx context.Context, from, to string, m mail, got *accepted) bool {
	raw := m.String()
	for ctx.Err() == nil {
		if err := g.deliver(from, []string{to}, raw); err == nil {
			got.add(m.id)
			return true
		}
	}
	return false
}

// noteOf gives the notification of a person's mail if it came already.
func (g *gateway) noteOf(person string) (out, bool) {
	for _, m := range slices.Backward(g.relay.Mails()) {
		if slices.Contains(m.To, ann) && bytes.Contains(m.Data, []byte(person)) {
			return only([]testkit.SinkMail{m}, ann)[0], true
		}
	}
	return out{}, false
}

// checkKept asks that every mail that got 250 is one message of one ticket.
func checkKept(t *testing.T, g *gateway, got *accepted) {
	t.Helper()
	times := map[string]int{}
	for _, tk := range g.tickets() {
		for _, m := range g.ticket(tk.Number).Messages {
			times[m.MessageID]++
		}
	}
	for id := range got.ids {
		if times[id] != 1 {
			t.Errorf("mail %s got 250 and is there %d times", id, times[id])
		}
	}
	for id, n := range times {
		if n > 1 {
			t.Errorf("mail %s is there %d times", id, n)
		}
	}
	t.Logf("%d mails got 250", len(got.ids))
}

// checkAnswers asks that every answer reached its customer, at most once more than needed for each
// kill, always as the same mail.
func checkAnswers(t *testing.T, g *gateway, kills int) {
	t.Helper()
	for _, r := range ask[[]row](g, "queue", "list") {
		if r.Status != "sent" {
			t.Errorf("row %s, a %s to %s, is %s: %s", r.ID, r.Kind, r.Recipient, r.Status, r.LastReply)
		}
	}
	first := map[string][]byte{}
	copies := map[string]int{}
	for _, m := range g.relay.Mails() {
		id := only([]testkit.SinkMail{m}, m.To[0])[0].MessageID
		if old, ok := first[id]; ok && !bytes.Equal(old, m.Data) {
			t.Errorf("mail %s went out in two shapes", id)
		}
		first[id] = m.Data
		if copies[id]++; copies[id] > 1+kills {
			t.Errorf("mail %s went out %d times", id, copies[id])
		}
	}
	again := 0
	for _, n := range copies {
		again += n - 1
	}
	t.Logf("%d mails went out, %d of them once more", len(copies), again)
}
