package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"helpgate/tickets"
)

// errRefused is an error of a test's own.
var errRefused = errors.New("refused")

func testUpdateUndone(b *bundle) {
	var before, after tickets.Ticket
	b.update(func(tx tickets.Tx) error { return tx.CreateTicket(b.ctx, &before) })
	err := b.Update(b.ctx, func(tx tickets.Tx) error {
		b.must(tx.SetMark(b.ctx, "m", "never"))
		b.must(tx.CreateTicket(b.ctx, &tickets.Ticket{}))
		return fmt.Errorf("judge: %w", errRefused)
	})
	if !errors.Is(err, errRefused) {
		b.Fatalf("got %v, want the function's error", err)
	}
	b.update(func(tx tickets.Tx) error { return tx.CreateTicket(b.ctx, &after) })
	all := read(b, func(tx tickets.Tx) ([]tickets.Ticket, error) {
		return tx.Tickets(b.ctx, tickets.TicketFilter{})
	})
	if len(all) != 2 || after.Number <= before.Number || before.Number < 1 {
		b.Errorf("%d tickets, numbers %d and %d", len(all), before.Number, after.Number)
	}
	b.equal(b.mark("m"), "")
}

func testUpdatePanic(b *bundle) {
	func() {
		defer func() { b.equal(recover(), "of the test") }()
		_ = b.Update(b.ctx, func(tx tickets.Tx) error {
			b.must(tx.SetMark(b.ctx, "m", "never"))
			panic("of the test")
		})
	}()
	b.equal(b.mark("m"), "")
	b.update(func(tx tickets.Tx) error { return tx.SetMark(b.ctx, "m", "after") })
	b.equal(b.mark("m"), "after")
}

func testUpdateCancelled(b *bundle) {
	ctx, cancel := context.WithCancel(b.ctx)
	err := b.Update(ctx, func(tx tickets.Tx) error {
		b.must(tx.SetMark(ctx, "m", "never"))
		cancel()
		return tx.SetMark(ctx, "n", "never")
	})
	if !errors.Is(err, context.Canceled) {
		b.Errorf("got %v, want the context's error", err)
	}
	called := false
	err = b.Update(ctx, func(tickets.Tx) error { called = true; return nil })
	if !errors.Is(err, context.Canceled) || called {
		b.Errorf("got %v, called %v", err, called)
	}
	b.equal(b.mark("m")+b.mark("n"), "")
}

// testUpdateMany: every update that returned is there, each once.
func testUpdateMany(b *bundle) {
	const n = 100
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			err := b.Update(b.ctx, func(tx tickets.Tx) error {
				t := tickets.Ticket{Subject: strconv.Itoa(i)}
				if err := tx.CreateTicket(b.ctx, &t); err != nil {
					return err
				}
				return tx.AddMessage(b.ctx, &tickets.Message{Ticket: t.Number, Text: t.Subject})
			})
			if err != nil {
				b.Error(err)
			}
		})
	}
	group.Wait()
	all := read(b, func(tx tickets.Tx) ([]tickets.Ticket, error) {
		return tx.Tickets(b.ctx, tickets.TicketFilter{})
	})
	seen := map[string]bool{}
	for _, t := range all {
		seen[t.Subject] = true
	}
	if len(all) != n || len(seen) != n {
		b.Errorf("%d tickets, %d subjects, want %d", len(all), len(seen), n)
	}
}

// testUpdateSerial: updates that read what they write never lose each other's; a conflict has the
// function run again.
func testUpdateSerial(b *bundle) {
	const n = 20
	var runs atomic.Int64
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			err := b.Update(b.ctx, func(tx tickets.Tx) error {
				runs.Add(1)
				old, err := tx.Mark(b.ctx, "count")
				if err != nil {
					return err
				}
				count, _ := strconv.Atoi(old)
				return tx.SetMark(b.ctx, "count", strconv.Itoa(count+1))
			})
			if err != nil {
				b.Error(err)
			}
		})
	}
	group.Wait()
	b.equal(b.mark("count"), strconv.Itoa(n))
	b.Logf("%d updates took %d runs", n, runs.Load())
}

