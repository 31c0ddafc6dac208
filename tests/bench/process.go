package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience bounds every wait for a server to start, to empty its queue or to end.
const patience = 2 * time.Minute

// process is a server that was started; it ends with the bench, however that ends.
type process struct {
	cmd   *exec.Cmd
	log   string // file with what it printed
	ended chan struct{}
}

// start runs a command with its output in dir/log.
func start(cmd *exec.Cmd, dir string) (*process, error) {
	p := &process{cmd: cmd, log: filepath.Join(dir, "log"), ended: make(chan struct{})}
	out, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if cmd.SysProcAttr == nil {
		// A group of its own: Ctrl-C at the terminal is the bench's, which ends servers in order.
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	go func() {
		_ = cmd.Wait() // whoever ended it knows why; otherwise the log tells
		close(p.ended)
	}()
	return p, nil
}

// await gives what the expression finds in a line of the log, once it stands there.
func (p *process) await(line *regexp.Regexp) ([]string, error) {
	f, err := os.Open(p.log)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var found []string
	r := bufio.NewReader(f)
	var partial string
	err = p.until(func() bool {
		for {
			s, err := r.ReadString('\n')
			partial += s
			if errors.Is(err, io.EOF) {
				return false
			}
			if found = line.FindStringSubmatch(partial); found != nil {
				return true
			}
			partial = ""
		}
	})
	return found, err
}

// listens waits until somebody answers at the address.
func (p *process) listens(network, addr string) error {
	return p.until(func() bool {
		conn, err := net.Dial(network, addr)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

// until waits for done; programs of others offer nothing better than to be asked again.
func (p *process) until(done func() bool) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for begun := time.Now(); time.Since(begun) < patience; <-tick.C {
		if done() {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended: %s", p.cmd.Path, p.said())
		default:
		}
	}
	return fmt.Errorf("waited %s for %s: %s", patience, p.cmd.Path, p.said())
}

// said gives the end of the log.
func (p *process) said() string {
	const most = 2000
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-most):])
}

// signal sends one.
func (p *process) signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// end sends the signal and waits.
func (p *process) end(s os.Signal) {
	_ = p.signal(s) // it may have ended by itself
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.signal(os.Kill)
		<-p.ended
	}
}

// usage is what a process needed so far.
type needs struct {
	peak int64         // resident memory at its highest, bytes
	cpu  time.Duration // of all its threads
}

// needed asks the kernel (proc(5)).
func (p *process) needed() (needs, error) {
	dir := fmt.Sprintf("/proc/%d/", p.cmd.Process.Pid)
	status, err := os.ReadFile(dir + "status")
	if err != nil {
		return needs{}, err
	}
	var n needs
	if m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status); m != nil {
		kib, _ := strconv.ParseInt(string(m[1]), 10, 64)
		n.peak = kib << 10
	}
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		return needs{}, err
	}
	// The name in brackets may hold anything; utime and stime are fields 14 and 15, in 1/100 s.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	for _, f := range fields[11:13] {
		ticks, _ := strconv.ParseInt(f, 10, 64)
		n.cpu += time.Duration(ticks) * time.Second / 100
	}
	return n, nil
}

// freePort gives a port of loopback that nobody has now.
func freePort() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}
