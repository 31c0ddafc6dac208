package testkit

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// dyingProcess, set in the environment, makes the test below the process that dies.
const dyingProcess = "HELPGATE_TESTKIT_DIES"

func TestLeashLeavesNothingWhenTheTestProcessPanics(t *testing.T) {
	if os.Getenv(dyingProcess) != "" {
		l, err := newLeash("nobody")
		if err != nil {
			t.Fatal(err)
		}
		if err := l.run("TERM", "sleep", "600"); err != nil {
			t.Fatal(err)
		}
		_, _ = os.Stdout.WriteString("dir=" + l.dir + "\n")
		panic("as a broken test would")
	}
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), dyingProcess+"=1")
	out, err := cmd.Output()
	if err == nil {
		t.Fatal("the process did not panic")
	}
	_, rest, _ := strings.Cut(string(out), "dir=")
	dir, _, found := strings.Cut(rest, "\n")
	if !found {
		t.Fatalf("no directory in %q", out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err = poll(ctx, func() error {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			return errors.New("still there")
		}
		return nil
	})
	if err != nil {
		t.Errorf("%s: %v", dir, err)
	}
}
