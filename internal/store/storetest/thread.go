package storetest

import (
	"strconv"
	"time"

	"helpgate/tickets"
)

func testRefs(b *bundle) {
	var refs []tickets.Ref
	var ids []string
	for i := range 20 {
		id := strconv.Itoa(10 + i)
		ids = append(ids, id)
		refs = append(refs, tickets.Ref{MessageID: id, Ticket: int64(i), Message: 2, Own: i == 0})
	}
	b.update(func(tx tickets.Tx) error {
		b.must(tx.AddRefs(b.ctx, refs))
		return tx.AddRefs(b.ctx, refs[:3]) // twice is once
	})
	b.view(func(tx tickets.Tx) error {
		for _, n := range []int{0, 1, 8, 9, 20} {
			got, err := tx.FindRefs(b.ctx, append(ids[:n:n], "unknown", "unknown"))
			b.must(err)
			b.equal(append([]tickets.Ref{}, got...), append([]tickets.Ref{}, refs[:n]...))
		}
		return nil
	})
}

func testKeys(b *bundle) {
	k := tickets.Key{
		Hash: "h", MessageID: "id", Subject: "s", Lines: []uint64{1, 1<<64 - 1},
		Text: "t", Ticket: 2, Message: 3,
	}
	sameID := tickets.Key{Hash: "i", MessageID: "id", ExpiresAt: Now.Add(time.Second)}
	nameless := tickets.Key{Hash: "n", Subject: "s"}
	expired := tickets.Key{Hash: "n", ExpiresAt: Now}
	b.update(func(tx tickets.Tx) error {
		for _, k := range []tickets.Key{k, sameID, nameless, expired} {
			b.must(tx.AddKey(b.ctx, k))
		}
		return nil
	})
	for _, c := range []struct {
		hash, id string
		want     []tickets.Key
	}{
		{"n", "", []tickets.Key{nameless}},
		{"h", "id", []tickets.Key{k, sameID}},
		{"other", "id", []tickets.Key{k, sameID}},
		{"h", "", nil},     // what has a Message-ID is known by it
		{"other", "", nil}, // no Message-ID is no likeness
	} {
		got := read(b, func(tx tickets.Tx) ([]tickets.Key, error) {
			return tx.Keys(b.ctx, c.hash, c.id, Now)
		})
		b.equal(got, c.want)
	}
}
