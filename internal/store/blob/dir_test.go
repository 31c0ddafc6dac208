package blob

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var sum = strings.Repeat("ab", 32)

func TestOpenRefusesOtherAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "blobs", "file:blobs", "s3://key:secret@host/bucket"} {
		if _, err := Open(address, nil); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
}

func TestACutOrMissingFileIsNoShorterBlob(t *testing.T) {
	t.Parallel()
	d := open(t, t.TempDir(), nil)
	place := d.append(t, "bytes")
	if err := os.Truncate(d.path(place.File), 4); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Open(place); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut: %v", err)
	}
	if err := os.Remove(d.path(place.File)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Open(place); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

// TestAFolderThatIsTakenAwayIsNotMadeAnew: what is put back would hide what came meanwhile.
func TestAFolderThatIsTakenAwayIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "blobs")
	d := open(t, root, nil)
	if err := d.Check(); err != nil {
		t.Errorf("before the first blob: %v", err)
	}
	d.append(t, "bytes")
	if err := os.Rename(root, root+".away"); err != nil {
		t.Fatal(err)
	}
	packed, err := d.Append([]byte("more"))
	if err == nil {
		err = d.Sync(packed)
	}
	_, errOwn := d.Create()
	if err == nil || errOwn == nil || d.Check() == nil {
		t.Errorf("away: append %v, create %v, check %v", err, errOwn, d.Check())
	}
	if err := os.Rename(root+".away", root); err != nil {
		t.Fatal(err)
	}
	d.own(t, "large")
	if err := errors.Join(d.Sync(d.append(t, "more")), d.Check()); err != nil {
		t.Errorf("back: %v", err)
	}
}

func TestFoldersBelongToTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "deep", "100% blobs")
	d := open(t, root, nil)
	for _, file := range []string{d.append(t, "packed").File, d.own(t, "large").File} {
		for path, want := range map[string]fs.FileMode{
			d.path(file): 0o600, filepath.Dir(d.path(file)): 0o700 | fs.ModeDir,
		} {
			if info, err := os.Stat(path); err != nil || info.Mode() != want {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
		}
	}
}

// open gives a Dir that ends with the test.
func open(t *testing.T, root string, files Files) testDir {
	t.Helper()
	d, err := Open("file:"+root, files)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return testDir{d}
}

// testDir is a Dir with steps that must succeed.
type testDir struct{ *Dir }

func (d testDir) append(t *testing.T, data string) Place {
	t.Helper()
	place, err := d.Append([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return place
}

func (d testDir) own(t *testing.T, data string) Place {
	t.Helper()
	w, err := d.Create()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	if _, err := io.WriteString(w, data); err != nil {
		t.Fatal(err)
	}
	place, err := w.Done(sum)
	if err != nil {
		t.Fatal(err)
	}
	return place
}

func (d testDir) read(t *testing.T, place Place) string {
	t.Helper()
	r, err := d.Open(place)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// list gives the files below the folder, as Place names them.
func (d testDir) list(t *testing.T, folder string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(d.path(folder), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, err := filepath.Rel(d.root, path)
			files = append(files, filepath.ToSlash(name))
			return err
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}
