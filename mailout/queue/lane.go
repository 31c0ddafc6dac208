package queue

import (
	"context"
	"log/slog"
	"time"

	"helpgate/tickets"
)

const (
	// PollEvery is how long a lane waits at most before it looks for rows that another process,
	// such as the CLI, queued.
	PollEvery = time.Second
	// Lease is for how long a row is a lane's own. A delivery may take longer than any sensible
	// lease (RFC 5321 section 4.5.3.2.6 waits 10 minutes for one answer), so the lane renews
	// those under way; what a killed process leaves behind is free after a minute.
	Lease = time.Minute
	// renewEvery leaves a lane two more tries while the store is away.
	renewEvery = Lease / 3
	// gather is how long a lane most of whose deliveries are under way waits for more of them to
	// end: each claim is a commit, which is better made for several rows.
	gather = 5 * time.Millisecond
	// restful is how long no mail must have come in before what waits goes out at once: intake goes
	// first, and at a hundred mails a second it rests often enough.
	restful = 5 * time.Millisecond
	// patience is how long rows wait for an intake that never rests.
	patience = 4 * time.Second
	// drainTime is how long deliveries may go on when the worker stops. It leaves the rest of
	// lifecycle.Grace to break them off and to give their rows back.
	drainTime = 4 * time.Second
	// storeTimeout bounds what a lane asks of the store in one round; it is well below Lease.
	storeTimeout = 15 * time.Second
)

// lane sends the rows of one route. Its run alone touches busy, renewAt, troubled and the rates.
type lane struct {
	*Worker
	route Route
	share Share
	log   *slog.Logger
	rates []*rate
	wake  chan struct{}
	ended chan *tickets.Outgoing

	busy     map[*tickets.Outgoing]bool // attempts under way
	renewAt  time.Time
	gathered time.Time // when a few free deliveries are enough to claim for
	yielded  time.Time // since when the intake goes first; zero when it does not
	troubled bool      // the store failed in the last round
}

func newLane(w *Worker, r Route, share Share) *lane {
	r.Connections = max(r.Connections, 1)
	l := &lane{
		Worker: w,
		route:  r,
		share:  share,
		log:    w.Logger.With("route", r.Name),
		wake:   make(chan struct{}, 1),
		ended:  make(chan *tickets.Outgoing, r.Connections), // no attempt waits for the lane
		busy:   map[*tickets.Outgoing]bool{},
	}
	if r.RatePerMinute > 0 {
		l.rates = append(l.rates, &rate{limit: r.RatePerMinute, span: time.Minute})
	}
	if r.RatePerDay > 0 {
		l.rates = append(l.rates, &rate{limit: r.RatePerDay, span: 24 * time.Hour})
	}
	return l
}

// run sends until ctx is done.
func (l *lane) run(ctx context.Context) error {
	work, breakOff := context.WithCancel(context.WithoutCancel(ctx))
	defer breakOff()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-l.wake:
		case o := <-l.ended:
			delete(l.busy, o)
		}
		timer.Reset(l.round(ctx, work))
	}
	defer time.AfterFunc(drainTime, breakOff).Stop()
	for len(l.busy) > 0 {
		delete(l.busy, <-l.ended)
	}
	return nil
}

// round begins what may begin and tells for how long there is nothing to do after it.
func (l *lane) round(ctx, work context.Context) time.Duration {
	// A claim that is broken off may be done all the same, and its rows would wait for the end of
	// their lease: so the store is asked under work, which the end of ctx does not touch.
	store, cancel := context.WithTimeout(work, storeTimeout)
	defer cancel()
	var wait time.Duration
	err := l.renew(store)
	if err == nil && ctx.Err() == nil {
		wait, err = l.fill(ctx, work, store)
	}
	if err != nil && !l.troubled {
		l.log.WarnContext(ctx, "outbox cannot be read, trying on", "error", err)
	}
	l.troubled = err != nil
	if err != nil {
		return PollEvery
	}
	return min(wait, PollEvery)
}

// renew keeps the rows under way leased.
func (l *lane) renew(store context.Context) error {
	now := l.Clock.Now()
	if len(l.busy) == 0 || now.Before(l.renewAt) {
		return nil
	}
	var ids []int64
	for o := range l.busy {
		ids = append(ids, o.ID)
	}
	err := l.Rows.Extend(store, ids, now.Add(Lease))
	if err == nil {
		l.renewAt = now.Add(renewEvery)
	}
	return err
}

// fill claims as many rows as may begin now, and begins them in order.
func (l *lane) fill(ctx, work, store context.Context) (time.Duration, error) {
	now := l.Clock.Now()
	n := l.route.Connections - len(l.busy)
	for _, r := range l.rates {
		room, opens := r.room(now)
		if room == 0 {
			return opens.Sub(now), nil
		}
		n = min(n, room)
	}
	if n == 0 {
		return PollEvery, nil // the end of an attempt comes first
	}
	if l.yields(now) {
		return restful, nil
	}
	if n < len(l.busy) && now.Before(l.gathered) {
		return l.gathered.Sub(now), nil
	}
	l.gathered = now.Add(gather)
	rows, err := l.Rows.Claim(store, l.share, now, now.Add(Lease), n)
	if err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, l.giveBack(store, rows, now)
	}
	for _, r := range l.rates {
		r.take(now, len(rows))
	}
	for i := range rows {
		l.begin(work, &rows[i])
	}
	if len(rows) == n {
		return 0, nil
	}
	l.yielded = time.Time{} // nothing waits any more
	next, err := l.Rows.NextDue(store, l.share)
	if err != nil || next.IsZero() {
		return PollEvery, err
	}
	if next.After(now) {
		return next.Sub(now), nil
	}
	return PollEvery, nil // another worker is about to take it
}

// yields tells whether the intake goes first: as long as mail comes in all the time, but not for
// longer than patience, after which all goes out that waits.
func (l *lane) yields(now time.Time) bool {
	if now.Sub(l.Intake()) >= restful {
		l.yielded = time.Time{}
		return false
	}
	if l.yielded.IsZero() {
		l.yielded = now
	}
	return now.Sub(l.yielded) < patience
}

// begin starts an attempt. Those under way are told apart by more than the row's ID: an operator
// may have a row tried again before the lane has heard of its last end.
func (l *lane) begin(work context.Context, o *tickets.Outgoing) {
	if len(l.busy) == 0 {
		l.renewAt = l.Clock.Now().Add(renewEvery)
	}
	l.busy[o] = true
	go func() {
		defer func() { l.ended <- o }()
		l.attempt(work, *o)
	}()
}

// giveBack frees rows that were claimed while the worker was told to stop.
func (l *lane) giveBack(store context.Context, rows []tickets.Outgoing, now time.Time) error {
	for _, o := range rows {
		if err := l.Rows.Retry(store, o.ID, now, o.LastReply); err != nil {
			return err
		}
	}
	return nil
}
