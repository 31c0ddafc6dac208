package imapin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// client is a session by go-imap. No command is sent while another one runs: the library waits for
// ever where an answer to FETCH is not read to its end.
type client struct {
	imap   *imapclient.Client
	wire   *wire
	caps   imap.CapSet
	news   chan struct{} // the server said unasked that the folder grew
	spaces *spaces       // where folders lie, once asked
	limits Limits
	turn   sync.Mutex // of the command that runs
}

var _ session = (*client)(nil)

func newClient(w *wire, l Limits) *client {
	c := &client{wire: w, limits: l, news: make(chan struct{}, 1)}
	c.imap = imapclient.New(w, &imapclient.Options{
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: c.hear},
	})
	return c
}

// hear runs in the library's reader, which it must not hold up.
func (c *client) hear(d *imapclient.UnilateralDataMailbox) {
	if d.NumMessages == nil {
		return
	}
	select {
	case c.news <- struct{}{}:
	default:
	}
}

// run lets f send a command and read its answer, within bounds: behind them, or at the end of ctx,
// the connection is cut, which ends every wait of the library.
func (c *client) run(ctx context.Context, limit time.Duration, f func() error) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	c.wire.begin(c.limits.Answer)
	defer c.wire.end()
	watchdog := time.AfterFunc(limit, func() { _ = c.wire.cut(errSlow) })
	defer watchdog.Stop()
	stop := context.AfterFunc(ctx, func() { _ = c.wire.cut(context.Cause(ctx)) })
	defer stop()
	return c.wire.why(f())
}

// refused tells a NO or BAD of the server, behind which the connection goes on.
func refused(err error) bool {
	var no *imap.Error
	return errors.As(err, &no) && no.Type != imap.StatusResponseTypeBye
}

func (c *client) open(ctx context.Context, folder string) (box, error) {
	return c.enter(ctx, folder, nil)
}

func (c *client) enter(ctx context.Context, folder string, o *imap.SelectOptions) (box, error) {
	var b box
	err := c.run(ctx, c.limits.Command, func() error {
		data, err := c.imap.Select(folder, o).Wait()
		if err != nil {
			return err
		}
		b = box{
			mails: data.NumMessages, validity: data.UIDValidity, next: uint32(data.UIDNext),
		}
		return nil
	})
	if err != nil {
		return box{}, fmt.Errorf("open folder %q: %w", folder, err)
	}
	return b, nil
}

func (c *client) search(ctx context.Context, q query) ([]uint32, error) {
	var set imap.UIDSet
	if q.listed != nil {
		set = uidSet(q.listed)
	} else {
		set.AddRange(imap.UID(q.from), imap.UID(q.to))
	}
	criteria := &imap.SearchCriteria{UID: []imap.UIDSet{set}, Since: q.since}
	if q.unseen {
		criteria.NotFlag = append(criteria.NotFlag, imap.FlagSeen)
	}
	uids, err := c.uids(ctx, criteria)
	if err != nil || q.listed != nil {
		return uids, err
	}
	// "7:*" names the last mail also where its UID is below 7 (RFC 3501 section 6.4.8).
	return slices.DeleteFunc(uids, func(uid uint32) bool {
		return uid < q.from || q.to != 0 && uid > q.to
	}), nil
}

