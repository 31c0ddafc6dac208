package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
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

// lease is the value of such a mark. Its fence, which counts its holders, is a mark beside it:
// renewals are not in the way of the mails that are written while the fence stands.
type lease struct {
	Holder string    `json:"holder"`
	Until  time.Time `json:"until"`
}

// Hold implements imapin.Leases.
func (l leases) Hold(
	ctx context.Context, key string, d time.Duration,
) (held bool, while tickets.Standing, err error) {
	err = l.store.Update(ctx, func(tx tickets.Tx) error {
		is, err := readLease(ctx, tx, key)
		if err != nil {
			return err
		}
		now := l.clock.Now()
		if held = is.Holder == l.node || !is.Until.After(now); !held {
			return nil
		}
		if while, err = fence(ctx, tx, key, is.Holder != l.node); err != nil {
			return err
		}
		return lease{Holder: l.node, Until: now.Add(d)}.write(ctx, tx, key)
	})
	return held, while, err
}

// Release implements imapin.Leases.
func (l leases) Release(ctx context.Context, key string) error {
	return l.store.Update(ctx, func(tx tickets.Tx) error {
		is, err := readLease(ctx, tx, key)
		if err != nil || is.Holder != l.node {
			return err
		}
		is.Until = l.clock.Now()
		return is.write(ctx, tx, key)
	})
}

// fence gives the lease's fence, one further when the holder changes.
func fence(
	ctx context.Context, tx tickets.Tx, key string, changes bool,
) (is tickets.Standing, err error) {
	is.Key = "fence:" + key
	if is.Value, err = tx.Mark(ctx, is.Key); err != nil || !changes {
		return is, err
	}
	n, _ := strconv.ParseInt(is.Value, 10, 64) // none was written yet: 0
	is.Value = strconv.FormatInt(n+1, 10)
	return is, tx.SetMark(ctx, is.Key, is.Value)
}

func readLease(ctx context.Context, tx tickets.Tx, key string) (is lease, err error) {
	value, err := tx.Mark(ctx, "lease:"+key)
	if err == nil && value != "" {
		err = json.Unmarshal([]byte(value), &is)
	}
	if err != nil {
		return is, fmt.Errorf("read lease: %w", err)
	}
	return is, nil
}

func (is lease) write(ctx context.Context, tx tickets.Tx, key string) error {
	text, err := json.Marshal(is)
	if err != nil {
		return fmt.Errorf("write lease: %w", err)
	}
	return tx.SetMark(ctx, "lease:"+key, string(text))
}
