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

// writer lets the waiting updates through in groups: one commit and one flush for all of a group.
//
// It owns no goroutine. An update that comes while nobody writes leads: its caller runs it, then
// lets all that wait meanwhile run, commits, and tells each. It never waits on a timer: under load
// groups grow by themselves, and who comes alone is handed over to nobody.
//
// The functions run in their callers' goroutines, one at a time, so that a panic unwinds where it
// belongs.
type writer struct {
	link    link
	newTx   func(runner) *tx
	agents  agents // of the group under way
	spent   spent
	lead    chan struct{} // holds a token while nobody leads
	queue   chan *turn    // to the leader
	closing <-chan struct{}
}

// link is the connection on which updates are grouped.
type link interface {
	runner
	// begin starts the group's transaction and keeps other processes' from starting. It waits for
	// theirs, but no longer than ctx.
	begin(ctx context.Context) error
	// settle has what waits to be sent done, so that its errors are not the next update's.
	settle() error
	// do runs a statement that steers the transaction, after those that wait to be sent.
	do(query string) error
	// undo takes back what ran, or waits to be sent, since the savepoint, which it ends.
	undo() error
	// commit makes the group durable. After an error rollback follows.
	commit() error
	rollback()
}

// turn is one update on its way in another's group.
type turn struct {
	tx    *tx           // from when it runs
	start chan struct{} // from the leader: run now
	ran   chan error    // to the leader: how it went
	done  chan error    // from the leader: durable, or why not
}

func newWriter(l link, newTx func(runner) *tx, closing <-chan struct{}) *writer {
	w := &writer{
		link: l, newTx: newTx, closing: closing,
		lead: make(chan struct{}, 1), queue: make(chan *turn),
	}
	w.lead <- struct{}{}
	return w
}

// stop returns when nobody writes any more; closing must be closed before.
func (w *writer) stop() { <-w.lead }

// update waits for its turn, runs fn, and returns when the group is durable.
func (w *writer) update(ctx context.Context, fn func(*tx) error) error {
	// The buffers let the leader go on when the caller is gone by a panic.
	t := &turn{start: make(chan struct{}, 1), ran: make(chan error, 1), done: make(chan error, 1)}
	select {
	case <-w.closing:
		return errClosed
	default:
	}
	select {
	case <-w.lead:
		return w.group(ctx, fn)
	case w.queue <- t:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return errClosed
	}
	select {
	case <-t.start:
		w.follow(ctx, t, fn)
		return <-t.done
	case err := <-t.done:
		return err
	case <-ctx.Done():
		t.ran <- ctx.Err() // whenever its turn comes, that is all there is to it
		return ctx.Err()
	}
}

// follow runs fn and gives the turn back however it ends.
func (w *writer) follow(ctx context.Context, t *turn, fn func(*tx) error) {
	err := errAborted
	defer func() { t.ran <- err }()
	t.tx, err = w.call(ctx, fn)
}

// call runs fn in the transaction under way.
func (w *writer) call(ctx context.Context, fn func(*tx) error) (*tx, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := w.newTx(w.link)
	t.agents, t.spent = &w.agents, w.spent
	return t, fn(t)
}

// group runs fn and those that wait, and commits them. fn needs no savepoint: when it fails, or
// does not return, nobody else has written yet.
func (w *writer) group(ctx context.Context, fn func(*tx) error) error {
	defer func() { w.lead <- struct{}{} }()
	w.forget()
	if err := w.link.begin(ctx); err != nil {
		return w.refuse(ctx, fmt.Errorf("begin: %w", err))
	}
	durable := false
	defer func() {
		if !durable {
			w.link.rollback()
		}
	}()
	own, err := w.call(ctx, fn)
	if err == nil {
		err = w.link.settle()
	}
	if err != nil {
		return err
	}
	followers, err := w.turns()
	if err == nil {
		err = w.commit(own, followers)
	}
	durable = err == nil
	for _, t := range followers {
		t.done <- err
	}
	return err
}

// refuse tells those who wait why there is no transaction: they would wait as long for the same
// lock, one after the other. That the leader has no more time is no reason for them.
func (w *writer) refuse(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	var waited []*turn // all of them first: who is told may come again at once
	for t := w.next(); t != nil; t = w.next() {
		waited = append(waited, t)
	}
	for _, t := range waited {
		t.done <- err
	}
	return err
}

// commit makes durable what they wrote, with one flush of blobs and one of the database.
func (w *writer) commit(own *tx, followers []*turn) error {
	if err := own.syncBlobs(); err != nil {
		return err
	}
	for _, t := range followers {
		if err := t.tx.syncBlobs(); err != nil {
			return err
		}
	}
	if err := w.link.commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// turns gives those that wait their turns, and those back whose fate is the commit's.
func (w *writer) turns() (kept []*turn, err error) {
	for range maxGroup - 1 {
		t := w.next()
		if t == nil {
			break
		}
		failed, err := w.one(t)
		if failed != nil {
			t.done <- failed
		} else {
			kept = append(kept, t)
		}
		// After a conflict the group's state is too old for more, while that of the next is not.
		if err != nil || isConflict(failed) {
			return kept, err
		}
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
