package smtpd

import (
	"net/netip"
	"sync"
	"time"

	"helpgate/internal/clock"
)

// maxRated bounds the addresses that a rate remembers of one minute. Who comes when it is full is
// not counted: a flood from so many addresses is not one address's doing.
const maxRated = 100_000

// rate bounds what one address may do in a minute, by what it did in this one and in as much of
// the one before as is not yet a minute ago. A nil rate bounds nothing.
type rate struct {
	limit int
	clock clock.Clock

	mu           sync.Mutex
	minute       time.Time // when this one began
	this, before map[netip.Addr]int
}

// newRate makes a rate; nil for no limit.
func newRate(limit int, c clock.Clock) *rate {
	if limit == 0 {
		return nil
	}
	return &rate{limit: limit, clock: c, this: make(map[netip.Addr]int)}
}

// take counts one more of from, or tells that it is too many; those are not counted, so that who
// comes too often is still heard at the rate.
func (r *rate) take(from netip.Addr) bool {
	if r == nil {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	minute := now.Truncate(time.Minute)
	switch {
	case minute.Equal(r.minute):
	case minute.Equal(r.minute.Add(time.Minute)):
		r.before, r.this = r.this, make(map[netip.Addr]int)
	default:
		r.before, r.this = nil, make(map[netip.Addr]int)
	}
	r.minute = minute
	n, known := r.this[from]
	left := float64(minute.Add(time.Minute).Sub(now)) / float64(time.Minute)
	if float64(n)+left*float64(r.before[from]) >= float64(r.limit) {
		return false
	}
	if known || len(r.this) < maxRated {
		r.this[from] = n + 1
	}
	return true
}

// origin is the address by which a peer is limited: its own, or its IPv6 /64 network's, since
// whoever has one such address has them all.
func origin(peer netip.Addr) netip.Addr {
	if network, err := peer.Prefix(64); err == nil && peer.Is6() {
		return network.Masked().Addr()
	}
	return peer
}
