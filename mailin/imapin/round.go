package imapin

import (
	"context"
	"errors"
	"fmt"

	"helpgate/internal/lifecycle"
	"helpgate/internal/mailerr"
	"helpgate/mailin"
)

// round is one look into the folder: what an earlier one left to do, what is new, and what is to be
// tried again. It ends with the first trouble that is not a single mail's own.
type round struct {
	*Poller
	session session
	spool   *spool
	at      cursor
	kept    string // the cursor as it stands in the store
	more    bool   // there are more than one round looks at
	unfiled bool   // filing failed: it waits for the next round
}

func (r *round) run(ctx context.Context, first bool) error {
	folder, err := r.session.open(ctx, r.Folder)
	if err != nil {
		return r.missing(ctx, err)
	}
	if err := r.begin(ctx, folder); err != nil {
		return err
	}
	if first {
		if err := r.review(ctx); err != nil {
			return err
		}
	}
	r.file(ctx)
	uids, err := r.pending(ctx)
	if err != nil {
		return err
	}
	r.more = len(uids) >= r.Limits.Listed
	r.waiting(len(uids))
	if err := r.read(ctx, uids); err != nil {
		return err
	}
	if err := r.retry(ctx); err != nil {
		return err
	}
	r.file(ctx)
	r.Meter.SetAside(r.Mailbox, r.Folder, len(r.at.given()))
	return r.save(ctx)
}

// begin reads the cursor, or makes one at the first contact and when the server numbered anew.
func (r *round) begin(ctx context.Context, folder box) error {
	var err error
	if r.kept, err = r.Marks.Mark(ctx, r.key); err != nil {
		return fmt.Errorf("read mark: %w", err)
	}
	if r.at, err = readCursor(r.kept); err != nil {
		return err
	}
	if r.kept != "" && r.at.Validity == folder.validity {
		return nil
	}
	if folder.next == 0 { // as servers of before RFC 3501
		last, err := r.session.search(ctx, query{})
		if err != nil {
			return err
		}
		folder.next = 1
		if len(last) > 0 {
			folder.next = last[0] + 1
		}
	}
	if r.kept != "" {
		r.Logger.WarnContext(ctx, "the server numbered the folder's mails anew; all that lie there "+
			"are read again as history, and those that are known fall as duplicates",
			"uidvalidity", folder.validity, "was", r.at.Validity)
		r.at = cursor{Begin: beginAnew, Until: folder.next - 1}
	} else {
		r.at = r.first(folder)
		r.Logger.InfoContext(ctx, "first contact with the folder", "from", r.From,
			"uidvalidity", folder.validity, "uidnext", folder.next)
	}
	r.at.Validity = folder.validity
	r.careful = 0
	return r.save(ctx)
}

// first is the cursor of a folder that was never read.
func (r *round) first(folder box) cursor {
	there := folder.next - 1
	switch r.From {
	case "now":
		return cursor{Last: there}
	case "unseen":
		return cursor{Until: there, Begin: beginUnseen}
	case "all":
		return cursor{Until: there, Begin: beginAll}
	}
	return cursor{Until: there, Begin: beginSince, Since: r.Clock.Now().Add(-r.Since)}
}

// pending gives the UIDs that were not looked at yet and are meant.
func (r *round) pending(ctx context.Context) ([]uint32, error) {
	var before []uint32
	if r.at.Last < r.at.Until {
		var err error
		before, err = r.session.search(ctx, query{
			from: r.at.Last + 1, to: r.at.Until, unseen: r.at.Begin == beginUnseen, since: r.at.Since,
		})
		if err != nil {
			return nil, err
		}
		if len(before) >= r.Limits.Listed {
			return before, nil
		}
	}
	after, err := r.session.search(ctx, query{from: max(r.at.Last, r.at.Until) + 1})
	if err != nil {
		return nil, err
	}
	if len(before) == 0 {
		r.at.Last = max(r.at.Last, r.at.Until)
	}
	return append(before, after...), nil
}

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
		for _, batch := range batches {
			if err := r.batch(ctx, batch); err != nil {
				return err
			}
			uids = uids[len(batch):]
			r.waiting(len(uids))
			r.file(ctx)
		}
	}
	return nil
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

// batch takes mails that are asked for by one command. Where it does not end well, or brings not all,
// each of them is asked for alone.
func (r *round) batch(ctx context.Context, uids []uint32) error {
	pieces, err := r.ask(ctx, want{uids: uids, part: whole})
	if err != nil && !refused(err) {
		r.careful = uids[len(uids)-1]
		return err
	}
	got := map[uint32]piece{}
	for _, p := range pieces {
		if p.whole && err == nil {
			got[p.uid] = p
		}
	}
	var rest []uint32
	for _, uid := range uids {
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
func (r *round) ask(ctx context.Context, w want) ([]piece, error) {
	if err := r.spool.empty(); err != nil {
		return nil, err
	}
	return r.session.fetch(ctx, w, r.spool)
}

// single takes one mail, in two ways. What fails in both has failed once.
func (r *round) single(ctx context.Context, uid uint32) error {
	cause := errNothing
	ways := []bool{false, true}
	if r.at.aside(uid).Tries%2 == 1 {
		ways = ways[1:] // the first way may be what ended the connection
	}
	for _, plain := range ways {
		pieces, err := r.ask(ctx, want{uids: []uint32{uid}, part: whole, plain: plain})
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
		if ctx.Err() != nil {
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
	env.Mark.Key, env.Mark.Value = r.key, next.String()
	err := r.accept(ctx, env, p)
	switch {
	case err == nil:
		r.at, r.kept = next, env.Mark.Value
		return nil
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

// accept lets the door take a mail to its end, also when helpgate is to stop: that is sooner done than
// done again.
func (r *round) accept(ctx context.Context, env mailin.Envelope, p piece) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return lifecycle.Protect(func() error {
		return r.Gate.Accept(context.WithoutCancel(ctx), env, r.spool.read(p))
	})
}

// file moves or flags what is stored. It fails without harm: mails come in all the same, and it is
// tried again in the next round.
func (r *round) file(ctx context.Context) {
	due := r.at.Due.uids()
	if len(due) == 0 || r.unfiled {
		return
	}
	err := r.session.file(ctx, due, r.After)
	if err == nil {
		r.at.Due = nil
		return
	}
	r.unfiled = true
	if ctx.Err() == nil {
		r.Logger.WarnContext(ctx, "stored mails not filed", "mails", len(due), "err", err,
			"mend", mend(err, r.Config))
	}
}

// save writes the cursor where no mail did.
func (r *round) save(ctx context.Context) error {
	value := r.at.String()
	if value == r.kept {
		return nil
	}
	if err := r.Marks.SetMark(ctx, r.key, value); err != nil {
		return fmt.Errorf("write mark: %w", err)
	}
	r.kept = value
	return nil
}

func (r *round) waiting(n int) {
	r.Meter.Backlog(r.Mailbox, r.Folder, n)
}
