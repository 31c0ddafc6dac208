package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/store"
	"helpgate/internal/testkit"
	"helpgate/tickets"
)

// How often a gateway is killed: a few times with every run, and 200 times in `make soak`, where
// each of ten has its share, because all that it ever sent is looked at in the end.
const (
	crashRounds     = 4
	crashRoundsSoak = 20
	crashedSoak     = 10
)

// crashSenders is how many people send at the same time.
const crashSenders = 16

// maxOpen is how many questions a person asks before the first is answered: an outbox that grows
// faster than it is sent would keep its answers for the end.
const maxOpen = 5

// crashLife is how long a gateway lives at most after the first mail that it sends.
const crashLife = 800 * time.Millisecond

// noBudgets lets the gateway tell of every mail, so that there is much to lose.
const noBudgets = "[policy]\nnotifications_per_minute = 100000\nauto_per_hour = 1000000\n"

// accepted is what the senders know: the Message-IDs of the mails that got 250, and whom the
// agent's answers among them were for.
type accepted struct {
	mu       sync.Mutex
	ids      map[string]bool
	answered []string
}

func (a *accepted) add(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ids[id] = true
}

func (a *accepted) answer(person string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answered = append(a.answered, person)
}

// TestKilledAtAnyInstantNothingIsLostOrDoubled is promises 1, 2 and 10: a gateway is killed at
// random instants under many senders, who send what got no 250 again, as mail servers do. Every
// mail that got 250 is there exactly once; every answer of an agent reaches the customer, at most
// once more than needed for each kill, and always as the same mail.
func TestKilledAtAnyInstantNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	gateways, kills := 1, crashRounds
	if soaking() {
		gateways, kills = crashedSoak, crashRoundsSoak
	}
	for i := range gateways {
		t.Run(fmt.Sprint("sqlite", i), func(t *testing.T) {
			t.Parallel()
			killed(t, options{config: noBudgets}, kills)
		})
		t.Run(fmt.Sprint("postgres", i), func(t *testing.T) {
			t.Parallel()
			killed(t, options{config: noBudgets, database: testkit.Postgres(t)}, max(2, kills/4))
		})
	}
}

// killed kills a gateway so often and then looks at what it kept and sent.
func killed(t *testing.T, o options, kills int) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("%d kills under %d senders, seed %d", kills, crashSenders, seed)
	g, random := start(t, o), rand.New(rand.NewPCG(seed, 0))
	var lives []time.Duration
	for range kills {
		lives = append(lives, time.Duration(random.Int64N(int64(crashLife))))
	}
	got := ended(g, os.Kill, lives)
	g.settled()
	checkKept(t, messageIDs(t, g, o), got)
	checkFiles(t, beside(t, g, o))
	checkAnswers(t, g, got, kills)
}

// TestTerminatedAtAnyInstantNothingIsLostOrDoubled: told to end, a gateway finishes what it does,
// so that nothing goes out even once more than needed.
func TestTerminatedAtAnyInstantNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	o := options{config: noBudgets}
	g := start(t, o)
	got := ended(g, syscall.SIGTERM, []time.Duration{crashLife / 2, crashLife / 2})
	g.settled()
	checkKept(t, messageIDs(t, g, o), got)
	checkAnswers(t, g, got, 0)
}

// ended lets the gateway be ended by the signal after each life and started anew, while people
// send, until an answer of after the last start is out. It gives the mails that got 250.
func ended(g *gateway, by os.Signal, lives []time.Duration) *accepted {
	got := &accepted{ids: map[string]bool{}}
	ctx, stop := context.WithCancel(context.Background())
	var senders sync.WaitGroup
	for i := range crashSenders {
		senders.Go(func() { sendAll(ctx, g, got, i) })
	}
	for _, life := range lives {
		g.sends("")
		alive, cancel := context.WithTimeout(ctx, life)
		<-alive.Done()
		cancel()
		g.end(by)
		if code := g.process.ProcessState.ExitCode(); by == syscall.SIGTERM && code != 0 {
			g.t.Errorf("exit code %d:\n%s", code, g.logged())
		}
		g.serve()
	}
	g.sends("Do it, ")
	stop()
	senders.Wait()
	return got
}

// sends waits until one more mail that holds the words went out.
func (g *gateway) sends(words string) {
	g.t.Helper()
	before := len(g.relay.Mails())
	_, ok := g.waits(func(all []testkit.SinkMail) bool {
		return slices.ContainsFunc(all[before:], func(m testkit.SinkMail) bool {
			return bytes.Contains(m.Data, []byte(words))
		})
	})
	if !ok {
		g.t.Errorf("no mail goes out:\n%s", g.logged())
	}
}

