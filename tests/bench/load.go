package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// mailsPerConn is after how many mails a connection is closed and the next one opened.
const mailsPerConn = 50

// load is what one turn sends.
type load struct {
	addr    string
	conns   int
	mail    template
	senders int64         // so many take turns; 0: a new one for each mail
	mails   int64         // ends after so many; 0: when lasting is over
	lasting time.Duration // see mails
	next    *atomic.Int64 // number of the last mail; numbers never come twice in a run
	answers chan answer   // every so many mails is one of these while there are any; nil: none
	every   int64         // see answers
}

// result is what a turn saw.
type result struct {
	mails   int
	replies int             // of them
	elapsed time.Duration   // from the first connection to the last 250
	whole   []time.Duration // what a mail took, from MAIL to its 250; sorted
	data    []time.Duration // the last part of that: from the end of DATA; sorted
	done    []stamp
	slowest took
	cpu     time.Duration // that the server used meanwhile; 0 when nobody looked
	notes   []string      // what else is to be told of the turn
}

// stamp is when a mail got its 250.
type stamp struct {
	n  int64
	at time.Time
}

// rate is mails a second.
func (r result) rate() float64 { return float64(r.mails) / r.elapsed.Seconds() }

func (r *result) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// run sends from all connections at once. The first thing that goes wrong ends it: what is measured
// while mails are refused means nothing.
func (l load) run(ctx context.Context) (result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	parts := make([]result, l.conns)
	first := l.next.Load()
	start := time.Now()
	for i := range parts {
		wg.Go(func() {
			if err := l.connection(ctx, &parts[i], start, first); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return result{}, err
	}
	return join(parts), nil
}

// connection sends as one client does, on one connection after the other.
func (l load) connection(ctx context.Context, r *result, start time.Time, first int64) error {
	mail := l.mail.clone()
	for {
		c, err := dial(l.addr)
		if err != nil {
			return err
		}
		for range mailsPerConn {
			n := l.next.Add(1)
			if ctx.Err() != nil || l.over(n-first, start) {
				c.quit()
				return nil
			}
			t, reply, err := l.send(c, n, mail)
			if err != nil {
				c.conn.Close()
				return err
			}
			r.mails++
			if reply {
				r.replies++
			}
			if t.whole > r.slowest.whole {
				r.slowest = t
			}
			r.whole, r.data = append(r.whole, t.whole), append(r.data, t.data)
			r.done = append(r.done, stamp{n, time.Now()})
			r.elapsed = time.Since(start)
		}
		c.quit()
	}
}

// send sends the n-th mail: the next answer when it is time for one, else a new mail.
func (l load) send(c *client, n int64, mail template) (t took, reply bool, err error) {
	if l.answers != nil && n%l.every == 0 {
		select {
		case a := <-l.answers:
			t, err = c.send(a.from, a.to, a.mail(n))
			return t, true, err
		default:
		}
	}
	sender := n
	if l.senders > 0 {
		sender = n % l.senders
	}
	t, err = c.send(address(sender), support, mail.number(n, sender))
	return t, false, err
}

// over tells that the n-th mail of the turn is not to be sent any more.
func (l load) over(n int64, start time.Time) bool {
	if l.mails > 0 {
		return n > l.mails
	}
	return time.Since(start) > l.lasting
}

func join(parts []result) result {
	var all result
	for _, p := range parts {
		all.mails += p.mails
		all.replies += p.replies
		if p.slowest.whole > all.slowest.whole {
			all.slowest = p.slowest
		}
		all.elapsed = max(all.elapsed, p.elapsed)
		all.whole = append(all.whole, p.whole...)
		all.data = append(all.data, p.data...)
		all.done = append(all.done, p.done...)
	}
	slices.Sort(all.whole)
	slices.Sort(all.data)
	return all
}

// quantile gives the value below which that share of the sorted values lies; 0 without any.
func quantile(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}
