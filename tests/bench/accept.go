package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// accept measures at which rate mails get their 250, turn about.
type accept struct {
	name  string
	kind  kind
	conns int
	want  float64 // helpgate's rate, in parts of Postfix's
	calm  bool    // helpgate's p99 is to be below Postfix's
}

func (a accept) run(ctx context.Context, b *bench) error {
	mail := newTemplate(a.kind)
	rival, ours, err := b.turnAbout(
		func() (result, error) { return b.postfixTurn(ctx, a.conns, mail) },
		func() (result, error) { return b.turn(ctx, setup{}, a.conns, mail) },
	)
	if err != nil {
		return err
	}
	b.report.compare(a.name, rival, ours, a.want, a.calm)
	return nil
}

// turnAbout runs the rounds, in each a turn of either; neither is always the one that comes after
// the other.
func (b *bench) turnAbout(
	postfix, helpgate func() (result, error),
) (rival, ours []result, err error) {
	turns := []func() error{
		func() error {
			r, err := postfix()
			rival = append(rival, r)
			return err
		},
		func() error {
			r, err := helpgate()
			ours = append(ours, r)
			return err
		},
	}
	switch b.only {
	case "helpgate":
		turns = turns[1:]
	case "postfix":
		turns = turns[:1]
	}
	for range b.rounds {
		for _, turn := range turns {
			if err := turn(); err != nil {
				return nil, nil, err
			}
		}
		slices.Reverse(turns)
	}
	return rival, ours, nil
}

// postfixTurn loads Postfix and waits until its queue is empty again.
func (b *bench) postfixTurn(ctx context.Context, conns int, mail template) (result, error) {
	p, err := b.postfix(ctx)
	if err != nil {
		return result{}, err
	}
	return b.rivalTurn(ctx, p, b.load(p.addr, conns, mail))
}

func (b *bench) rivalTurn(ctx context.Context, p *postfix, l load) (result, error) {
	before, err := p.accepted()
	if err != nil {
		return result{}, err
	}
	r, total, err := b.timed(ctx, l, p)
	if err != nil {
		return result{}, err
	}
	if err := p.drain(); err != nil {
		return result{}, err
	}
	thrown := 0
	err = p.until(func() bool { // its log comes a little behind
		after, err := p.accepted()
		thrown = after - before
		return err != nil || thrown >= total
	})
	if err == nil && thrown != total {
		err = fmt.Errorf("%d mails got 250 and Postfix threw %d away", total, thrown)
	}
	say("postfix", r)
	return r, err
}

// turn loads a helpgate of its own, ends it and counts what it kept.
func (b *bench) turn(
	ctx context.Context, s setup, conns int, mail template,
) (_ result, err error) {
	g, err := b.gateway(ctx, s)
	if err != nil {
		return result{}, err
	}
	r, total, err := b.timed(ctx, b.load(g.addr, conns, mail), g)
	peak, e := g.peak()
	if err = errors.Join(err, e, g.kill()); err != nil {
		return result{}, fmt.Errorf("%w: %s", err, g.said())
	}
	r.note("%.0f MiB at most, %d mails delivered meanwhile", mib(peak), g.relay.count.Load())
	say("helpgate", r)
	return r, errors.Join(g.check(ctx, total, 0), g.remove(ctx))
}

// measurer runs what is to be measured and notes what it costs; a server is one.
type measurer interface {
	measured(run func() (result, error)) (result, error)
}

// timed sends to a server for the time of warming up, then for the time that counts. total counts
// all mails that got 250.
func (b *bench) timed(ctx context.Context, l load, m measurer) (r result, total int, err error) {
	l.lasting = span(b.warmup)
	if l.lasting > 0 {
		if r, err = l.run(ctx); err != nil {
			return r, 0, err
		}
		total = r.mails
	}
	l.lasting = b.length()
	stop, err := b.watchDisk(ctx)
	if err != nil {
		return r, 0, err
	}
	r, err = m.measured(func() (result, error) { return l.run(ctx) })
	flush, e := stop()
	if err != nil && flush > silence/2 {
		err = fmt.Errorf("%w (the disk itself took %s for a flush)", err, flush)
	}
	if t := r.slowest; t.whole > time.Second {
		r.note("the slowest mail took %.1f s to MAIL, %.1f RCPT, %.1f DATA, %.1f its end; "+
			"the longest flush of another file meanwhile %.1f s", t.mail.Seconds(),
			t.rcpt.Seconds(), t.start.Seconds(), t.data.Seconds(), flush.Seconds())
	}
	return r, total + r.mails, errors.Join(err, e)
}

// progress tells the person who waits what goes on; the answer alone goes to standard output.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// say shows a turn while the run goes on.
func say(who string, r result) {
	progress("  %-10s %s", who, cell([]result{r}))
	for _, note := range r.notes {
		progress("             %s", note)
	}
}