// testUpdateFailingBeside: of many at once, those that fail or panic take nobody with them.
func testUpdateFailingBeside(b *bundle) {
	const n = 60
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			defer func() { _ = recover() }()
			err := b.Update(b.ctx, func(tx tickets.Tx) error {
				if err := tx.SetMark(b.ctx, strconv.Itoa(i), "done"); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return errRefused
				case 2:
					panic("of the test")
				}
				return nil
			})
			if (err != nil) != (i%3 == 1) {
				b.Errorf("update %d: %v", i, err)
			}
		})
	}
	group.Wait()
	for i := range n {
		want := ""
		if i%3 == 0 {
			want = "done"
		}
		b.equal(b.mark(strconv.Itoa(i)), want)
	}
}

// testCommitted: the queue hears of rows after they are there, and of nothing else.
func testCommitted(b *bundle) {
	told := func() bool {
		select {
		case <-b.Committed:
			return true
		default:
			return false
		}
	}
	b.update(func(tx tickets.Tx) error { return tx.SetMark(b.ctx, "m", "1") })
	_ = b.Update(b.ctx, func(tx tickets.Tx) error {
		b.must(tx.Enqueue(b.ctx, &tickets.Outgoing{Nonce: 1}))
		return errRefused
	})
	if told() {
		b.Error("told without a row")
	}
	for nonce := int64(1); nonce <= 2; nonce++ {
		b.update(func(tx tickets.Tx) error {
			return tx.Enqueue(b.ctx, &tickets.Outgoing{Nonce: nonce})
		})
	}
	if !told() || told() {
		b.Error("not told once of two rows")
	}
}

func testView(b *bundle) {
	b.view(func(tx tickets.Tx) error {
		before, err := tx.Mark(b.ctx, "m")
		b.must(err)
		b.update(func(tx tickets.Tx) error { return tx.SetMark(b.ctx, "m", "new") })
		after, err := tx.Mark(b.ctx, "m")
		b.equal([]string{before, after}, []string{"", ""})
		return err
	})
	b.equal(b.mark("m"), "new")
	err := b.View(b.ctx, func(tx tickets.Tx) error { return tx.SetMark(b.ctx, "m", "old") })
	if err == nil {
		b.Error("a view has written")
	}
	b.equal(b.mark("m"), "new")
}

// testTexts: what a mail may hold and an engine may refuse is the same row on each.
func testTexts(b *bundle) {
	t := tickets.Ticket{
		Subject: "a\x00b\xe9\xe9c", Mailbox: "\x00", Status: "n\x00ew",
		Tags: []string{"x\x00\xff", `\u0000`, `\\u0000`},
	}
	o := tickets.Outgoing{Nonce: 7, Facts: tickets.Facts{Subject: "\x00ü\x00\xfe", Detail: `\`}}
	b.update(func(tx tickets.Tx) error {
		b.must(tx.CreateTicket(b.ctx, &t))
		b.must(tx.SetMark(b.ctx, "k\x00\xff", "v\x00"))
		return tx.Enqueue(b.ctx, &o)
	})
	b.view(func(tx tickets.Tx) error {
		got, err := tx.Ticket(b.ctx, t.Number)
		b.must(err)
		b.equal(got.Subject, "ab\uFFFDc")
		b.equal(got.Mailbox+string(got.Status), "new")
		b.equal(got.Tags, []string{"x\uFFFD", `\u0000`, `\\u0000`})
		row, err := tx.Outgoing(b.ctx, o.ID)
		b.must(err)
		b.equal(row.Facts, tickets.Facts{Subject: "ü\uFFFD", Detail: `\`})
		return nil
	})
	b.equal(b.mark("k\x00\xfe"), "v")
}

// mark reads a mark.
func (b *bundle) mark(key string) string {
	b.Helper()
	return read(b, func(tx tickets.Tx) (string, error) { return tx.Mark(b.ctx, key) })
}
