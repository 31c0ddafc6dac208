package relay

import (
	"cmp"
	"context"
	"crypto/x509"
	"net"
	"slices"
	"sync"
	"time"

	"helpgate/internal/oauth"
)

const (
	// defaultConnections is how many connections a relay is given at once; small hosts cap at 5.
	defaultConnections = 4
	// defaultIdle is how long a connection waits for another mail: longer than a worker's pause
	// between two, shorter than any server's patience.
	defaultIdle = 30 * time.Second
)

// Config describes a relay.
type Config struct {
	// Address is "host:port"; its host must stand in the server's certificate.
	Address string
	// TLS is TLSNone, TLSStart or TLSImplicit; "" is TLSStart.
	TLS string
	// Username and Password log in when Username is not "". They are sent in the clear to a
	// loopback address only.
	Username, Password string
	// OAuth logs in by a token in place of Username and Password; nil by those.
	OAuth *oauth.Source
	// HELO is our name, as in [site] hostname; "" is "localhost".
	HELO string
	// Connections is how many mails may be on their way at once; 0 is 4.
	Connections int
	// RootCAs are who may sign the server's certificate; nil is the system's list.
	RootCAs *x509.CertPool
	// Timeout bounds a connect, a command or a write, and five times it the answer to a mail;
	// 0 is 2 minutes.
	Timeout time.Duration
	// Idle is how long an unused connection is kept; 0 is 30 seconds.
	Idle time.Duration
}

// Smarthost delivers every mail to one relay. Its methods are safe for use by several goroutines.
type Smarthost struct {
	link  link
	keep  time.Duration
	slots chan struct{} // as many as connections may be open

	mu     sync.Mutex
	idle   []*session // the latest used last
	closed bool
}

// NewSmarthost makes a Smarthost; it connects with the first mail.
func NewSmarthost(cfg Config) *Smarthost {
	host, _, err := net.SplitHostPort(cfg.Address)
	if err != nil {
		host = cfg.Address // the first mail's connect tells what is wrong with it
	}
	return &Smarthost{
		link: link{
			address:  cfg.Address,
			name:     host,
			helo:     cmp.Or(cfg.HELO, "localhost"),
			tls:      cmp.Or(cfg.TLS, TLSStart),
			roots:    cfg.RootCAs,
			username: cfg.Username,
			password: cfg.Password,
			oauth:    cfg.OAuth,
			timeout:  cmp.Or(cfg.Timeout, defaultTimeout),
		},
		keep:  cmp.Or(cfg.Idle, defaultIdle),
		slots: make(chan struct{}, cmp.Or(cfg.Connections, defaultConnections)),
	}
}

// Deliver hands one mail over and returns after the relay's answer. It waits for a free connection;
// the end of ctx ends it at once. The error is a *mailerr.Error: a refused log-in and a bad
// certificate are temporary, for the operator mends them while the mail waits.
func (h *Smarthost) Deliver(ctx context.Context, m Mail) (Receipt, error) {
	m, err := m.checked()
	if err != nil {
		return Receipt{}, err
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return Receipt{}, unready("wait for a connection to "+h.link.name, context.Cause(ctx))
	}
	if s := h.take(); s != nil {
		receipt, err := h.send(ctx, s, m)
		// An idle connection may have been closed by the other side; one fresh one is tried at
		// once, for nothing of this mail was sent.
		if err == nil || !s.dead || s.begun || ctx.Err() != nil {
			return receipt, err
		}
	}
	s, err := h.link.open(ctx)
	if err != nil {
		return Receipt{}, err
	}
	return h.send(ctx, s, m)
}

// Close ends the idle connections; those in use end with their mail.
func (h *Smarthost) Close() error {
	h.mu.Lock()
	idle := h.idle
	h.idle, h.closed = nil, true
	h.mu.Unlock()
	for _, s := range idle {
		s.timer.Stop()
		s.close()
	}
	return nil
}

// send uses a session for one mail and keeps it for the next when it can.
func (h *Smarthost) send(ctx context.Context, s *session, m Mail) (Receipt, error) {
	receipt, err := s.send(ctx, m)
	h.mu.Lock()
	if s.dead || h.closed {
		h.mu.Unlock()
		s.close()
		return receipt, err
	}
	h.idle = append(h.idle, s)
	s.timer = time.AfterFunc(h.keep, func() { h.expire(s) })
	h.mu.Unlock()
	return receipt, err
}

// take gives the session used last, or nil: the others then reach the end of their idle time.
func (h *Smarthost) take() *session {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.idle) == 0 {
		return nil
	}
	s := h.idle[len(h.idle)-1]
	h.idle = h.idle[:len(h.idle)-1]
	s.timer.Stop()
	return s
}

// expire closes a session that is still idle when its time is over.
func (h *Smarthost) expire(s *session) {
	h.mu.Lock()
	i := slices.Index(h.idle, s)
	if i >= 0 {
		h.idle = slices.Delete(h.idle, i, i+1)
	}
	h.mu.Unlock()
	if i >= 0 {
		s.close()
	}
}
