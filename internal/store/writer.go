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
	agents  agents // of the group under way, and as long as nobody else has written
	budgets budgets
	groups  int           // since it last knew nothing
	lead    chan struct{} // holds a token while nobody leads
	queue   chan *turn    // to the leader
	closing <-chan struct{}
}

// link is the connection on which updates are grouped.
type link interface {
	runner
	// begin starts the group's transaction and keeps other processes' from starting. It waits for
	// theirs, but no longer than ctx. It tells whether nobody else has written since the last one.
	begin(ctx context.Context) (alone bool, err error)
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

// turn is one update on its way.
type turn struct {
	call  func() error  // the function, in the transaction under way
	tx    *tx           // of its last run, nil when it did not begin
	leads bool          // runs in the goroutine that asks
	start chan struct{} // from the leader: run
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
	select {
	case <-w.closing:
		return errClosed
	default:
	}
	// The buffers let the leader go on when the caller is gone by a panic.
	t := &turn{
		start: make(chan struct{}, 1), ran: make(chan error, 1), done: make(chan error, 1),
	}
	t.call = func() error { return w.call(ctx, t, fn) }
	select {
	case <-w.lead:
		t.leads = true
		w.group(ctx, t)
		return <-t.done
	case w.queue <- t:
		return t.follow(ctx)
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return errClosed
	}
}

// follow runs the update when the leader says so, which may be twice.
func (t *turn) follow(ctx context.Context) error {
	select {
	case <-t.start:
	case err := <-t.done:
		return err
	case <-ctx.Done():
		t.ran <- ctx.Err() // whenever its turn comes, that is all there is to it
		return ctx.Err()
	}
	for {
		t.answer()
		select {
		case <-t.start:
		case err := <-t.done:
			return err
		}
	}
}

// answer runs the update and gives the turn back however it ends.
func (t *turn) answer() {
	err := errAborted
	defer func() { t.ran <- err }()
	err = t.call()
}

// call runs fn in the transaction under way.
func (w *writer) call(ctx context.Context, t *turn, fn func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.tx = w.newTx(w.link)
	t.tx.agents, t.tx.budgets = &w.agents, &w.budgets
	return fn(t.tx)
}

// run lets the update run, wherever, and has done what it wrote.
func (w *writer) run(t *turn) (err error) {
	t.tx = nil
	if t.leads {
		err = t.call()
	} else {
		t.start <- struct{}{}
		err = <-t.ran
	}
	if err == nil {
		err = w.link.settle()
	}
	return err
}

// group runs own and those that wait, commits them, and tells each.
func (w *writer) group(ctx context.Context, own *turn) {
	members, err := []*turn{own}, errAborted // unless own's function does not return
	defer func() {
		if err != nil {
			w.rollback()
		}
		for _, t := range members {
			t.tell(err)
		}
		w.lead <- struct{}{}
	}()
	if locked := w.begin(ctx); locked != nil {
		if err = locked; ctx.Err() == nil { // else the others have more time
			members = w.waiting(members)
		}
		return
	}
	members, err = w.together(own)
	if err != nil && len(members) > 0 {
		members, err = w.apart(members)
	}
	if err == nil {
		err = w.commit(members)
	}
}

// maxKnown bounds for how many groups is kept what they read, and so how much that grows.
const maxKnown = 256

// begin starts a transaction, which knows what the ones before it read unless another process has
// written since.
func (w *writer) begin(ctx context.Context) error {
	alone, err := w.link.begin(ctx)
	if w.groups++; !alone || err != nil || w.groups > maxKnown {
		w.forget()
	}
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	return nil
}

// rollback undoes the group, and what it knows with it.
func (w *writer) rollback() {
	w.link.rollback()
	w.forget()
}

// waiting adds those that wait: they would wait as long for the same lock, one after the other. It
// takes them all before any is told, who may come again at once.
func (w *writer) waiting(members []*turn) []*turn {
	for t := w.next(); t != nil; t = w.next() {
		members = append(members, t)
	}
	return members
}

// together runs own and those that wait without savepoints, which cost more than they are worth:
// SQLite copies every page that an update touches. It ends with the first that fails, who is told,
// and who may have written among what those back, who did not fail, wrote.
func (w *writer) together(own *turn) (members []*turn, failed error) {
	for t := own; t != nil; t = w.next() {
		if err := w.run(t); err == nil {
			members = append(members, t)
		} else if t.tell(err); t.tx != nil {
			return members, err
		}
		if len(members) == maxGroup {
			break
		}
	}
	return members, nil
}

// apart runs the updates again, each in a savepoint of its own, so that what fails in it is its
// own affair. It gives those back who did not fail. An error is everybody's: the transaction is
// gone, because SQLite rolls it back whole when the disk is full or fails.
func (w *writer) apart(members []*turn) (kept []*turn, err error) {
	w.rollback()
	if err := w.begin(context.Background()); err != nil {
		return members, err
	}
	for i, t := range members {
		failed, err := w.one(t)
		switch {
		case err != nil:
			return append(kept, members[i:]...), err
		case failed == nil:
			kept = append(kept, t)
		default:
			t.tell(failed)
			if isConflict(failed) { // the others' state is too old as well
				return append(kept, members[i+1:]...), failed
			}
		}
	}
	return kept, nil
}

// one runs the update in a savepoint.
func (w *writer) one(t *turn) (failed, lost error) {
	err := w.link.later(context.Background(), "begin update", savepoint, nil)
	if err != nil {
		return nil, err
	}
	if err = w.run(t); err == nil {
		if err = w.budgets.write(context.Background(), t.tx); err != nil {
			return nil, err
		}
		return nil, w.link.do(`RELEASE one`)
	}
	w.forget()
	if undo := w.link.undo(); undo != nil {
		return nil, fmt.Errorf("undo update: %w", errors.Join(err, undo))
	}
	return err, nil
}

// commit makes durable what they wrote, with one flush of blobs and one of the database.
func (w *writer) commit(members []*turn) error {
	for _, t := range members {
		if err := w.budgets.write(context.Background(), t.tx); err != nil {
			return err
		}
		if err := t.tx.syncBlobs(); err != nil {
			return err
		}
	}
	if err := w.link.commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// tell hands the result to the caller, who may be gone, or have got one.
func (t *turn) tell(err error) {
	select {
	case t.done <- err:
	default:
	}
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

// forget drops what was read: another process, or an update that is undone, may have changed it.
func (w *writer) forget() {
	w.agents.forget()
	w.budgets, w.groups = budgets{}, 0
}
