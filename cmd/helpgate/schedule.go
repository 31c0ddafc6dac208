package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"time"

	"helpgate/internal/config"
	"helpgate/internal/lifecycle"
	"helpgate/internal/probe"
	"helpgate/internal/schedule"
)

// schedule gives the service that does the jobs.
func (w *world) schedule(meter schedule.Meter) lifecycle.Service {
	s := schedule.New(schedule.Config{
		Jobs: w.jobs(), Store: w.db, Clock: w.clock, Logger: w.logger, Meter: meter,
	})
	return lifecycle.Service{Name: "schedule", Run: s.Run}
}

// jobs gives all that is done at set times.
func (w *world) jobs() []schedule.Job {
	var jobs []schedule.Job
	for _, mb := range w.config.Mailboxes {
		if mb.IMAP == nil || mb.Relay == nil {
			continue
		}
		jobs = append(jobs, schedule.Job{
			Name: "probe " + key(mb.Address), At: dailyFor(mb.Address),
			Run: func(ctx context.Context, _ time.Time) error { return w.probeDaily(ctx, mb) },
		})
	}
	return jobs
}

// daily is a time of day in UTC, since midnight.
type daily time.Duration

// Next implements cron.Schedule.
func (d daily) Next(t time.Time) time.Time {
	const day = 24 * time.Hour
	next := t.UTC().Truncate(day).Add(time.Duration(d))
	if !next.After(t) {
		next = next.Add(day)
	}
	return next
}

// dailyFor gives a mailbox its own time of day: a provider need not meet the probes of all its
// mailboxes at once.
func dailyFor(address string) daily {
	sum := sha256.Sum256([]byte(key(address)))
	return daily(time.Duration(binary.BigEndian.Uint32(sum[:])%(24*60)) * time.Minute)
}

// probeDaily probes a mailbox, and tells its lead what fails or changed.
func (w *world) probeDaily(ctx context.Context, mb config.Mailbox) error {
	r, err := w.probeAgain(ctx, mb, probesOf(mb)...)
	if err != nil {
		return err
	}
	if fault := r.fault(); fault != nil {
		return w.desk.Alert(ctx, key(mb.Address), "probe-failed", fault.Error())
	}
	if len(r.Changes) == 0 {
		return nil
	}
	var changes []string
	for _, c := range r.Changes {
		changes = append(changes, c.Text)
	}
	return w.desk.Alert(ctx, key(mb.Address), "probe-changed", strings.Join(changes, " "))
}

// probesOf are the kinds of mail that tell of what the mailbox uses: with others, some providers
// make a folder for each.
func probesOf(mb config.Mailbox) []probe.Kind {
	kinds := []probe.Kind{probe.Plain}
	if mb.Tokens == "plus" {
		kinds = append(kinds, probe.PlusRecipient)
	}
	if mb.ReturnPath == "own" {
		kinds = append(kinds, probe.PlusSender)
	}
	return kinds
}
