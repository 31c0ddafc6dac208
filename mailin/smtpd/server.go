package smtpd

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/emersion/go-smtp"

	"helpgate/internal/clock"
	"helpgate/mailin"
)

// Limits of DESIGN section 4, for the fields of Config that are zero.
const (
	DefaultMaxConnections      = 1000
	DefaultMaxConnectionsPerIP = 50
	DefaultMaxCommands         = 10_000
	DefaultMaxMails            = 1000
	DefaultMaxRecipients       = 100
	DefaultMaxRefused          = 10
	DefaultMaxMessageBytes     = 50 << 20
	DefaultIdleTimeout         = time.Minute
	DefaultMailTimeout         = 10 * time.Minute
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

// Event names something that is counted.
type Event string

// The events of Config.Count.
const (
	EventConnection        Event = "connection"
	EventRefusedConnection Event = "refused_connection"
	EventMail              Event = "mail"
	EventRefusedMail       Event = "refused_mail"
	EventRefusedRecipient  Event = "refused_recipient"
	EventPanic             Event = "panic"
)

// Config is what a listener is made of. Zero limits take the defaults above.
type Config struct {
	// Hostname is the name in the greeting, and the domain of a bare "postmaster".
	Hostname string
	// TLS offers STARTTLS; nil does not.
	TLS *tls.Config

	// MaxConnections bounds the connections at once, MaxConnectionsPerIP those of one address.
	MaxConnections, MaxConnectionsPerIP int
	// MaxCommands, MaxMails and MaxRefused (refused recipients) bound one connection.
	MaxCommands, MaxMails, MaxRefused int
	// MaxRecipients bounds one mail's recipients.
	MaxRecipients int
	// MaxMessageBytes is the size of the largest mail taken, without stuffed dots and end.
	MaxMessageBytes int64
	// IdleTimeout bounds the wait for the next bytes of a mail, for a whole command, for a peer
	// that reads no replies, and for a TLS handshake.
	IdleTimeout time.Duration
	// MailTimeout bounds one mail from MAIL to its end.
	MailTimeout time.Duration

	// Logger is nil for none.
	Logger *slog.Logger
	// Clock gives Envelope.ReceivedAt; nil is the machine's.
	Clock clock.Clock
	// Count is called for each event, from any goroutine; nil counts nothing.
	Count func(Event)
}

func (c Config) withDefaults() Config {
	c.MaxConnections = cmp.Or(c.MaxConnections, DefaultMaxConnections)
	c.MaxConnectionsPerIP = cmp.Or(c.MaxConnectionsPerIP, DefaultMaxConnectionsPerIP)
	c.MaxCommands = cmp.Or(c.MaxCommands, DefaultMaxCommands)
	c.MaxMails = cmp.Or(c.MaxMails, DefaultMaxMails)
	c.MaxRecipients = cmp.Or(c.MaxRecipients, DefaultMaxRecipients)
	c.MaxRefused = cmp.Or(c.MaxRefused, DefaultMaxRefused)
	c.MaxMessageBytes = cmp.Or(c.MaxMessageBytes, DefaultMaxMessageBytes)
	c.IdleTimeout = cmp.Or(c.IdleTimeout, DefaultIdleTimeout)
	c.MailTimeout = cmp.Or(c.MailTimeout, DefaultMailTimeout)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Count == nil {
		c.Count = func(Event) {}
	}
	return c
}

// Server is one SMTP service on any number of listeners.
type Server struct {
	cfg  Config
	door Door
	reg  *registry
}

// New makes a server that serves nothing yet.
func New(cfg Config, door Door) *Server {
	cfg = cfg.withDefaults()
	reg := newRegistry(cfg.MaxConnections, cfg.MaxConnectionsPerIP)
	return &Server{cfg: cfg, door: door, reg: reg}
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
			s.admit(ctx, sock)
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
func (s *Server) admit(ctx context.Context, sock net.Conn) {
	c := newConn(s.reg.ctx, s, sock)
	if err := s.reg.add(c); err != nil {
		s.cfg.Count(EventRefusedConnection)
		s.cfg.Logger.Info("refuse SMTP connection", "peer", c.peer, "err", err)
		c.farewell(err)
		_ = c.Close()
		return
	}
	s.cfg.Count(EventConnection)
	go func() {
		defer s.reg.remove(c)
		defer c.cut()
		s.speak(c)
		for c.handOver() {
			s.speak(c)
		}
	}()
}

// speak runs go-smtp on c until it ends or STARTTLS. Each half of a connection has an smtp.Server
// of its own: go-smtp decides about TLS and AUTH per server, and a fresh one has forgotten all that
// was said in the clear, as RFC 3207 section 4.2 asks.
func (s *Server) speak(c *conn) {
	srv := smtp.NewServer(smtp.BackendFunc(func(sc *smtp.Conn) (smtp.Session, error) {
		return newSession(s, c, sc), nil
	}))
	srv.Domain = s.cfg.Hostname
	srv.TLSConfig = c.tlsForGoSMTP()
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
