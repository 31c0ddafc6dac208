package blob

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func TestALargeBlobIsAFileNamedByItsHash(t *testing.T) {
	t.Parallel()
	files := &spy{}
	d := open(t, t.TempDir(), files)
	place := d.own(t, "large")
	if !strings.HasPrefix(place.File, "ab/"+sum+"-") || place.Size != 5 {
		t.Errorf("it lies at %v", place)
	}
	if got := d.read(t, place); got != "large" {
		t.Errorf("got %q", got)
	}
	steps := files.count("sync")
	if err := d.Sync(place); err != nil || files.count("sync") != steps {
		t.Errorf("it was not durable from the start: %v", err)
	}
	if again := d.own(t, "large"); again == place {
		t.Error("two writers share a file")
	}
	if left := d.list(t, tempFolder); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}

func TestManyWritersAtOnce(t *testing.T) {
	t.Parallel()
	d := open(t, t.TempDir(), nil)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			text := fmt.Sprint("blob ", i)
			for _, place := range []Place{d.own(t, text), d.append(t, text)} {
				if err := d.Sync(place); err != nil || d.read(t, place) != text {
					t.Errorf("blob %d: %v", i, err)
				}
			}
		})
	}
	group.Wait()
}

// TestAnyFailedStepOfALargeBlobLeavesNothing fails each step in turn.
func TestAnyFailedStepOfALargeBlobLeavesNothing(t *testing.T) {
	t.Parallel()
	write := func(d testDir) error {
		w, err := d.Create()
		if err != nil {
			return err
		}
		defer w.Abort()
		if _, err := io.WriteString(w, "large"); err != nil {
			return err
		}
		_, err = w.Done(sum)
		return err
	}
	whole := &spy{}
	if err := write(open(t, t.TempDir(), whole)); err != nil {
		t.Fatal(err)
	}
	for k, step := range whole.steps {
		files, n := &spy{}, 0
		files.fail = func(string) error {
			if n++; n == k+1 {
				return syscall.EIO
			}
			return nil
		}
		d := open(t, t.TempDir(), files)
		if err := write(d); !errors.Is(err, syscall.EIO) {
			t.Errorf("step %d, %s: %v", k, step, err)
		}
		if left := append(d.list(t, tempFolder), d.list(t, path.Dir("ab/x"))...); len(left) != 0 {
			t.Errorf("step %d, %s: left %q", k, step, left)
		}
		if err := write(d); err != nil {
			t.Errorf("step %d, %s: it does not go on: %v", k, step, err)
		}
	}
}

func TestAbortLeavesNothing(t *testing.T) {
	t.Parallel()
	d := open(t, t.TempDir(), nil)
	w, err := d.Create()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "half"); err != nil {
		t.Fatal(err)
	}
	w.Abort()
	w.Abort()
	if left := d.list(t, "."); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}
