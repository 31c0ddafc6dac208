package smtpd

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"helpgate/mailin"
)

// Waits after an accept that failed, as when the process is out of file descriptors.
const (
	minAcceptPause = 5 * time.Millisecond
	maxAcceptPause = time.Second
)

// Door is what the listener needs of mailin.Gate.
type Door interface {
	// Recipient tells whether a mail for addr may come in: nil, or a *mailerr.Error. addr has no
	// brackets, no controls and no spaces; it may hold "%" or "!", or end in an address literal.
	Recipient(ctx context.Context, addr string) error
	// Accept takes one mail whole; nil means that it is durable. It reads r until io.EOF or
	// another error, which it returns; nil without having seen io.EOF is answered as trouble. It
	// returns soon after ctx is done. r's lines end in CRLF.
	Accept(ctx context.Context, env mailin.Envelope, r io.Reader) error
}

// Server is one service on any number of listeners.
type Server struct {
	cfg         Config
	door        Door
	reg         *registry
	connections *rate // nil when there is no limit
	mails       *rate
	failures    *failures
	texts       sync.Pool // of *[textBuffer]byte, for conns in the middle of a mail
}

// New makes a server that serves nothing yet.
func New(cfg Config, door Door) *Server {
	cfg = cfg.withDefaults()
	return &Server{
		cfg: cfg, door: door,
		reg:         newRegistry(cfg.MaxConnections, cfg.MaxConnectionsPerIP),
		connections: newRate(cfg.ConnectionsPerMinute, cfg.Clock),
		mails:       newRate(cfg.MailsPerMinute, cfg.Clock),
		failures:    newFailures(cfg.Clock),
		texts:       sync.Pool{New: newText},
	}
}

// Serve takes connections from ln, which it closes, until Shutdown or until ctx is done; the latter
// cuts all connections at once. It returns nil then, after the last connection's goroutines ended,
// and an error at once when ln breaks.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	defer ln.Close()
	if !s.reg.addListener(ln) {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, s.reg.cut)()
	if err := s.acceptAll(ctx, ln); err != nil {
		return err
	}
	<-s.reg.empty
	return nil
}

// Shutdown stops listening, tells idle sessions 421 4.3.2, and lets a mail that is being taken
// finish; when ctx ends first it cuts what is left, without a 250, and returns ctx's error.
func (s *Server) Shutdown(ctx context.Context) error {
	s.reg.drain()
	select {
	case <-s.reg.empty:
		return nil
	case <-ctx.Done():
		s.reg.cut()
		return ctx.Err()
	}
}

// acceptAll runs until the server closes; accept errors that may pass are waited out.
func (s *Server) acceptAll(ctx context.Context, ln net.Listener) error {
	pause := minAcceptPause
	for {
		sock, err := ln.Accept()
		switch {
		case err == nil:
			pause = minAcceptPause
			s.admit(sock)
		case s.reg.closed():
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		default:
			s.cfg.Logger.Warn("accept SMTP connection", "err", err, "pause", pause)
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
			pause = min(2*pause, maxAcceptPause)
		}
	}
}

// admit starts a session, or refuses it in one line that needs no waiting.
func (s *Server) admit(sock net.Conn) {
	c := newConn(s.reg.ctx, s, sock)
	if err := s.reg.add(c); err != nil {
		s.refuse(c, err)
		return
	}
	go func() {
		defer s.reg.remove(c)
		defer c.cut()
		if err := s.receive(c); err != nil {
			s.refuse(c, err)
			return
		}
		s.cfg.Count(EventConnection)
		s.speak(c)
		for c.handOver() {
			s.speak(c)
		}
	}()
}

// receive does what comes before the greeting: it learns the peer's address, asks whether that may
// come in, and begins TLS.
func (s *Server) receive(c *conn) (err error) {
	defer c.recovered(&err)
	c.wait(true)
	defer c.wait(false)
	if err := c.proxied(); err != nil {
		return err
	}
	if err := s.reg.claim(c); err != nil {
		return err
	}
	if !s.connections.take(c.from) {
		return errFastPeer
	}
	if s.cfg.ImplicitTLS {
		return c.secureNow()
	}
	return nil
}

func (s *Server) refuse(c *conn, err error) {
	s.cfg.Count(EventRefusedConnection)
	s.cfg.Logger.Info("refuse SMTP connection", "road", s.cfg.Road, "peer", c.name(), "err", err)
	if s.cfg.ImplicitTLS {
		c.hangUp() // words in the clear would be noise to the peer
	}
	c.farewell(err)
	_ = c.wire.close()
}

// speak runs go-smtp on c until it ends or STARTTLS. Each half of a connection has an smtp.Server
// of its own: go-smtp decides about TLS and AUTH per server, and a fresh one has forgotten all that
// was said in the clear, as RFC 3207 section 4.2 asks.
func (s *Server) speak(c *conn) {
	srv := smtp.NewServer(smtp.BackendFunc(func(sc *smtp.Conn) (smtp.Session, error) {
		return newSession(s, c, sc), nil
	}))
	srv.Domain = s.cfg.Hostname
	srv.LMTP = s.cfg.lmtp()
	srv.TLSConfig = c.tlsForGoSMTP()
	srv.AllowInsecureAuth = c.secure || s.cfg.Accounts == nil // where session refuses it in our words
	srv.MaxRecipients = s.cfg.MaxRecipients
	srv.MaxMessageBytes = s.cfg.MaxMessageBytes
	srv.MaxLineLength = 0 // conn has its own
	srv.EnableSMTPUTF8 = true
	srv.ErrorLog = slog.NewLogLogger(s.cfg.Logger.Handler(), slog.LevelDebug)
	_ = srv.Serve(&single{c: c})           // ends with io.EOF as soon as the session runs
	_ = srv.Shutdown(context.Background()) // waits for it
}

// single is a listener that gives one connection.
type single struct{ c *conn }

func (l *single) Accept() (net.Conn, error) {
	if l.c == nil {
		return nil, io.EOF
	}
	c := l.c
	l.c = nil
	return c, nil
}

func (l *single) Close() error   { return nil }
func (l *single) Addr() net.Addr { return &net.TCPAddr{} }
