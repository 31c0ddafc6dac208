package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// tmpfsMagic is what statfs(2) gives for a folder in memory, where a flush costs nothing.
const tmpfsMagic = 0x01021994

// bench is one run: its folder, what was started in it, and what was measured.
type bench struct {
	options
	run    string // this run's folder, below dir
	root   string // of the module
	binary string // helpgate; "" until it is built
	report report
	next   atomic.Int64
	rival  *postfix // nil until it is needed
}

func newBench(o options) (*bench, error) {
	if err := usable(o.dir); err != nil {
		return nil, err
	}
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return nil, fmt.Errorf("find go.mod: %w", err)
	}
	b := &bench{options: o, root: filepath.Dir(strings.TrimSpace(string(out)))}
	// No mail of an earlier run may come again: the database with many tickets stays. No machine
	// sends more than ten in a millisecond.
	b.next.Store(time.Now().UnixMilli() * 10)
	if b.run, err = os.MkdirTemp(o.dir, "run-"); err != nil {
		return nil, err
	}
	return b, os.Chmod(b.run, 0o755) // Postfix's processes drop their rights and go in all the same
}

// usable makes the folder, and refuses one that would measure memory or that Postfix cannot reach.
func usable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return fmt.Errorf("look at %s: %w", dir, err)
	}
	if int64(fs.Type) == tmpfsMagic {
		return fmt.Errorf("%s lies in memory: give a folder on a disk with -dir", dir)
	}
	for at := dir; at != filepath.Dir(at); at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return err
		}
		if info.Mode()&1 == 0 {
			return fmt.Errorf("%s is closed to other users, such as Postfix's: give -dir", at)
		}
	}
	return nil
}

// close ends what runs and removes the run's folder.
func (b *bench) close() error {
	var err error
	if b.rival != nil {
		err = b.rival.stop()
	}
	return errors.Join(err, os.RemoveAll(b.run))
}

// folder makes an empty folder of the run.
func (b *bench) folder(name string) (string, error) {
	dir, err := os.MkdirTemp(b.run, name+"-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}

// build makes the helpgate to measure, once. For a profile a file is laid over cmd/helpgate that is
// in no other build.
func (b *bench) build(ctx context.Context) (string, error) {
	if b.binary != "" {
		return b.binary, nil
	}
	if b.measure != "" {
		path, err := filepath.Abs(b.measure)
		b.binary = path
		return path, err
	}
	path := filepath.Join(b.run, "helpgate")
	args := []string{"build", "-tags", "sqlite_fts5", "-trimpath", "-o", path}
	if b.profile != "" {
		overlay, err := b.overlay()
		if err != nil {
			return "", err
		}
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./cmd/helpgate")...)
	cmd.Dir = b.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build helpgate: %w: %s", err, out)
	}
	b.binary = path
	return path, nil
}

// overlay writes what tells the go command of the file that profiles.
func (b *bench) overlay() (string, error) {
	text := fmt.Sprintf(`{"Replace": {%q: %q}}`,
		filepath.Join(b.root, "cmd", "helpgate", "profile.go"),
		filepath.Join(b.root, "tests", "bench", "testdata", "profile.go"))
	path := filepath.Join(b.run, "overlay.json")
	return path, os.WriteFile(path, []byte(text), 0o600)
}

// load is a turn's load, without its end.
func (b *bench) load(addr string, conns int, t template) load {
	return load{addr: addr, conns: conns, mail: t, senders: b.senders, next: &b.next}
}

// length is how long a turn is measured.
func (b *bench) length() time.Duration { return span(b.seconds) }

func span(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
