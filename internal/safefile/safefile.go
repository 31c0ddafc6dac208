// Package safefile writes a file whole or not at all: after a crash or a power cut the path
// holds the old bytes or the new ones, never a part.
//
// It is for files that are replaced as one (configuration, generated pages), not for logs
// or databases. It is called by the CLI and owns no goroutine.
package safefile

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile copies r into path with mode perm, whatever the umask, replacing what
// was there, and returns when bytes and name are durable. On an error, r's included, the old
// file stands untouched and nothing is left behind. The folder must exist.
func WriteFile(path string, r io.Reader, perm fs.FileMode) error {
	dir := filepath.Dir(path)
	// The same folder, so that the rename stays on one file system and is atomic.
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("create temporary file for %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // finds nothing after the rename
	if err := fill(f, r, perm); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("replace %s: %w", path, err)
	}
	return SyncDir(dir)
}

// fill writes, syncs and closes f.
func fill(f *os.File, r io.Reader, perm fs.FileMode) error {
	defer f.Close()
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	if err := f.Chmod(perm); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

// SyncDir makes the names in a folder durable: without it a new or renamed file may vanish with
// the power although its bytes were synced.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open folder %s: %w", dir, err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}
