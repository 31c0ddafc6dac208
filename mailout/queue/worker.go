package queue

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/lifecycle"
	"helpgate/tickets"
)

// Mail is one finished mail on its way.
type Mail struct {
	From  string // envelope sender without <>; "" is the null sender
	To    string // envelope recipient without <>
	Data  []byte // header and body
	UTF8  bool   // the header holds raw UTF-8 (RFC 6532), which needs SMTPUTF8
	EnvID string // RFC 3461 section 4.4; "" for none
}

// Deliverer hands a mail over to the next server and gives that server's answer. Its error is
// final when it is a mailerr.Error that is not Temporary.
type Deliverer interface {
	Deliver(ctx context.Context, m Mail) (reply string, err error)
}

// Composer makes mails and looks them through.
type Composer interface {
	// Compose gives envelope sender and bytes of a row's mail. Its error is final when it is a
	// mailerr.Error that is not Temporary.
	Compose(ctx context.Context, o tickets.Outgoing) (from string, data []byte, err error)
	// Guard gives why the bytes must not reach the recipient; "" when they may.
	Guard(
		ctx context.Context, o tickets.Outgoing, data []byte,
	) (reason tickets.HeldReason, detail string, err error)
}

// Desk is told of the rows that will not arrive, and ends them.
type Desk interface {
	DeliveryFailed(ctx context.Context, id int64, reply string) error
	Leaked(ctx context.Context, id int64, reason tickets.HeldReason, detail string) error
}

// Blobs keeps composed mails.
type Blobs interface {
	Create(ctx context.Context) (tickets.BlobWriter, error)
	Open(ctx context.Context, sha256 string) (io.ReadCloser, error)
}

// Meter counts. Its methods are called from many goroutines.
type Meter interface {
	// Delivered counts an attempt by its result: sent, deferred, failed or held.
	Delivered(result string)
	// Panicked counts a fault of the program that was recovered.
	Panicked()
}

// Route is a way out that one or more mailboxes share.
type Route struct {
	Name      string   // for the log
	Mailboxes []string // addresses, as rows name them; each belongs to one route
	Deliverer Deliverer
	// RatePerMinute and RatePerDay bound the attempts in any 60 s and any 24 h; 0: no bound. They
	// are counted in memory: a process that starts anew counts anew.
	RatePerMinute, RatePerDay int
	// Connections is how many mails are worked at at once, from composing to the relay's answer; below
	// 1 counts as 1. A Deliverer that takes fewer at a time lets the others wait.
	Connections int
}

// Config is what a Worker works with; every field is needed.
type Config struct {
	Rows     Leases
	Blobs    Blobs
	Composer Composer
	Desk     Desk
	Routes   []Route
	Intake   func() time.Time // when the last mail came in; called often
	Clock    clock.Clock
	Logger   *slog.Logger
	Meter    Meter
}

// Worker empties the outbox.
type Worker struct {
	Config
	lanes []*lane
}

// New makes a Worker.
func New(cfg Config) *Worker {
	w := &Worker{Config: cfg}
	var known []string
	for _, r := range cfg.Routes {
		w.lanes = append(w.lanes, newLane(w, r, Share{Mailboxes: r.Mailboxes}))
		known = append(known, r.Mailboxes...)
	}
	rest := Route{Name: "none", Deliverer: nowhere{}, Connections: 1}
	w.lanes = append(w.lanes, newLane(w, rest, Share{Mailboxes: known, Others: true}))
	return w
}

// Run works until ctx is done; then it claims no more, lets the deliveries under way end within
// drainTime, breaks off the rest and gives those rows back. The error is a panic of its own.
func (w *Worker) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	errs := make([]error, len(w.lanes))
	var group sync.WaitGroup
	for i, l := range w.lanes {
		group.Go(func() {
			errs[i] = lifecycle.Protect(func() error { return l.run(ctx) })
			stop() // a lane ends before the others only by a panic
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// Kick hints that rows were queued. It never waits, and hints that were not taken yet are one.
func (w *Worker) Kick() {
	for _, l := range w.lanes {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// errNoRoute keeps the rows of a mailbox that left the configuration until it is back, or they
// are too old.
var errNoRoute = errors.New("the mailbox is not configured any more")

type nowhere struct{}

func (nowhere) Deliver(context.Context, Mail) (string, error) { return "", errNoRoute }
