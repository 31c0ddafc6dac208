package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/sync/errgroup"

	"helpgate/internal/clock"
	"helpgate/internal/mailerr"
	"helpgate/mailin"
	"helpgate/mailin/archive"
	"helpgate/tickets"
	"helpgate/tickets/desk"
)

// intake hands the mails of an archive to the door. Those of one conversation go one after the
// other, in the archive's order; several conversations go at once.
type intake struct {
	box    archive.Archive
	gate   *mailin.Gate
	store  tickets.Store
	to     []string
	silent bool
	lanes  int
	mark   string      // the key under which is written how far it came; "" for nowhere
	clock  *clock.Fake // set to when each mail came, if not nil; with one lane

	tally    tally
	frontier frontier
	bar      *progressbar.ProgressBar
}

// laneDepth is how many mails wait for a lane, so that one large mail does not stop the others.
const laneDepth = 16

// run takes all mails behind the mark. What is wrong with a mail stands in the tally; an error is
// one that another mail would meet too, and ends the run.
func (in *intake) run(
	ctx context.Context, bar func(total int64, bytes bool) *progressbar.ProgressBar,
) error {
	behind, err := in.resume(ctx)
	if err != nil {
		return err
	}
	left, err := in.box.Left(behind)
	if err != nil {
		return err
	}
	in.frontier.last, in.bar = behind, bar(left, in.box.Appends())
	if err := in.all(ctx, behind); err != nil {
		return err
	}
	_ = in.bar.Finish() // a bar that cannot be drawn is no reason to fail
	return in.finish(ctx)
}

// all lets the lanes run until the archive is at its end.
func (in *intake) all(ctx context.Context, behind string) error {
	group, ctx := errgroup.WithContext(ctx)
	lanes := make([]chan *arrival, in.lanes)
	for i := range lanes {
		lanes[i] = make(chan *arrival, laneDepth)
		group.Go(func() error { return in.work(ctx, lanes[i]) })
	}
	group.Go(func() error { return in.dispatch(ctx, behind, lanes) })
	return group.Wait()
}

// arrival is a mail on its way to the door.
type arrival struct {
	archive.Mail
	head archive.Head
	done bool // guarded by the frontier
}

// dispatch gives each mail to the lane of its conversation.
func (in *intake) dispatch(ctx context.Context, behind string, lanes []chan *arrival) error {
	defer func() {
		for _, lane := range lanes {
			close(lane)
		}
	}()
	for m, err := range in.box.Mails(behind) {
		if err != nil {
			return err
		}
		mail := &arrival{Mail: m}
		in.frontier.begin(mail)
		if mail.head, err = m.Head(); err != nil {
			in.end(mail, &witness{}, err)
			continue
		}
		thread := mail.head.Thread
		if thread == "" {
			thread = m.Place
		}
		sum := fnv.New32a()
		sum.Write([]byte(thread))
		select {
		case lanes[sum.Sum32()%uint32(len(lanes))] <- mail:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// work takes the mails of a lane.
func (in *intake) work(ctx context.Context, lane <-chan *arrival) error {
	gate, seen := *in.gate, &witness{Desk: in.gate.Desk}
	gate.Desk = seen
	for mail := range lane {
		err := in.accept(ctx, &gate, mail)
		var refused *mailerr.Error
		if ctx.Err() != nil || errors.As(err, &refused) && refused.Temporary {
			return err
		}
		in.end(mail, seen, err)
	}
	return nil
}

func (in *intake) accept(ctx context.Context, gate *mailin.Gate, mail *arrival) error {
	r, err := mail.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	env := mailin.Envelope{
		Road: mailin.RoadImport, To: in.to, ReceivedAt: mail.head.At, Silent: in.silent,
	}
	if in.mark != "" {
		place := in.frontier.behind(mail)
		env.Mark = tickets.Mark{Key: in.mark, Value: markValue(place, in.tally.leftOut())}
	}
	if in.clock != nil {
		came := mail.head.At
		if now := (clock.System{}).Now(); came.After(now) { // a sender's clock is wrong
			came = now
		}
		in.clock.Advance(came.Sub(in.clock.Now()))
	}
	return gate.Accept(ctx, env, r)
}

// end counts a mail that is done with.
func (in *intake) end(mail *arrival, seen *witness, err error) {
	in.tally.add(mail.Name, seen, err)
	in.frontier.end(mail)
	_ = in.bar.Add64(mail.Size)
}

// A mark is a place, and before it whether mails before it were left out.
const wholeMark, gapMark = "0 ", "1 "

func markValue(place string, gap bool) string {
	if gap {
		return gapMark + place
	}
	return wholeMark + place
}

// resume gives the place behind which an earlier run ended.
func (in *intake) resume(ctx context.Context) (behind string, err error) {
	if in.mark == "" {
		return "", nil
	}
	err = in.store.View(ctx, func(tx tickets.Tx) error {
		behind, err = tx.Mark(ctx, in.mark)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read how far an import came: %w", err)
	}
	behind, in.tally.gap = strings.CutPrefix(behind, gapMark)
	return strings.TrimPrefix(behind, wholeMark), nil
}

// finish writes where the next run shall begin: behind the last mail, or anew where that could miss
// one. What is read twice falls as a copy.
func (in *intake) finish(ctx context.Context) error {
	if in.mark == "" {
		return nil
	}
	value := ""
	if in.box.Appends() && !in.tally.leftOut() {
		value = markValue(in.frontier.last, false)
	}
	err := in.store.Update(ctx, func(tx tickets.Tx) error {
		return tx.SetMark(ctx, in.mark, value)
	})
	if err != nil {
		return fmt.Errorf("write that the import is done: %w", err)
	}
	return nil
}

// frontier knows up to where all mails are done with, while several are under way.
type frontier struct {
	mu   sync.Mutex
	open []*arrival // from the first that is not done, in the archive's order
	last string     // the place before that
}

func (f *frontier) begin(a *arrival) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = append(f.open, a)
}

// behind gives the place up to which all is done once that mail is.
func (f *frontier) behind(a *arrival) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	place := f.last
	for _, o := range f.open {
		if !o.done && o != a {
			break
		}
		place = o.Place
	}
	return place
}

func (f *frontier) end(a *arrival) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a.done = true
	for len(f.open) > 0 && f.open[0].done {
		f.last, f.open = f.open[0].Place, f.open[1:]
	}
}

// witness is the desk as one lane sees it: it keeps what became of the last mail.
type witness struct {
	mailin.Desk
	receipt  desk.Receipt
	auto     string
	unparsed string
}

// Receive implements mailin.Desk.
func (w *witness) Receive(ctx context.Context, m *tickets.Mail) (desk.Receipt, error) {
	r, err := w.Desk.Receive(ctx, m)
	w.receipt, w.auto, w.unparsed = r, m.Auto, m.Unparsed
	return r, err
}
