package main

import (
	"context"
	"errors"
	"fmt"
)

// memory measures how much is resident at most (VmHWM of proc(5)) in runs that ask for much of it.
func memory(ctx context.Context, b *bench) error {
	for _, m := range []struct {
		what  string
		kind  kind
		conns int
		mails int64 // 0: as many as go into the time
		most  int64 // bytes
	}{
		{"2 KB, 50 connections", plain, 50, 0, 64 << 20},
		{"100 KB attachments, 200 connections", attached, 200, 0, 128 << 20},
		{"four mails of 25 MB at once", big, 4, 4, 256 << 20},
	} {
		l := b.load("", m.conns, newTemplate(m.kind))
		l.mails = m.mails
		peak, err := b.peak(ctx, l)
		if err != nil {
			return fmt.Errorf("%s: %w", m.what, err)
		}
		progress("  %s: %.0f MiB at most", m.what, mib(peak))
		b.report.add("memory, "+m.what, "-", fmt.Sprintf("%.0f MiB at most", mib(peak)), "-",
			fmt.Sprintf("below %.0f MiB", mib(m.most)), verdict(peak < m.most))
	}
	return nil
}

// peak gives the memory of a gateway at its highest under the load.
func (b *bench) peak(ctx context.Context, l load) (_ int64, err error) {
	g, err := b.gateway(ctx, setup{})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, g.remove(ctx)) }()
	l.addr = g.addr
	total := 0
	if l.mails > 0 {
		r, e := g.measured(func() (result, error) { return l.run(ctx) })
		total, err = r.mails, e
	} else {
		_, total, err = b.timed(ctx, l, g)
	}
	peak, e := g.peak()
	if err := errors.Join(err, e, g.kill()); err != nil {
		return 0, err
	}
	return peak, g.check(ctx, total, 0)
}
