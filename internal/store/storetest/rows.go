package storetest

import (
	"slices"
	"sync"
	"time"

	"helpgate/mailout/queue"
	"helpgate/tickets"
)

// lease is how long the suite's workers lease rows.
const lease = time.Minute

// everything is the share of a worker that has no other beside it.
var everything = queue.Share{Others: true}

// enqueue stores rows as they come and gives their IDs.
func (b *bundle) enqueue(rows ...tickets.Outgoing) (ids []int64) {
	b.Helper()
	b.update(func(tx tickets.Tx) error {
		ids = nil
		for i := range rows {
			rows[i].Nonce = int64(i + 1)
			b.must(tx.Enqueue(b.ctx, &rows[i]))
			ids = append(ids, rows[i].ID)
		}
		return nil
	})
	return ids
}

// claim leases up to n rows that are due at the time.
func (b *bundle) claim(now time.Time, n int) (ids []int64) {
	b.Helper()
	rows, err := b.Rows.Claim(b.ctx, everything, now, now.Add(lease), n)
	b.must(err)
	for _, r := range rows {
		if r.Status != tickets.OutSending || !r.NextAttempt.Equal(now.Add(lease)) {
			b.Errorf("leased row is %s until %v", r.Status, r.NextAttempt)
		}
		ids = append(ids, r.ID)
	}
	return ids
}

func testClaimOrder(b *bundle) {
	ids := b.enqueue(
		tickets.Outgoing{
			Kind: tickets.OutNotification, Status: tickets.OutWaiting,
			NextAttempt: Now,
		},
		tickets.Outgoing{
			Kind: tickets.OutAcknowledgement, Status: tickets.OutWaiting,
			NextAttempt: Now,
		},
		tickets.Outgoing{
			Kind: tickets.OutAnswer, Status: tickets.OutWaiting,
			NextAttempt: Now.Add(time.Microsecond),
		}, // not due yet
		tickets.Outgoing{Kind: tickets.OutAnswer, Status: tickets.OutWaiting, NextAttempt: Now},
		tickets.Outgoing{Kind: tickets.OutAnswer, Status: tickets.OutWaiting},
	)
	b.equal(b.claim(Now, 3), []int64{ids[3], ids[4], ids[1]})
	b.equal(b.claim(Now, 3), []int64{ids[0]})
	b.equal(b.claim(Now, 3), []int64(nil))
	b.equal(b.claim(Now.Add(time.Second), 3), []int64{ids[2]})
}

func testLease(b *bundle) {
	id := b.enqueue(tickets.Outgoing{Status: tickets.OutWaiting, NextAttempt: Now})[0]
	due := func() time.Time {
		next, err := b.Rows.NextDue(b.ctx, everything)
		b.must(err)
		return next
	}
	b.equal(due(), Now)
	b.equal(b.claim(Now, 9), []int64{id})
	b.equal(due(), Now.Add(lease))
	b.equal(b.claim(Now.Add(lease-1), 9), []int64(nil))
	b.equal(b.claim(Now.Add(lease), 9), []int64{id}) // the worker died

	next := Now.Add(time.Hour)
	b.must(b.Rows.Retry(b.ctx, id, next, "451 4.2.1 later"))
	row := b.row(id)
	b.equal(row.Status, tickets.OutWaiting)
	b.equal([]any{row.Attempts, row.NextAttempt, row.LastReply}, []any{2, next, "451 4.2.1 later"})
	b.missing(b.Rows.Retry(b.ctx, id, next, "")) // not leased

	b.equal(b.claim(next, 9), []int64{id})
	b.must(b.Rows.Sent(b.ctx, id, next, "250 ok"))
	row = b.row(id)
	b.equal([]any{row.Status, row.SentAt, row.LastReply}, []any{tickets.OutSent, next, "250 ok"})
	b.equal(due(), time.Time{})
	b.missing(b.Rows.Retry(b.ctx, id, next, "")) // too late: another worker has sent it
	b.missing(b.Rows.Sent(b.ctx, nowhere, next, ""))
}

// testExtend: a lease is lengthened while it is there, and not brought back afterwards.
func testExtend(b *bundle) {
	ids := b.enqueue(
		tickets.Outgoing{Status: tickets.OutWaiting, NextAttempt: Now},
		tickets.Outgoing{Status: tickets.OutWaiting, NextAttempt: Now},
	)
	b.equal(b.claim(Now, 9), ids)
	b.must(b.Rows.Retry(b.ctx, ids[1], Now.Add(time.Hour), "451"))
	until := Now.Add(2 * lease)
	b.must(b.Rows.Extend(b.ctx, append(ids, nowhere), until))
	b.equal(b.row(ids[0]).NextAttempt, until)
	b.equal(b.row(ids[1]).NextAttempt, Now.Add(time.Hour))
}

