// Package blob keeps bytes that are too large for a row in files named by their SHA-256.
//
// Files never change once they are there, so a name says all about its bytes, and writing the same
// bytes again does nothing. It does not know which of them are still wanted: the rows of
// internal/store tell. It is called by internal/store only and owns no goroutine.
package blob

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"helpgate/internal/safefile"
)

// Dir is a folder of blobs, fanned out by the first two letters of their names. It is safe for use
// by several goroutines and processes.
type Dir struct {
	root string

	mu sync.Mutex
	// made holds the folders inside root whose names this process knows to be durable.
	made map[string]bool
}

// Open gives the folder of the address "file:/absolute/path", taken as it stands. The folder is
// made with the first blob.
func Open(address string) (*Dir, error) {
	root, ok := strings.CutPrefix(address, "file:")
	if !ok || !filepath.IsAbs(root) {
		return nil, fmt.Errorf("read address of blobs: %q is not file:/absolute/path", address)
	}
	return &Dir{root: filepath.Clean(root), made: map[string]bool{}}, nil
}

// Put makes data durable under its SHA-256 in lower-case hex.
func (d *Dir) Put(sha256 string, data []byte) error {
	folder := filepath.Dir(d.path(sha256))
	if err := d.makeFolder(folder); err != nil {
		return fmt.Errorf("make folder of blob %s: %w", sha256, err)
	}
	if info, err := os.Stat(d.path(sha256)); err == nil && info.Size() == int64(len(data)) {
		// Another writer may have renamed it and not yet synced the folder.
		return safefile.SyncDir(folder)
	}
	return safefile.WriteFile(d.path(sha256), bytes.NewReader(data), 0o600)
}

// Open reads a blob; fs.ErrNotExist when there is none. The caller closes it.
func (d *Dir) Open(sha256 string) (io.ReadCloser, error) {
	f, err := os.Open(d.path(sha256))
	if err != nil {
		return nil, fmt.Errorf("open blob %s: %w", sha256, err)
	}
	return f, nil
}

func (d *Dir) path(sha256 string) string {
	return filepath.Join(d.root, sha256[:2], sha256)
}

// makeFolder makes the folder and its name durable, once in the life of the process: it may be
// there already and yet not durable, if another process has made it this instant.
func (d *Dir) makeFolder(folder string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.made[folder] {
		return nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for _, dir := range []string{d.root, filepath.Dir(d.root)} {
		if err := safefile.SyncDir(dir); err != nil {
			return err
		}
	}
	d.made[folder] = true
	return nil
}
