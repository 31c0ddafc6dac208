// Package storetest states the contract of the store once, as a suite that is run against every
// engine: each method of tickets.Tx, tickets.Blobs and queue.Rows, and what transactions promise.
//
// It knows the interfaces only. It is called by the tests of internal/store. Goroutines end with
// the test that starts them.
package storetest

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"helpgate/mailout/queue"
	"helpgate/tickets"
)

// Store is an engine under test, empty and with its clock at Now.
type Store struct {
	tickets.Store
	Blobs     tickets.Blobs
	Rows      queue.Rows
	Committed <-chan struct{}
}

// Now is the time at which the suite plays.
var Now = time.Date(2026, 11, 23, 9, 30, 0, 123456000, time.UTC)

// nowhere is an ID that nothing has.
const nowhere = 1 << 40

// Run runs the suite; open gives a new store that ends with its test.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for name, test := range map[string]func(*bundle){
		"Update/whole or not at all":           testUpdateUndone,
		"Update/panic undoes":                  testUpdatePanic,
		"Update/cancelled":                     testUpdateCancelled,
		"Update/many at once":                  testUpdateMany,
		"Update/no lost count":                 testUpdateSerial,
		"Update/failing beside others":         testUpdateFailingBeside,
		"Update/tells the queue":               testCommitted,
		"View/one state, no writing":           testView,
		"Texts/no NUL, no bad UTF-8":           testTexts,
		"Tickets/kept whole":                   testTicket,
		"Tickets/filters":                      testTicketFilters,
		"Tickets/seen from":                    testSeenFrom,
		"Tickets/absorb":                       testAbsorb,
		"History/events":                       testEvents,
		"History/links":                        testLinks,
		"Messages/kept whole":                  testMessage,
		"Messages/skimmed":                     testSkim,
		"Messages/what may change":             testSaveMessage,
		"Messages/read anew":                   testRewriteMessage,
		"People/customers":                     testCustomers,
		"People/agents":                        testAgents,
		"People/passwords":                     testPasswords,
		"People/participants":                  testParticipants,
		"Thread/refs":                          testRefs,
		"Thread/keys":                          testKeys,
		"Outbox/kept whole":                    testOutgoing,
		"Outbox/what may change":               testSaveOutgoing,
		"Outbox/join key":                      testJoinKey,
		"Outbox/sent IDs":                      testSentIDs,
		"Rows/order of importance":             testClaimOrder,
		"Rows/lease":                           testLease,
		"Rows/lease extended":                  testExtend,
		"Rows/shares":                          testShares,
		"Rows/two workers":                     testTwoWorkers,
		"Rows/never what ended":                testClaimEnded,
		"Rows/content stays":                   testContent,
		"Rows/list":                            testRowsList,
		"Budget/windows":                       testBudget,
		"Held/kept whole":                      testHeld,
		"Journal/kept whole":                   testJournal,
		"Journal/marks":                        testMarks,
		"Blobs/small, large and empty":         testBlobs,
		"Blobs/bit by bit":                     testBlobWriter,
		"Blobs/given up":                       testBlobAbort,
		"Blobs/many at once":                   testBlobsAtOnce,
		"Blobs/kept with the transaction only": testBlobUncommitted,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(&bundle{T: t, Store: open(t), ctx: t.Context()})
		})
	}
}

// bundle is what a test has at hand.
type bundle struct {
	*testing.T
	Store
	ctx context.Context
}

// update runs fn, which must succeed.
func (b *bundle) update(fn func(tx tickets.Tx) error) {
	b.Helper()
	if err := b.Update(b.ctx, fn); err != nil {
		b.Fatal(err)
	}
}

// view runs fn, which must succeed.
func (b *bundle) view(fn func(tx tickets.Tx) error) {
	b.Helper()
	if err := b.View(b.ctx, fn); err != nil {
		b.Fatal(err)
	}
}

// must fails the test on an error.
func (b *bundle) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// missing fails the test unless err tells that there is no such thing.
func (b *bundle) missing(err error) {
	b.Helper()
	if !errors.Is(err, tickets.ErrNotFound) {
		b.Fatalf("got %v, want ErrNotFound", err)
	}
}

// equal compares what came back with what must.
func (b *bundle) equal(got, want any) {
	b.Helper()
	if !reflect.DeepEqual(got, want) {
		b.Fatalf("\ngot  %+v\nwant %+v", got, want)
	}
}

// ticket makes one to hang things on.
func (b *bundle) ticket() int64 {
	b.Helper()
	t := tickets.Ticket{Mailbox: "help@example.org", Status: tickets.StatusNew, CreatedAt: Now}
	b.update(func(tx tickets.Tx) error { return tx.CreateTicket(b.ctx, &t) })
	return t.Number
}

// read gives what one query answers.
func read[T any](b *bundle, query func(tx tickets.Tx) (T, error)) (found T) {
	b.Helper()
	b.view(func(tx tickets.Tx) (err error) {
		found, err = query(tx)
		return err
	})
	return found
}
