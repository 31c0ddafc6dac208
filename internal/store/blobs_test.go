package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/store/blob"
	"helpgate/internal/store/storetest"
	"helpgate/tickets"
)

// packs are files of which the flushes of packs are known. They are the operating system's
// otherwise.
type packs struct {
	blob.OS
	// sync is asked before each flush.
	sync func(path string) error

	mu      sync.Mutex
	written int
	// synced is how far each file was flushed.
	synced map[string]int64
}

func (p *packs) Open(path string, flag int, perm fs.FileMode) (blob.File, error) {
	f, err := p.OS.Open(path, flag, perm)
	if filepath.Base(filepath.Dir(path)) != "packs" || err != nil {
		return f, err
	}
	return packFile{f, path, p}, nil
}

type packFile struct {
	blob.File
	path  string
	packs *packs
}

func (f packFile) WriteAt(b []byte, at int64) (int, error) {
	f.packs.mu.Lock()
	defer f.packs.mu.Unlock()
	f.packs.written++
	return f.File.WriteAt(b, at)
}

func (f packFile) Sync() error {
	if err := f.packs.sync(f.path); err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		err = f.File.Sync()
	}
	f.packs.mu.Lock()
	defer f.packs.mu.Unlock()
	f.packs.synced[f.path] = info.Size()
	return err
}

// openPacks opens a store on watched packs.
func openPacks(t *testing.T, url string) (*DB, *packs, Options) {
	t.Helper()
	p := &packs{synced: map[string]int64{}, sync: func(string) error { return nil }}
	o := testOptions(t, url)
	o.Files = p
	db, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, p, o
}

// large is what goes into a pack.
func large(n int) []byte { return bytes.Repeat(fmt.Appendf(nil, "%10d", n), 10_000) }

// put stages the data and commits it.
func put(t *testing.T, db *DB, data []byte) (tickets.Blob, error) {
	t.Helper()
	staged, err := db.Blobs().Stage(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return staged, db.Update(t.Context(), func(tx tickets.Tx) error {
		return tx.PutBlob(t.Context(), staged)
	})
}

// holds tells whether the store has the blob, and has it whole.
func holds(t *testing.T, db *DB, sha256 string, data []byte) bool {
	t.Helper()
	r, err := db.Blobs().Open(context.Background(), sha256)
	if err != nil {
		if !errors.Is(err, tickets.ErrNotFound) {
			t.Error(err)
		}
		return false
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("blob %s came back with %d bytes of %d, %v", sha256, len(got), len(data), err)
	}
	return true
}

func TestABlobIsDurableBeforeTheRowThatNamesIt(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		db, files, _ := openPacks(t, url)
		staged, err := db.Blobs().Stage(t.Context(), large(1))
		if err != nil {
			t.Fatal(err)
		}
		syncs := 0
		files.sync = func(string) error {
			if syncs++; holds(t, db, staged.SHA256, large(1)) {
				t.Error("the row is there before the flush")
			}
			return nil
		}
		err = db.Update(t.Context(), func(tx tickets.Tx) error {
			if syncs != 0 {
				t.Error("staging flushes")
			}
			return tx.PutBlob(t.Context(), staged)
		})
		if err != nil || syncs != 1 || !holds(t, db, staged.SHA256, large(1)) {
			t.Errorf("%d flushes, %v", syncs, err)
		}
		files.sync = func(string) error { return nil }
	})
}

func TestAnUpdateFailsWithTheFlushOfItsBlobs(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		db, files, _ := openPacks(t, url)
		for _, fault := range []error{syscall.ENOSPC, syscall.EIO} {
			files.sync = func(string) error { return fault }
			staged, err := put(t, db, large(1))
			if !errors.Is(err, fault) || holds(t, db, staged.SHA256, large(1)) {
				t.Errorf("got %v, want %v", err, fault)
			}
			files.sync = func(string) error { return nil }
			err = db.Update(t.Context(), func(tx tickets.Tx) error {
				return tx.PutBlob(t.Context(), staged)
			})
			if !errors.Is(err, fault) {
				t.Errorf("the same bytes, lost as they are, can be kept: %v", err)
			}
		}
		if staged, err := put(t, db, large(1)); err != nil || !holds(t, db, staged.SHA256, large(1)) {
			t.Errorf("staged anew: %v", err)
		}
	})
}

