// Package blob keeps bytes that are too large for a row in files.
//
// Those of middling size are appended to a pack, a file that one process alone writes to, so that
// a whole group of transactions is made durable by one sync of it (Dir.Append, Dir.Sync); large
// ones get a file of their own, named by their SHA-256, as they stream in (Dir.Create). Nothing
// that a Place names is ever changed. What no place names, because its transaction was never
// committed, does no harm, and Dir.Sweep collects it.
//
// It knows no database: the rows of internal/store tell which places are named. It is called by
// internal/store only and owns no goroutine.
package blob

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// The folders within a Dir's. Beside them lie 256 more, "00" to "ff", with the files of large
// blobs, fanned out by the first two letters of their names.
const (
	packFolder = "packs"
	// tempFolder holds large blobs that still stream in.
	tempFolder = "tmp"
)

// mayWrite is the question of access(2) whether one may write, W_OK.
const mayWrite = 2

// Place tells where a blob lies.
type Place struct {
	// File is a path within the folder of blobs, with slashes.
	File   string
	Offset int64
	Size   int64
}

// Dir is a folder of blobs. It is safe for use by several goroutines, and by several processes that
// share a database.
type Dir struct {
	root  string
	files Files

	// appending is held while a blob is written to the pack, and guards active.
	appending sync.Mutex
	active    *pack // nil before the first one

	mu sync.Mutex // guards the rest
	// packs holds those that this process has appended to, by name.
	packs map[string]*pack
	// made holds the folders inside root whose names this process knows to be durable.
	made map[string]bool
	// known tells that root has been there. Then it is not made anew: the blobs of before would be
	// missing, and those that came meanwhile too when it is put back.
	known bool
}

// Open gives the folder of the address "file:/absolute/path", taken as it stands, on files, or on
// OS when they are nil. The folder is made with the first blob.
func Open(address string, files Files) (*Dir, error) {
	root, ok := strings.CutPrefix(address, "file:")
	if !ok || !filepath.IsAbs(root) {
		return nil, fmt.Errorf("read address of blobs: %q is not file:/absolute/path", address)
	}
	_, err := os.Stat(root)
	return &Dir{
		root: filepath.Clean(root), files: cmp.Or[Files](files, OS{}),
		packs: map[string]*pack{}, made: map[string]bool{}, known: err == nil,
	}, nil
}

// Root is the folder's path.
func (d *Dir) Root() string { return d.root }

// Check tells why no blob could be stored now: the folder was taken away, or is not for us to write
// in. It writes nothing.
func (d *Dir) Check() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.there(); err != nil || !d.known {
		return err
	}
	for _, folder := range []string{d.root, d.path(packFolder)} {
		err := syscall.Access(folder, mayWrite)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("write to folder of blobs %s: %w", folder, err)
		}
	}
	return nil
}

// there tells when the folder has been there and is not any more. d.mu is held.
func (d *Dir) there() error {
	if _, err := os.Stat(d.root); d.known && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("folder of blobs %s was taken away: put it back", d.root)
	}
	return nil
}

// Open reads the blob that lies there; fs.ErrNotExist when its file is gone, io.ErrUnexpectedEOF
// when it was cut. The caller closes it.
func (d *Dir) Open(p Place) (io.ReadCloser, error) {
	f, err := d.files.Open(d.path(p.File), os.O_RDONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("open blob: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() < p.Offset+p.Size {
		err = fmt.Errorf("%s ends at %d: %w", p.File, info.Size(), io.ErrUnexpectedEOF)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open blob: %w", err)
	}
	return section{io.NewSectionReader(f, p.Offset, p.Size), f}, nil
}

// section is a part of a file, which it closes.
type section struct {
	*io.SectionReader
	io.Closer
}

// Sync makes a blob durable that Append or Create gave, and with it all that was appended before
// Sync was called: those who call it at once share one flush, and the later ones of a group need
// none. An error means that the blob is lost, and has to be stored anew.
func (d *Dir) Sync(p Place) error {
	if pack := d.pack(p.File); pack != nil {
		return pack.sync(p.Offset + p.Size)
	}
	if strings.HasPrefix(p.File, packFolder+"/") {
		return fmt.Errorf("sync pack %s: it was given up", p.File)
	}
	return nil // a file of its own, which was durable from the start
}

// Close leaves the pack to whoever comes next.
func (d *Dir) Close() {
	d.appending.Lock()
	defer d.appending.Unlock()
	d.leave()
}

// pack gives the one of that name if this process has appended to it, or nil.
func (d *Dir) pack(name string) *pack {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.packs[name]
}

func (d *Dir) path(file string) string { return filepath.Join(d.root, filepath.FromSlash(file)) }

// makeFolder makes the folder within root and its name durable, once in the life of the process:
// it may be there already and yet not durable, if another process has made it this instant.
func (d *Dir) makeFolder(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := os.Stat(d.path(name)); err == nil && d.made[name] {
		return nil
	}
	if err := d.there(); err != nil {
		return err
	}
	if err := d.files.MakeFolder(d.path(name), 0o700); err != nil {
		return fmt.Errorf("make folder of blobs: %w", err)
	}
	for _, folder := range []string{d.root, filepath.Dir(d.root)} {
		if err := d.syncFolder(folder); err != nil {
			return err
		}
	}
	d.made[name], d.known = true, true
	return nil
}

// syncFolder makes the names in a folder durable: without it a new file may vanish with the power
// although its bytes were synced.
func (d *Dir) syncFolder(path string) error {
	f, err := d.files.Open(path, os.O_RDONLY, 0)
	if err != nil {
		return fmt.Errorf("open folder of blobs: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync folder of blobs %s: %w", path, err)
	}
	return nil
}
