package store

import (
	"context"
	"errors"
	"fmt"
)

// maxGroup bounds how many updates share a commit, so that the first of them need not wait for
// ever on a busy day, nor another node for the database. Beyond some dozens the flush is paid for,
// and beyond 64 savepoints PostgreSQL no longer keeps them in memory.
const maxGroup = 64

// savepoint is where an update begins.
const savepoint = `SAVEPOINT one`

// errAborted is what becomes of an update whose function panicked or ended its goroutine.
var errAborted = errors.New("update aborted")

// writer is the goroutine that owns the only writing connection. It takes an update, then all that
// wait meanwhile, gives each its turn inside a savepoint of its own, commits them with one flush,
// and tells each. It never waits on a timer: under load groups grow by themselves.
//
// The functions run in their callers' goroutines, one at a time, so that a panic unwinds where it
// belongs.
type writer struct {
	link    link
	newTx   func(runner) *tx
	agents  agents // of the group under way
	spent   spent
	queue   chan *turn
	closing <-chan struct{}
	stopped chan struct{}
}

// link is the connection on which updates are grouped.
type link interface {
	runner
	// begin starts the group's transaction and keeps other processes' from starting.
	begin() error
	// do runs a statement that steers the transaction, after those that wait to be sent.
	do(query string) error
	// undo takes back what ran, or waits to be sent, since the savepoint, which it ends.
	undo() error
	// commit makes the group durable. After an error rollback follows.
	commit() error
	rollback()
}

// turn is one update on its way.
type turn struct {
	tx    *tx           // from when it runs
	start chan struct{} // from the writer: run now
	ran   chan error    // to the writer: how it went
	done  chan error    // from the writer: durable, or why not
}

func startWriter(l link, newTx func(runner) *tx, closing <-chan struct{}) *writer {
	w := &writer{
		link: l, newTx: newTx, closing: closing,
		queue: make(chan *turn), stopped: make(chan struct{}),
	}
	go w.run()
	return w
}

// update waits for its turn, runs fn, and returns when the group is durable.
func (w *writer) update(ctx context.Context, fn func(*tx) error) error {
	// The buffers let the writer go on when the caller is gone by a panic.
	t := &turn{start: make(chan struct{}, 1), ran: make(chan error, 1), done: make(chan error, 1)}
	select {
	case w.queue <- t:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return errClosed
	}
	select {
	case <-t.start:
		w.call(ctx, t, fn)
		return <-t.done
	case err := <-t.done:
		return err
	case <-ctx.Done():
		t.ran <- ctx.Err() // whenever its turn comes, that is all there is to it
		return ctx.Err()
	}
}

// call runs fn and gives the turn back however it ends.
func (w *writer) call(ctx context.Context, t *turn, fn func(*tx) error) {
	err := errAborted
	defer func() { t.ran <- err }()
	if err = ctx.Err(); err == nil {
		err = errAborted
		t.tx = w.newTx(w.link)
		t.tx.agents, t.tx.spent = &w.agents, w.spent
		err = fn(t.tx)
	}
}

func (w *writer) run() {
	defer close(w.stopped)
	for {
		select {
		case t := <-w.queue:
			w.group(t)
		case <-w.closing:
			return
		}
	}
}

// group commits first and those that wait.
func (w *writer) group(first *turn) {
	w.forget()
	if err := w.link.begin(); err != nil {
		err = fmt.Errorf("begin: %w", err)
		var waited []*turn // as long, for the same lock; who is told may come again at once
		for t := first; t != nil; t = w.next() {
			waited = append(waited, t)
		}
		for _, t := range waited {
			t.done <- err
		}
		return
	}
	kept, err := w.turns(first)
	for _, t := range kept {
		if err == nil {
			err = t.tx.syncBlobs() // one flush for all of them
		}
	}
	if err == nil {
		if err = w.link.commit(); err != nil {
			err = fmt.Errorf("commit: %w", err)
		}
	}
	if err != nil {
		w.link.rollback()
	}
	for _, t := range kept {
		t.done <- err
	}
}

// turns gives first and those that wait their turns, and those back whose fate is the commit's.
func (w *writer) turns(first *turn) (kept []*turn, err error) {
	t := first
	for n := 1; t != nil; n++ {
		failed, err := w.one(t)
		if failed != nil {
			t.done <- failed
		} else {
			kept = append(kept, t)
		}
		// After a conflict the group's state is too old for more, while that of the next is not.
		if err != nil || n == maxGroup || isConflict(failed) {
			return kept, err
		}
		t = w.next()
	}
	return kept, nil
}

// next gives an update that waits now, or nil.
func (w *writer) next() *turn {
	select {
	case t := <-w.queue:
		return t
	default:
		return nil
	}
}

// one gives the turn its savepoint. What failed in it is undone and is its own affair; lost means
// that the transaction is gone for all: SQLite rolls it back whole when the disk is full or fails.
func (w *writer) one(t *turn) (failed, lost error) {
	err := w.link.later(context.Background(), "begin update", savepoint, nil)
	if err != nil {
		return nil, err
	}
	t.start <- struct{}{}
	if err = <-t.ran; err == nil {
		if err = w.link.do(`RELEASE one`); err == nil {
			return nil, nil
		}
		err = fmt.Errorf("end update: %w", err)
	}
	w.forget()
	if undo := w.link.undo(); undo != nil {
		return nil, fmt.Errorf("undo update: %w", errors.Join(err, undo))
	}
	return err, nil
}

// forget drops what the group has read: another group, or an update that is undone, may have
// changed it.
func (w *writer) forget() {
	w.agents.forget()
	w.spent = spent{}
}
