package blob

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path"
)

// Writer writes a blob into a file of its own. It is for one goroutine.
type Writer struct {
	dir  *Dir
	file File // nil after Done or Abort
	path string
	size int64
}

// Create begins a file for a large blob.
func (d *Dir) Create() (*Writer, error) {
	if err := d.makeFolder(tempFolder); err != nil {
		return nil, err
	}
	w := &Writer{dir: d, path: d.path(path.Join(tempFolder, rand.Text()))}
	var err error
	w.file, err = d.files.Open(w.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create file of blob: %w", err)
	}
	return w, nil
}

// Write implements io.Writer.
func (w *Writer) Write(p []byte) (int, error) {
	n, err := w.file.WriteAt(p, w.size)
	w.size += int64(n)
	if err != nil {
		return n, fmt.Errorf("write file of blob: %w", err)
	}
	return n, nil
}

// Written reads what was written so far.
func (w *Writer) Written() io.Reader { return io.NewSectionReader(w.file, 0, w.size) }

// Done makes the blob durable under its SHA-256 in lower-case hex. After an error nothing is left
// of it.
func (w *Writer) Done(sha256 string) (Place, error) {
	defer w.Abort() // does nothing when all went well
	// A name of its own: were it another writer's too, Sweep could remove the file of one who has
	// found it there and not yet committed.
	folder, name := sha256[:2], sha256+"-"+rand.Text()
	place := Place{File: path.Join(folder, name), Size: w.size}
	if err := w.dir.makeFolder(folder); err != nil {
		return Place{}, err
	}
	if err := w.file.Sync(); err != nil {
		return Place{}, fmt.Errorf("sync file of blob: %w", err)
	}
	final := w.dir.path(place.File)
	if err := w.dir.files.Rename(w.path, final); err != nil {
		return Place{}, fmt.Errorf("name file of blob: %w", err)
	}
	w.path = final
	if err := w.dir.syncFolder(w.dir.path(folder)); err != nil {
		return Place{}, err
	}
	_ = w.file.Close() // nothing is written that the sync did not tell of
	w.file = nil
	return place, nil
}

// Abort drops what was written. After Done it does nothing.
func (w *Writer) Abort() {
	if w.file == nil {
		return
	}
	_ = w.file.Close()
	_ = w.dir.files.Remove(w.path) // or Sweep will
	w.file = nil
}
