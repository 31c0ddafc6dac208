package token

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCreatedSecretFileLoads(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	if err := CreateFile(path, rand.Reader); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v; want 0600", info.Mode(), err)
	}
	first, err := LoadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := Claim{Purpose: PurposeCustomer, Ticket: 5}
	if got, ok := again.Verify(first.Sign(c)); !ok || got != c {
		t.Errorf("a token does not outlive the process: %+v, %v", got, ok)
	}
	if err := CreateFile(path, rand.Reader); !errors.Is(err, fs.ErrExist) {
		t.Errorf("creating it again: %v, want fs.ErrExist", err)
	}
}

func TestNoSecretFileStaysBehindWithoutRandomness(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	if err := CreateFile(path, strings.NewReader("too short")); err == nil {
		t.Fatal("accepted")
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("stat: %v, want no file", err)
	}
}

func TestSecretFileText(t *testing.T) {
	t.Parallel()
	secret := strings.Repeat("a", 52)
	for _, c := range []struct{ name, text, fault string }{
		{"two keys", "# c\n\nb " + secret + " # newest\r\na " + strings.ToUpper(secret) + "\n", ""},
		{"empty", "# nothing\n", "no key"},
		{"no id", secret, "line 1"},
		{"long id", "aa " + secret, "line 1"},
		{"not base32", "\na 0189", "line 2"},
		{"short", "a abcd", "fewer than 32"},
	} {
		path := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadFile(path)
		if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: %v, want %q", c.name, err, c.fault)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error shows the secret: %v", c.name, err)
		}
	}
	if _, err := LoadFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v, want fs.ErrNotExist", err)
	}
}
