package archive

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path/filepath"
	"strings"
)

// Files is a folder of .eml files, with those below it.
type Files struct{ root string }

// OpenFiles gives the archive of a folder. What it cannot read is an error of Mails.
func OpenFiles(path string) *Files { return &Files{path} }

// Mails implements Archive, in the order of the files' names.
func (f *Files) Mails(_ context.Context, behind string) iter.Seq2[Mail, error] {
	return func(yield func(Mail, error) bool) {
		skip := behind != ""
		err := filepath.WalkDir(f.root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !d.Type().IsRegular() || !strings.EqualFold(filepath.Ext(path), ".eml") {
				return nil
			}
			if skip {
				skip = path != behind
				return nil
			}
			m := Mail{Place: path, Name: path, At: changed(path), Size: 1}
			m.Open = func() (io.ReadCloser, error) {
				file, _, err := openFile(path)
				if err != nil {
					return nil, fmt.Errorf("open mail: %w", err)
				}
				return file, nil
			}
			if !yield(m, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(Mail{}, fmt.Errorf("read folder: %w", err))
		}
	}
}

// Left implements Archive, in mails.
func (f *Files) Left(ctx context.Context, behind string) (n int64, err error) {
	for _, err := range f.Mails(ctx, behind) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// Bytes implements Archive.
func (f *Files) Bytes() bool { return false }

// Appends implements Archive.
func (f *Files) Appends() bool { return false }

// Close implements Archive.
func (f *Files) Close() error { return nil }
