package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"helpgate/internal/clock"
	"helpgate/tickets"
)

// leases let one of several nodes on a database do what only one may. They are marks, so that the
// database alone decides; the nodes' clocks must agree within a few seconds.
type leases struct {
	store tickets.Store
	node  string
	clock clock.Clock
}

// lease is the value of such a mark. Fence grows with each change of the holder.
type lease struct {
	Holder string    `json:"holder"`
	Until  time.Time `json:"until"`
	Fence  int64     `json:"fence"`
}

// Hold implements imapin.Leases.
func (l leases) Hold(ctx context.Context, key string, d time.Duration) (held bool, err error) {
	err = l.change(ctx, key, func(is *lease, now time.Time) bool {
		held = is.Holder == l.node || !is.Until.After(now)
		if held && is.Holder != l.node {
			is.Holder = l.node
			is.Fence++
		}
		is.Until = now.Add(d)
		return held
	})
	return held, err
}

// Release implements imapin.Leases.
func (l leases) Release(ctx context.Context, key string) error {
	return l.change(ctx, key, func(is *lease, now time.Time) bool {
		is.Until = now
		return is.Holder == l.node
	})
}

// change writes what f makes of the lease, where f says so.
func (l leases) change(
	ctx context.Context, key string, f func(is *lease, now time.Time) bool,
) error {
	key = "lease:" + key
	return l.store.Update(ctx, func(tx tickets.Tx) error {
		var is lease
		value, err := tx.Mark(ctx, key)
		if err == nil && value != "" {
			err = json.Unmarshal([]byte(value), &is)
		}
		if err != nil {
			return fmt.Errorf("read lease: %w", err)
		}
		if !f(&is, l.clock.Now()) {
			return nil
		}
		text, err := json.Marshal(is)
		if err != nil {
			return fmt.Errorf("write lease: %w", err)
		}
		return tx.SetMark(ctx, key, string(text))
	})
}
