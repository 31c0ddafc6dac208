package store

import (
	"context"
	"errors"
	"fmt"
)

// maxGroup bounds how many updates share a commit, so that the first of them need not wait for
// ever on a busy day. Beyond some dozens the flush is paid for.
const maxGroup = 256

// errAborted is what becomes of an update whose function panicked or ended its goroutine.
var errAborted = errors.New("update aborted")

// writer is the goroutine that owns the only writing connection. It takes an update, then all that
// wait meanwhile, gives each its turn inside a savepoint of its own, commits them with one flush,
// and tells each. It never waits on a timer: under load groups grow by themselves.
//
// The functions run in their callers' goroutines, one at a time, so that a panic unwinds where it
// belongs.
type writer struct {
	conn    *conn
	files   files
	newTx   func(runner) *tx
	agents  agents // of the group under way
	queue   chan *turn
	closing <-chan struct{}
	stopped chan struct{}
}

// turn is one update on its way.
type turn struct {
	tx    *tx           // from when it runs
	start chan struct{} // from the writer: run now
	ran   chan error    // to the writer: how it went
	done  chan error    // from the writer: durable, or why not
}

func startWriter(
	c *conn, f files, newTx func(runner) *tx, closing <-chan struct{},
) *writer {
	w := &writer{
		conn: c, files: f, newTx: newTx, closing: closing,
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
		t.tx = w.newTx(w.conn)
		t.tx.agents = &w.agents
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
	w.agents.forget()
	if err := w.conn.do(`BEGIN IMMEDIATE`); err != nil {
		err = fmt.Errorf("begin: %w", err)
		for t := first; t != nil; t = w.next() { // they waited as long, for the same lock
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
		if err = w.conn.do(`COMMIT`); err != nil {
			err = fmt.Errorf("commit: %w", err)
		}
	}
	if err == nil {
		err = w.files.there()
	}
	if err != nil {
		// Without a transaction left it fails, and nothing is left to undo.
		_ = w.conn.do(`ROLLBACK`)
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
		if err != nil || n == maxGroup {
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
	if err := w.conn.do(`SAVEPOINT one`); err != nil {
		return nil, fmt.Errorf("begin update: %w", err)
	}
	t.start <- struct{}{}
	err := <-t.ran
	if err == nil {
		if err = w.conn.do(`RELEASE one`); err != nil {
			return nil, fmt.Errorf("end update: %w", err)
		}
		return nil, nil
	}
	w.agents.forget()
	undo := errors.Join(w.conn.do(`ROLLBACK TO one`), w.conn.do(`RELEASE one`))
	if undo != nil {
		return nil, fmt.Errorf("undo update: %w", errors.Join(err, undo))
	}
	return err, nil
}
