package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// gatewayConfig is helpgate as it comes, with a mailbox, the relay, room for the generator's one
// address, and the budgets raised so that each mail is answered and told.
const gatewayConfig = `data_dir = "data"
[site]
name = "Desk"
hostname = "desk.example"
[[mailbox]]
address = "` + support + `"
name = "Desk Support"
[smtp]
listen = "127.0.0.1:0"
max_connections_per_ip = 1000
[relay]
address = %q
tls = "none"
connections = %d
[policy]
auto_per_hour = 2000000000
notifications_per_minute = 1000000000
[database]
url = %q
`

// gateway is a running helpgate and the relay that it sends to.
type gateway struct {
	*process
	dir      string
	borrowed bool // the folder stays
	binary   string
	before   marks
	database string
	addr     string // of SMTP
	relay    *sink
	profile  string
	// fewSenders tells that addresses come again, and so are not acknowledged each time.
	fewSenders bool
}

// setup says how a gateway differs from the plain one.
type setup struct {
	dir      string // with a database that is there; an empty folder of its own when ""
	database string // URL; SQLite in its own folder when ""
	config   string // more TOML
	lanes    int    // [relay] connections; those of the flag when 0
	look     func(to string, at time.Time, head []byte)
}

// sqliteDatabase is the URL of the database in a gateway's own folder.
const sqliteDatabase = "sqlite:helpgate.db"

var servingAt = regexp.MustCompile(`helpgate serves.* smtp=(\S+)`)

// gateway starts one with one agent.
func (b *bench) gateway(ctx context.Context, s setup) (_ *gateway, err error) {
	g := &gateway{
		dir: s.dir, borrowed: s.dir != "", database: or(s.database, sqliteDatabase),
		profile: b.profile, fewSenders: b.senders > 0,
	}
	if g.binary, err = b.build(ctx); err != nil {
		return nil, err
	}
	if !g.borrowed {
		if g.dir, err = b.folder("helpgate"); err != nil {
			return nil, err
		}
	}
	if g.relay, err = newSink(s.look); err != nil {
		return nil, err
	}
	if err := g.configure(ctx, g.relay.addr(), cmp.Or(s.lanes, b.lanes), s.config); err != nil {
		return nil, err
	}
	if g.before, err = g.mark(ctx); err != nil {
		return nil, err
	}
	return g, g.serve()
}

// configure writes the configuration, and makes the database with its agent where there is none.
func (g *gateway) configure(ctx context.Context, relay string, lanes int, more string) error {
	if err := os.MkdirAll(g.dir, 0o755); err != nil {
		return err
	}
	text := fmt.Sprintf(gatewayConfig, relay, lanes, g.database) + more
	if err := os.WriteFile(filepath.Join(g.dir, "helpgate.toml"), []byte(text), 0o600); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(g.dir, "data")); err == nil {
		return nil
	}
	_, err := g.verb(ctx, "agent", "add", "--email", agent, "--name", "Ann")
	return err
}

// serve starts the process and waits until it listens.
func (g *gateway) serve() (err error) {
	cmd := exec.Command(g.binary, "-c", "helpgate.toml", "serve")
	cmd.Dir = g.dir
	if g.profile != "" {
		cmd.Env = append(os.Environ(), "HELPGATE_BENCH_PROFILE="+g.profile)
	}
	if g.process, err = start(cmd, g.dir); err != nil {
		return err
	}
	found, err := g.await(servingAt)
	if err != nil {
		return err
	}
	g.addr = found[1]
	return nil
}

// verb calls the command line beside the server and gives what it printed.
func (g *gateway) verb(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, g.binary, append([]string{"-c", "helpgate.toml"}, args...)...)
	cmd.Dir = g.dir
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		return nil, fmt.Errorf("helpgate %v: %w", args, err)
	}
	return out, nil
}

// measured has the profiler at work meanwhile when a profile is wanted.
func (g *gateway) measured(run func() (result, error)) (result, error) {
	if g.profile == "" {
		return g.process.measured(run)
	}
	if err := os.RemoveAll(g.profile); err != nil {
		return result{}, err
	}
	if err := g.signal(syscall.SIGUSR1); err != nil {
		return result{}, err
	}
	r, err := g.process.measured(run)
	return r, errors.Join(err, g.signal(syscall.SIGUSR2), g.until(func() bool {
		_, err := os.Stat(g.profile)
		return err == nil
	}))
}

// kill ends it as a power cut does: what it answered 250 to must be there all the same, and nothing
// of its outbox runs into the other's turn. After that its folder can be looked at and removed.
func (g *gateway) kill() error {
	g.end(os.Kill)
	g.relay.close()
	return g.faults()
}

// faults gives what the log holds that a sound run does not.
func (g *gateway) faults() error {
	log, err := os.ReadFile(g.log)
	if err != nil {
		return err
	}
	for line := range bytes.Lines(log) {
		if bytes.Contains(line, []byte("level=ERROR")) {
			return fmt.Errorf("helpgate's log: %s", line)
		}
	}
	return nil
}

// remove leaves nothing of a gateway that ended to the next one.
func (g *gateway) remove(ctx context.Context) error {
	if g.borrowed {
		return g.forget(ctx)
	}
	return os.RemoveAll(g.dir)
}
