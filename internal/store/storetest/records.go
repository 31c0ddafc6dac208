package storetest

import (
	"time"

	"helpgate/tickets"
)

func testBudget(b *bundle) {
	b.update(func(tx tickets.Tx) error {
		for _, at := range []time.Duration{0, time.Second, -10 * time.Minute, -24 * time.Hour} {
			b.must(tx.Spend(b.ctx, "key", Now.Add(at), 48*time.Hour))
		}
		return tx.Spend(b.ctx, "other", Now, time.Hour)
	})
	for _, c := range []struct {
		key  string
		back time.Duration
		want int
	}{
		{"key", time.Minute, 2}, {"key", 9 * time.Minute, 2}, // two in one minute
		{"key", 10 * time.Minute, 3}, {"key", 10*time.Minute - 20*time.Second, 3}, // a whole minute
		{"key", 24 * time.Hour, 4}, {"other", time.Hour, 1}, {"nothing", time.Hour, 0},
	} {
		got := read(b, func(tx tickets.Tx) (int, error) {
			return tx.Spent(b.ctx, c.key, Now.Add(-c.back))
		})
		if got != c.want {
			b.Errorf("%s in the last %v: got %d, want %d", c.key, c.back, got, c.want)
		}
	}
	minute := Now.Truncate(time.Minute)
	b.equal(read(b, func(tx tickets.Tx) ([]tickets.Count, error) {
		return tx.Counts(b.ctx, "key")
	}), []tickets.Count{
		{At: minute.Add(-24 * time.Hour), N: 1},
		{At: minute.Add(-10 * time.Minute), N: 1},
		{At: minute, N: 2},
	})
}

func testHeld(b *bundle) {
	late := tickets.Held{
		Ticket: 1, Message: 2, Outbox: 3, Reason: tickets.HeldCommand,
		Detail: "/close", Owner: 4, State: tickets.HeldWaiting, At: Now,
	}
	early := tickets.Held{Ticket: 5, State: tickets.HeldWaiting, At: Now.Add(-time.Minute)}
	b.update(func(tx tickets.Tx) error {
		b.must(tx.Hold(b.ctx, &late))
		return tx.Hold(b.ctx, &early)
	})
	waiting := func(ticket int64) []tickets.Held {
		return read(b, func(tx tickets.Tx) ([]tickets.Held, error) {
			return tx.HeldList(b.ctx, ticket)
		})
	}
	b.equal(waiting(0), []tickets.Held{early, late})
	b.equal(waiting(1), []tickets.Held{late})
	late.State, late.DecidedAt, late.DecidedBy = tickets.HeldDropped, Now, "ada@example.org"
	b.update(func(tx tickets.Tx) error { return tx.SaveHeld(b.ctx, late) })
	b.equal(waiting(0), []tickets.Held{early})
	b.view(func(tx tickets.Tx) error {
		got, err := tx.Held(b.ctx, late.ID)
		b.must(err)
		b.equal(got, late)
		_, err = tx.Held(b.ctx, nowhere)
		b.missing(err)
		return nil
	})
	b.missing(b.Update(b.ctx, func(tx tickets.Tx) error {
		return tx.SaveHeld(b.ctx, tickets.Held{ID: nowhere})
	}))
}

func testJournal(b *bundle) {
	first := tickets.JournalEntry{
		At: Now, Road: "smtp", Mailbox: "help@example.org", EnvelopeFrom: "a@example.org",
		EnvelopeTo: []string{"help@example.org"}, From: "a@example.org", Subject: "s",
		MessageID: "id", Verdict: tickets.VerdictTicket, Rule: "new",
		Signals: []string{"subject-tag #3"}, Auto: "list", Ticket: 1, Message: 2, Source: "cafe",
		SourceSize: 3,
	}
	second, other := tickets.JournalEntry{Ticket: 1}, tickets.JournalEntry{Ticket: 2}
	b.update(func(tx tickets.Tx) error {
		for _, j := range []*tickets.JournalEntry{&first, &second, &other} {
			b.must(tx.AddJournal(b.ctx, j))
		}
		return nil
	})
	b.view(func(tx tickets.Tx) error {
		got, err := tx.JournalEntry(b.ctx, first.ID)
		b.must(err)
		b.equal(got, first)
		all, err := tx.Journal(b.ctx, 1)
		b.must(err)
		b.equal(all, []tickets.JournalEntry{first, second})
		_, err = tx.JournalEntry(b.ctx, nowhere)
		b.missing(err)
		return nil
	})
}

func testMarks(b *bundle) {
	b.equal(b.mark("imap"), "")
	for _, value := range []string{"1", "2"} {
		b.update(func(tx tickets.Tx) error { return tx.SetMark(b.ctx, "imap", value) })
		b.equal(b.mark("imap"), value)
	}
}