// testShares: a worker leases the rows of its mailboxes only, and each row is somebody's.
func testShares(b *bundle) {
	row := func(mailbox string, at time.Time) tickets.Outgoing {
		return tickets.Outgoing{Mailbox: mailbox, Status: tickets.OutWaiting, NextAttempt: at}
	}
	later := Now.Add(time.Minute)
	ids := b.enqueue(row("a@example.org", Now), row("b@example.org", Now),
		row("c@example.org", Now),
		row("a@example.org", later), row("c@example.org", later))
	ab := []string{"a@example.org", "b@example.org"}
	for _, c := range []struct {
		share queue.Share
		want  []int64
		next  time.Time
	}{
		{queue.Share{}, nil, time.Time{}},
		{queue.Share{Mailboxes: ab}, ids[:2], later},
		{queue.Share{Mailboxes: ab, Others: true}, ids[2:3], later},
		{queue.Share{Mailboxes: []string{"d@example.org"}}, nil, time.Time{}},
	} {
		rows, err := b.Rows.Claim(b.ctx, c.share, Now, Now.Add(time.Hour), 9)
		b.must(err)
		var got []int64
		for _, r := range rows {
			got = append(got, r.ID)
		}
		b.equal(got, c.want)
		next, err := b.Rows.NextDue(b.ctx, c.share)
		b.must(err)
		b.equal(next, c.next)
	}
}

// testTwoWorkers: a row is leased once, however many ask at the same instant.
func testTwoWorkers(b *bundle) {
	const rows, workers = 60, 6
	b.enqueue(slices.Repeat([]tickets.Outgoing{{Status: tickets.OutWaiting}}, rows)...)
	var mu sync.Mutex
	seen := map[int64]int{}
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for {
				ids := b.claim(Now, 7)
				if len(ids) == 0 {
					return
				}
				if len(ids) > 7 {
					b.Errorf("leased %d rows, asked for 7", len(ids))
				}
				mu.Lock()
				for _, id := range ids {
					seen[id]++
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	for id, n := range seen {
		if n != 1 {
			b.Errorf("row %d was leased %d times", id, n)
		}
	}
	b.equal(len(seen), rows)
}

func testClaimEnded(b *bundle) {
	b.enqueue(
		tickets.Outgoing{Status: tickets.OutStopped}, tickets.Outgoing{Status: tickets.OutFailed},
		tickets.Outgoing{Status: tickets.OutSent},
	)
	b.equal(b.claim(Now, 9), []int64(nil))
	next, err := b.Rows.NextDue(b.ctx, everything)
	b.must(err)
	b.equal(next, time.Time{})
}

// testContent: the bytes of the first attempt are the bytes of all.
func testContent(b *bundle) {
	id := b.enqueue(tickets.Outgoing{Status: tickets.OutWaiting})[0]
	first, err := b.Blobs.Stage(b.ctx, []byte("first"))
	b.must(err)
	second, err := b.Blobs.Stage(b.ctx, []byte("second"))
	b.must(err)
	b.must(b.Rows.SetContent(b.ctx, id, first))
	b.must(b.Rows.SetContent(b.ctx, id, first))
	b.missing(b.Rows.SetContent(b.ctx, id, second))
	b.equal(b.row(id).Content, first.SHA256)
	b.equal(b.blob(first.SHA256), []byte("first"))
}

func testRowsList(b *bundle) {
	ids := b.enqueue(
		tickets.Outgoing{Status: tickets.OutFailed}, tickets.Outgoing{Status: tickets.OutSent},
		tickets.Outgoing{Status: tickets.OutFailed},
	)
	for _, c := range []struct {
		status tickets.OutStatus
		limit  int
		want   []int64
	}{
		{"", 9, []int64{ids[2], ids[1], ids[0]}},
		{"", 2, []int64{ids[2], ids[1]}},
		{tickets.OutFailed, 9, []int64{ids[2], ids[0]}},
		{tickets.OutWaiting, 9, nil},
	} {
		rows, err := b.Rows.List(b.ctx, c.status, c.limit)
		b.must(err)
		var got []int64
		for _, r := range rows {
			got = append(got, r.ID)
		}
		b.equal(got, c.want)
	}
}

func (b *bundle) row(id int64) tickets.Outgoing {
	b.Helper()
	return read(b, func(tx tickets.Tx) (tickets.Outgoing, error) {
		return tx.Outgoing(b.ctx, id)
	})
}
