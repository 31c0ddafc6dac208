package imapin

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"strings"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/lifecycle"
	"helpgate/mailin"
)

// Gate is the door.
type Gate interface {
	Accept(ctx context.Context, env mailin.Envelope, r io.Reader) error
}

// Marks keeps how far the folder is read, where the door writes it with each mail.
type Marks interface {
	// Mark gives the value kept under the key, "" when there is none.
	Mark(ctx context.Context, key string) (string, error)
	// WriteMark gives mailin.ErrReplaced when another node has taken over.
	WriteMark(ctx context.Context, m mailin.Mark) error
}

// Alerts tells whoever answers for a mailbox, by a mail. reason is the key of a text, detail what
// it is about.
type Alerts interface {
	Alert(ctx context.Context, mailbox, reason, detail string) error
}

// Meter shows how a folder fares. Its methods are called by one goroutine a folder.
type Meter interface {
	// Polled tells that a round ended well at the time.
	Polled(mailbox, folder string, at time.Time)
	// Backlog is how many mails were seen and wait to be read.
	Backlog(mailbox, folder string, n int)
	// SetAside is how many mails were given up.
	SetAside(mailbox, folder string, n int)
	// Trouble tells why the folder cannot be read now, and what mends it. The next Polled ends it.
	Trouble(mailbox, folder string, err error, mend string)
	Panicked()
}

// Config is all that a Poller needs.
type Config struct {
	Mailbox string // the address that customers write to: the mails' recipient
	Server  Server
	Folder  string // in UTF-8
	After   After
	Sent    bool          // the folder holds what the mailbox sent
	From    string        // where the first contact begins: "now", "unseen", "all"; else by Since
	Since   time.Duration // how far it reaches back
	Locale  string        // of what is said of a mail that cannot be taken
	Spool   string        // folder for mails under way

	Gate   Gate
	Marks  Marks
	Leases Leases // nil: there is one node
	Words  Words
	Alerts Alerts
	Meter  Meter
	Limits Limits
	Clock  clock.Clock
	Logger *slog.Logger
}

// Poller reads one folder.
type Poller struct {
	Config
	key    string          // of the mark
	while  mailin.Standing // that the lease is ours; empty: there is one node
	dial   func(context.Context) (session, error)
	faults int    // troubles in a row
	said   string // what the server lacks
	// careful is the highest UID of a batch that failed: up to it, mails are fetched one by one.
	careful uint32
}

// New makes a Poller.
func New(cfg Config) *Poller {
	p := &Poller{
		Config: cfg,
		key:    "imap:" + strings.ToLower(cfg.Mailbox) + ":" + cfg.Folder,
	}
	p.Logger = cfg.Logger.With("mailbox", cfg.Mailbox, "folder", cfg.Folder)
	p.dial = func(ctx context.Context) (session, error) { return dial(ctx, cfg.Server, cfg.Limits) }
	return p
}

// Run reads until ctx is done; a mail that is at the door then is still taken. No trouble ends it.
func (p *Poller) Run(ctx context.Context) error {
	for {
		err := lifecycle.Protect(func() error { return p.leased(ctx, p.follow) })
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, errBig) {
			continue // the connection alone was in the way
		}
		if panicked(err) {
			p.Meter.Panicked()
		}
		if errors.Is(err, mailin.ErrReplaced) {
			p.Logger.WarnContext(ctx, "mailbox not read: another node has taken over meanwhile")
			err = errLeased
		}
		if errors.Is(err, errLeased) {
			p.rest(ctx, p.Limits.beat())
			continue
		}
		wait, mend := p.backoff(err), mend(err, p.Config)
		p.Meter.Trouble(p.Mailbox, p.Folder, err, mend)
		p.Logger.WarnContext(ctx, "mailbox not read", "err", err, "mend", mend,
			"again_in", wait.Round(time.Millisecond))
		p.rest(ctx, wait)
	}
}

func (*Poller) rest(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// follow reads by one connection until it fails.
func (p *Poller) follow(ctx context.Context) error {
	s, err := p.dial(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	p.tell(ctx, s.lacks(p.After))
	spool, err := newSpool(p.Spool)
	if err != nil {
		return err
	}
	defer spool.close()
	other, err := newSpool(p.Spool)
	if err != nil {
		return err
	}
	defer other.close()
	for first := true; ; first = false {
		r := &round{Poller: p, session: s, spool: spool, other: other}
		if err := r.run(ctx, first); err != nil {
			return err
		}
		if p.faults > 0 {
			p.Logger.InfoContext(ctx, "mailbox is read again", "troubles", p.faults)
		}
		p.faults = 0
		p.Meter.Polled(p.Mailbox, p.Folder, p.Clock.Now())
		if r.more {
			continue
		}
		if err := s.idle(ctx); err != nil {
			return err
		}
	}
}

// backoff is how long to wait behind a trouble: longer each time, never twice the same, so that the
// pollers of a provider that comes back do not all come at once; and what the provider asks for.
func (p *Poller) backoff(err error) time.Duration {
	l := p.Limits
	d := l.Retry << min(p.faults, 20)
	p.faults++
	if errors.Is(err, errLogin) || hasNoRoom(err) {
		d = max(d, l.Refused)
	}
	d = max(min(d, l.RetryMax), advised(err))
	more, err := rand.Int(rand.Reader, big.NewInt(int64(d)/4+1))
	if err != nil {
		return d
	}
	return d + time.Duration(more.Int64())
}

func panicked(err error) bool {
	var p *lifecycle.PanicError
	return errors.As(err, &p)
}
