package main

import (
	"context"
	"time"
)

// sweepEvery is how often files that no row names are looked for: only what failed leaves any.
const sweepEvery = 24 * time.Hour

// sweep collects them, at the start and then once a day. What goes wrong waits for the next time:
// the files harm nobody.
func (w *world) sweep(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		n, err := w.db.Blobs().Sweep(ctx)
		if err != nil && ctx.Err() == nil {
			w.logger.WarnContext(ctx, "blobs not swept", "err", err)
		}
		if n > 0 {
			w.logger.InfoContext(ctx, "blobs swept", "files", n)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}
