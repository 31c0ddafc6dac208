package queue

import (
	"context"
	"errors"
	"time"

	"helpgate/internal/lifecycle"
	"helpgate/tickets"
)

// deliverTimeout frees the connection of a delivery that hangs. A relay's own timeouts end long
// before.
const deliverTimeout = 30 * time.Minute

// leakError is what the guard stopped.
type leakError struct {
	reason tickets.HeldReason
	detail string
}

func (e *leakError) Error() string { return "stopped by the leak guard: " + string(e.reason) }

// attempt tries a row once and writes down how it fared. Nothing of it reaches another row.
func (l *lane) attempt(ctx context.Context, o tickets.Outgoing) {
	var reply string
	err := l.protect(ctx, o, func() (err error) {
		reply, err = l.deliver(ctx, &o)
		return err
	})
	l.settle(ctx, o, reply, err)
}

// deliver has the mail made, looked through and handed over. The guard is asked at every attempt:
// the process may have been killed between keeping the bytes and asking it.
func (l *lane) deliver(ctx context.Context, o *tickets.Outgoing) (string, error) {
	mail, err := l.content(ctx, o)
	if err != nil {
		return "", err
	}
	reason, detail, err := l.Composer.Guard(ctx, *o, mail.Data)
	if err != nil {
		return "", err
	}
	if reason != "" {
		return "", &leakError{reason, detail}
	}
	ctx, cancel := context.WithTimeout(ctx, deliverTimeout)
	defer cancel()
	return l.route.Deliverer.Deliver(ctx, mail)
}

// protect calls f and turns its panic into an error, counted, with its stack in the log.
func (l *lane) protect(ctx context.Context, o tickets.Outgoing, f func() error) error {
	err := lifecycle.Protect(f)
	var fault *lifecycle.PanicError
	if errors.As(err, &fault) {
		l.Meter.Panicked()
		l.log.ErrorContext(ctx, "panic in the outbox", "row", o.ID, "error", err)
		return errFault
	}
	return err
}
