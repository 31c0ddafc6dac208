package imapin

import (
	"context"
	"fmt"
)

// round is one look into the folder: what an earlier one left to do, what is new, and what is to be
// tried again. It ends with the first trouble that is not a single mail's own.
type round struct {
	*Poller
	session session
	spool   *spool // of what is at the door
	other   *spool // of what is fetched meanwhile
	folder  box
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
	r.folder = folder
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
	anew := r.kept != ""
	if anew {
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
	if err := r.save(ctx); err != nil || !anew {
		return err
	}
	r.alert(ctx, "numbered-anew", r.Folder) // nothing else tells of what came in between
	return nil
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
		before, err = r.look(ctx, query{
			from: r.at.Last + 1, to: r.at.Until, unseen: r.at.Begin == beginUnseen, since: r.at.Since,
		})
		if err != nil || r.more {
			return before, err
		}
	}
	after, err := r.look(ctx, query{from: max(r.at.Last, r.at.Until) + 1})
	if err != nil {
		return nil, err
	}
	if len(before) == 0 {
		r.at.Last = max(r.at.Last, r.at.Until)
	}
	return append(before, after...), nil
}

// look searches. In a folder of very many mails it goes step by step, so that no answer is longer
// than a well server's may be; more tells that it stopped before the end.
func (r *round) look(ctx context.Context, q query) ([]uint32, error) {
	many := uint64(r.folder.mails) > uint64(r.Limits.Listed) && r.folder.next > 0
	if q.to == 0 && many {
		q.to = r.folder.next - 1
	}
	for {
		if q.to != 0 && q.from > q.to {
			return nil, nil
		}
		part := q
		if many {
			part.to = uint32(min(uint64(q.to), uint64(q.from)+uint64(r.Limits.Listed)-1))
		}
		uids, err := r.session.search(ctx, part)
		r.more = part.to != q.to || len(uids) >= r.Limits.Listed
		if err != nil || len(uids) > 0 || !r.more {
			return uids, err
		}
		r.at.Last = part.to
		q.from = part.to + 1
	}
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
	if err := r.Marks.WriteMark(ctx, r.mark(r.at)); err != nil {
		return fmt.Errorf("write mark: %w", err)
	}
	r.kept = value
	return nil
}

func (r *round) waiting(n int) {
	r.Meter.Backlog(r.Mailbox, r.Folder, n)
}
