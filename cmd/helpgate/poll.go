package main

import (
	"context"
	"strings"

	"helpgate/internal/config"
	"helpgate/internal/lifecycle"
	"helpgate/mailin"
	"helpgate/mailin/imapin"
	"helpgate/templates"
	"helpgate/tickets"
)

// pollers gives the services that read mailboxes at providers, one a folder.
func (w *world) pollers(
	gate *mailin.Gate, texts *templates.Set, meter imapin.Meter,
) ([]lifecycle.Service, error) {
	var services []lifecycle.Service
	for _, mb := range w.config.Mailboxes {
		if mb.IMAP == nil {
			continue
		}
		server, err := w.imapServer(mb.IMAP)
		if err != nil {
			return nil, err
		}
		limits := imapin.DefaultLimits()
		limits.MaxSize = w.config.SMTP.MaxMessageSize
		cfg := imapin.Config{
			Mailbox: mb.Address, From: mb.IMAP.From, Since: mb.IMAP.Since(), Locale: mb.Locale,
			Server: server, Spool: w.config.DataDir, Gate: gate, Marks: marks{w.db}, Words: texts,
			Alerts: w.desk, Meter: meter, Limits: limits, Clock: w.clock, Logger: w.logger,
		}
		if strings.HasPrefix(w.config.Database.URL.Reveal(), "postgres") { // others may read it too
			cfg.Leases = leases{w.db, w.node.name, w.clock}
		}
		cfg.After.Move, _ = strings.CutPrefix(mb.IMAP.After, "move:")
		switch mb.IMAP.After {
		case "leave":
			cfg.After = imapin.After{}
		case "flag":
			cfg.After = imapin.After{Flag: true}
		}
		for _, cfg.Folder = range mb.IMAP.Folder {
			services = append(services, lifecycle.Service{
				Name: "imap " + mb.Address + " " + cfg.Folder, Run: imapin.New(cfg).Run,
			})
		}
		if mb.IMAP.Sent != "" {
			services = append(services, sentFolder(cfg, mb.IMAP.Sent))
		}
	}
	return services, nil
}

// imapServer gives the server of a mailbox's imap section.
func (w *world) imapServer(m *config.IMAP) (imapin.Server, error) {
	s := imapin.Server{
		Address: m.Address, TLS: m.TLS, Username: m.Username, Password: m.Password.Reveal(),
	}
	tokens, err := w.login(m.OAuth2, m.Username)
	if tokens != nil { // an interface of a nil pointer is not nil
		s.Tokens = tokens
	}
	return s, err
}

// marks are those of the store.
type marks struct{ store tickets.Store }

// Mark implements imapin.Marks.
func (m marks) Mark(ctx context.Context, key string) (value string, err error) {
	err = m.store.View(ctx, func(tx tickets.Tx) (err error) {
		value, err = tx.Mark(ctx, key)
		return err
	})
	return value, err
}

// SetMark implements oauth.Marks.
func (m marks) SetMark(ctx context.Context, key, value string) error {
	return m.WriteMark(ctx, tickets.Mark{Key: key, Value: value})
}

// WriteMark implements imapin.Marks.
func (m marks) WriteMark(ctx context.Context, mark tickets.Mark) error {
	return m.store.Update(ctx, func(tx tickets.Tx) error { return mark.Write(ctx, tx) })
}
