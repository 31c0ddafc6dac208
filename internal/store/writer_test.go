package store

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"helpgate/tickets"
)

// group starts the updates so that the writer takes them as one group, in their order, and gives
// what became of each.
func group(t *testing.T, db *DB, updates ...func(*tx) error) []error {
	t.Helper()
	results := make([]error, len(updates))
	release := make(chan struct{})
	var running sync.WaitGroup
	for i, fn := range updates {
		running.Go(func() {
			results[i] = db.update(context.Background(), 0, func(t *tx) error {
				if i == 0 {
					<-release // the others come to wait meanwhile
				}
				return fn(t)
			})
		})
		synctest.Wait()
	}
	close(release)
	running.Wait()
	return results
}

// bubble runs the test with a store of its own in a world in which synctest.Wait knows that
// everybody waits.
func bubble(t *testing.T, test func(t *testing.T, db *DB)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { test(t, openTest(t, engines["sqlite"](t))) })
}

func setMark(key string) func(*tx) error {
	return func(t *tx) error { return t.SetMark(context.Background(), key, "done") }
}

// marks gives the keys of those marks that are there.
func marks(t *testing.T, db *DB, keys ...string) (found []string) {
	t.Helper()
	err := db.View(t.Context(), func(tx tickets.Tx) error {
		for _, key := range keys {
			value, err := tx.Mark(t.Context(), key)
			if err != nil {
				return err
			}
			if value != "" {
				found = append(found, key)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestGroupReturnsAfterItsCommit(t *testing.T) {
	bubble(t, func(t *testing.T, db *DB) {
		first, second := make(chan struct{}), make(chan struct{})
		done := make(chan string, 2)
		go func() {
			_ = db.update(t.Context(), 0, func(tx *tx) error { <-first; return setMark("a")(tx) })
			done <- "a"
		}()
		synctest.Wait()
		go func() {
			_ = db.update(t.Context(), 0, func(tx *tx) error { <-second; return setMark("b")(tx) })
			done <- "b"
		}()
		synctest.Wait()
		close(first)
		synctest.Wait()
		if len(done) != 0 || len(marks(t, db, "a")) != 0 {
			t.Error("the first returned, or is seen, before the group's commit")
		}
		close(second)
		synctest.Wait()
		if len(done) != 2 || len(marks(t, db, "a", "b")) != 2 {
			t.Errorf("%d returned", len(done))
		}
	})
}

func TestGroupFailsWithItsCommit(t *testing.T) {
	bubble(t, func(t *testing.T, db *DB) {
		orphan := func(t *tx) error {
			ctx := context.Background()
			// A fault that only the commit finds.
			if err := t.do(ctx, "defer", `PRAGMA defer_foreign_keys = ON`); err != nil {
				return err
			}
			return t.AddMessage(ctx, &tickets.Message{Ticket: 99})
		}
		results := group(t, db, setMark("a"), orphan, setMark("b"))
		for i, err := range results {
			if err == nil || !strings.Contains(err.Error(), "commit") {
				t.Errorf("update %d: %v", i, err)
			}
		}
		if found := marks(t, db, "a", "b"); found != nil {
			t.Errorf("stored: %v", found)
		}
		if err := db.update(t.Context(), 0, setMark("c")); err != nil {
			t.Errorf("the writer does not go on: %v", err)
		}
	})
}

func TestGroupSurvivesItsMembers(t *testing.T) {
	bubble(t, func(t *testing.T, db *DB) {
		refused := errors.New("refused")
		results := group(t, db,
			setMark("a"),
			func(t *tx) error { return errors.Join(setMark("x")(t), refused) },
			func(t *tx) error { // leaves without an answer
				_ = setMark("y")(t)
				runtime.Goexit()
				return nil
			},
			func(t *tx) error { // fails, and does not tell
				_ = t.AddMessage(context.Background(), &tickets.Message{Ticket: 99})
				return setMark("b")(t)
			},
			setMark("c"),
		)
		if results[0] != nil || !errors.Is(results[1], refused) || results[3] != nil ||
			results[4] != nil {
			t.Errorf("got %v", results)
		}
		if found := marks(t, db, "a", "b", "c", "x", "y"); strings.Join(found, "") != "abc" {
			t.Errorf("stored: %v", found)
		}
	})
}

// TestGroupRunsAgain: because of one that fails the others run again, and then each may fail by
// itself, or leave.
func TestGroupRunsAgain(t *testing.T) {
	bubble(t, func(t *testing.T, db *DB) {
		refused, runs := errors.New("refused"), 0
		again := func(then func() error) func(*tx) error {
			first := true
			return func(t *tx) error {
				runs++
				if first {
					first = false
					return setMark("x")(t)
				}
				return errors.Join(setMark("y")(t), then())
			}
		}
		results := group(t, db,
			again(func() error { return refused }),
			setMark("a"),
			again(func() error { runtime.Goexit(); return nil }),
			again(func() error { return nil }),
			setMark("b"),
			func(t *tx) error { return errors.Join(setMark("z")(t), refused) },
			setMark("c"),
		)
		if !errors.Is(results[0], refused) || !errors.Is(results[5], refused) || runs != 6 ||
			errors.Join(results[1], results[2], results[3], results[4], results[6]) != nil {
			t.Errorf("%d runs: %v", runs, results)
		}
		if found := marks(t, db, "a", "b", "c", "x", "y", "z"); strings.Join(found, "") != "abcy" {
			t.Errorf("stored: %v", found)
		}
	})
}

func TestFullDiskIsNamedAndPasses(t *testing.T) {
	bubble(t, func(t *testing.T, db *DB) {
		fill := func(t *tx) error {
			ctx := context.Background()
			if err := t.do(ctx, "limit", `PRAGMA max_page_count = 1`); err != nil {
				return err
			}
			return t.SetMark(ctx, "x", strings.Repeat("x", 1<<20))
		}
		results := group(t, db, setMark("a"), fill, setMark("b"))
		if !errors.Is(results[1], syscall.ENOSPC) {
			t.Errorf("got %v, want ENOSPC", results[1])
		}
		for i, key := range []string{"a", "x", "b"} {
			if kept := len(marks(t, db, key)) == 1; kept != (results[i] == nil) {
				t.Errorf("%s: kept %v, told %v", key, kept, results[i])
			}
		}
		err := db.update(t.Context(), 0, func(t *tx) error {
			return t.do(context.Background(), "limit", `PRAGMA max_page_count = 1000000`)
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.update(t.Context(), 0, setMark("c")); err != nil {
			t.Errorf("the writer does not go on: %v", err)
		}
	})
}

func TestUpdateGivesUpWaiting(t *testing.T) {
	bubble(t, func(t *testing.T, db *DB) {
		release := make(chan struct{})
		go func() {
			_ = db.update(context.Background(), 0, func(*tx) error { <-release; return nil })
		}()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- db.update(ctx, 0, setMark("never")) }()
		synctest.Wait()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		close(release)
		if found := marks(t, db, "never"); found != nil {
			t.Error("it was done nevertheless")
		}
	})
}

func TestCloseFinishesWhatRuns(t *testing.T) {
	bubble(t, func(t *testing.T, db *DB) {
		release := make(chan struct{})
		results := make(chan error, 2)
		go func() {
			results <- db.update(context.Background(), 0, func(*tx) error { <-release; return nil })
		}()
		synctest.Wait()
		go func() { results <- db.Close() }()
		synctest.Wait()
		if len(results) != 0 {
			t.Error("Close did not wait")
		}
		late := db.update(t.Context(), 0, setMark("never"))
		close(release)
		if err := errors.Join(<-results, <-results, db.Close()); err != nil {
			t.Error(err)
		}
		lateView := db.View(t.Context(), func(tickets.Tx) error { return nil })
		if !errors.Is(late, errClosed) || !errors.Is(lateView, errClosed) {
			t.Errorf("after Close: %v, %v", late, lateView)
		}
	})
}
