package safefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestWriteFileReplacesTheWholeFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "page")
	for _, want := range []string{"a long first version", "short", ""} {
		if err := WriteFile(path, strings.NewReader(want), 0o640); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("read %q, %v, want %q", got, err, want)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o640 {
		t.Errorf("mode %v, %v, want 0640", info.Mode(), err)
	}
	onlyEntry(t, path)
}

func TestFailedWriteLeavesTheOldFileAndNothingElse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "page")
	if err := WriteFile(path, strings.NewReader("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	fault := errors.New("line cut")
	half := io.MultiReader(strings.NewReader("new, but hal"), iotest.ErrReader(fault))
	if err := WriteFile(path, half, 0o600); !errors.Is(err, fault) {
		t.Errorf("error %v, want the reader's", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("the file holds %q, want the old bytes", got)
	}
	onlyEntry(t, path)
}

func TestMissingFolderIsAnError(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none", "page")
	if err := WriteFile(path, strings.NewReader("x"), 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
}

// onlyEntry checks that path's folder holds path and no temporary file.
func onlyEntry(t *testing.T, path string) {
	t.Helper()
	names, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(names) != 1 || names[0].Name() != filepath.Base(path) {
		t.Errorf("the folder holds %v, %v, want only %s", names, err, filepath.Base(path))
	}
}
