package imapin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"helpgate/mailin"
)

// Leases let one of several nodes read a folder.
type Leases interface {
	// Hold takes the lease of the key, or renews it, for the time; false: another node holds it. The
	// mark stands as it is given until another node takes the lease.
	Hold(ctx context.Context, key string, d time.Duration) (held bool, while mailin.Standing, _ error)
	// Release gives it up, if it is ours, so that another node need not wait for its end.
	Release(ctx context.Context, key string) error
}

// errLeased ends a connection whose folder another node reads now.
var errLeased = errors.New("another node reads the folder")

// beat is how often a lease is renewed by who has it, and asked for by who has not: a node that
// died is followed within Lease and a beat, and a renewal that is slow is still in time.
func (l Limits) beat() time.Duration { return l.Lease / 5 }

// leased runs f while the folder's lease is ours, and ends it when it is no more. A node that lost
// it unawares, in a pause of the whole process, may still hand in the mail that it was about to:
// its mark says under which lease, and the store turns both away.
func (p *Poller) leased(ctx context.Context, f func(context.Context) error) error {
	if p.Leases == nil {
		return f(ctx)
	}
	held, while, err := p.Leases.Hold(ctx, p.key, p.Limits.Lease)
	if err != nil {
		return fmt.Errorf("take lease: %w", err)
	}
	if !held {
		return errLeased
	}
	p.while = while
	defer p.release(ctx)
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		cancel(p.renew(ctx, while))
	}()
	defer func() { cancel(nil); <-done }()
	if err := f(ctx); context.Cause(ctx) == nil {
		return err
	}
	return context.Cause(ctx)
}

func (p *Poller) release(ctx context.Context) {
	if err := p.Leases.Release(context.WithoutCancel(ctx), p.key); err != nil {
		p.Logger.WarnContext(ctx, "lease not given up: it ends by itself", "err", err)
	}
}

// renew renews the lease until ctx is done, and returns when it is lost or may soon be.
func (p *Poller) renew(ctx context.Context, while mailin.Standing) error {
	tick := time.NewTicker(p.Limits.beat())
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		bound, cancel := context.WithTimeout(ctx, p.Limits.beat())
		held, is, err := p.Leases.Hold(bound, p.key, p.Limits.Lease)
		cancel()
		if err != nil {
			return fmt.Errorf("renew lease: %w", err)
		}
		if !held || is != while { // another had it, and let it go
			return errLeased
		}
	}
}

// mark is the cursor as the store is to keep it.
func (r *round) mark(c cursor) mailin.Mark {
	return mailin.Mark{Key: r.key, Value: c.String(), While: r.while}
}
