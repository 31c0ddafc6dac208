package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"helpgate/internal/testkit"
)

// nobody is the account of Debian that owns nothing.
const nobody = 65534

// TestServeThatCannotKeepMailDoesNotStart: it says in one line what is wrong with what, and exits
// with 1, before anybody can give it a mail.
func TestServeThatCannotKeepMailDoesNotStart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(data string) error
		says  []string
	}{
		"database is garbage": {
			func(data string) error {
				for _, end := range []string{"", "-wal", "-shm"} {
					if err := os.RemoveAll(filepath.Join(data, "helpgate.db"+end)); err != nil {
						return err
					}
				}
				garbage := bytes.Repeat([]byte("garbage "), 4096)
				return os.WriteFile(filepath.Join(data, "helpgate.db"), garbage, 0o600)
			},
			[]string{"helpgate.db", "not a database"},
		},
		"secret is missing": {
			func(data string) error { return os.Remove(filepath.Join(data, "secret")) },
			[]string{"secret"},
		},
		"data_dir is a file": {
			func(data string) error {
				if err := os.RemoveAll(data); err != nil {
					return err
				}
				return os.WriteFile(data, nil, 0o600)
			},
			[]string{"data", "not a directory"},
		},
		"data_dir is read-only": {
			func(data string) error {
				// Of what a killed process left, SQLite could still write to its log.
				for _, end := range []string{"-wal", "-shm"} {
					if err := os.RemoveAll(filepath.Join(data, "helpgate.db"+end)); err != nil {
						return err
					}
				}
				return errors.Join(os.Chmod(filepath.Join(data, "node"), 0o444), os.Chmod(data, 0o555))
			},
			[]string{"data", "permission denied"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t, options{})
			g.kill()
			data := filepath.Join(g.dir, "data")
			if err := c.spoil(data); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(data, 0o700) })
			code, text := g.serveInVain()
			if code != 1 {
				t.Errorf("exit code %d: %s", code, text)
			}
			for _, s := range c.says {
				if !strings.Contains(text, s) {
					t.Errorf("it does not say %q: %s", s, text)
				}
			}
			if lines := strings.Count(text, "\n"); lines != 1 || !strings.HasPrefix(text, "helpgate: ") {
				t.Errorf("%d lines: %s", lines, text)
			}
		})
	}
}

// serveInVain runs `serve`, which must end by itself, as somebody whom file modes bind, and gives
// its exit code and what it says.
func (g *gateway) serveInVain() (code int, text string) {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, testkit.Binary(g.t), "-c", g.config, "serve")
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Credential: &syscall.Credential{Uid: nobody, Gid: nobody},
		}
		g.giveTo(nobody)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		g.t.Fatalf("serve: %v\n%s", err, stderr.String())
	}
	return exit.ExitCode(), stderr.String()
}

// giveTo lets an account own the gateway's folder and reach it.
func (g *gateway) giveTo(uid int) {
	g.t.Helper()
	err := filepath.WalkDir(g.dir, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, uid, uid))
	})
	if err = errors.Join(err, os.Chmod(filepath.Dir(g.dir), 0o755)); err != nil {
		g.t.Fatal(err)
	}
}
