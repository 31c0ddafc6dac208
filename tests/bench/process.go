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
		// A session of its own, as Postfix makes itself one: the kernel shares out the processor by
		// sessions (sched(7), autogroup), and Ctrl-C is the bench's, which ends servers in order.
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
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
func (p *process) listens(addr string) error {
	return p.until(func() bool {
		conn, err := net.Dial("tcp", addr)
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

// peak gives the resident memory of a process at its highest so far, in bytes (proc(5)).
func (p *process) peak() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0, fmt.Errorf("no VmHWM of %s", p.cmd.Path)
	}
	kib, err := strconv.ParseInt(string(m[1]), 10, 64)
	return kib << 10, err
}

// cpu gives what it and its children used of the processor so far, those that ended included.
func (p *process) cpu() (time.Duration, error) {
	var used time.Duration
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile, and its parent has its time
		}
		// The name in brackets may hold anything. After it: state, parent, …, from the twelfth on
		// utime, stime and the same of children that ended, in 1/100 s.
		pid, rest, _ := strings.Cut(string(stat), " ")
		fields := strings.Fields(rest[strings.LastIndexByte(rest, ')')+1:])
		own := strconv.Itoa(p.cmd.Process.Pid)
		if pid != own && fields[1] != own {
			continue
		}
		for _, f := range fields[11:15] {
			ticks, _ := strconv.ParseInt(f, 10, 64)
			used += time.Duration(ticks) * time.Second / 100
		}
	}
	return used, err
}

// measured notes the processor time that the process uses while run runs.
func (p *process) measured(run func() (result, error)) (result, error) {
	before, err := p.cpu()
	if err != nil {
		return result{}, err
	}
	r, err := run()
	if err != nil {
		return r, err
	}
	after, err := p.cpu()
	r.cpu = after - before
	return r, err
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
