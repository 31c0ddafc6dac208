package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"helpgate/internal/store/storetest"
	"helpgate/tickets"
)

// BenchmarkUpdate writes what one mail leaves, on a real file with every commit flushed: alone the
// flush is the limit, at once the group shares it.
func BenchmarkUpdate(b *testing.B) {
	for _, writers := range []int{1, 50} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			db := openTest(b, engines["sqlite"](b))
			var mails atomic.Int64
			b.ResetTimer()
			var group sync.WaitGroup
			for range writers {
				group.Go(func() {
					for n := mails.Add(1); n <= int64(b.N); n = mails.Add(1) {
						if err := db.Update(b.Context(), intake(b.Context(), n)); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			group.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}

// intake reads and writes some eight rows for a mail of 2 KB.
func intake(ctx context.Context, n int64) func(tickets.Tx) error {
	text := strings.Repeat("The printer is on fire. ", 80)
	id := fmt.Sprintf("%d@example.org", n)
	return func(tx tickets.Tx) error {
		if _, err := tx.Keys(ctx, id, id, storetest.Now); err != nil {
			return err
		}
		if _, err := tx.FindRefs(ctx, []string{id}); err != nil {
			return err
		}
		c := tickets.Customer{Address: id, CreatedAt: storetest.Now}
		if err := tx.SaveCustomer(ctx, &c); err != nil {
			return err
		}
		t := tickets.Ticket{Subject: "Printer", Requester: c.ID, CreatedAt: storetest.Now}
		if err := tx.CreateTicket(ctx, &t); err != nil {
			return err
		}
		m := tickets.Message{Ticket: t.Number, Text: text, MessageID: id, At: storetest.Now}
		if err := tx.AddMessage(ctx, &m); err != nil {
			return err
		}
		o := tickets.Outgoing{
			Kind: tickets.OutAcknowledgement, Ticket: t.Number, Nonce: n,
			Status: tickets.OutWaiting, NextAttempt: storetest.Now,
		}
		for _, write := range []func() error{
			func() error { return tx.AddKey(ctx, tickets.Key{Hash: id, MessageID: id}) },
			func() error {
				return tx.AddRefs(ctx, []tickets.Ref{{MessageID: id, Ticket: t.Number, Own: true}})
			},
			func() error { return tx.AddEvent(ctx, tickets.Event{Ticket: t.Number}) },
			func() error { return tx.AddJournal(ctx, &tickets.JournalEntry{Ticket: t.Number}) },
			func() error { return tx.Enqueue(ctx, &o) },
		} {
			if err := write(); err != nil {
				return err
			}
		}
		return nil
	}
}
