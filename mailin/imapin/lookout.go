package imapin

import (
	"context"
	"fmt"
	"io"
	"slices"
)

// Lookout sees the mails that come into folders while it is open, beside the pollers of the same
// folders. It takes nothing away and marks nothing as read. It is for one goroutine.
type Lookout struct {
	Report  Report // what the server showed at the log-in
	client  *client
	spool   *spool
	folders []string
	seen    map[string]box // how each stood at the last look; not there: it was missing
}

// Seen is a mail that a Lookout saw.
type Seen struct {
	Folder string
	Size   int64 // RFC822.SIZE, -1 when the server does not say
	Data   []byte
}

// maxSeen bounds how many mails of a folder one look reads: the newest.
const maxSeen = 50

// NewLookout logs in, and notes what lies in the folders that are chosen of those that the server
// has; others may be among them and come to be later. What is read lies in a file in dir. Its
// errors are those that a Poller would log; Close ends it.
func NewLookout(
	ctx context.Context, s Server, l Limits, dir string, choose func(Report) []string,
) (*Lookout, error) {
	c, err := dial(ctx, s, l)
	if err != nil {
		return nil, err
	}
	o := &Lookout{client: c, seen: map[string]box{}}
	if o.Report, err = c.report(ctx); err != nil {
		o.Close()
		return nil, err
	}
	if o.spool, err = newSpool(dir); err != nil {
		o.Close()
		return nil, err
	}
	if err := o.begin(ctx, choose(o.Report)); err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

// begin notes how the folders stand. They are looked for where a poller would make them.
func (o *Lookout) begin(ctx context.Context, folders []string) error {
	for _, name := range folders {
		at, err := o.client.place(ctx, name)
		if err != nil {
			return err
		}
		if at == "" || slices.Contains(o.folders, at) {
			continue
		}
		o.folders = append(o.folders, at)
		if _, _, err := o.news(ctx, at); err != nil {
			return err
		}
	}
	return nil
}

// Look gives the mails of at most limit bytes that are new since the last look.
func (o *Lookout) Look(ctx context.Context, limit int64) ([]Seen, error) {
	var all []Seen
	for _, name := range o.folders {
		was, there := o.seen[name]
		is, ok, err := o.news(ctx, name)
		if err != nil {
			return nil, err
		}
		if !there {
			was = box{validity: is.validity, next: 1}
		}
		if !ok || was.validity != is.validity || was.next >= is.next {
			continue
		}
		uids, err := o.client.search(ctx, query{from: was.next, to: is.next - 1})
		if err != nil {
			return nil, err
		}
		mails, err := o.read(ctx, name, uids[max(0, len(uids)-maxSeen):], limit)
		if err != nil {
			return nil, err
		}
		all = append(all, mails...)
	}
	return all, nil
}

// Close ends the connection.
func (o *Lookout) Close() {
	o.client.close()
	if o.spool != nil {
		o.spool.close()
	}
}

// news opens the folder and notes how it stands; ok tells whether it is there.
func (o *Lookout) news(ctx context.Context, name string) (b box, ok bool, err error) {
	b, err = o.client.examine(ctx, name)
	if refused(err) && !hasNoRoom(err) { // else what lies there would be taken for lost
		delete(o.seen, name)
		return box{}, false, nil
	}
	if err == nil && b.next == 0 { // as servers of before RFC 3501
		var last []uint32
		last, err = o.client.search(ctx, query{})
		b.next = 1
		if len(last) > 0 {
			b.next = last[0] + 1
		}
	}
	if err != nil {
		return box{}, false, err
	}
	o.seen[name] = b
	return b, true, nil
}

// read fetches mails. One that is gone meanwhile, because a poller moved it, is left out.
func (o *Lookout) read(
	ctx context.Context, name string, uids []uint32, limit int64,
) ([]Seen, error) {
	if len(uids) == 0 {
		return nil, nil
	}
	listed, err := o.client.fetch(ctx, want{uids: uids, part: sizes}, o.spool)
	if err != nil {
		return nil, err
	}
	var small []uint32
	for _, p := range listed {
		if p.size <= limit {
			small = append(small, p.uid)
		}
	}
	if len(small) == 0 {
		return nil, nil
	}
	pieces, err := o.client.fetch(ctx, want{uids: small, part: whole}, o.spool)
	if err != nil {
		return nil, err
	}
	var mails []Seen
	for _, p := range pieces {
		if !p.whole || p.of > limit {
			continue
		}
		data, err := io.ReadAll(o.spool.read(p))
		if err != nil {
			return nil, fmt.Errorf("read mail of %q: %w", name, err)
		}
		mails = append(mails, Seen{Folder: name, Size: p.size, Data: data})
	}
	return mails, o.spool.empty()
}
