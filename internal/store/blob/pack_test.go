package blob

import (
	"errors"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
)

func TestAppendedBlobsAreSyncedTogether(t *testing.T) {
	t.Parallel()
	files := &spy{}
	d := open(t, t.TempDir(), files)
	first, second := d.append(t, "first"), d.append(t, "second")
	if n := files.count("sync packs/"); n != 0 {
		t.Errorf("%d syncs before they are asked for", n)
	}
	for _, place := range []Place{first, second, first} {
		if err := d.Sync(place); err != nil {
			t.Fatal(err)
		}
	}
	if n := files.count("sync packs/"); n != 1 {
		t.Errorf("%d syncs of two blobs that were there before the first, want 1", n)
	}
	third := d.append(t, "third")
	if err := d.Sync(third); err != nil {
		t.Fatal(err)
	}
	if n := files.count("sync packs/"); n != 2 {
		t.Errorf("%d syncs, want one more for a later blob", n)
	}
	if first.File != third.File {
		t.Error("they lie in two packs")
	}
	for place, want := range map[Place]string{first: "first", second: "second", third: "third"} {
		if got := d.read(t, place); got != want {
			t.Errorf("%q came back as %q", want, got)
		}
	}
}

// TestThoseWhoSyncAtOnceShareIt: while one flush runs, the blobs of many others are appended and
// wait for it; all of them need one more.
func TestThoseWhoSyncAtOnceShareIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		files, slow := &spy{}, make(chan struct{})
		d := open(t, t.TempDir(), files)
		first := d.append(t, "first")
		files.fail = func(step string) error {
			if strings.HasPrefix(step, "sync packs/") {
				files.mu.Unlock()
				<-slow
				files.mu.Lock()
			}
			return nil
		}
		var group sync.WaitGroup
		syncs := func(place Place) {
			if err := d.Sync(place); err != nil {
				t.Error(err)
			}
		}
		group.Go(func() { syncs(first) })
		synctest.Wait()
		for range 20 {
			place := d.append(t, "other")
			group.Go(func() { syncs(place) })
		}
		close(slow)
		group.Wait()
		if n := files.count("sync packs/"); n != 2 {
			t.Errorf("%d syncs, want 2", n)
		}
	})
}

// TestAfterAFailedSyncABlobIsLost: the kernel may have dropped what was written, and tells it once.
func TestAfterAFailedSyncABlobIsLost(t *testing.T) {
	t.Parallel()
	files := &spy{}
	d := open(t, t.TempDir(), files)
	kept := d.append(t, "kept")
	if err := d.Sync(kept); err != nil {
		t.Fatal(err)
	}
	lost := []Place{d.append(t, "lost"), d.append(t, "lost too")}
	files.fail = func(step string) error {
		if strings.HasPrefix(step, "sync packs/") {
			return syscall.EIO
		}
		return nil
	}
	if err := d.Sync(lost[0]); !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v", err)
	}
	files.fail = nil
	for _, place := range lost {
		if err := d.Sync(place); !errors.Is(err, syscall.EIO) {
			t.Errorf("a later sync says %v", err)
		}
	}
	if err := d.Sync(kept); err != nil || d.read(t, kept) != "kept" {
		t.Errorf("what was durable before: %v", err)
	}
	next := d.append(t, "next")
	if next.File == kept.File {
		t.Error("more is appended behind it")
	}
	if err := d.Sync(next); err != nil {
		t.Error(err)
	}
}

func TestADiskThatFailsLeavesNoPacks(t *testing.T) {
	t.Parallel()
	files := &spy{fail: func(step string) error {
		if strings.HasPrefix(step, "sync packs/") {
			return syscall.ENOSPC
		}
		return nil
	}}
	d := open(t, t.TempDir(), files)
	var first Place
	for range 5 {
		place := d.append(t, "lost")
		if err := d.Sync(place); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("got %v", err)
		}
		if first == (Place{}) {
			first = place
		}
	}
	d.Close()
	if err := d.Sync(first); err == nil {
		t.Error("what was lost at first is durable at last")
	}
	if left := d.list(t, packFolder); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}

