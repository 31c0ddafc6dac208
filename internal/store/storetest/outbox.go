package storetest

import (
	"time"

	"helpgate/tickets"
)

// wholeOutgoing has every field set.
func wholeOutgoing() tickets.Outgoing {
	return tickets.Outgoing{
		Kind: tickets.OutAnswer, Ticket: 1, Message: 2, Mailbox: "help@example.org",
		Recipient: tickets.Person{Name: "王芳", Address: "fang@example.org"}, Agent: 3,
		Automatic: true, Nonce: 1<<63 - 1, MessageID: "out@example.org", JoinKey: "join",
		Facts: tickets.Facts{
			Locale: "zh", Subject: "打印机", First: true, References: []string{"a", "b"},
			To:      []tickets.Person{{Name: "n", Address: "a"}},
			Entries: []tickets.Entry{{Ticket: 1, Nonce: 1<<63 - 2}},
		},
		Override: true, Status: tickets.OutWaiting, Attempts: 4, NextAttempt: Now,
		LastReply: "451 later", Content: "cafe", CreatedAt: Now, SentAt: Now.Add(time.Second),
	}
}

func testOutgoing(b *bundle) {
	o := wholeOutgoing()
	b.update(func(tx tickets.Tx) error { return tx.Enqueue(b.ctx, &o) })
	b.view(func(tx tickets.Tx) error {
		for _, query := range []func() (tickets.Outgoing, error){
			func() (tickets.Outgoing, error) { return tx.Outgoing(b.ctx, o.ID) },
			func() (tickets.Outgoing, error) { return tx.OutgoingByJoinKey(b.ctx, "join") },
		} {
			got, err := query()
			b.must(err)
			b.equal(got, o)
		}
		all, err := tx.OutgoingOf(b.ctx, o.Ticket)
		b.must(err)
		b.equal(all, []tickets.Outgoing{o})
		_, err = tx.Outgoing(b.ctx, nowhere)
		b.missing(err)
		_, err = tx.OutgoingByJoinKey(b.ctx, "")
		b.missing(err)
		return nil
	})
}

func testSaveOutgoing(b *bundle) {
	o := wholeOutgoing()
	b.update(func(tx tickets.Tx) error { return tx.Enqueue(b.ctx, &o) })
	o.Status, o.Facts = tickets.OutWaiting, tickets.Facts{Subject: "new"}
	o.NextAttempt, o.Attempts, o.LastReply, o.Override = Now.Add(time.Hour), 0, "", false
	b.update(func(tx tickets.Tx) error { return tx.SaveOutgoing(b.ctx, o) })
	b.equal(b.row(o.ID), o)
	b.missing(b.Update(b.ctx, func(tx tickets.Tx) error {
		return tx.SaveOutgoing(b.ctx, tickets.Outgoing{ID: nowhere})
	}))
}

// testJoinKey: a key finds the row that gathers, belongs to one row, and is free again as soon as
// the row goes its way.
func testJoinKey(b *bundle) {
	row := func(nonce int64) *tickets.Outgoing {
		return &tickets.Outgoing{Nonce: nonce, JoinKey: "agent:1", Status: tickets.OutWaiting}
	}
	enqueue := func(o *tickets.Outgoing) error {
		return b.Update(b.ctx, func(tx tickets.Tx) error { return tx.Enqueue(b.ctx, o) })
	}
	gathers := func() (o tickets.Outgoing, err error) {
		err = b.View(b.ctx, func(tx tickets.Tx) error {
			o, err = tx.OutgoingByJoinKey(b.ctx, "agent:1")
			return err
		})
		return o, err
	}
	b.must(enqueue(row(1)))
	if err := enqueue(row(2)); err == nil {
		b.Error("two rows gather under one key")
	}
	claimed, err := b.Rows.Claim(b.ctx, everything, Now, Now.Add(time.Minute), 1)
	b.must(err)
	_, err = gathers()
	b.missing(err)

	second := row(3)
	b.must(enqueue(second))
	b.must(b.Rows.Retry(b.ctx, claimed[0].ID, Now, "451"))
	found, err := gathers()
	b.must(err)
	b.equal(found.ID, second.ID)

	second.Status = tickets.OutStopped
	b.update(func(tx tickets.Tx) error { return tx.SaveOutgoing(b.ctx, *second) })
	b.must(enqueue(row(4)))
}

func testSentIDs(b *bundle) {
	b.update(func(tx tickets.Tx) error {
		for i, o := range []tickets.Outgoing{
			{Ticket: 1, MessageID: "first"},
			{Ticket: 1, MessageID: "second"},
			{Ticket: 1},
			{Ticket: 2, MessageID: "other ticket"},
		} {
			o.Nonce, o.Recipient.Address = int64(i+1), "a@example.org"
			b.must(tx.Enqueue(b.ctx, &o))
		}
		other := tickets.Outgoing{Ticket: 1, Nonce: 9, MessageID: "other recipient"}
		return tx.Enqueue(b.ctx, &other)
	})
	got := read(b, func(tx tickets.Tx) ([]string, error) {
		return tx.SentIDs(b.ctx, 1, "a@example.org", 0)
	})
	b.equal(got, []string{"first", "second"})
}