// sendAll sends questions, one after the other, and between them the agent's answers to those of
// which the notification came. What is not taken is sent again.
func sendAll(ctx context.Context, g *gateway, got *accepted, person int) {
	var open []string // who was not answered yet
	for n := 0; ctx.Err() == nil; {
		if len(open) < maxOpen {
			from, ok := g.ask(ctx, got, person, n)
			if !ok {
				return
			}
			open = append(open, from)
			n++
		}
		note, ok := g.noteOf(ctx, open[0])
		if !ok {
			continue
		}
		answer := note.reply(ann, "a."+open[0], "Do it, "+open[0])
		if !g.insist(ctx, ann, note.replyTo(), answer, got) {
			return
		}
		got.answer(open[0])
		open = open[1:]
	}
}

// ask sends a person's question number n, and gives from whom it comes.
func (g *gateway) ask(
	ctx context.Context, got *accepted, person, n int,
) (from string, ok bool) {
	from = fmt.Sprintf("person%d-%d@customer.example", person, n)
	question := mail{
		from: from, to: support, subject: fmt.Sprintf("Question %d of %d", n, person),
		id: fmt.Sprintf("q%d.%d@customer", person, n), text: "What shall I do, " + from + "?",
	}
	if n%2 == 0 {
		question.files = []file{crashFile(question.id)}
	}
	return from, g.insist(ctx, from, support, question, got)
}

// crashFile is what a question brings: noise, so that the mail's source lies outside the database
// too.
func crashFile(id string) file {
	data := make([]byte, 100_000)
	rand.NewChaCha8(sha256.Sum256([]byte(id))).Read(data)
	return file{name: "core", contentType: "application/octet-stream", data: data}
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

// notePatience is how long the agent waits for a notification before the next question is asked.
const notePatience = 200 * time.Millisecond

// noteOf gives the notification of a person's mail if it comes soon.
func (g *gateway) noteOf(ctx context.Context, person string) (note out, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, notePatience)
	defer cancel()
	_, err := g.relay.Wait(ctx, func(all []testkit.SinkMail) bool {
		for _, m := range slices.Backward(all) {
			if slices.Contains(m.To, ann) && bytes.Contains(m.Data, []byte(person)) {
				note = only([]testkit.SinkMail{m}, ann)[0]
				return true
			}
		}
		return false
	})
	return note, err == nil
}

// beside opens the gateway's store beside it, for what the command line would take too long to ask
// or does not give. It is closed with the test.
func beside(t *testing.T, g *gateway, o options) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{
		URL: or(o.database, "sqlite:"+filepath.Join(g.data, "helpgate.db")), Clock: clock.System{},
		Blobs: "file:" + filepath.Join(g.data, "blobs"), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// messageIDs counts the messages of all tickets by their Message-ID.
func messageIDs(t *testing.T, g *gateway, o options) map[string]int {
	t.Helper()
	times := map[string]int{}
	eachTicket(t, beside(t, g, o), func(messages []tickets.Message) {
		for _, m := range messages {
			times[m.MessageID]++
		}
	})
	return times
}

// eachTicket looks at the messages of every ticket.
func eachTicket(t *testing.T, db *store.DB, look func([]tickets.Message)) {
	t.Helper()
	err := db.View(t.Context(), func(tx tickets.Tx) error {
		all, err := tx.Tickets(t.Context(), tickets.TicketFilter{Merged: true})
		for _, tk := range all {
			messages, err := tx.Messages(t.Context(), tk.Number)
			if err != nil {
				return err
			}
			look(messages)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkKept asks that every mail that got 250 is one message of one ticket.
func checkKept(t *testing.T, times map[string]int, got *accepted) {
	t.Helper()
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

// checkFiles asks that every question's file is there and whole.
func checkFiles(t *testing.T, db *store.DB) {
	t.Helper()
	var files, blobs []string
	eachTicket(t, db, func(messages []tickets.Message) {
		for _, a := range messages[0].Attachments {
			files, blobs = append(files, messages[0].MessageID), append(blobs, a.Blob.SHA256)
		}
	})
	for i, id := range files {
		r, err := db.Blobs().Open(t.Context(), blobs[i])
		if err != nil {
			t.Errorf("file of %s: %v", id, err)
			continue
		}
		got, err := io.ReadAll(r)
		if r.Close(); err != nil || !bytes.Equal(got, crashFile(id).data) {
			t.Errorf("file of %s came back changed: %d bytes, %v", id, len(got), err)
		}
	}
	if len(files) == 0 {
		t.Error("no question has its file")
	}
	t.Logf("%d files are there", len(files))
}

// checkAnswers asks that every answer reached its customer, at most once more than needed for each
// kill, always as the same mail.
func checkAnswers(t *testing.T, g *gateway, got *accepted, kills int) {
	t.Helper()
	if len(got.answered) == 0 {
		t.Error("no answer was sent")
	}
	for _, person := range got.answered {
		says := func(o out) bool { return strings.Contains(o.Text, "Do it, "+person) }
		if !slices.ContainsFunc(only(g.relay.Mails(), person), says) {
			t.Errorf("the answer to %s got 250 and never reached him", person)
		}
	}
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
