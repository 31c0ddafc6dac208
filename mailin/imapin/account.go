package imapin

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"helpgate/internal/clock"
)

// Account reads what lies in the folders of an account, for whoever takes history in. It changes
// nothing there. It is for one goroutine, but for what is done with a Letter.
type Account struct {
	poller Poller // asks for mails as it does; it never runs
	conn   *client
	known  bool // a connection was made: server and log-in are right
	free   chan *spool
	made   []*spool
}

// spools bounds how many files of fetched mails wait for whoever takes them in. Each holds what one
// FETCH brought: Limits.BatchBytes, or one mail that is larger.
const spools = 4

// NewAccount makes an Account. Mails under way lie in dir; trouble that passes is logged.
func NewAccount(s Server, l Limits, dir string, logger *slog.Logger) *Account {
	cfg := Config{Server: s, Limits: l, Spool: dir, Clock: clock.System{}, Logger: logger}
	return &Account{poller: Poller{Config: cfg}, free: make(chan *spool, spools)}
}

// Place is how far a folder was read.
type Place struct {
	Validity uint32 // of the UID (RFC 9051 section 2.3.1.1)
	UID      uint32 // all up to it is behind us
}

// String gives what ParsePlace reads.
func (p Place) String() string { return fmt.Sprintf("%d-%d", p.Validity, p.UID) }

// ParsePlace reads a place; what is none is that before the first mail.
func ParsePlace(s string) Place {
	first, second, _ := strings.Cut(s, "-")
	validity, err := strconv.ParseUint(first, 10, 32)
	uid, wrong := strconv.ParseUint(second, 10, 32)
	if err != nil || wrong != nil {
		return Place{}
	}
	return Place{uint32(validity), uint32(uid)}
}

// Letter is a mail of a folder.
type Letter struct {
	Place
	At  time.Time // when it came into the account; zero when the server does not say
	Err error     // why it cannot be read: the server does not give it out, or it is too big
	// Open gives its bytes, to several at once. Done says that nobody reads them any more: without
	// it, no further mails are fetched. Both are nil with Err.
	Open func() io.Reader
	Done func()
}

// Count gives how many mails lie behind the place.
func (a *Account) Count(ctx context.Context, folder string, behind Place) (n int64, err error) {
	w := a.walk(folder, behind)
	err = w.lasting(ctx, func(ctx context.Context) error {
		if w.at.UID == 0 {
			n = int64(w.folder.mails)
			return nil
		}
		return w.each(ctx, func(uids []uint32) error {
			n += int64(len(uids))
			w.at.UID = uids[len(uids)-1]
			return nil
		})
	})
	return n, err
}

// Letters gives the mails that lie behind the place, by their UIDs; a place of another UIDVALIDITY
// is that before the first. It connects again and goes on when the connection is lost; an error is
// what did not pass, and no mail follows it. What comes in meanwhile may be given too.
func (a *Account) Letters(
	ctx context.Context, folder string, behind Place,
) iter.Seq2[Letter, error] {
	return func(yield func(Letter, error) bool) {
		w := a.walk(folder, behind)
		w.yield = func(l Letter) bool { return yield(l, nil) }
		err := w.lasting(ctx, func(ctx context.Context) error {
			return w.each(ctx, func(uids []uint32) error { return w.through(ctx, uids) })
		})
		if err != nil {
			yield(Letter{}, err)
		}
	}
}

// Close ends the connection. No Letter can be read behind it.
func (a *Account) Close() {
	a.hangUp()
	for _, s := range a.made {
		s.close()
	}
}

// connect gives the connection, a new one if there is none.
func (a *Account) connect(ctx context.Context) (*client, error) {
	if a.conn != nil {
		return a.conn, nil
	}
	c, err := dial(ctx, a.poller.Server, a.poller.Limits)
	if err != nil {
		return nil, err
	}
	a.conn, a.known = c, true
	return c, nil
}

func (a *Account) hangUp() {
	if a.conn != nil {
		a.conn.close()
		a.conn = nil
	}
}

// shelf is a spool that is free again when all who hold it are done.
type shelf struct {
	*spool
	holders atomic.Int32
	free    chan<- *spool
}

// shelf waits for a spool that is free, and holds it.
func (a *Account) shelf(ctx context.Context) (*shelf, error) {
	s := &shelf{free: a.free}
	s.holders.Store(1)
	select {
	case s.spool = <-a.free:
		return s, nil
	default:
	}
	if len(a.made) < spools {
		made, err := newSpool(a.poller.Spool)
		if err != nil {
			return nil, err
		}
		a.made, s.spool = append(a.made, made), made
		return s, nil
	}
	select {
	case s.spool = <-a.free:
		return s, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *shelf) done() {
	if s.holders.Add(-1) == 0 {
		s.free <- s.spool // there is room for all
	}
}

// letter gives a mail on the shelf, and holds it until the letter is done with.
func (s *shelf) letter(at Place, p piece) Letter {
	s.holders.Add(1)
	return Letter{
		Place: at, At: p.at, Done: s.done, Open: func() io.Reader { return s.read(p) },
	}
}
