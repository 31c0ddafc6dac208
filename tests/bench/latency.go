package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// latency sends at a steady pace, whatever the answers do, and measures from each mail's 250 until
// its acknowledgement is whole at the relay.
type latency struct {
	pace int           // mails a second
	most time.Duration // wanted median
}

// paceConns is how many connections the mails are spread over: enough that none of them waits for
// another's answer.
const paceConns = 20

func (t latency) run(ctx context.Context, b *bench) error {
	var medians, tails []float64
	for range b.rounds {
		took, err := t.turn(ctx, b)
		if err != nil {
			return err
		}
		medians = append(medians, ms(quantile(took, 0.5)))
		tails = append(tails, ms(quantile(took, 0.99)))
		progress("  acknowledged after %.1f/%.1f/%.1f ms", ms(quantile(took, 0.5)),
			ms(quantile(took, 0.95)), ms(quantile(took, 0.99)))
	}
	b.report.add(fmt.Sprintf("acknowledged, %d mails/s", t.pace), "-",
		fmt.Sprintf("median %.1f ms (%.1f-%.1f), p99 %.1f", median(medians), slices.Min(medians),
			slices.Max(medians), median(tails)),
		"-", fmt.Sprintf("median below %s", t.most), verdict(median(medians) < ms(t.most)))
	return nil
}

// turn gives how long the acknowledgements took, sorted.
func (t latency) turn(ctx context.Context, b *bench) (took []time.Duration, err error) {
	seen := newArrivals()
	g, err := b.gateway(ctx, setup{look: seen.look})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.kill(), g.remove(ctx)) }()
	done, err := t.send(ctx, b.load(g.addr, paceConns, newTemplate(plain)),
		int(b.seconds*float64(t.pace)))
	if err != nil {
		return nil, err
	}
	if _, err := g.relay.wait(ctx, int64(2*len(done))); err != nil {
		return nil, err
	}
	took, lost := seen.after(done, seen.acks)
	if lost > 0 {
		err = fmt.Errorf("%d of %d mails were not acknowledged", lost, len(done))
	}
	return took, err
}

// send sends so many mails, each at its time.
func (t latency) send(ctx context.Context, l load, mails int) ([]stamp, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	due := make(chan int64)
	parts := make([][]stamp, l.conns)
	var wg sync.WaitGroup
	for i := range parts {
		wg.Go(func() {
			var err error
			if parts[i], err = l.paced(due); err != nil {
				cancel(err)
			}
		})
	}
	begun := time.Now()
	for i := range mails {
		at := begun.Add(time.Duration(i) * time.Second / time.Duration(t.pace))
		select {
		case <-time.After(time.Until(at)):
		case <-ctx.Done():
		}
		select {
		case due <- l.next.Add(1):
		case <-ctx.Done():
		}
	}
	close(due)
	wg.Wait()
	return slices.Concat(parts...), context.Cause(ctx)
}

// paced sends the mails whose time has come, on one connection.
func (l load) paced(due <-chan int64) (done []stamp, err error) {
	c, err := dial(l.addr)
	if err != nil {
		return nil, err
	}
	defer c.quit()
	mail := l.mail.clone()
	for n := range due {
		if _, err := c.send(address(n), support, mail.number(n, n)); err != nil {
			return nil, err
		}
		done = append(done, stamp{n, time.Now()})
	}
	return done, nil
}
