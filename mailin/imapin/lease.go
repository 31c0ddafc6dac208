package imapin

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Leases let one of several nodes read a folder.
type Leases interface {
	// Hold takes the lease of the key, or renews it, for the time; false: another node holds it.
	Hold(ctx context.Context, key string, d time.Duration) (bool, error)
	// Release gives it up, if it is ours, so that another node need not wait for its end.
	Release(ctx context.Context, key string) error
}

// errLeased ends a connection whose folder another node reads now.
var errLeased = errors.New("another node reads the folder")

// leased runs f while the folder's lease is ours, and ends it when it is no more. A node that lost
// it unawares, in a pause of the whole process, may still hand in the mail that it was about to:
// that is a duplicate then, and the cursor that comes with it makes a few mails be looked at twice.
func (p *Poller) leased(ctx context.Context, f func(context.Context) error) error {
	if p.Leases == nil {
		return f(ctx)
	}
	held, err := p.Leases.Hold(ctx, p.key, p.Limits.Lease)
	if err != nil {
		return fmt.Errorf("take lease: %w", err)
	}
	if !held {
		return errLeased
	}
	defer p.release(ctx)
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		cancel(p.renew(ctx))
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
func (p *Poller) renew(ctx context.Context) error {
	tick := time.NewTicker(p.Limits.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		bound, cancel := context.WithTimeout(ctx, p.Limits.Lease/3)
		held, err := p.Leases.Hold(bound, p.key, p.Limits.Lease)
		cancel()
		if err != nil {
			return fmt.Errorf("renew lease: %w", err)
		}
		if !held {
			return errLeased
		}
	}
}
