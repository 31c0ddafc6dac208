package faults

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"

	"helpgate/internal/store"
	"helpgate/internal/store/blob"
)

// faultyFiles is the operating system's Files, where the fault may strike.
type faultyFiles struct {
	blob.OS
	fault *fault
}

func (f faultyFiles) Open(path string, flag int, perm fs.FileMode) (blob.File, error) {
	if err := f.fault.fail(); err != nil {
		return nil, err
	}
	file, err := f.OS.Open(path, flag, perm)
	return faultyFile{file, f.fault}, err
}

func (f faultyFiles) MakeFolder(path string, perm fs.FileMode) error {
	return errors.Join(f.fault.fail(), f.OS.MakeFolder(path, perm))
}

func (f faultyFiles) Rename(from, to string) error {
	if err := f.fault.fail(); err != nil {
		return err
	}
	return f.OS.Rename(from, to)
}

func (f faultyFiles) Remove(path string) error {
	if err := f.fault.fail(); err != nil {
		return err
	}
	return f.OS.Remove(path)
}

// faultyFile is an open one.
type faultyFile struct {
	blob.File
	fault *fault
}

// WriteAt writes a half before it fails, as on a disk that fills up.
func (f faultyFile) WriteAt(p []byte, at int64) (int, error) {
	if err := f.fault.fail(); err != nil {
		n, _ := f.File.WriteAt(p[:len(p)/2], at)
		return n, err
	}
	return f.File.WriteAt(p, at)
}

func (f faultyFile) Sync() error {
	if err := f.fault.fail(); err != nil {
		return err
	}
	return f.File.Sync()
}

func (f faultyFile) Stat() (fs.FileInfo, error) {
	if err := f.fault.fail(); err != nil {
		return nil, err
	}
	return f.File.Stat()
}

// Close closes the file though it fails, as Linux does.
func (f faultyFile) Close() error { return errors.Join(f.File.Close(), f.fault.fail()) }

// TestEveryCallOfTheFileSystem fails for letters whose files share a pack, and for those whose file
// has a file of its own, for which the engine makes no difference.
func TestEveryCallOfTheFileSystem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ engine, kind string }{
		{"sqlite", "question"},
		{"postgres", "question"},
		{"sqlite", "large question"},
	} {
		t.Run(c.engine+"/"+c.kind, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, c.engine, inFiles)
			h.ride(c.kind, strike{err: syscall.ENOSPC, full: true},
				strike{err: syscall.EIO, lasting: true})
		})
	}
}

// TestEveryCallOfTheFileSystemForTheFirstFile fails in a new house each time, where folders and
// pack are still to be made.
func TestEveryCallOfTheFileSystemForTheFirstFile(t *testing.T) {
	t.Parallel()
	for at, struck := 1, true; struck; at++ {
		h := newHouse(t, "sqlite", inFiles)
		l := h.write("question")
		before := h.census()
		h.fault.arm(at, strike{err: syscall.EIO})
		err := h.accept(l)
		struck = h.fault.mend()
		if is := grown(before, h.census()); err != nil && len(is) > 0 {
			t.Errorf("step %d: put off, and is %v", at, is)
		}
		h.must(l)
		h.keeps(l)
	}
}

// inFiles lets the fault strike in the files of blobs.
func inFiles(h *house, o *store.Options) { o.Files = faultyFiles{fault: &h.fault} }
