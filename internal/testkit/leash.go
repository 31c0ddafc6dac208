package testkit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// leashScript runs its arguments with their output in $LOG, waits until its input ends, which is
// when the test process lets go or dies, and then leaves neither the process nor $DIR behind. The
// whole process group gets a TERM first, for a server that is still being set up by others. A
// child that ended before is no fault here: whoever waits for it reads its log.
const leashScript = `if [ $# -gt 0 ]; then "$@" >"$LOG" 2>&1 & child=$!; fi
cat >/dev/null
if [ -n "$child" ]; then trap '' TERM; kill -TERM 0; kill -"$STOP" "$child"; wait "$child"; fi
rm -rf "$DIR"`

// leash holds a process and its directory.
type leash struct {
	// dir is the process's own directory; it is removed with it.
	dir string
	// who is whom the process runs as.
	who   *user.User
	shell *exec.Cmd
	hold  io.Closer
}

// newLeash makes the directory, owned by the user that run's process will have: servers refuse to
// run as root, so root becomes account, or nobody where there is none; anyone else stays who they
// are. It lies directly in the temporary folder, because paths of unix sockets end at 107 bytes and
// t.TempDir is closed to other users.
func newLeash(account string) (*leash, error) {
	who, err := user.Current()
	if err == nil && who.Uid == "0" {
		if who, err = user.Lookup(account); err != nil {
			who, err = user.Lookup("nobody")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("find an account to run as: %w", err)
	}
	dir, err := os.MkdirTemp("", "helpgate-test-")
	if err != nil {
		return nil, fmt.Errorf("make a directory for %s: %w", account, err)
	}
	l := &leash{dir: dir, who: who}
	uid, gid := l.ids()
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, errors.Join(fmt.Errorf("hand over %s: %w", dir, err), os.RemoveAll(dir))
	}
	return l, nil
}

// log is the file that holds what the process printed.
func (l *leash) log() string { return filepath.Join(l.dir, "log") }

// command makes a command that runs as the leash's user, in its directory.
func (l *leash) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = l.dir
	// A group of its own, so that Ctrl-C at the terminal ends it through the leash only.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		uid, gid := l.ids()
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	return cmd
}

// run starts argv, which may be empty to have the directory only. stop is the signal, such as
// "TERM", that ends it.
func (l *leash) run(stop string, argv ...string) error {
	l.shell = l.command("/bin/sh", append([]string{"-c", leashScript, "leash"}, argv...)...)
	l.shell.Env = append(os.Environ(), "DIR="+l.dir, "LOG="+l.log(), "STOP="+stop)
	hold, err := l.shell.StdinPipe()
	if err != nil {
		return fmt.Errorf("hold %v: %w", argv, err)
	}
	l.hold = hold
	if err := l.shell.Start(); err != nil {
		return fmt.Errorf("start %v: %w", argv, err)
	}
	return nil
}

// drop ends the process, removes its directory and returns when both are gone.
func (l *leash) drop() {
	_ = l.hold.Close()
	_ = l.shell.Wait()
}

// ids are the numbers of the leash's user, which are decimal on every Unix.
func (l *leash) ids() (uid, gid int) {
	uid, _ = strconv.Atoi(l.who.Uid)
	gid, _ = strconv.Atoi(l.who.Gid)
	return uid, gid
}