// uids searches without RETURN: servers that do not know it drop the connection.
func (c *client) uids(ctx context.Context, criteria *imap.SearchCriteria) ([]uint32, error) {
	var found imap.UIDSet
	err := c.run(ctx, c.limits.Command, func() error {
		data, err := c.imap.UIDSearch(criteria, nil).Wait()
		if err != nil {
			return err
		}
		found, _ = data.All.(imap.UIDSet)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	var uids []uint32
	for _, r := range found { // never expanded whole: a server may say 1:4294967295
		for uid := uint64(r.Start); uid <= uint64(r.Stop); uid++ {
			if len(uids) == c.limits.Listed {
				return uids, nil
			}
			uids = append(uids, uint32(uid))
		}
	}
	return uids, nil
}

func (c *client) fetch(ctx context.Context, w want, to *spool) ([]piece, error) {
	var set imap.NumSet = uidSet(w.uids)
	if w.plain {
		number, err := c.number(ctx, w.uids[0])
		if err != nil {
			return nil, err
		}
		set = imap.SeqSetNum(number)
	}
	var pieces []piece
	err := c.run(ctx, c.limits.Fetch, func() error {
		cmd := c.imap.Fetch(set, w.items())
		for m := cmd.Next(); m != nil; m = cmd.Next() {
			p, err := c.piece(m, to)
			pieces = append(pieces, p)
			if err != nil {
				return err // and no word more to cmd: see literal
			}
		}
		return cmd.Close()
	})
	if err != nil {
		return pieces, fmt.Errorf("fetch: %w", err)
	}
	return pieces, nil
}

// number gives a mail's number in the folder.
func (c *client) number(ctx context.Context, uid uint32) (uint32, error) {
	var numbers []uint32
	err := c.run(ctx, c.limits.Command, func() error {
		criteria := &imap.SearchCriteria{UID: []imap.UIDSet{uidSet([]uint32{uid})}}
		data, err := c.imap.Search(criteria, nil).Wait()
		if err == nil {
			if set, ok := data.All.(imap.SeqSet); ok && len(set) > 0 {
				numbers = append(numbers, set[0].Start)
			}
		}
		return err
	})
	switch {
	case err != nil:
		return 0, fmt.Errorf("search: %w", err)
	case len(numbers) == 0 || numbers[0] == 0:
		return 0, errGone
	}
	return numbers[0], nil
}

// standInFields are those of a mail that its stand-in has too.
var standInFields = []string{
	"From", "To", "Cc", "Reply-To", "Subject", "Date", "In-Reply-To", "References",
}

// items names what is asked for. Never ENVELOPE nor BODYSTRUCTURE: a server's fault in either would
// end the connection.
func (w want) items() *imap.FetchOptions {
	o := &imap.FetchOptions{
		UID: true, RFC822Size: w.part != fields && !w.plain, InternalDate: w.part == whole && !w.plain,
	}
	switch w.part {
	case fields:
		o.BodySection = []*imap.FetchItemBodySection{{
			Specifier: imap.PartSpecifierHeader, HeaderFields: standInFields, Peek: true,
		}}
	case whole:
		o.BodySection = []*imap.FetchItemBodySection{{Peek: true}}
	}
	return o
}

// piece reads one mail of an answer, to its end if there is no error.
func (c *client) piece(m *imapclient.FetchMessageData, to *spool) (piece, error) {
	p := piece{size: -1}
	for item := m.Next(); item != nil; item = m.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			p.uid = uint32(item.UID)
		case imapclient.FetchItemDataRFC822Size:
			p.size = item.Size
		case imapclient.FetchItemDataInternalDate:
			p.at = item.Time.UTC()
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil || p.whole {
				continue
			}
			if err := c.literal(&p, item.Literal, to); err != nil {
				return p, err
			}
		}
	}
	return p, nil
}

// literal reads a mail into the spool. A connection that ends within it looks like the literal's
// end to the library, so that its bytes are counted. After an error the connection is cut, and
// neither the mail nor its command may be touched again: both would read on in the literal, beside
// the library's own reader.
func (c *client) literal(p *piece, lit imap.LiteralReader, to *spool) error {
	size := lit.Size()
	if size > c.limits.MaxSize {
		p.big, p.size = true, size
		_ = c.wire.cut(errBig)
	}
	if to.at+size > c.limits.MaxSize+2*c.limits.BatchBytes { // mails that nobody asked for
		_ = c.wire.cut(errEndless)
	}
	c.wire.allow(size)
	in := &ending{r: lit}
	off, n, err := to.add(in)
	if err == nil && n == size {
		p.off, p.of, p.whole = off, n, true
		return nil
	}
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	err = c.wire.cut(fmt.Errorf("read mail into the spool: %w", err))
	if !in.over { // the spool failed: the library's reader waits for the literal's end
		_, _ = io.Copy(io.Discard, in)
	}
	return err
}

// ending is a reader that knows whether it came to its end.
type ending struct {
	r    io.Reader
	over bool
}

// Read implements io.Reader.
func (e *ending) Read(b []byte) (int, error) {
	n, err := e.r.Read(b)
	e.over = e.over || err != nil
	return n, err
}

// errBig ends a connection that would bring a mail too large to be taken.
var errBig = errors.New("the mail is too big")

func (c *client) folders(ctx context.Context) ([]string, error) {
	var names []string
	err := c.run(ctx, c.limits.Command, func() error {
		list, err := c.imap.List("", "*", nil).Collect()
		for _, f := range list {
			names = append(names, f.Mailbox)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list folders: %w", err)
	}
	return names, nil
}

// idle trusts the server for no longer than until the next round: a connection that a middlebox
// forgot is silent for ever.
func (c *client) idle(ctx context.Context) error {
	if !c.caps.Has(imap.CapIdle) {
		return c.rest(ctx, c.limits.PollBlind)
	}
	var idle *imapclient.IdleCommand
	err := c.run(ctx, c.limits.Command, func() (err error) {
		idle, err = c.imap.Idle()
		return err
	})
	if refused(err) {
		return c.rest(ctx, c.limits.PollBlind)
	}
	if err != nil {
		return fmt.Errorf("say IDLE: %w", err)
	}
	rested := c.rest(ctx, c.limits.Poll)
	err = c.run(ctx, c.limits.Command, func() error {
		return errors.Join(idle.Close(), idle.Wait())
	})
	if err != nil && !refused(err) {
		return fmt.Errorf("end IDLE: %w", err)
	}
	return rested
}

// rest waits for news, the end of the connection or of the time.
func (c *client) rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.news:
	case <-c.imap.Closed():
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

func (c *client) close() {
	_ = c.wire.cut(errClosed)
	_ = c.imap.Close() // waits for the library's reader
}

var errClosed = errors.New("closed")

func uidSet(uids []uint32) imap.UIDSet {
	var set imap.UIDSet
	for _, uid := range uids {
		set.AddNum(imap.UID(uid))
	}
	return set
}
