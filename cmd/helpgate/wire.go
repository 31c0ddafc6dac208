package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

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
	g := &gateway{metrics: ops.New(w.levels)}
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
	g.add("outbox", sender.Run)
	g.add("kick", func(ctx context.Context) error { return w.kick(ctx, sender) })
	if err := g.serveSMTP(ctx, w, gate); err != nil {
		g.close()
		return nil, err
	}
	return g, nil
}

// gateway is the assembled helpdesk.
type gateway struct {
	metrics   *ops.Registry
	checks    []ops.Check
	services  []lifecycle.Service
	listeners []net.Listener
	// Where SMTP and metrics listen; "" when they do not.
	smtpAddr, metricsAddr string
}

func (g *gateway) add(name string, run func(context.Context) error) {
	g.services = append(g.services, lifecycle.Service{Name: name, Run: run})
}

// listen opens a listener before anything runs, so that a port that is taken is a clear error at
// the start.
func (g *gateway) listen(ctx context.Context, what, address string) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
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
	ln, err := g.listen(ctx, "[metrics] listen", address)
	if err != nil {
		return err
	}
	g.metricsAddr = ln.Addr().String()
	g.add("metrics", func(ctx context.Context) error {
		return ops.Serve(ctx, ln, g.metrics.Handler(g.checks...))
	})
	return nil
}

func (g *gateway) serveSMTP(ctx context.Context, w *world, gate *mailin.Gate) error {
	c := w.config.SMTP
	if c.Listen == "" {
		return nil
	}
	cfg := smtpd.Config{
		Hostname: w.config.Site.Hostname, Logger: w.logger, Clock: w.clock,
		MaxConnections: c.MaxConnections, MaxConnectionsPerIP: c.MaxConnectionsPerIP,
		MaxCommands: c.MaxCommands, MaxMails: c.MaxMailsPerConnection,
		MaxRefused: c.MaxFailedRecipients, MaxRecipients: c.MaxRecipients,
		MaxMessageBytes: c.MaxMessageSize, IdleTimeout: c.IdleTimeout, MailTimeout: c.MailTimeout,
		Count: g.count,
	}
	if c.TLSCert != "" {
		cert, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
		if err != nil {
			return fmt.Errorf("[smtp] tls_cert: %w", err)
		}
		cfg.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	ln, err := g.listen(ctx, "[smtp] listen", c.Listen)
	if err != nil {
		return err
	}
	g.smtpAddr = ln.Addr().String()
	up := &ops.Switch{}
	g.checks = append(g.checks, up.Check("smtp"))
	g.add("smtp", func(ctx context.Context) error {
		up.Set(true)
		defer up.Set(false)
		// Not ready from the signal on, though the mails that are being taken still finish.
		defer context.AfterFunc(ctx, func() { up.Set(false) })()
		return serveUntil(ctx, smtpd.New(cfg, gate), ln)
	})
	return nil
}

// smtpDrain is how long mails that are being taken may go on at the end. It leaves the outbox, which
// stops after the listener, its own time within lifecycle.Grace.
const smtpDrain = 3 * time.Second

// serveUntil serves until ctx is done, then lets the mails that are being taken finish.
func serveUntil(ctx context.Context, server *smtpd.Server, ln net.Listener) error {
	done := make(chan error, 1)
	serving := context.WithoutCancel(ctx)
	go func() { done <- server.Serve(serving, ln) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	bound, cancel := context.WithTimeout(serving, smtpDrain)
	defer cancel()
	// What the bound cuts off got no 250, so that its sender comes again: no fault of ours.
	_ = server.Shutdown(bound)
	return <-done
}

func (g *gateway) count(e smtpd.Event) {
	switch e {
	case smtpd.EventPanic:
		g.metrics.Panicked()
	case smtpd.EventRefusedMail, smtpd.EventRefusedRecipient, smtpd.EventRefusedConnection:
		g.metrics.Refused(strings.TrimPrefix(string(e), "refused_"))
	}
}

// gate makes the door.
func (w *world) gate(texts *templates.Set, meter mailin.Meter) (*mailin.Gate, error) {
	return mailin.NewGate(mailin.GateConfig{
		Desk: w.desk, Blobs: w.db.Blobs(), Mailboxes: w.mailboxes, Keyring: w.keyring,
		Hostname:   w.config.Site.Hostname,
		Separators: texts.Separators(), MaxSize: w.config.SMTP.MaxMessageSize, Clock: w.clock,
		Logger: w.logger, Meter: meter,
	})
}

// composer makes the writer of outgoing mails, with a signer for each mailbox that has a key.
func (w *world) composer(texts *templates.Set) (*compose.Composer, error) {
	signers := map[string]compose.Signer{}
	for _, mb := range w.config.Mailboxes {
		if mb.DKIM == nil {
			continue
		}
		pem, err := os.ReadFile(mb.DKIM.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("read DKIM key of %s: %w", mb.Address, err)
		}
		signer, err := dkim.Load(mb.DKIM.Domain, mb.DKIM.Selector, pem)
		if err != nil {
			return nil, fmt.Errorf("DKIM key of %s: %w", mb.Address, err)
		}
		signers[key(mb.Address)] = signer
	}
	return compose.New(compose.Config{
		Templates: texts, Mailboxes: w.mailboxes, Keyring: w.keyring, Store: w.db, Blobs: w.db.Blobs(),
		Signers: signers, Detect: command.Detect,
	}), nil
}
