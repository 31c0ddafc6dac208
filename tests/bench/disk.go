package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// flushEvery is how often the disk is asked for a flush of four kilobytes while a turn runs: rarely
// enough to cost nothing, often enough to catch a disk that holds everybody up for a second.
const flushEvery = 100 * time.Millisecond

// watchDisk flushes until stop is called, which gives the time of the longest: a shared disk stands
// still now and then, and whoever waits for it meanwhile is not to blame.
func (b *bench) watchDisk(ctx context.Context) (stop func() (time.Duration, error), err error) {
	f, err := os.OpenFile(filepath.Join(b.run, "flush"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	var longest time.Duration
	go func() {
		defer f.Close()
		tick := time.NewTicker(flushEvery)
		defer tick.Stop()
		for page := make([]byte, 4096); ctx.Err() == nil; <-tick.C {
			begun := time.Now()
			if _, err := f.WriteAt(page, 0); err != nil {
				ended <- err
				return
			}
			if err := syscall.Fdatasync(int(f.Fd())); err != nil {
				ended <- fmt.Errorf("flush: %w", err)
				return
			}
			longest = max(longest, time.Since(begun))
		}
		ended <- nil
	}()
	return func() (time.Duration, error) {
		cancel()
		err := <-ended
		return longest, err
	}, nil
}
