package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"helpgate/internal/config"
	"helpgate/internal/lifecycle"
	"helpgate/internal/probe"
	"helpgate/internal/schedule"
)

// schedule gives the service that does the jobs.
func (w *world) schedule(meter schedule.Meter) (lifecycle.Service, error) {
	jobs, err := w.jobs()
	s := schedule.New(schedule.Config{
		Jobs: jobs, Store: w.db, Clock: w.clock, Logger: w.logger, Meter: meter,
	})
	return lifecycle.Service{Name: "schedule", Run: s.Run}, err
}

// jobs gives all that is done at set times.
func (w *world) jobs() ([]schedule.Job, error) {
	var jobs []schedule.Job
	for _, mb := range w.config.Mailboxes {
		if mb.IMAP == nil || mb.Relay == nil {
			continue
		}
		at, err := cron.ParseStandard(daily(mb.Address))
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, schedule.Job{
			Name: "probe " + key(mb.Address), At: at,
			Run: func(ctx context.Context, _ time.Time) error { return w.probeDaily(ctx, mb) },
		})
	}
	return jobs, nil
}

// daily gives a time of day of the mailbox's own, as a cron line: a provider need not meet the
// probes of all its mailboxes at once.
func daily(address string) string {
	sum := sha256.Sum256([]byte(key(address)))
	minute := binary.BigEndian.Uint32(sum[:]) % (24 * 60)
	return fmt.Sprintf("%d %d * * *", minute%60, minute/60)
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