func TestAGroupSharesTheFlushOfItsBlobs(t *testing.T) {
	bubble(t, func(t *testing.T, _ *DB) {
		db, files, _ := openPacks(t, engines["sqlite"](t))
		syncs := 0
		files.sync = func(string) error { syncs++; return nil }
		var updates []func(*tx) error
		for i := range 10 {
			staged, err := db.Blobs().Stage(t.Context(), large(i))
			if err != nil {
				t.Fatal(err)
			}
			updates = append(updates, func(t *tx) error {
				return t.PutBlob(context.Background(), staged)
			})
		}
		if err := errors.Join(group(t, db, updates...)...); err != nil || syncs != 1 {
			t.Errorf("%d flushes, %v", syncs, err)
		}
	})
}

// TestAPowerCutTakesNoCommittedBlob: what was never flushed is cut off, in the worst case all of
// it, and what was committed is there; the next process goes on.
func TestAPowerCutTakesNoCommittedBlob(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		db, files, o := openPacks(t, url)
		kept := make([]tickets.Blob, 12)
		var group sync.WaitGroup
		for i := range kept {
			group.Go(func() {
				var err error
				if kept[i], err = put(t, db, large(i)); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if _, err := db.Blobs().Stage(t.Context(), large(99)); err != nil {
			t.Fatal(err)
		}
		synced := files.synced
		files.sync = func(string) error { return syscall.EIO } // nothing more on the way down
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		for path, size := range synced {
			if err := os.Truncate(path, size); err != nil {
				t.Fatal(err)
			}
		}
		o.Files = nil
		again, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		if _, err := put(t, again, large(100)); err != nil {
			t.Error(err)
		}
		for i, b := range kept {
			if !holds(t, again, b.SHA256, large(i)) {
				t.Errorf("blob %d is lost", i)
			}
		}
	})
}

func TestAKnownBlobIsNotStoredAgain(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		db, files, o := openPacks(t, url)
		if _, err := put(t, db, large(1)); err != nil {
			t.Fatal(err)
		}
		written := files.written
		staged, err := put(t, db, large(1))
		if err != nil || files.written != written || !holds(t, db, staged.SHA256, large(1)) {
			t.Errorf("written %d times, then %d, %v", written, files.written, err)
		}
		huge := bytes.Repeat(large(2), 20)
		for range 2 {
			if _, err := put(t, db, huge); err != nil {
				t.Fatal(err)
			}
		}
		if own := ownFiles(t, o); len(own) != 1 {
			t.Errorf("there are %q", own)
		}
		// One that was deleted since it was staged is an error, no row without bytes.
		err = db.Update(t.Context(), func(tx tickets.Tx) error {
			return tx.PutBlob(t.Context(), tickets.Blob{SHA256: strings.Repeat("0", 64), Size: 1e5})
		})
		if err == nil {
			t.Error("a blob that is not there was put")
		}
	})
}

// TestSweepCollectsWhatWasNeverCommitted, once nobody can commit it any more, and leaves alone what
// was there before the database.
func TestSweepCollectsWhatWasNeverCommitted(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		const month = 30 * 24 * time.Hour
		o, now := testOptions(t, url), clock.NewFake(storetest.Now)
		o.Clock = now
		db, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		huge := func(n int) []byte { return bytes.Repeat(large(n), 20) }
		stage := func(n int, at time.Time) tickets.Blob {
			staged, err := db.Blobs().Stage(t.Context(), huge(n))
			if err == nil {
				err = os.Chtimes(filepath.Join(blobFolder(o), staged.File), at, at)
			}
			if err != nil {
				t.Fatal(err)
			}
			return staged
		}
		sweep := func(after time.Duration, want int) {
			t.Helper()
			now.Advance(after)
			if n, err := db.Blobs().Sweep(t.Context()); n != want || err != nil {
				t.Errorf("removed %d, %v, want %d", n, err, want)
			}
		}
		older := stage(1, now.Now().Add(-month))
		sweep(0, 0)
		kept, dropped := stage(2, now.Now().Add(time.Hour)), stage(3, now.Now().Add(time.Hour))
		sweep(2*time.Hour, 0)
		err = db.Update(t.Context(), func(tx tickets.Tx) error { return tx.PutBlob(t.Context(), kept) })
		if err != nil {
			t.Fatal(err)
		}
		sweep(month, 1)
		sweep(month, 0)
		if own := ownFiles(t, o); len(own) != 2 || slices.Contains(own, dropped.File) {
			t.Errorf("left %q, want %s and %s", own, older.File, kept.File)
		}
		if !holds(t, db, kept.SHA256, huge(2)) {
			t.Error("what was committed is gone")
		}
	})
}

func blobFolder(o Options) string { return strings.TrimPrefix(o.Blobs, "file:") }

// ownFiles gives the files of large blobs, as their rows name them.
func ownFiles(t *testing.T, o Options) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(blobFolder(o), "??", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range paths {
		paths[i], _ = filepath.Rel(blobFolder(o), path)
	}
	return paths
}
