package blob

import (
	"io"
	"io/fs"
	"os"
)

// Files is what blobs ask of the file system when they read and write, so that tests can let any
// step of it fail. Sweeping and looking for packs list folders without it.
type Files interface {
	// Open is os.OpenFile; folders are opened too, to sync them.
	Open(path string, flag int, perm fs.FileMode) (File, error)
	// MakeFolder is os.MkdirAll.
	MakeFolder(path string, perm fs.FileMode) error
	// Rename is os.Rename.
	Rename(from, to string) error
	// Remove is os.Remove.
	Remove(path string) error
}

// File is an open file or folder; *os.File is one.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	// Sync makes durable what was written. Once it has failed, nothing that was written since the
	// last one that did not can be counted on: the kernel may have dropped it.
	Sync() error
	Stat() (fs.FileInfo, error)
	Fd() uintptr
}

// OS is the operating system's own Files.
type OS struct{}

// Open implements Files.
func (OS) Open(path string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(path, flag, perm)
	if err != nil {
		return nil, err // not f: a nil *os.File is no nil File
	}
	return f, nil
}

// MakeFolder implements Files.
func (OS) MakeFolder(path string, perm fs.FileMode) error { return os.MkdirAll(path, perm) }

// Rename implements Files.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove implements Files.
func (OS) Remove(path string) error { return os.Remove(path) }
