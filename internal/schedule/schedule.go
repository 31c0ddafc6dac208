// Package schedule does jobs at set times: once for each of these over all nodes, however often a
// process starts and ends.
//
// Each job keeps in the store, under the mark "job:NAME", for which time it was last begun. Who
// finds that a later time has come writes it there, in one transaction, and then runs the job; so a
// time is claimed by one node. Of the times that passed while no node ran, the last is caught up,
// and the others are left out. A claim is not given back: a node that dies in mid-run leaves that
// run undone until the next time, for a job may have told people something already.
//
// Times are those of robfig/cron, in UTC unless a Schedule has a zone of its own. The package knows
// nothing of what jobs do. It is called by cmd/helpgate; Run owns one goroutine a job, which end
// with it.
package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"helpgate/internal/clock"
	"helpgate/internal/lifecycle"
	"helpgate/tickets"
)

// Job is something that is done at set times.
type Job struct {
	Name string // unique: what is claimed by, and people see
	At   cron.Schedule
	// Run does it, as of the time for which it was claimed. It never runs beside itself in one
	// process. An error is logged; the job runs again at its next time.
	Run func(ctx context.Context, at time.Time) error
}

// Meter counts what must not happen.
type Meter interface{ Panicked() }

// Config is all that a Scheduler needs.
type Config struct {
	Jobs   []Job
	Store  tickets.Store
	Clock  clock.Clock
	Logger *slog.Logger
	Meter  Meter
}

// Scheduler runs jobs.
type Scheduler struct{ Config }

// New makes a Scheduler.
func New(cfg Config) *Scheduler { return &Scheduler{cfg} }

// nap is how long a job sleeps at most: timers stand still while a machine sleeps, and its clock
// may be set.
const nap = time.Minute

// Run does the jobs at their times until ctx is done; those that run then are waited for.
func (s *Scheduler) Run(ctx context.Context) error {
	var jobs sync.WaitGroup
	for _, j := range s.Jobs {
		jobs.Go(func() { s.follow(ctx, j) })
	}
	<-ctx.Done()
	jobs.Wait()
	return nil
}

func (s *Scheduler) follow(ctx context.Context, j Job) {
	for ctx.Err() == nil {
		next, err := s.Step(ctx, j)
		wait := nap
		if !next.IsZero() {
			wait = min(next.Sub(s.Clock.Now()), nap)
		}
		if err != nil && ctx.Err() == nil {
			s.Logger.ErrorContext(ctx, "job not done", "job", j.Name, "err", err)
		}
		timer := time.NewTimer(max(wait, 0))
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// Step does the job if it is due, and tells when it is due next.
func (s *Scheduler) Step(ctx context.Context, j Job) (next time.Time, err error) {
	at, due, err := s.claim(ctx, j)
	if err != nil || !due {
		return at, err
	}
	err = lifecycle.Protect(func() error { return j.Run(ctx, at) })
	if _, panicked := errors.AsType[*lifecycle.PanicError](err); panicked {
		s.Meter.Panicked()
	}
	return j.At.Next(s.Clock.Now()), err
}

// claim takes the last of the job's times that have come, if nobody has; else at is the next one.
// The times of a job that is new begin now.
func (s *Scheduler) claim(ctx context.Context, j Job) (at time.Time, due bool, err error) {
	now := s.Clock.Now()
	var last time.Time
	err = s.Store.View(ctx, func(tx tickets.Tx) (err error) {
		last, err = lastOf(ctx, tx, j.Name)
		return err
	})
	if err != nil {
		return at, false, fmt.Errorf("look when job %s ran: %w", j.Name, err)
	}
	if next := j.At.Next(last); !last.IsZero() && next.After(now) {
		return next, false, nil
	}
	err = s.Store.Update(ctx, func(tx tickets.Tx) error {
		at, due = now, false
		last, err := lastOf(ctx, tx, j.Name)
		if err != nil {
			return err
		}
		if !last.IsZero() {
			if at = j.At.Next(last); at.After(now) {
				return nil // another node was faster
			}
			at, due = latest(j.At, at, now), true
		}
		return tx.SetMark(ctx, key(j.Name), at.UTC().Format(time.RFC3339))
	})
	if err != nil {
		return time.Time{}, false, fmt.Errorf("claim job %s: %w", j.Name, err)
	}
	if !due {
		at = j.At.Next(now)
	}
	return at, due, nil
}

// maxMissed bounds how many missed times are stepped over one by one; a schedule of every minute
// has as many in two months.
const maxMissed = 100_000

// latest gives the last time from at on that is not after now.
func latest(s cron.Schedule, at, now time.Time) time.Time {
	for range maxMissed {
		next := s.Next(at)
		if next.IsZero() || next.After(now) {
			break
		}
		at = next
	}
	return at
}

func lastOf(ctx context.Context, tx tickets.JournalTx, name string) (time.Time, error) {
	value, err := tx.Mark(ctx, key(name))
	if err != nil || value == "" {
		return time.Time{}, err
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return time.Time{}, fmt.Errorf("read mark %s: %w", key(name), err)
	}
	return at.UTC(), nil
}

func key(name string) string { return "job:" + name }
