package testkit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// sharedBinary builds once a test process; the file lives until the process ends.
var sharedBinary = sync.OnceValues(buildBinary)

// binary is the built program, on the leash that removes it.
type binary struct {
	leash *leash
	path  string
}

// Binary gives the path of a helpgate built from this tree, with the race detector when the test
// has it. It must not be changed.
func Binary(t testing.TB) string {
	t.Helper()
	b, err := sharedBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b.path
}

func buildBinary() (*binary, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	l, err := newLeash("nobody")
	if err != nil {
		return nil, err
	}
	if err := l.run("TERM"); err != nil {
		return nil, errors.Join(err, os.RemoveAll(l.dir))
	}
	b := &binary{leash: l, path: filepath.Join(l.dir, "helpgate")}
	args := []string{"build", "-tags", "sqlite_fts5", "-o", b.path}
	if RaceEnabled {
		args = append(args, "-race")
		if err := hurryRaceDetector(); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command("go", append(args, "./cmd/helpgate")...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build helpgate: %w: %s", err, out)
	}
	return b, os.Chmod(l.dir, 0o755) // whoever a test runs it as
}

// hurryRaceDetector shortens the second for which a process built with the detector waits at its
// end for other threads' reports: a run of the tests starts thousands. What the caller's GORACE
// says stands.
func hurryRaceDetector() error {
	if os.Getenv("GORACE") != "" {
		return nil
	}
	return os.Setenv("GORACE", "atexit_sleep_ms=10")
}

// moduleRoot is the folder of go.mod, wherever in the tree the test runs.
func moduleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find go.mod: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}
