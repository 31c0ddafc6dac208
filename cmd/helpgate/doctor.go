package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"helpgate/internal/clock"
	"helpgate/internal/config"
	"helpgate/internal/doctor"
	"helpgate/internal/store"
)

// doctorPatience bounds a whole examination, and doctorOpens the opening of its store.
const (
	doctorPatience = 2 * time.Minute
	doctorOpens    = 15 * time.Second
)

func doctorCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Look for what is wrong, and say what mends it",
		Long: "Looks at configuration, files, disks, database, ports, certificates, clocks, the\n" +
			"log-ins at providers and relays, the records in DNS, and at what waits in the\n" +
			"helpdesk. Each finding is ok, a warning, failed, or was skipped for the reason\n" +
			"given. No mail is sent, and nothing is changed but that a database of an older\n" +
			"version is brought up, as by every verb. It works beside a running server, and\n" +
			"when the database is broken. Exit code 0 tells that nothing failed.",
		Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), doctorPatience)
			defer cancel()
			e := &exam{clock: clock.System{}}
			checks := e.begin(ctx, a)
			findings := doctor.Examine(ctx, checks)
			return errors.Join(a.printFindings(findings), e.Close())
		},
	}
}

// exam is one examination: what the checks look at. It is read only once begin has returned.
type exam struct {
	clock   clock.Clock
	config  *config.Config
	dns     doctor.DNS
	serving bool // a helpgate serves from the data folder now
	// world is complete but for what lies in the store, where that cannot be opened; opened tells.
	world  *world
	opened bool
	away   string // why it is not open
}

// begin reads the configuration, opens the store, and gives what there is to ask.
func (e *exam) begin(ctx context.Context, a *app) []doctor.Check {
	path := a.path()
	cfg, warnings, err := config.Load(path, a.environ)
	checks := []doctor.Check{told("configuration", path, "is it right?",
		configured(cfg, warnings, err)...)}
	if err != nil {
		return append(checks, told("everything else", "", "is it well?", doctor.Finding{
			State: doctor.Skipped, Seen: "nothing can be asked without a configuration",
		}))
	}
	e.config = cfg
	e.serving = locked(filepath.Join(cfg.DataDir, nodeFile))
	e.dns = doctor.DNS{Resolver: resolver(cfg), Hostname: cfg.Site.Hostname}
	logger := slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	database := e.open(ctx, logger)
	checks = append(checks, e.files()...)
	checks = append(checks, database, e.integrity())
	checks = append(checks, e.ports()...)
	checks = append(checks, e.peers()...)
	checks = append(checks, e.logins()...)
	checks = append(checks, e.names()...)
	return append(checks, e.work()...)
}

// open opens the store if there is one, and gives the finding. It makes none: whoever mistyped a
// path should hear of it.
func (e *exam) open(ctx context.Context, logger *slog.Logger) doctor.Check {
	ctx, cancel := context.WithTimeout(ctx, doctorOpens)
	defer cancel()
	cfg := e.config
	e.world = &world{config: cfg, clock: e.clock, logger: logger, node: &node{}}
	found := doctor.Finding{State: doctor.OK, Seen: "it can be read and written"}
	there, err := store.Exists(ctx, cfg.Database.URL.Reveal())
	if err == nil && !there {
		found = doctor.Finding{
			State: doctor.Warn, Seen: "there is none yet",
			Mend: "`helpgate serve` or `helpgate init` makes it; is this the right configuration?",
		}
	}
	if err == nil && there {
		var w *world
		if w, err = openWorld(ctx, cfg, logger, &node{}); err == nil {
			e.world, e.opened = w, true
			err = w.db.Ping(ctx)
		}
	}
	if err != nil {
		found = doctor.Finding{
			State: doctor.Fail, Seen: err.Error(),
			Mend: "mend what the error names; docs/operations.md, \"When things break\", has the cases",
		}
	}
	if e.away = "the database is not open"; e.opened {
		e.away = ""
	}
	return told("database", fmt.Sprint(cfg.Database.URL), "does it open, and take a commit?", found)
}

// Close closes the store.
func (e *exam) Close() error {
	if !e.opened {
		return nil
	}
	return e.world.Close()
}

// told is a check whose answer is known.
func told(area, name, asked string, found ...doctor.Finding) doctor.Check {
	return doctor.Check{Area: area, Name: name, Asked: asked, Run: func(
		context.Context,
	) []doctor.Finding {
		return found
	}}
}

// locked tells whether a process holds the lock of a data folder.
func locked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close() // gives the lock back
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	return errors.Is(err, syscall.EWOULDBLOCK)
}

// resolver asks the server of the configuration, else the system's.
func resolver(cfg *config.Config) *net.Resolver {
	if !cfg.Verify.Resolver.IsValid() {
		return net.DefaultResolver
	}
	return &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, cfg.Verify.Resolver.String())
		},
	}
}

// doctorJSON is the report.
type doctorJSON struct {
	OK       int              `json:"ok"`
	Warn     int              `json:"warn"`
	Fail     int              `json:"fail"`
	Skipped  int              `json:"skipped"`
	Findings []doctor.Finding `json:"findings"`
}

func (a *app) printFindings(findings []doctor.Finding) error {
	count := map[doctor.State]int{}
	for _, f := range findings {
		count[f.State]++
	}
	report := doctorJSON{
		count[doctor.OK], count[doctor.Warn], count[doctor.Fail], count[doctor.Skipped], findings,
	}
	err := a.print(report, func() {
		area := ""
		for _, f := range findings {
			if f.Area != area {
				area = f.Area
				fmt.Fprintf(a.out, "%s\n", area)
			}
			showFinding(a.out, f)
		}
		fmt.Fprintf(a.out, "\n%d ok, %d to look at, %d failed, %d skipped\n", report.OK, report.Warn,
			report.Fail, report.Skipped)
	})
	if err == nil && report.Fail > 0 {
		return exitError{exitFailed, fmt.Errorf("%d of %d findings failed", report.Fail, len(findings))}
	}
	return err
}

// The shape of a finding on a terminal.
const (
	doctorWidth  = 80
	doctorIndent = 10
)

func showFinding(out io.Writer, f doctor.Finding) {
	mark := string(f.State)
	if f.State == doctor.Fail {
		mark = "FAIL"
	}
	text := f.Seen
	if f.Name != "" {
		text = f.Name + ": " + text
	}
	fmt.Fprintf(out, "  %-*s%s\n", doctorIndent-2, mark, wrapped(text))
	if f.Mend != "" {
		fmt.Fprintf(out, "%*s%s\n", doctorIndent, "", wrapped("-> "+f.Mend))
	}
}

// wrapped breaks a text at its spaces; a word that is longer than a line, such as a key, stays
// whole so that it can be copied.
func wrapped(text string) string {
	var b strings.Builder
	at := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > doctorWidth-doctorIndent:
			fmt.Fprintf(&b, "\n%*s", doctorIndent, "")
			at = 0
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}
