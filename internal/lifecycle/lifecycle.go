// Package lifecycle runs the long-lived parts of a process together: it starts them in order,
// stops all when one fails or the context ends, the last started first, within a bound.
//
// It does not restart what failed (the service manager does) and installs no signal handler (cmd
// does, and ends the process at the second signal). It is called by cmd/helpgate. It owns one
// goroutine a service, which ends when the service's Run returns.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// Grace is how long all services together may take to stop: below the 10 s in which SIGTERM
// promises an exit, and below the wait of every service manager before it kills.
const Grace = 9 * time.Second

// Service is a long-lived part.
type Service struct {
	// Name tells it in logs and errors, such as "smtp" or "outbox".
	Name string
	// Run works until ctx is done, finishes what it holds, and returns after everything that it
	// started has ended. Returning nil earlier means that its work is done; an error stops all.
	Run func(ctx context.Context) error
}

// PanicError is a panic that was recovered by Protect.
type PanicError struct {
	Value any
	Stack []byte
}

// Error gives the panic's value and where it came from, for the log.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// Protect calls f and turns its panic into a *PanicError, so that one connection or job with a
// fault does not end the process. The caller counts it: a panic is never normal.
func Protect(f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &PanicError{Value: value, Stack: debug.Stack()}
		}
	}()
	return f()
}

// Run starts the services in the order given and returns when all have ended: by themselves,
// because one failed, or because ctx is done. They are then stopped in reverse order, each after
// the one before it ended, so that the store given first outlives the listeners given last. When
// Grace is over the rest is told to stop at once and left behind. The error joins every failure,
// each with the service's name; stopping in time because ctx is done is none.
func Run(ctx context.Context, logger *slog.Logger, services ...Service) error {
	group, fail := context.WithCancel(ctx)
	defer fail()
	parts := make([]*part, len(services))
	for i, s := range services {
		parts[i] = start(context.WithoutCancel(ctx), s, fail)
		logger.DebugContext(ctx, "service started", "service", s.Name)
	}
	for _, p := range parts {
		p.wait(group)
	}
	logger.DebugContext(ctx, "stopping services")
	bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), Grace)
	defer cancel()
	var errs []error
	for i := len(parts) - 1; i >= 0; i-- {
		errs = append(errs, parts[i].stop(bound))
	}
	return errors.Join(errs...)
}

// Together makes one service of several that start at once and are stopped at once, each with all of
// the time: for parts that do not need each other to end well. The first that fails stops the others.
func Together(name string, services ...Service) Service {
	return Service{Name: name, Run: func(ctx context.Context) error {
		group, fail := context.WithCancel(ctx)
		defer fail()
		parts := make([]*part, len(services))
		for i, s := range services {
			parts[i] = start(group, s, fail)
		}
		var errs []error
		for _, p := range parts {
			<-p.done
			p.cancel()
			errs = append(errs, p.err)
		}
		return errors.Join(errs...)
	}}
}

// part is a service that was started.
type part struct {
	name   string
	cancel context.CancelFunc
	done   chan struct{}
	err    error // written before done is closed
}

// start gives every service a context of its own, because the group's ends all at once.
func start(ctx context.Context, s Service, fail context.CancelFunc) *part {
	ctx, cancel := context.WithCancel(ctx)
	p := &part{name: s.Name, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		err := Protect(func() error { return s.Run(ctx) })
		if err == nil || ctx.Err() != nil && errors.Is(err, context.Canceled) {
			return
		}
		p.err = fmt.Errorf("%s: %w", s.Name, err)
		fail()
	}()
	return p
}

// wait returns when the part has ended or ctx is done, whichever comes first.
func (p *part) wait(ctx context.Context) {
	select {
	case <-p.done:
	case <-ctx.Done():
	}
}

// stop ends the part and gives its failure, or a complaint when bound is over before it ended.
func (p *part) stop(bound context.Context) error {
	p.cancel()
	p.wait(bound)
	select {
	case <-p.done:
		return p.err
	default:
		return fmt.Errorf("%s: did not stop within %s", p.name, Grace)
	}
}
