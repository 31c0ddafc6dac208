package imapin

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// walk is one way through a folder.
type walk struct {
	*round  // its ways to ask; it has neither cursor nor door
	account *Account
	at      Place // all up to it was given
	yield   func(Letter) bool
	// way is how often the mail under is asked for by a command of its own, each time otherwise.
	under uint32
	way   int
}

func (a *Account) walk(folder string, behind Place) *walk {
	p := a.poller
	p.Folder = folder
	return &walk{round: &round{Poller: &p}, account: a, at: behind}
}

// Why a walk ends.
var (
	errEnough = errors.New("no more is wanted")
	errAnew   = errors.New("the server numbered the folder's mails anew meanwhile")
	errTooBig = errors.New("mail is too big")
)

// maxTroubles is how often in a row a lost connection is made again without a mail by it: a quarter
// of an hour, with the waits of Limits.
const maxTroubles = 10

// lasting does once, which opens the folder first, by as many connections as it takes. The first of
// the account is not made again: whoever mistyped something waits for it.
func (w *walk) lasting(ctx context.Context, once func(context.Context) error) error {
	for {
		err := w.open(ctx)
		if err == nil {
			err = once(ctx)
		}
		if err == nil || errors.Is(err, errEnough) {
			return nil
		}
		w.account.hangUp()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errBig): // the connection alone was in the way
			continue
		case errors.Is(err, errAnew), errors.Is(err, errMissing), !w.account.known,
			w.faults == maxTroubles:
			return w.told(err)
		}
		wait := w.backoff(err)
		w.Logger.WarnContext(ctx, "folder not read on", "folder", w.Folder, "err", err,
			"mend", mend(err, w.Config), "again_in", wait.Round(time.Millisecond))
		w.rest(ctx, wait)
	}
}

func (w *walk) told(err error) error {
	return fmt.Errorf("read folder %q: %w", w.Folder, withMend(err, w.Config))
}

// withMend adds what an operator can do to an error behind which nothing is tried again.
func withMend(err error, c Config) error {
	if advice := once(err, c); advice != "" {
		return fmt.Errorf("%w; %s", err, advice)
	}
	return err
}

// once is mend where nothing is tried again; "" where that is all there is to say.
func once(err error, c Config) string {
	return strings.TrimSuffix(strings.TrimSuffix(mend(err, c), byItself), ": ")
}

// each does f with the UIDs behind the place, up to the folder's end.
func (w *walk) each(ctx context.Context, f func(uids []uint32) error) error {
	for {
		uids, err := w.list(ctx)
		if err != nil || len(uids) == 0 {
			return err
		}
		if err := f(uids); err != nil {
			return err
		}
	}
}

// open connects, and opens the folder.
func (w *walk) open(ctx context.Context) error {
	c, err := w.account.connect(ctx)
	if err != nil {
		return err
	}
	w.session = c
	folder, err := c.examine(ctx, w.Folder)
	switch {
	case hasNoRoom(err):
		return err
	case err != nil:
		return w.missing(ctx, err)
	case w.at.Validity == folder.validity:
	case w.folder.validity != 0:
		return errAnew
	default:
		w.at = Place{Validity: folder.validity}
	}
	w.folder = folder
	return nil
}

// list gives the next UIDs, none at the folder's end.
func (w *walk) list(ctx context.Context) ([]uint32, error) {
	if w.at.UID == math.MaxUint32 {
		return nil, nil
	}
	q := query{from: w.at.UID + 1}
	if w.folder.next > 0 {
		q.to = w.folder.next - 1
	}
	return w.look(ctx, q)
}

// through fetches mails in batches and gives them on.
func (w *walk) through(ctx context.Context, uids []uint32) error {
	for len(uids) > 0 {
		if uids[0] <= w.careful {
			if err := w.alone(ctx, uids[0]); err != nil {
				return err
			}
			uids = uids[1:]
			continue
		}
		batches, err := w.survey(ctx, uids[:min(len(uids), survey)])
		if err != nil {
			return err
		}
		for _, batch := range batches {
			if err := w.together(ctx, batch); err != nil {
				return err
			}
			uids = uids[len(batch):]
		}
	}
	return nil
}

// survey groups mails by their sizes.
func (w *walk) survey(ctx context.Context, uids []uint32) ([][]uint32, error) {
	held, err := w.account.shelf(ctx)
	if err != nil {
		return nil, err
	}
	defer held.done()
	w.spool = held.spool // for what is sent unasked
	return w.plan(ctx, uids)
}

// together gives mails that are asked for by one command, and asks for those alone that it does not
// bring.
func (w *walk) together(ctx context.Context, uids []uint32) error {
	pieces, held, err := w.fetch(ctx, want{uids: uids, part: whole})
	if held != nil {
		defer held.done()
	}
	if lost(err) {
		w.careful = uids[len(uids)-1]
		return err
	}
	got := map[uint32]piece{}
	for _, p := range pieces {
		if p.whole && err == nil {
			got[p.uid] = p
		}
	}
	for _, uid := range uids {
		var given error
		if p, ok := got[uid]; ok {
			given = w.give(held.letter(w.place(uid), p))
		} else {
			given = w.alone(ctx, uid)
		}
		if given != nil {
			return given
		}
	}
	return nil
}

// ways is how often a mail is asked for alone: once with its date, then by its number.
const ways = 3

// alone gives one mail, or why it cannot be read.
func (w *walk) alone(ctx context.Context, uid uint32) error {
	if w.under != uid {
		w.under, w.way = uid, 0
	}
	cause := errNothing
	for ; w.way < ways; w.way++ {
		done, err := w.try(ctx, uid)
		switch {
		case done, errors.Is(err, errEnough), hasNoRoom(err):
			return err
		case lost(err):
			w.way++ // it may be this mail that ended the connection
			return err
		case err != nil:
			cause = err
		}
	}
	return w.give(Letter{Place: w.place(uid), Err: cause})
}

// try asks for a mail in the way that is its turn; done tells that there is nothing more to try.
func (w *walk) try(ctx context.Context, uid uint32) (done bool, err error) {
	pieces, held, err := w.fetch(ctx, want{uids: []uint32{uid}, part: whole, plain: w.way > 0})
	if held != nil {
		defer held.done()
	}
	if errors.Is(err, errGone) {
		w.at.UID = uid
		return true, nil
	}
	for _, p := range pieces {
		if p.big {
			given := w.give(Letter{
				Place: w.place(uid), Err: fmt.Errorf("%w: %d bytes", errTooBig, p.size),
			})
			return true, errors.Join(given, err)
		}
		if err == nil && p.whole && (p.uid == uid || p.uid == 0) {
			return true, w.give(held.letter(w.place(uid), p))
		}
	}
	return false, err
}

// fetch asks for mails, into a spool of their own.
func (w *walk) fetch(ctx context.Context, q want) (_ []piece, held *shelf, err error) {
	if held, err = w.account.shelf(ctx); err != nil {
		return nil, nil, err
	}
	pieces, err := w.ask(ctx, q, held.spool)
	return pieces, held, err
}

func (w *walk) place(uid uint32) Place { return Place{w.at.Validity, uid} }

// give hands a mail on.
func (w *walk) give(l Letter) error {
	w.at, w.faults = l.Place, 0
	if !w.yield(l) {
		return errEnough
	}
	return nil
}

// lost tells that the connection is of no more use.
func lost(err error) bool { return err != nil && (!refused(err) || hasNoRoom(err)) }
