package config

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestFilesThatHoldSecretsAreNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	named := filepath.Join(dir, "password")
	if err := os.WriteFile(named, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "helpgate.toml")
	const relay = "[relay]\naddress = \"mx.example.com:587\"\nusername = \"a\"\n"
	for text, want := range map[string][]string{
		"":                           nil,
		relay + "password = \"x\"\n": {file},
		relay + "password_file = \"" + named + "\"\n":         {named},
		"[database]\nurl = \"sqlite:x.db\"\n":                 nil,
		"[database]\nurl = \"postgres://a:b@db.example/x\"\n": {file},
		relay + "password_file = \"" + named + "\"\n[database]\nurl = \"postgres://a:b@c/x\"\n": {
			file, named,
		},
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, _, err := Load(file, nil)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := slices.Sorted(slices.Values(cfg.SecretFiles()))
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
