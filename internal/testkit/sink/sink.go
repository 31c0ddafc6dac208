// Package sink is an SMTP server (RFC 5321) on loopback that keeps every mail it is given: the
// relay of the tests and of `helpgate demo`.
//
// It can ask for AUTH, offer TLS, refuse a recipient and break off after DATA, as real relays do.
// It delivers nothing, writes nothing to disk and forgets all when it ends. internal/testkit and
// the demo start it; it has no part in `helpgate serve`.
//
// A Server owns the goroutine that accepts and, through go-smtp, one a connection; Close ends them.
package sink

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// maxLineLength is the longest line taken, in bytes: real mail breaks the 998 of RFC 5322 2.1.1,
// and what a test looks at must arrive whole.
const maxLineLength = 1 << 20

// maxMail is the largest mail kept, in bytes; they all stay in memory.
const maxMail = 64 << 20

// Mail is one mail as it was given to the sink.
type Mail struct {
	// From is the envelope sender without <>; "" is the null sender.
	From string
	// To holds the accepted envelope recipients without <>, in order.
	To []string
	// Data is the mail with CRLF line ends, dot stuffing undone.
	Data []byte
	// At is when the final dot was read, UTC.
	At time.Time
	// EnvelopeID is the ENVID of RFC 3461 4.4, decoded; "" when none was given.
	EnvelopeID string
	// UTF8 tells that MAIL carried SMTPUTF8 (RFC 6531).
	UTF8 bool
	// TLS tells that the connection was encrypted.
	TLS bool
}

// Options sets how a Server behaves; the zero value takes any mail in the clear.
type Options struct {
	// Address is where to listen; "" means a free port of 127.0.0.1.
	Address string
	// TLS, when set, makes the server offer STARTTLS (RFC 3207).
	TLS *tls.Config
	// Implicit makes TLS begin with the connection (RFC 8314) in place of STARTTLS.
	Implicit bool
	// Username and Password, when set, must be given by AUTH PLAIN before MAIL (RFC 4954).
	Username, Password string
	// Token, when set, is asked whether an access token is good, which must be given by AUTH XOAUTH2
	// before MAIL, with any name.
	Token func(token string) bool
	// OnMail, when set, is called for each mail before it is kept and answered; its error makes
	// the answer 451 and the mail is not kept. It is called from many goroutines.
	OnMail func(Mail) error
}

// Server keeps mails until it is closed. Its methods are safe for use by several goroutines.
type Server struct {
	options  Options
	address  string
	listener net.Listener
	smtp     *smtp.Server
	served   chan struct{}
	once     sync.Once // closes

	mu      sync.Mutex
	mails   []Mail
	changed chan struct{} // closed and replaced with each mail kept
	refused map[string]*smtp.SMTPError
	cuts    int
}

// Start listens and serves until ctx ends or Close is called. It fails when it cannot listen.
func Start(ctx context.Context, options Options) (*Server, error) {
	address := options.Address
	if address == "" {
		address = "127.0.0.1:0"
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for mail to keep: %w", err)
	}
	s := &Server{
		options:  options,
		address:  listener.Addr().String(),
		listener: listener,
		served:   make(chan struct{}),
		changed:  make(chan struct{}),
		refused:  map[string]*smtp.SMTPError{},
	}
	s.smtp = s.newServer()
	stop := context.AfterFunc(ctx, s.Close)
	go func() {
		defer close(s.served)
		defer stop()
		_ = s.smtp.Serve(s.listener) // ends with the listener; there is nobody to tell
	}()
	return s, nil
}

// newServer sets up go-smtp, and wraps the listener when TLS begins with the connection.
func (s *Server) newServer() *smtp.Server {
	server := smtp.NewServer(smtp.BackendFunc(s.newSession))
	server.Domain = "sink.test"
	server.MaxLineLength = maxLineLength
	server.MaxMessageBytes = maxMail
	server.AllowInsecureAuth = true
	server.EnableSMTPUTF8 = true
	server.EnableDSN = true
	server.ErrorLog = log.New(io.Discard, "", 0)
	if s.options.Implicit {
		s.listener = tls.NewListener(s.listener, s.options.TLS)
	} else {
		server.TLSConfig = s.options.TLS
	}
	return server
}

// Addr is "host:port" of the listener.
func (s *Server) Addr() string { return s.address }

// Mails gives what was kept so far, oldest first.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Wait returns the mails as soon as done is true of them, or what there is with an error when ctx
// ends first. done is called once at the start and once after each mail.
func (s *Server) Wait(ctx context.Context, done func([]Mail) bool) ([]Mail, error) {
	for {
		s.mu.Lock()
		mails, changed := slices.Clone(s.mails), s.changed
		s.mu.Unlock()
		if done(mails) {
			return mails, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			err := context.Cause(ctx)
			return mails, fmt.Errorf("wait for mail with %d kept: %w", len(mails), err)
		}
	}
}

// Refuse makes every RCPT for the address be answered with reply, until reply is nil. Addresses are
// compared without case.
func (s *Server) Refuse(address string, reply *smtp.SMTPError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if reply == nil {
		delete(s.refused, strings.ToLower(address))
		return
	}
	s.refused[strings.ToLower(address)] = reply
}

// CutAfterData makes the next n mails be kept but not answered: the connection is closed at the
// final dot, which leaves the sender not knowing (RFC 1047).
func (s *Server) CutAfterData(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cuts = n
}

// Close stops listening and ends all connections. Kept mails can still be read. Closing again is
// harmless. Errors of closing sockets are dropped: nothing hangs on them.
func (s *Server) Close() {
	s.once.Do(func() {
		_ = s.listener.Close() // go-smtp closes only a listener that Serve has already seen
		_ = s.smtp.Close()     // and panics when two close it at once
	})
	<-s.served
}

// keep stores a mail and tells whether its connection is to be cut.
func (s *Server) keep(m Mail) (cut bool, err error) {
	if s.options.OnMail != nil {
		if err := s.options.OnMail(m); err != nil {
			return false, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	close(s.changed)
	s.changed = make(chan struct{})
	if s.cuts > 0 {
		s.cuts--
		return true, nil
	}
	return false, nil
}

// refusal gives the reply that Refuse set for the address, or nil.
func (s *Server) refusal(address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if reply := s.refused[strings.ToLower(address)]; reply != nil {
		return reply
	}
	return nil
}
