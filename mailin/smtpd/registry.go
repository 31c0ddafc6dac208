package smtpd

import (
	"context"
	"net"
	"net/netip"
	"sync"
)

// registry knows all listeners and connections of a server. It is ours because go-smtp's Shutdown
// waits for idle peers for ever, and its Close does nothing after it.
type registry struct {
	maxAll, maxPerIP int

	ctx   context.Context // the door's, done when connections are cut
	stop  context.CancelFunc
	empty chan struct{} // closed when the server closes and the last connection is gone

	mu        sync.Mutex
	closing   bool
	listeners map[net.Listener]struct{}
	conns     map[*conn]struct{}
	perIP     map[netip.Addr]int
}

func newRegistry(maxAll, maxPerIP int) *registry {
	r := &registry{
		maxAll: maxAll, maxPerIP: maxPerIP,
		empty:     make(chan struct{}),
		listeners: make(map[net.Listener]struct{}),
		conns:     make(map[*conn]struct{}),
		perIP:     make(map[netip.Addr]int),
	}
	r.ctx, r.stop = context.WithCancel(context.Background())
	return r
}

// addListener tells whether ln may be served.
func (r *registry) addListener(ln net.Listener) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closing {
		return false
	}
	r.listeners[ln] = struct{}{}
	return true
}

// add takes c in, or gives the refusal.
func (r *registry) add(c *conn) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closing:
		return errShutdown
	case len(r.conns) >= r.maxAll:
		return errFull
	}
	r.conns[c] = struct{}{}
	return nil
}

// claim counts c, which was added, among those of its address, or gives the refusal. Peers without
// an IP address share one count.
func (r *registry) claim(c *conn) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.perIP[c.from] >= r.maxPerIP {
		return errFullAddress
	}
	r.perIP[c.from]++
	c.claimed = true
	return nil
}

// remove forgets c, all of whose goroutines have ended.
func (r *registry) remove(c *conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, c)
	if c.claimed {
		if r.perIP[c.from]--; r.perIP[c.from] == 0 {
			delete(r.perIP, c.from)
		}
	}
	if r.closing && len(r.conns) == 0 {
		close(r.empty)
	}
}

// closed tells whether drain or cut was called.
func (r *registry) closed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closing
}

// drain stops listening and asks each connection to end when it is idle.
func (r *registry) drain() { r.close((*conn).drain) }

// cut stops listening and closes each connection.
func (r *registry) cut() {
	r.stop()
	r.close((*conn).cut)
}

func (r *registry) close(end func(*conn)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closing {
		r.closing = true
		for ln := range r.listeners {
			_ = ln.Close()
		}
		if len(r.conns) == 0 {
			close(r.empty)
		}
	}
	for c := range r.conns {
		end(c)
	}
}
