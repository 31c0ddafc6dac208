package blob

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

var name = strings.Repeat("ab", 32)

func TestPutThenOpen(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "deep", "100% blobs")
	d := open(t, "file:"+root)
	if _, err := d.Open(name); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("got %v before the blob was put", err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := d.Put(name, []byte("bytes")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	r, err := d.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); string(got) != "bytes" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	files, err := filepath.Glob(filepath.Join(root, "ab", "*"))
	if err != nil || len(files) != 1 || filepath.Base(files[0]) != name {
		t.Errorf("the folder holds %q, %v", files, err)
	}
	hidden, _ := filepath.Glob(filepath.Join(root, "ab", ".*"))
	if len(hidden) != 0 {
		t.Errorf("left behind: %q", hidden)
	}
}

func TestPutMendsCutFile(t *testing.T) {
	t.Parallel()
	d := open(t, "file:"+t.TempDir())
	whole := bytes.Repeat([]byte("x"), 100)
	if err := d.Put(name, whole); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(d.path(name), 50); err != nil {
		t.Fatal(err)
	}
	if err := d.Put(name, whole); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(d.path(name)); !bytes.Equal(got, whole) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestOpenRefusesOtherAddresses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "blobs", "file:blobs", "s3://key:secret@host/bucket"} {
		if _, err := Open(address); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
}

func open(t *testing.T, address string) *Dir {
	t.Helper()
	d, err := Open(address)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
