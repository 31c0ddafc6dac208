package imapin

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"helpgate/internal/lifecycle"
	"helpgate/internal/mailerr"
	"helpgate/mailin"
)

// read takes the mails in batches, each as many as are small enough together.
func (r *round) read(ctx context.Context, uids []uint32) error {
	for len(uids) > 0 {
		if uids[0] <= r.careful {
			if err := r.single(ctx, uids[0]); err != nil {
				return err
			}
			uids = uids[1:]
			r.waiting(len(uids))
			continue
		}
		batches, err := r.plan(ctx, uids[:min(len(uids), survey)])
		if err != nil {
			return err
		}
		if err := r.batches(ctx, batches, uids); err != nil {
			return err
		}
		uids = uids[min(len(uids), survey):]
	}
	return nil
}

// batches takes them one after the other. While one is at the door, the next is fetched: the way to
// the provider and back costs no time then.
func (r *round) batches(ctx context.Context, batches [][]uint32, uids []uint32) error {
	ctx, cancel := context.WithCancel(ctx)
	var loads sync.WaitGroup
	defer loads.Wait()
	defer cancel()
	next := r.load(ctx, &loads, batches[0])
	for i := range batches {
		batch := <-next
		if r.spool, r.other = r.other, r.spool; i+1 < len(batches) {
			next = r.load(ctx, &loads, batches[i+1])
		}
		if err := r.batch(ctx, batch); err != nil {
			return err
		}
		uids = uids[len(batch.uids):]
		r.waiting(len(uids))
		r.file(ctx)
	}
	return nil
}

// load is a batch that was fetched.
type load struct {
	uids   []uint32
	pieces []piece
	err    error
}

// load fetches a batch into the other spool. The channel gives it in any case.
func (r *round) load(ctx context.Context, loads *sync.WaitGroup, uids []uint32) <-chan load {
	loaded := make(chan load, 1)
	to := r.other
	loads.Go(func() {
		l := load{uids: uids}
		l.err = lifecycle.Protect(func() (err error) {
			l.pieces, err = r.ask(ctx, want{uids: uids, part: whole}, to)
			return err
		})
		loaded <- l
	})
	return loaded
}

// survey is of how many mails the sizes are asked for at once.
const survey = 500

// plan groups mails by their sizes. A mail whose size is not told, and one that seems too large,
// stand alone.
func (r *round) plan(ctx context.Context, uids []uint32) ([][]uint32, error) {
	told, err := r.session.fetch(ctx, want{uids: uids, part: sizes}, r.spool)
	if err != nil && !refused(err) {
		r.careful = uids[len(uids)-1]
		return nil, err
	}
	size := map[uint32]int64{}
	for _, p := range told {
		size[p.uid] = p.size
	}
	var batches [][]uint32
	var bytes int64
	for _, uid := range uids {
		n, ok := size[uid]
		if !ok || n < 0 || n > r.Limits.BatchBytes {
			n = r.Limits.BatchBytes
		}
		last := len(batches) - 1
		if last < 0 || bytes+n > r.Limits.BatchBytes || len(batches[last]) >= r.Limits.BatchMails {
			batches, bytes, last = append(batches, nil), 0, last+1
		}
		batches[last] = append(batches[last], uid)
		bytes += n
	}
	return batches, nil
}

// batch takes mails that were asked for by one command. Where that did not end well, or brought not
// all, each of them is asked for alone.
func (r *round) batch(ctx context.Context, l load) error {
	if l.err != nil && !refused(l.err) {
		r.careful = l.uids[len(l.uids)-1]
		return l.err
	}
	got := map[uint32]piece{}
	for _, p := range l.pieces {
		if p.whole && l.err == nil {
			got[p.uid] = p
		}
	}
	var rest []uint32
	for _, uid := range l.uids {
		p, ok := got[uid]
		if !ok {
			rest = append(rest, uid)
			continue
		}
		// Those between the last mail and this one must not be behind the cursor unread.
		for _, skipped := range rest {
			a := r.at.aside(skipped)
			a.Next = r.Clock.Now()
			r.at = r.at.with(a)
		}
		if err := r.take(ctx, p); err != nil {
			return err
		}
	}
	for _, uid := range rest {
		if err := r.single(ctx, uid); err != nil {
			return err
		}
	}
	return nil
}

// ask empties the spool and fetches into it.
func (r *round) ask(ctx context.Context, w want, to *spool) ([]piece, error) {
	if err := to.empty(); err != nil {
		return nil, err
	}
	return r.session.fetch(ctx, w, to)
}

// single takes one mail, in two ways. What fails in both has failed once.
func (r *round) single(ctx context.Context, uid uint32) error {
	cause := errNothing
	ways := []bool{false, true}
	if r.at.aside(uid).Tries%2 == 1 {
		ways = ways[1:] // the first way may be what ended the connection
	}
	for _, plain := range ways {
		pieces, err := r.ask(ctx, want{uids: []uint32{uid}, part: whole, plain: plain}, r.spool)
		if errors.Is(err, errGone) { // somebody moved it before we came
			r.at = r.at.settled(uid, false)
			return nil
		}
		for _, p := range pieces {
			if p.big {
				a := r.at.aside(uid)
				a.Reason, a.Size = tooBig, p.size
				return errors.Join(r.doom(ctx, a), err)
			}
			if err == nil && p.whole && (p.uid == uid || p.uid == 0) {
				p.uid = uid
				return r.take(ctx, p)
			}
		}
		if ctx.Err() != nil || hasNoRoom(err) {
			return err
		}
		if err != nil && !refused(err) {
			_, failed := r.fail(ctx, piece{uid: uid}, err)
			return errors.Join(err, failed)
		}
		if err != nil {
			cause = err
		}
	}
	return r.failAlone(ctx, piece{uid: uid}, cause)
}

// errNothing tells that the server answered well, and without the mail.
var errNothing = errors.New("the server does not give the mail out")

// take hands a mail to the door, with the cursor behind it.
func (r *round) take(ctx context.Context, p piece) error {
	next := r.at.settled(p.uid, r.After != After{})
	now := r.Clock.Now()
	env := mailin.Envelope{Road: mailin.RoadIMAP, To: []string{r.Mailbox}, ReceivedAt: now}
	if !p.at.IsZero() && p.at.Before(now) {
		env.ReceivedAt = p.at
	}
	env.Late, env.Silent = r.at.before(p.uid)
	env.Sent, env.Patient = r.Sent, r.patient(p.uid)
	env.Mark = r.mark(next)
	err := r.accept(ctx, env, p)
	switch {
	case err == nil:
		r.at, r.kept = next, env.Mark.Value
		return nil
	case errors.Is(err, mailin.ErrEarly):
		return r.postpone(ctx, p.uid)
	case panicked(err):
		r.Meter.Panicked()
		return r.failAlone(ctx, p, err)
	case mailerr.IsTemporary(err):
		return fmt.Errorf("mail %d is not taken now: %w", p.uid, err)
	}
	a := r.at.aside(p.uid)
	a.Reason, a.Size = refusedBy(err), p.of
	return r.giveUp(ctx, a, err)
}

// accept lets the door take a mail to its end, also when helpgate is to stop: that is sooner done
// than done again.
func (r *round) accept(ctx context.Context, env mailin.Envelope, p piece) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return lifecycle.Protect(func() error {
		return r.Gate.Accept(context.WithoutCancel(ctx), env, r.spool.read(p))
	})
}
