package main

import "context"

// wire measures the generator against the sink, which stores nothing: what no server can pass here.
func wire(ctx context.Context, b *bench) error {
	for _, w := range []struct {
		name  string
		kind  kind
		conns int
	}{
		{"wire p1", plain, 1}, {"wire p50", plain, 50}, {"wire a50", attached, 50},
	} {
		s, err := newSink(nil)
		if err != nil {
			return err
		}
		l := b.load(s.addr(), w.conns, newTemplate(w.kind))
		l.lasting = b.length()
		r, err := l.run(ctx)
		s.close()
		if err != nil {
			return err
		}
		say("sink", r)
		b.report.add(w.name, "-", cell([]result{r})+" (sink)", "-", "-", "-")
	}
	return nil
}
