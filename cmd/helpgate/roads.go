package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"helpgate/internal/lifecycle"
	"helpgate/internal/ops"
	"helpgate/mailin"
	"helpgate/mailin/smtpd"
	"helpgate/tickets/desk"
)

// mailDrain is how long mails that are being taken may go on at the end. It leaves what stops after
// the listeners a second of lifecycle.Grace.
const mailDrain = 8 * time.Second

// listenForMail opens the listeners by which mail comes in, and gives the services that run them.
func (g *gateway) listenForMail(
	ctx context.Context, w *world, gate *mailin.Gate,
) ([]lifecycle.Service, error) {
	cert, err := w.certificate()
	if err != nil {
		return nil, err
	}
	c := w.config
	smtp, lmtp, submission := w.limits(), w.limits(), w.limits()
	smtp.Road, smtp.TLS, smtp.ProxyNetworks = mailin.RoadSMTP, cert, c.SMTP.ProxyNetworks
	lmtp.Road = mailin.RoadLMTP
	submission.Road, submission.TLS = mailin.RoadSubmission, cert
	submission.Accounts = accounts{w.desk}
	submission.ImplicitTLS = c.Submission.TLS == "tls"
	submission.ProxyNetworks = c.Submission.ProxyNetworks
	var roads []lifecycle.Service
	for _, r := range []struct {
		config  smtpd.Config
		address string
		opened  *string
	}{
		{smtp, c.SMTP.Listen, &g.smtpAddr},
		{lmtp, c.LMTP.Listen, &g.lmtpAddr},
		{submission, c.Submission.Listen, &g.submissionAddr},
	} {
		if r.address == "" {
			continue
		}
		ln, err := g.listen(ctx, string(r.config.Road), r.address)
		if err != nil {
			return nil, err
		}
		*r.opened = ln.Addr().String()
		r.config.Count = g.count
		roads = append(roads, g.road(smtpd.New(r.config, gate), string(r.config.Road), ln))
	}
	return roads, nil
}

// limits is what the listeners for mail have in common.
func (w *world) limits() smtpd.Config {
	c := w.config.SMTP
	return smtpd.Config{
		Hostname: w.config.Site.Hostname, Logger: w.logger, Clock: w.clock,
		MaxConnections: c.MaxConnections, MaxConnectionsPerIP: c.MaxConnectionsPerIP,
		ConnectionsPerMinute: c.ConnectionsPerMinute, MailsPerMinute: c.MailsPerMinute,
		MaxCommands: c.MaxCommands, MaxMails: c.MaxMailsPerConnection,
		MaxRefused: c.MaxFailedRecipients, MaxRecipients: c.MaxRecipients,
		MaxMessageBytes: c.MaxMessageSize, MaxCommandLine: int(c.MaxCommandLine),
		MaxBodyLine: int(c.MaxBodyLine), IdleTimeout: c.IdleTimeout, MailTimeout: c.MailTimeout,
	}
}

// certificate is what the listeners show of us; nil without one.
func (w *world) certificate() (*tls.Config, error) {
	c := w.config.SMTP
	if c.TLSCert == "" {
		return nil, nil
	}
	certs, err := smtpd.LoadCertificates(c.TLSCert, c.TLSKey, w.clock, w.logger)
	if err != nil {
		return nil, fmt.Errorf("[smtp] tls_cert: %w", err)
	}
	return certs.TLS(), nil
}

// accounts are the agents as the submission listener knows them.
type accounts struct{ desk *desk.Desk }

// Login implements smtpd.Accounts.
func (a accounts) Login(ctx context.Context, name, password string) (smtpd.Account, error) {
	ag, err := a.desk.Login(ctx, name, password)
	if errors.Is(err, desk.ErrLogin) {
		return smtpd.Account{}, smtpd.ErrPassword
	}
	return smtpd.Account{Agent: ag.ID, Addresses: ag.Addresses}, err
}

// road makes the service of one listener, on which /readyz asks from the start to the signal.
func (g *gateway) road(server *smtpd.Server, name string, ln net.Listener) lifecycle.Service {
	up := &ops.Switch{}
	g.checks = append(g.checks, up.Check(name))
	return lifecycle.Service{Name: name, Run: func(ctx context.Context) error {
		up.Set(true)
		defer up.Set(false)
		// Not ready from the signal on, though the mails that are being taken still finish.
		defer context.AfterFunc(ctx, func() { up.Set(false) })()
		return serveUntil(ctx, server, ln)
	}}
}

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
	bound, cancel := context.WithTimeout(serving, mailDrain)
	defer cancel()
	// What the bound cuts off got no 250, so that its sender comes again: no fault of ours.
	_ = server.Shutdown(bound)
	return <-done
}

func (g *gateway) count(e smtpd.Event) {
	switch e {
	case smtpd.EventPanic:
		g.metrics.Panicked()
	case smtpd.EventRefusedMail, smtpd.EventRefusedRecipient, smtpd.EventRefusedConnection,
		smtpd.EventRefusedLogin:
		g.metrics.Refused(strings.TrimPrefix(string(e), "refused_"))
	}
}
