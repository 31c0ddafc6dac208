package archive

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"
)

// maildir makes files, each with its own path as text, and opens the folder.
func maildir(t *testing.T, paths ...string) *Maildir {
	t.Helper()
	root := t.TempDir()
	for _, path := range paths {
		put(t, root, path)
	}
	m, err := OpenMaildir(root)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func put(t *testing.T, root, path string) {
	t.Helper()
	full := filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(path), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestMaildirFoldersInOrder(t *testing.T) {
	t.Parallel()
	m := maildir(t, "cur/3.c:2,S", "new/1.a", "tmp/2.x", "new/.hidden", "dovecot.index",
		".Sent/cur/2.b:2,S", ".Sent.Old/cur/1.z:2,", ".Sent.Old/tmp/9.z", "in/it/new/5.n", "cur/2.d")
	want := []string{
		"new/1.a", "cur/2.d", "cur/3.c:2,S", ".Sent/cur/2.b:2,S", ".Sent.Old/cur/1.z:2,",
		"in/it/new/5.n",
	}
	got, places := texts(t, m, "")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
	for i, place := range places {
		rest, _ := texts(t, m, place)
		left, err := m.Left(t.Context(), place)
		if !slices.Equal(rest, want[i+1:]) || left != int64(len(rest)) || err != nil {
			t.Errorf("behind %s: %q, %d left, %v", place, rest, left, err)
		}
	}
}

// TestMaildirIsReadInBatches: each name once and in order, however many more than are held.
func TestMaildirIsReadInBatches(t *testing.T) {
	t.Parallel()
	const n = 101
	var paths, want []string
	for i := range n {
		paths = append(paths, fmt.Sprintf("new/%03d", i*37%n))
		want = append(want, fmt.Sprintf("new/%03d", i))
	}
	for _, size := range []int{1, 2, 7, 50, n, n + 1} {
		m := maildir(t, paths...)
		m.batch = size
		if got, _ := texts(t, m, ""); !slices.Equal(got, want) {
			t.Errorf("%d at once: %q", size, got)
		}
	}
}

func TestMaildirMailWhoseFlagsChange(t *testing.T) {
	t.Parallel()
	m := maildir(t, "new/1.a", "cur/0.x")
	for mail, err := range m.Mails(t.Context(), "./0.x") {
		if err != nil {
			t.Fatal(err)
		}
		moved := filepath.Join(m.root, "cur", "1.a:2,RS")
		if err := os.Rename(filepath.Join(m.root, "new", "1.a"), moved); err != nil {
			t.Fatal(err)
		}
		r, err := mail.Open()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		if err := os.Remove(moved); err != nil {
			t.Fatal(err)
		}
		if _, err := mail.Open(); err == nil {
			t.Error("a mail that is gone opens")
		}
	}
}

func TestNoLinkLeadsOutOfAMaildir(t *testing.T) {
	t.Parallel()
	m := maildir(t, "cur/1.a")
	secret := write(t, "secret", "secret")
	if err := os.Symlink(secret, filepath.Join(m.root, "cur", "2.b")); err != nil {
		t.Fatal(err)
	}
	if got, _ := texts(t, m, ""); len(got) != 1 {
		t.Errorf("%q", got)
	}
	for mail := range m.Mails(t.Context(), "") { // and none that comes later
		if err := os.Remove(mail.Name); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(secret, mail.Name); err != nil {
			t.Fatal(err)
		}
		if _, err := mail.Open(); err == nil {
			t.Error("a link is followed")
		}
	}
}

func TestDateOfAMaildirsName(t *testing.T) {
	t.Parallel()
	for mail := range maildir(t, "cur/1136214245.M1P2.host:2,S").Mails(t.Context(), "") {
		if !mail.At.Equal(time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC)) {
			t.Errorf("%s", mail.At)
		}
	}
	for mail := range maildir(t, "cur/abc").Mails(t.Context(), "") {
		if time.Since(mail.At) > time.Hour {
			t.Errorf("not the file's: %s", mail.At)
		}
	}
}

func TestOpenTellsArchivesApart(t *testing.T) {
	t.Parallel()
	files := t.TempDir()
	for _, path := range []string{"b.eml", "a/x.EML", "note.txt"} {
		put(t, files, path)
	}
	for path, want := range map[string]Archive{
		write(t, "box", dateLine): &Mbox{}, maildir(t, "cur/1").root: &Maildir{}, files: &Files{},
	} {
		a, err := Open(path)
		if err != nil || reflect.TypeOf(a) != reflect.TypeOf(want) {
			t.Errorf("%s: %T, %v", path, a, err)
			continue
		}
		a.Close()
	}
	a := OpenFiles(files)
	got, places := texts(t, a, "")
	left, err := a.Left(t.Context(), places[0])
	if !reflect.DeepEqual(got, []string{"a/x.EML", "b.eml"}) || left != 1 || err != nil {
		t.Errorf("%q, %d left, %v", got, left, err)
	}
	if _, err := Open(filepath.Join(files, "none")); err == nil {
		t.Error("what is not there opens")
	}
}
