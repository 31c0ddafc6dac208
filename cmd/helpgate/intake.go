package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
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

	tally    *tally
	frontier frontier
	bar      *progressbar.ProgressBar
}

// newBar makes a bar of what is to be read, in bytes or in mails.
type newBar func(total int64, bytes bool) *progressbar.ProgressBar

// laneDepth is how many mails wait for a lane, so that one large mail does not stop the others.
const laneDepth = 16

// run takes all mails behind the mark. What is wrong with a mail stands in the tally; an error is
// one that another mail would meet too, and ends the run.
func (in *intake) run(ctx context.Context, bar newBar) error {
	behind, err := in.resume(ctx)
	if err != nil {
		return err
	}
	left, err := in.box.Left(ctx, behind)
	if err != nil {
		return err
	}
	in.bar = bar(left, in.box.Bytes())
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
	done bool // guarded by the frontier, as is left
	left bool // it was not taken
}

// dispatch gives each mail to the lane of its conversation.
func (in *intake) dispatch(ctx context.Context, behind string, lanes []chan *arrival) error {
	defer func() {
		for _, lane := range lanes {
			close(lane)
		}
	}()
	ways := way{lanes: len(lanes)}
	for m, err := range in.box.Mails(ctx, behind) {
		if err != nil {
			return err
		}
		mail := &arrival{Mail: m}
		in.frontier.begin(mail)
		if mail.head, err = m.Head(); err != nil {
			in.end(mail, &witness{}, err)
			continue
		}
		select {
		case lanes[ways.of(m.Place, mail.head)] <- mail:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// way chooses lanes. It knows that of each of the last mails: what answers one goes behind it, also
// where it names nothing else of the conversation.
type way struct {
	lanes        int
	last, before map[uint64]int // by the hash of a Message-ID
}

// wayMemory is how many Message-IDs each of both maps of a way holds, far more than mails wait.
const wayMemory = 1 << 12

func (w *way) of(place string, head archive.Head) int {
	hash := func(id string) uint64 {
		sum := fnv.New64a()
		io.WriteString(sum, id)
		return sum.Sum64()
	}
	thread := hash(cmp.Or(head.Thread, place))
	lane, known := w.last[thread]
	if !known {
		lane, known = w.before[thread]
	}
	if !known {
		lane = int(thread % uint64(w.lanes))
	}
	if w.last == nil || len(w.last) >= wayMemory {
		w.last, w.before = map[uint64]int{}, w.last
	}
	w.last[hash(head.ID)] = lane
	return lane
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
		env.Mark = tickets.Mark{Key: in.mark, Value: in.frontier.with(mail).String()}
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
	if mail.Done != nil {
		mail.Done()
	}
	in.tally.add(mail.Name, seen, err)
	in.frontier.end(mail, err != nil)
	_ = in.bar.Add64(mail.Size)
}

// resume gives the place behind which an earlier run ended.
func (in *intake) resume(ctx context.Context) (behind string, err error) {
	if in.mark == "" {
		return "", nil
	}
	var value string
	err = in.store.View(ctx, func(tx tickets.Tx) error {
		value, err = tx.Mark(ctx, in.mark)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read how far an import came: %w", err)
	}
	in.frontier.reached = readReached(value)
	return in.frontier.Behind, nil
}

// finish writes where the next run shall begin: behind the last mail, before the first left out, or
// anew where that could miss one. What is read twice falls as a copy.
func (in *intake) finish(ctx context.Context) error {
	if in.mark == "" {
		return nil
	}
	value := ""
	if in.box.Appends() {
		value = in.frontier.next().String()
	}
	err := in.store.Update(ctx, func(tx tickets.Tx) error {
		return tx.SetMark(ctx, in.mark, value)
	})
	if err != nil {
		return fmt.Errorf("write that the import is done: %w", err)
	}
	return nil
}

// reached is how far an archive is taken in, the value of a mark.
type reached struct {
	Behind string  `json:"behind"`        // a place: all up to it are done
	Gap    *string `json:"gap,omitempty"` // the place before the first that was left out
}

// readReached reads a mark; what is none is an archive's start.
func readReached(value string) (r reached) {
	if json.Unmarshal([]byte(value), &r) != nil {
		return reached{}
	}
	return r
}

// String gives the mark.
func (r reached) String() string {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings
	}
	return string(text)
}

// past is r with one more mail, the next one, done.
func (r reached) past(a *arrival) reached {
	if a.left && r.Gap == nil {
		r.Gap = &r.Behind
	}
	return reached{a.Place, r.Gap}
}

// next is where the next run begins.
func (r reached) next() reached {
	if r.Gap != nil {
		return reached{Behind: *r.Gap}
	}
	return r
}

// frontier knows up to where all mails are done with, while several are under way.
type frontier struct {
	mu      sync.Mutex
	open    []*arrival // from the first that is not done, in the archive's order
	reached            // before that
}

func (f *frontier) begin(a *arrival) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = append(f.open, a)
}

// with gives how far it is once that mail is done, too.
func (f *frontier) with(a *arrival) reached {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.reached
	for _, o := range f.open {
		if !o.done && o != a {
			break
		}
		r = r.past(o)
	}
	return r
}

// end says that a mail is done with; left, that it was not taken.
func (f *frontier) end(a *arrival, left bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a.done, a.left = true, left
	for len(f.open) > 0 && f.open[0].done {
		f.reached, f.open = f.past(f.open[0]), f.open[1:]
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
