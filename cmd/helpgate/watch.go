package main

import (
	"helpgate/internal/health"
	"helpgate/internal/lifecycle"
	"helpgate/internal/ops"
)

// folders gives the polled folders, of which nothing is known yet.
func (w *world) folders() []health.Folder {
	var all []health.Folder
	for _, mb := range w.config.Mailboxes {
		if mb.IMAP == nil {
			continue
		}
		for _, name := range mb.IMAP.Polled() {
			all = append(all, health.Folder{Mailbox: mb.Address, Folder: name})
		}
	}
	return all
}

// folderMeter is what the pollers tell of themselves.
type folderMeter struct {
	*health.Board
	*ops.Registry
}

// watch gives the service that tells a lead of a mailbox that is not read.
func (w *world) watch(board *health.Board) lifecycle.Service {
	watch := health.NewWatch(health.Config{
		Board: board, Marks: marks{w.db}, Alert: w.desk.Alert, Clock: w.clock, Logger: w.logger,
	})
	return lifecycle.Service{Name: "watch", Run: watch.Run}
}
