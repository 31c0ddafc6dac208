package queue

import (
	"context"
	"errors"
	"strings"
	"time"

	"helpgate/internal/mailerr"
	"helpgate/internal/rfc"
	"helpgate/tickets"
)

const (
	// settleTimeout is how long the lane tries to write down how an attempt went. A mail that was
	// taken and cannot be marked goes out again when its lease ends, as the same mail.
	settleTimeout = 30 * time.Second
	// maxReply is how much of a failure is kept and told, in bytes.
	maxReply = 500
)

// The results of attempts, as the meter counts them.
const (
	sent     = "sent"
	held     = "held"
	failed   = "failed"
	deferred = "deferred"
)

// errFault stands for a panic, whose text is for the log only.
var errFault = errors.New("a fault of helpgate, see its log")

// settle writes down how an attempt went. When the desk cannot take a bad end the row waits like
// one that failed for now, or it would be sent again with every lease.
func (l *lane) settle(ctx context.Context, o tickets.Outgoing, reply string, err error) {
	now, stopped := l.Clock.Now(), ctx.Err() != nil
	var leak *leakError
	switch {
	case err == nil:
		l.write(ctx, o, sent, nil, func(ctx context.Context) error {
			return l.Rows.Sent(ctx, o.ID, now, reply)
		})
		return
	case errors.Is(err, errLost):
		l.log.WarnContext(ctx, "row left to another worker", "row", o.ID)
		return
	case errors.As(err, &leak):
		if l.write(ctx, o, held, err, func(ctx context.Context) error {
			return l.Desk.Leaked(ctx, o.ID, leak.reason, leak.detail)
		}) {
			return
		}
	case refused(err), !stopped && exhausted(o, now):
		if l.write(ctx, o, failed, err, func(ctx context.Context) error {
			return l.Desk.DeliveryFailed(ctx, o.ID, failureText(err))
		}) {
			return
		}
	}
	next := now.Add(pause(o.Attempts))
	if stopped {
		next = now // it was broken off, and whoever comes next need not wait
	}
	l.write(ctx, o, deferred, err, func(ctx context.Context) error {
		return l.Rows.Retry(ctx, o.ID, next, failureText(err))
	})
}

// write tries for settleTimeout to write a result down, even when the worker stops. It tells
// whether it did.
func (l *lane) write(
	ctx context.Context, o tickets.Outgoing, result string, cause error,
	act func(context.Context) error,
) bool {
	log := l.log.With("row", o.ID, "kind", o.Kind, "ticket", o.Ticket, "attempt", o.Attempts)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	again := time.NewTicker(PollEvery)
	defer again.Stop()
	for {
		err := l.protect(ctx, o, func() error { return act(ctx) })
		switch {
		case err == nil:
			l.Meter.Delivered(result)
			log.InfoContext(ctx, "mail "+result, "cause", cause)
			return true
		case ctx.Err() != nil, errors.Is(err, tickets.ErrNotFound), errors.Is(err, errFault):
			log.WarnContext(ctx, "result of a mail not written", "result", result, "error", err)
			return false
		}
		select {
		case <-again.C:
		case <-ctx.Done():
		}
	}
}

// failureText is what the row and the agent are told: the server's answer where there was one.
func failureText(err error) string {
	text := err.Error()
	var e *mailerr.Error
	if errors.As(err, &e) && e.Code != 0 {
		text = (&mailerr.Error{
			Code: e.Code, Enhanced: e.Enhanced, Public: e.Public, Err: e.Err,
		}).Error()
	}
	text = rfc.CleanName(text)
	if len(text) <= maxReply {
		return text
	}
	return strings.ToValidUTF8(text[:maxReply], "")
}
