package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"helpgate/internal/config"
	"helpgate/internal/health"
	"helpgate/internal/lifecycle"
	"helpgate/internal/ops"
	"helpgate/mailin"
	"helpgate/mailin/smtpd"
	"helpgate/mailout/compose"
	"helpgate/mailout/dkim"
	"helpgate/templates"
	"helpgate/tickets/command"
)

// assemble makes the running helpdesk out of its parts: this is all the wiring there is. The
// services stand in the order in which they start; they stop in the reverse.
func (w *world) assemble(ctx context.Context) (*gateway, error) {
	if len(w.mailboxes) == 0 {
		return nil, fmt.Errorf("no [[mailbox]] in the configuration: add the address of your support")
	}
	texts, err := templates.Load(w.config.Site.Templates)
	if err != nil {
		return nil, err
	}
	board := health.NewBoard(w.clock, w.folders()...)
	g := &gateway{metrics: ops.New(w.levels, board, w.clock)}
	gate, err := w.gate(texts, g.metrics)
	if err != nil {
		return nil, err
	}
	sender, err := w.sender(texts, g.metrics)
	if err != nil {
		return nil, err
	}
	if n, err := w.db.Rows().Reclaim(ctx, w.clock.Now()); err != nil {
		return nil, err
	} else if n > 0 {
		w.logger.Info("mails that were under way when helpgate last ended go again", "rows", n)
	}
	g.checks = []ops.Check{{Name: "database", Run: w.db.Ping}}
	if err := g.serveMetrics(ctx, w.config.Metrics.Listen); err != nil {
		return nil, err
	}
	g.add(lifecycle.Service{Name: "sweep", Run: w.sweep})
	g.add(w.watch(board))
	roads, err := g.listenForMail(ctx, w, gate)
	if err != nil {
		g.close()
		return nil, err
	}
	pollers, err := w.pollers(gate, texts, folderMeter{board, g.metrics})
	if err != nil {
		g.close()
		return nil, err
	}
	roads = append(append(roads, pollers...), w.schedule(g.metrics))
	outbox := lifecycle.Service{Name: "outbox", Run: sender.Run}
	kick := lifecycle.Service{Name: "kick", Run: func(ctx context.Context) error {
		return w.kick(ctx, sender)
	}}
	// What comes in at the end goes out after the next start: neither waits for the other.
	g.add(lifecycle.Together("mail", append(roads, outbox, kick)...))
	return g, nil
}

// gateway is the assembled helpdesk.
type gateway struct {
	metrics   *ops.Registry
	checks    []ops.Check
	services  []lifecycle.Service
	listeners []net.Listener
	// Where they listen; "" when they do not.
	smtpAddr, lmtpAddr, submissionAddr, metricsAddr string
}

func (g *gateway) add(s lifecycle.Service) { g.services = append(g.services, s) }

// listen opens the listener of a section before anything runs, so that a port that is taken is a
// clear error at the start.
func (g *gateway) listen(ctx context.Context, section, address string) (net.Listener, error) {
	ln, err := smtpd.Listen(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("[%s] listen: %w", section, err)
	}
	g.listeners = append(g.listeners, ln)
	return ln, nil
}

// close gives the listeners of a gateway back that never ran.
func (g *gateway) close() {
	for _, ln := range g.listeners {
		ln.Close()
	}
}

func (g *gateway) serveMetrics(ctx context.Context, address string) error {
	if address == "" {
		return nil
	}
	ln, err := g.listen(ctx, "metrics", address)
	if err != nil {
		return err
	}
	g.metricsAddr = ln.Addr().String()
	g.add(lifecycle.Service{Name: "metrics", Run: func(ctx context.Context) error {
		return ops.Serve(ctx, ln, g.metrics.Handler(g.checks...))
	}})
	return nil
}

// gate makes the door.
func (w *world) gate(texts *templates.Set, meter mailin.Meter) (*mailin.Gate, error) {
	return mailin.NewGate(mailin.GateConfig{
		Desk: w.desk, Blobs: w.db.Blobs(), Mailboxes: w.mailboxes, Keyring: w.keyring,
		Hostname: w.config.Site.Hostname, Separators: texts.Separators(), Words: texts,
		MaxSize: w.config.SMTP.MaxMessageSize, Clock: w.clock, Logger: w.logger, Meter: meter,
	})
}

// composer makes the writer of outgoing mails, with a signer for each mailbox that has a key.
func (w *world) composer(texts *templates.Set) (*compose.Composer, error) {
	signers := map[string]compose.Signer{}
	for _, mb := range w.config.Mailboxes {
		signer, err := signerOf(mb)
		if err != nil {
			return nil, err
		}
		if signer == nil {
			continue
		}
		signers[key(mb.Address)] = signer
	}
	return compose.New(compose.Config{
		Templates: texts, Mailboxes: w.mailboxes, Keyring: w.keyring, Store: w.db, Blobs: w.db.Blobs(),
		Signers: signers, Detect: command.Detect,
	}), nil
}

// signerOf loads the mailbox's DKIM key; nil when it has none.
func signerOf(mb config.Mailbox) (*dkim.Signer, error) {
	if mb.DKIM == nil {
		return nil, nil
	}
	pem, err := os.ReadFile(mb.DKIM.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("read DKIM key of %s: %w", mb.Address, err)
	}
	signer, err := dkim.Load(mb.DKIM.Domain, mb.DKIM.Selector, pem)
	if err != nil {
		return nil, fmt.Errorf("DKIM key of %s: %w", mb.Address, err)
	}
	return signer, nil
}
