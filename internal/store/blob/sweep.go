package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"time"
)

const (
	// unnamedAge is how long nobody has written to a file that no row names before it is removed:
	// a transaction that is going to name it takes seconds, and somebody who puts a backup of the
	// database back must find what the newer one named, should they change their mind.
	unnamedAge = 7 * 24 * time.Hour
	// tempAge is the same of a file that still streams in: a mail that stands still is cut off long
	// before.
	tempAge = time.Hour
)

// Sweep removes the packs and files of which named says that no row names them, and the remains of
// large blobs whose process died. Files last written before since are another database's, perhaps
// one that was lost and will be restored, and stay. It gives the number of those removed.
//
// One that fails does not keep it from the others.
func (d *Dir) Sweep(
	ctx context.Context, now, since time.Time, named func(file string) (bool, error),
) (removed int, err error) {
	entries, err := os.ReadDir(d.root)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil // no blob yet
	}
	if err != nil {
		return 0, fmt.Errorf("list blobs: %w", err)
	}
	s := sweep{dir: d, since: since, named: named}
	for _, entry := range entries {
		switch name := entry.Name(); {
		case name == tempFolder:
			s.folder(ctx, name, now.Add(-tempAge), s.remove)
		case name == packFolder:
			s.folder(ctx, name, now.Add(-unnamedAge), s.pack)
		case len(name) == 2 && entry.IsDir():
			s.folder(ctx, name, now.Add(-unnamedAge), s.own)
		}
	}
	return s.removed, errors.Join(s.errs...)
}

// sweep is one on its way.
type sweep struct {
	dir     *Dir
	since   time.Time
	named   func(file string) (bool, error)
	removed int
	errs    []error
}

// folder looks at the files in the folder that were last written before the time.
func (s *sweep) folder(
	ctx context.Context, folder string, before time.Time, look func(file string) error,
) {
	entries, err := os.ReadDir(s.dir.path(folder))
	if err != nil {
		s.errs = append(s.errs, fmt.Errorf("list blobs: %w", err))
	}
	for _, entry := range entries {
		if ctx.Err() != nil {
			s.errs = append(s.errs, ctx.Err())
			return
		}
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() ||
			info.ModTime().Before(s.since) || !info.ModTime().Before(before) {
			continue
		}
		if err := look(path.Join(folder, entry.Name())); err != nil {
			s.errs = append(s.errs, fmt.Errorf("sweep blobs: %w", err))
		}
	}
}

func (s *sweep) own(file string) error {
	if named, err := s.named(file); named || err != nil {
		return err
	}
	return s.remove(file)
}

// pack looks at a pack while it holds its lock, so that nobody begins to append to it.
func (s *sweep) pack(file string) error {
	p, err := s.dir.take(file, 0)
	if err != nil {
		return nil // somebody appends to it, or another sweep is faster
	}
	defer p.file.Close()
	return s.own(file)
}

func (s *sweep) remove(file string) error {
	err := s.dir.files.Remove(s.dir.path(file))
	if err == nil {
		s.removed++
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil // by another sweep
	}
	return err
}
