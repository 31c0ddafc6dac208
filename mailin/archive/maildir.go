package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// errNoMaildir is an error of OpenMaildir.
var errNoMaildir = errors.New("neither cur nor new is in it, nor below")

// Maildir is a folder in which each mail is a file.
type Maildir struct {
	root    string
	folders []string // those that hold a cur or new, relative to root, sorted
	batch   int      // how many names are held at once
}

// OpenMaildir looks for the folders of a Maildir.
func OpenMaildir(path string) (*Maildir, error) {
	root, err := filepath.EvalSymlinks(path) // the operator named it: this link is meant
	if err != nil {
		return nil, fmt.Errorf("open Maildir: %w", err)
	}
	m := &Maildir{root: root, batch: batch}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		switch d.Name() {
		case "cur", "new":
			rel, err := filepath.Rel(root, filepath.Dir(path))
			if err == nil && path != root && !slices.Contains(m.folders, rel) {
				m.folders = append(m.folders, rel)
			}
			return cmp.Or(err, fs.SkipDir)
		case "tmp": // mails that are being written
			return fs.SkipDir
		}
		return nil
	})
	if err == nil && len(m.folders) == 0 {
		err = fmt.Errorf("%s: %w", path, errNoMaildir)
	}
	if err != nil {
		return nil, fmt.Errorf("open Maildir: %w", err)
	}
	slices.Sort(m.folders)
	return m, nil
}

// batch is how many names of a folder are held, some megabytes.
const batch = 1 << 15

// Mails implements Archive: folder by folder, by the names of the files, which begin with when they
// came. A place is folder and name, without the flags that follow the name.
func (m *Maildir) Mails(_ context.Context, behind string) iter.Seq2[Mail, error] {
	folder, after := splitPlace(behind)
	return func(yield func(Mail, error) bool) {
		for _, f := range m.folders {
			from := ""
			switch {
			case f < folder:
				continue
			case f == folder:
				from = after
			}
			for {
				files, err := m.list(f, from)
				if err != nil {
					yield(Mail{}, fmt.Errorf("read Maildir: %w", err))
					return
				}
				for _, file := range files {
					if !yield(m.mail(f, file), nil) {
						return
					}
				}
				if len(files) == 0 {
					break
				}
				from = files[len(files)-1].base
			}
		}
	}
}

func splitPlace(place string) (folder, base string) {
	i := strings.LastIndexByte(place, '/')
	return place[:max(i, 0)], place[i+1:]
}

// named is a file of a Maildir.
type named struct {
	base string // its name without flags
	path string
}

// list gives the first names behind after, sorted. The folder is read anew for each batch, because
// a folder has no order, and a million names are much memory.
func (m *Maildir) list(folder, after string) ([]named, error) {
	var found []named
	full := false // the last of the batch is known: what lies behind it waits
	sortUp := func() {
		slices.SortFunc(found, func(a, b named) int { return strings.Compare(a.base, b.base) })
		// A mail that was looked at meanwhile is in both.
		found = slices.CompactFunc(found, func(a, b named) bool { return a.base == b.base })
		full = len(found) >= m.batch
		found = found[:min(m.batch, len(found))]
	}
	err := m.each(folder, func(n named) {
		if n.base <= after || full && n.base > found[m.batch-1].base {
			return
		}
		if found = append(found, n); len(found) == 2*m.batch {
			sortUp()
		}
	})
	sortUp()
	return found, err
}

// each gives every mail of a folder, in no order.
func (m *Maildir) each(folder string, do func(named)) error {
	for _, sub := range []string{"new", "cur"} {
		path := filepath.Join(m.root, folder, sub)
		dir, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for err == nil {
			var some []fs.DirEntry
			some, err = dir.ReadDir(1000)
			for _, d := range some {
				if !strings.HasPrefix(d.Name(), ".") && d.Type().IsRegular() {
					base, _, _ := strings.Cut(d.Name(), ":")
					do(named{base, filepath.Join(path, d.Name())})
				}
			}
		}
		if dir.Close(); err != io.EOF {
			return err
		}
	}
	return nil
}

func (m *Maildir) mail(folder string, n named) Mail {
	return Mail{
		Place: folder + "/" + n.base, Name: n.path, At: delivered(n), Size: 1,
		Open: func() (io.ReadCloser, error) {
			f, _, err := openFile(n.path)
			if errors.Is(err, fs.ErrNotExist) { // somebody reads mail in it: it has other flags now
				f, _, err = openFile(m.find(folder, n))
			}
			if err != nil {
				return nil, fmt.Errorf("open mail: %w", err)
			}
			return f, nil
		},
	}
}

// find gives where a mail lies now, else where it lay.
func (m *Maildir) find(folder string, n named) string {
	path := n.path
	_ = m.each(folder, func(other named) { // whoever opens the path meets the fault
		if other.base == n.base {
			path = other.path
		}
	})
	return path
}

// maxUnixDigits is how many digits a time in seconds has until the year 5138.
const maxUnixDigits = 11

// delivered gives when a mail came: its name begins with the second, else the file knows.
func delivered(n named) time.Time {
	digits, _, _ := strings.Cut(n.base, ".")
	s, err := strconv.ParseInt(digits, 10, 64)
	if err == nil && s > 0 && len(digits) <= maxUnixDigits {
		return time.Unix(s, 0).UTC()
	}
	return changed(n.path)
}

// changed gives when a file was; zero if it cannot be told.
func changed(path string) time.Time {
	info, err := os.Lstat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// Left implements Archive, in mails.
func (m *Maildir) Left(_ context.Context, behind string) (n int64, err error) {
	folder, after := splitPlace(behind)
	for _, f := range m.folders {
		if f < folder {
			continue
		}
		err := m.each(f, func(mail named) {
			if f > folder || mail.base > after {
				n++
			}
		})
		if err != nil {
			return 0, fmt.Errorf("read Maildir: %w", err)
		}
	}
	return n, nil
}

// Bytes implements Archive.
func (m *Maildir) Bytes() bool { return false }

// Appends implements Archive: a mail may come into any folder, by any name.
func (m *Maildir) Appends() bool { return false }

// Close implements Archive.
func (m *Maildir) Close() error { return nil }
