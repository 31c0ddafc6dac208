package imapin

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"helpgate/mailin"
)

// lease is what two nodes share.
type lease struct {
	mu     sync.Mutex
	holder string
}

type holder struct {
	*lease
	name string
}

func (h holder) Hold(context.Context, string, time.Duration) (bool, mailin.Standing, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.holder == "" {
		h.holder = h.name
	}
	return h.holder == h.name, mailin.Standing{Key: "fence", Value: h.name}, nil
}

func (h holder) Release(context.Context, string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.holder == h.name {
		h.holder = ""
	}
	return nil
}

func (l *lease) give(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.holder = name
}

// as makes a poller one of the nodes.
func (l *lease) as(name string, d time.Duration) func(*Config) {
	return func(c *Config) { c.Leases, c.Limits.Lease = holder{l, name}, d }
}

// fence is what the store says of the lease.
func (d *door) fence(name string) { d.change(func() { d.mark["fence"] = name }) }

// TestOneOfSeveralNodesReads, and another one when the first ends or loses the lease.
func TestOneOfSeveralNodesReads(t *testing.T) {
	t.Parallel()
	s, shared := &script{}, &lease{}
	server := s.serve(t)
	first, second := newDoor(), newDoor()
	first.fence("first")
	second.fence("second")
	stop := run(t, first.poller(t, server, shared.as("first", 50*time.Millisecond)))
	first.subjects(t, 3)
	run(t, second.poller(t, server, shared.as("second", 50*time.Millisecond)))
	first.round(t)
	if len(second.mails) > 0 {
		t.Error("both read")
	}
	stop()
	second.subjects(t, 3)
	shared.give("third")
	for s.talking() > 0 { // until the second one knows
		runtime.Gosched()
	}
}

// TestWhoWasReplacedUnawaresLeavesTheCursor: the node that stood still between two mails finds that
// another one went on, and neither its mail nor its cursor is taken.
func TestWhoWasReplacedUnawaresLeavesTheCursor(t *testing.T) {
	t.Parallel()
	s, d, shared := &script{}, newDoor(), &lease{}
	d.fence("first")
	ahead := cursor{Validity: 7, Last: 3}.String()
	d.refuse = func(n int, _ string) error {
		if n == 2 {
			shared.give("second")
			d.change(func() {
				d.mark["fence"], d.mark["imap:"+support+":INBOX"] = "second", ahead
			})
		}
		return nil
	}
	run(t, d.poller(t, s.serve(t), shared.as("first", time.Hour)))
	d.says(t, "taken over")
	for s.talking() > 0 { // until it has left the server
		runtime.Gosched()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if at := d.mark["imap:"+support+":INBOX"]; at != ahead || len(d.mails) != 1 {
		t.Errorf("%d mails, the cursor is %s", len(d.mails), at)
	}
}

// TestANodeThatDiedIsFollowedWithinHalfAMinute adds up the worst case: it died right behind a
// renewal, and the other one had just asked. What is left is for clocks that differ and the log-in.
func TestANodeThatDiedIsFollowedWithinHalfAMinute(t *testing.T) {
	t.Parallel()
	l := DefaultLimits()
	if left := 30*time.Second - l.Lease - l.beat(); left < 5*time.Second {
		t.Errorf("%s are left", left)
	}
	// A beat, and a renewal as slow as it may be, twice, are no reason to lose the lease.
	if 4*l.beat() >= l.Lease {
		t.Errorf("renewed each %s", l.beat())
	}
}
