package probe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// Sender hands mails to the mailbox's relay.
type Sender interface {
	// Offers tells what the relay offers.
	Offers(ctx context.Context) (Relay, error)
	// Send hands one mail over. An error that has a method `Refused() string` is an answer of the
	// server, which that gives in one line; with `Temporary() bool`, one for now.
	Send(ctx context.Context, m Mail) error
}

// Reader looks for mails in the mailbox's folders. It is open before the first mail is sent, so
// that it knows which are new; it takes nothing away and marks nothing as read.
type Reader interface {
	// Server tells what the server can.
	Server(ctx context.Context) (Server, error)
	// Look gives the mails that came since it was opened, or since it last looked, into any of the
	// folders in which a probe may be: INBOX, those that are polled, the one to which the poller
	// moves, and the one for junk. A mail of more than MaxMail bytes it leaves out.
	Look(ctx context.Context) ([]Found, error)
}

// MaxMail bounds what a Reader gives, in bytes: a probe with a banner is far below.
const MaxMail = 256 << 10

const (
	// DefaultWait is how long Run waits for mails, where its Config does not say.
	DefaultWait = 3 * time.Minute

	// grace is the least for which others are waited for once one mail has come round.
	grace = 30 * time.Second
	// A look is followed by the next after firstRest, and each further one after twice as long, up
	// to lastRest: some providers turn away who asks too often.
	firstRest, lastRest = time.Second, 10 * time.Second
	// retries is how often a run tries again what the relay did not do for now: it may have as many
	// connections as it allows. retryRest is the wait before that.
	retries   = 3
	retryRest = 5 * time.Second
)

// Config is what a run needs.
type Config struct {
	Mails  []Mail // as Compose makes them
	Sender Sender
	Reader Reader
	Now    func() time.Time
	// Wait is for mails that were taken; 0: DefaultWait. Once one has come round, the others get
	// five times what it took, and half a minute at the least.
	Wait time.Duration
}

// Found is a mail in a folder.
type Found struct {
	Folder string
	Junk   bool  // the folder is the one for junk
	Astray bool  // the folder has the name of a token
	Size   int64 // RFC822.SIZE, -1 when the server does not say
	Data   []byte
}

// Sent is a probe mail and how it went.
type Sent struct {
	Mail
	At  time.Time
	Err error
}

// Arrival is what came of a probe mail: itself, or a report that it came back.
type Arrival struct {
	Found
	Kind   Kind
	At     time.Time // when it was seen first
	Bounce bool
}

// Result is what a run tells.
type Result struct {
	At       time.Time `json:"at"`
	Findings Findings  `json:"findings"`
	// RoundTrip is how long the plain mail took until it was seen, in milliseconds; 0 when it was
	// not.
	RoundTrip int64 `json:"round_trip_ms"`
}

// Run sends the mails and waits until each that was taken is there, or the time is over. An error
// is one of the Reader, or the end of ctx: what the relay does to a mail is a finding.
func Run(ctx context.Context, c Config) (Result, error) {
	r := Result{At: c.Now()}
	server, err := c.Reader.Server(ctx)
	if err != nil {
		return r, fmt.Errorf("ask what the server can: %w", err)
	}
	relay, err := c.Sender.Offers(ctx)
	if err != nil && ctx.Err() != nil {
		return r, err // else the mails will tell the same
	}
	sent, err := c.send(ctx)
	if err != nil {
		return r, err
	}
	arrivals, err := c.await(ctx, sent)
	if err != nil {
		return r, err
	}
	r.Findings = Learn(sent, arrivals, server, relay)
	for _, a := range arrivals {
		if a.Kind == Plain && !a.Bounce {
			r.RoundTrip = max(1, a.At.Sub(sent[0].At).Milliseconds())
		}
	}
	return r, nil
}

// send hands the mails over. Its error is the end of ctx.
func (c Config) send(ctx context.Context) ([]Sent, error) {
	var sent []Sent
	left := retries
	for _, m := range c.Mails {
		s := Sent{Mail: m, At: c.Now()}
		for s.Err = c.Sender.Send(ctx, m); temporary(s.Err) && left > 0; left-- {
			if err := rest(ctx, retryRest); err != nil {
				return nil, err
			}
			s.At = c.Now()
			s.Err = c.Sender.Send(ctx, m)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		sent = append(sent, s)
	}
	return sent, nil
}

func temporary(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary()
}

// await looks until there is an arrival of each mail that was taken.
func (c Config) await(ctx context.Context, sent []Sent) ([]Arrival, error) {
	taken := map[Kind]bool{}
	for _, s := range sent {
		if s.Err == nil {
			taken[s.Kind] = true
		}
	}
	begun := c.Now()
	end := begun.Add(cmp.Or(c.Wait, DefaultWait))
	var arrivals []Arrival
	for pause := firstRest; len(taken) > 0; pause = min(2*pause, lastRest) {
		found, err := c.Reader.Look(ctx)
		if err != nil {
			return nil, fmt.Errorf("look for probes: %w", err)
		}
		for _, f := range found {
			a, ok := recognise(sent, f)
			if !ok {
				continue
			}
			a.At = c.Now()
			soon := a.At.Add(max(grace, 5*a.At.Sub(begun)))
			if len(arrivals) == 0 && soon.Before(end) {
				end = soon
			}
			arrivals = append(arrivals, a)
			delete(taken, a.Kind)
		}
		if len(taken) == 0 || !c.Now().Before(end) {
			break
		}
		if err := rest(ctx, min(pause, end.Sub(c.Now()))); err != nil {
			return nil, err
		}
	}
	return arrivals, nil
}

func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
