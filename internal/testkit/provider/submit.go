package provider

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// maxLine is the longest line of a mail, in bytes.
const maxLine = 1 << 20

// serveSMTP runs the submission server until the test ends, and gives its address.
func (s *Server) serveSMTP(t testing.TB, certificate *tls.Config) string {
	t.Helper()
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &submission{server: s, conn: c}, nil
	}))
	server.Domain = "smtp.provider.test"
	server.MaxLineLength = maxLine
	server.MaxMessageBytes = s.Profile.MaxSize
	server.EnableSMTPUTF8 = true
	server.ErrorLog = log.New(io.Discard, "", 0)
	ln := listen(t)
	address := ln.Addr().String()
	if s.Profile.Implicit {
		ln = tls.NewListener(ln, certificate)
	} else {
		server.TLSConfig = certificate
	}
	serve(t, func() { _ = server.Serve(ln) }, func() { _ = server.Close() }, ln)
	return address
}

// serve runs until the test ends; both close the listener, whichever comes first.
func serve(t testing.TB, run, stop func(), ln net.Listener) {
	ended := make(chan struct{})
	go func() { defer close(ended); run() }()
	t.Cleanup(func() {
		_ = ln.Close()
		stop()
		<-ended
	})
}

// submission is one connection of the mailbox to the submission server.
type submission struct {
	server *Server
	conn   *smtp.Conn
	in     bool // logged in, and counted
	from   string
	to     []string
}

// AuthMechanisms implements smtp.AuthSession.
func (b *submission) AuthMechanisms() []string { return b.server.Profile.Mechanisms }

// Auth implements smtp.AuthSession.
func (b *submission) Auth(mechanism string) (sasl.Server, error) {
	proof := b.server.proof(mechanism, func(good bool) error {
		switch {
		case good:
			return b.enter()
		case b.server.Profile.OAuth:
			return &smtp.SMTPError{
				Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 139},
				Message: "Authentication unsuccessful, basic authentication is disabled. [X.PROD.TEST]",
			}
		}
		return smtp.ErrAuthFailed
	})
	if proof == nil {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	return proof, nil
}

// enter counts the connection, unless there are too many.
func (b *submission) enter() error {
	s := b.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Profile.Submitters > 0 && s.submits >= s.Profile.Submitters {
		return s.Profile.Busy
	}
	s.submits++
	b.in = true
	return nil
}

// Mail implements smtp.Session.
func (b *submission) Mail(from string, _ *smtp.MailOptions) error {
	p := &b.server.Profile
	if !b.in {
		return &smtp.SMTPError{
			Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required",
		}
	}
	if p.Envelope == Refused && from != "" && !p.owns(from) {
		return p.NotSender
	}
	if p.Envelope == Forced && !p.owns(from) {
		from = p.Account
	}
	b.from = from
	return b.server.admit()
}

// admit counts a mail, unless there were too many in the last minute.
func (s *Server) admit() error {
	if s.Profile.PerMinute == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for len(s.submitted) > 0 && now.Sub(s.submitted[0]) > time.Minute {
		s.submitted = s.submitted[1:]
	}
	if len(s.submitted) >= s.Profile.PerMinute {
		return s.Profile.Hurried
	}
	s.submitted = append(s.submitted, now)
	return nil
}

// Rcpt implements smtp.Session.
func (b *submission) Rcpt(to string, _ *smtp.RcptOptions) error {
	if _, local, ok := b.server.Profile.place(to); local && !ok {
		return b.server.Profile.NoUser
	}
	b.to = append(b.to, to)
	return nil
}

// Data implements smtp.Session.
func (b *submission) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if errors.Is(err, smtp.ErrDataTooLarge) {
		return err // go-smtp reads the rest away
	}
	if err != nil {
		return errors.Join(fmt.Errorf("read mail: %w", err), b.conn.Conn().Close())
	}
	id := b.server.next()
	if err := b.server.submit(newMail(b.from, "", raw), b.to, id); err != nil {
		return err
	}
	return &smtp.SMTPError{
		Code: 250, EnhancedCode: smtp.EnhancedCode{2, 0, 0}, Message: "Ok " + id,
	}
}

// submit changes a mail and hands it over, to the mailbox or to the world outside.
func (s *Server) submit(m *Mail, to []string, id string) error {
	p := &s.Profile
	if from := address(m.Get("From")); !p.owns(from) {
		switch p.From {
		case Refused:
			return p.NotFrom
		case Forced:
			m.Rename("From", "X-Google-Original-From")
			m.Prepend("From: " + p.Account)
		}
	}
	if p.IDHost != "" {
		m.Set("Message-ID", "<"+id+"@"+p.IDHost+">")
	}
	if p.Submitted != nil {
		p.Submitted(m, id)
	}
	if p.Return != nil && m.From != "" {
		s.remember(p.Return(id), m.From)
		m.From = p.Return(id)
	}
	for _, folder := range []string{p.SentCopy, p.AllMail} {
		if folder == "" {
			continue
		}
		if err := s.append(folder, m.Bytes(), "\\Seen"); err != nil {
			return err
		}
	}
	if p.Echo {
		to = append(to, p.Account)
	}
	for _, address := range to {
		one := newMail(m.From, address, m.Bytes())
		hand := s.leave
		if _, local, _ := p.place(address); local {
			hand = s.deliver
		}
		if err := hand(one); err != nil {
			return &smtp.SMTPError{
				Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: err.Error(),
			}
		}
	}
	return nil
}

// address gives the one of a From field; "" where there is none.
func address(field string) string {
	list, err := mail.ParseAddressList(strings.ReplaceAll(field, "\r\n", ""))
	if err != nil || len(list) == 0 {
		return ""
	}
	return list[0].Address
}

// Reset implements smtp.Session.
func (b *submission) Reset() { b.from, b.to = "", nil }

// Logout implements smtp.Session.
func (b *submission) Logout() error {
	if b.in {
		b.server.mu.Lock()
		defer b.server.mu.Unlock()
		b.server.submits--
		b.in = false
	}
	return nil
}