func TestAHalfWrittenBlobIsOverwritten(t *testing.T) {
	t.Parallel()
	files := &spy{}
	d := open(t, t.TempDir(), files)
	before := d.append(t, "before")
	files.fail = func(step string) error {
		if strings.HasPrefix(step, "write") {
			return syscall.ENOSPC
		}
		return nil
	}
	if _, err := d.Append([]byte("does not fit")); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("got %v", err)
	}
	files.fail = nil
	after := d.append(t, "after")
	if err := d.Sync(after); err != nil {
		t.Fatal(err)
	}
	if d.read(t, before) != "before" || d.read(t, after) != "after" {
		t.Error("a blob came back changed")
	}
}

// TestAPackBelongsToOneProcess: two that are open at once never append to the same, and the next
// one goes on where one has stopped, behind what a crash has left.
func TestAPackBelongsToOneProcess(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	one, two := open(t, root, nil), open(t, root, nil)
	a, b := one.append(t, "of one"), two.append(t, "of two")
	if a.File == b.File {
		t.Fatal("both append to one pack")
	}
	for _, err := range []error{one.Sync(a), two.Sync(b)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	one.append(t, "of no row")
	one.Close()
	if err := os.Truncate(one.path(a.File), a.Size+2); err != nil { // the power was cut
		t.Fatal(err)
	}
	three := open(t, root, nil)
	c := three.append(t, "of three")
	if c.File != a.File || c.Offset != a.Size+2 {
		t.Errorf("the third appends at %v, not behind %v", c, a)
	}
	if err := three.Sync(c); err != nil {
		t.Fatal(err)
	}
	for place, want := range map[Place]string{a: "of one", b: "of two", c: "of three"} {
		if got := two.read(t, place); got != want {
			t.Errorf("%q came back as %q", want, got)
		}
	}
}

func TestAFullPackIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	files := &spy{}
	d := open(t, t.TempDir(), files)
	first := d.append(t, "first")
	if err := os.Truncate(d.path(first.File), maxPack-3); err != nil { // without writing it
		t.Fatal(err)
	}
	d.active.size.Store(maxPack - 3)
	second := d.append(t, "second")
	if second.File == first.File {
		t.Fatal("the pack grows on")
	}
	synced := files.count("sync " + first.File)
	if err := d.Sync(first); err != nil {
		t.Errorf("what is in the full one: %v", err)
	}
	if n := files.count("sync " + first.File); synced != 1 || n != 1 {
		t.Errorf("synced %d times, then %d: want once, when it was left", synced, n)
	}
	if d.read(t, first) != "first" || d.read(t, second) != "second" {
		t.Error("a blob came back changed")
	}
}

func TestABlobInAPackThatWasMovedAwayIsLost(t *testing.T) {
	t.Parallel()
	d := open(t, t.TempDir(), nil)
	place := d.append(t, "lost")
	if err := os.Rename(d.path(packFolder), d.path("elsewhere")); err != nil {
		t.Fatal(err)
	}
	if err := d.Sync(place); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	again := d.append(t, "kept")
	if err := d.Sync(again); err != nil || d.read(t, again) != "kept" {
		t.Errorf("then %v", err)
	}
}

// TestTheNameOfAPackIsDurableBeforeItsRows: also the name of one that another process made, which
// may have died before it synced the folder.
func TestTheNameOfAPackIsDurableBeforeItsRows(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, life := range []string{"new", "taken over"} {
		files := &spy{}
		d := open(t, root, files)
		place := d.append(t, life)
		if err := d.Sync(place); err != nil {
			t.Fatal(err)
		}
		d.Close()
		folder := "sync " + path.Base(root) + "/" + packFolder
		at := slices.Index(files.steps, folder)
		if at < 0 || at > slices.Index(files.steps, "sync "+place.File) {
			t.Errorf("%s: %q", life, files.steps)
		}
	}
}
