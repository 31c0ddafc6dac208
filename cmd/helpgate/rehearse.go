package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"helpgate/internal/clock"
	"helpgate/internal/config"
	"helpgate/internal/store"
	"helpgate/mailin/archive"
	"helpgate/templates"
	"helpgate/tickets"
)

// rehearseText is its help.
const rehearseText = `Tell what today's rules would make of an archive: an mbox, a Maildir, or a
folder of .eml files.

Its mails go the whole way of new mail, each at the time when it came, by the mailboxes of the
configuration and the agents of its database, in a database of their own in a temporary folder. The
report counts threads and their sizes, which rules decided, what was automatic, and what would have
gone out; nothing does, and nothing is kept. Mails that helpgate itself has handled before are
threaded by their Message-IDs: the temporary database has other keys.`

func rehearseCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "rehearse PATH",
		Short: "Tell what today's rules would make of an archive, and keep nothing",
		Long:  rehearseText,
		Args:  exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			box, err := archive.Open(args[0])
			if err != nil {
				return err
			}
			defer box.Close()
			cfg, err := a.load()
			if err != nil {
				return err
			}
			return a.rehearse(c.Context(), cfg, box)
		},
	}
}

// rehearse lets the archive through in a temporary folder.
func (a *app) rehearse(ctx context.Context, cfg *config.Config, box archive.Archive) (err error) {
	agents, err := agentsOf(ctx, cfg)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "helpgate-rehearse-")
	if err != nil {
		return fmt.Errorf("make temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	stage, err := openStage(ctx, cfg, dir, agents)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	stage.in.box = box
	if err := stage.in.run(ctx, a.progress); err != nil {
		return err
	}
	v, err := stage.report(ctx)
	if err != nil {
		return err
	}
	return a.print(v, func() { v.show(a.out) })
}

// agentsOf gives the agents of the configured database, if there is one.
func agentsOf(ctx context.Context, cfg *config.Config) (agents []tickets.Agent, err error) {
	there, err := store.Exists(ctx, cfg.Database.URL.Reveal())
	if err != nil {
		return nil, fmt.Errorf("look for database: %w", err)
	}
	if !there {
		return nil, nil
	}
	w, err := openWorld(ctx, cfg, slog.New(slog.DiscardHandler), &node{})
	if err != nil {
		return nil, err
	}
	agents, err = w.desk.Agents(ctx)
	return agents, errors.Join(err, w.Close())
}

// stage is a helpdesk on which nothing counts.
type stage struct {
	*world
	in     intake
	ledger *ledger
}

// openStage makes a helpdesk in dir as the configuration says, with a clock that each mail sets.
func openStage(
	ctx context.Context, cfg *config.Config, dir string, agents []tickets.Agent,
) (*stage, error) {
	if len(cfg.Mailboxes) == 0 {
		return nil, errors.New("no [[mailbox]] in the configuration: add the address of your support")
	}
	own := *cfg
	own.DataDir = dir
	own.Database.URL = config.StoreURL("sqlite:" + filepath.Join(dir, "helpgate.db"))
	own.Blobs.URL = config.StoreURL("file:" + filepath.Join(dir, "blobs"))
	own.Site.SecretFile = filepath.Join(dir, "secret")
	w, err := openWorld(ctx, &own, slog.New(slog.DiscardHandler), &node{})
	if err != nil {
		return nil, err
	}
	s := &stage{world: w}
	if err := s.prepare(ctx, agents); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return s, nil
}

// prepare gives the stage its clock, its ledger and its agents.
func (s *stage) prepare(ctx context.Context, agents []tickets.Agent) error {
	now := clock.NewFake(time.Unix(0, 0))
	if err := s.db.Close(); err != nil { // it forgets by a clock too
		return err
	}
	db, err := store.Open(ctx, store.Options{
		URL: s.config.Database.URL.Reveal(), Blobs: s.config.Blobs.URL.Reveal(), Clock: now,
		Logger: s.logger,
	})
	if err != nil {
		return err
	}
	s.ledger = &ledger{Store: db, queued: map[tickets.OutKind]int{}}
	s.db, s.clock = db, now
	s.desk.Store, s.desk.Clock = s.ledger, now
	for _, ag := range agents {
		if err := s.addAgent(ctx, ag); err != nil {
			return err
		}
	}
	texts, err := templates.Load(s.config.Site.Templates)
	if err != nil {
		return err
	}
	s.in = intake{store: db, lanes: 1, clock: now, tally: &tally{}}
	s.in.gate, err = s.gate(texts, noMeter{})
	return err
}

// addAgent takes an agent over as he is, inactive ones too: their addresses count.
func (s *stage) addAgent(ctx context.Context, ag tickets.Agent) error {
	ag.ID = 0
	err := s.db.Update(ctx, func(tx tickets.Tx) error { return tx.SaveAgent(ctx, &ag) })
	if err != nil {
		return fmt.Errorf("take agent over: %w", err)
	}
	return nil
}

// ledger is a store that counts what would go out.
type ledger struct {
	tickets.Store
	queued  map[tickets.OutKind]int
	dropped int // acknowledgements that a budget stopped
}

// Update implements tickets.Store. What a run of fn did counts once it is kept.
func (l *ledger) Update(ctx context.Context, fn func(tickets.Tx) error) error {
	var seen *counting
	err := l.Store.Update(ctx, func(tx tickets.Tx) error {
		seen = &counting{Tx: tx}
		return fn(seen)
	})
	if err != nil {
		return err
	}
	for _, kind := range seen.queued {
		l.queued[kind]++
	}
	l.dropped += seen.dropped
	return nil
}

// counting is a transaction of a ledger.
type counting struct {
	tickets.Tx
	queued  []tickets.OutKind
	dropped int
}

// Enqueue implements tickets.OutboxTx.
func (c *counting) Enqueue(ctx context.Context, o *tickets.Outgoing) error {
	c.queued = append(c.queued, o.Kind)
	return c.Tx.Enqueue(ctx, o)
}

// AddEvent implements tickets.HistoryTx.
func (c *counting) AddEvent(ctx context.Context, e tickets.Event) error {
	if e.Verb == tickets.EventAckDropped {
		c.dropped++
	}
	return c.Tx.AddEvent(ctx, e)
}
