package main

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/health"
	"helpgate/tickets"
)

// The mail goes the way of all mails: through the desk into the outbox, once, also after a restart.
func TestASilentMailboxIsInTheOutboxOnce(t *testing.T) {
	t.Parallel()
	k := newClinic(t, nowhere)
	a := &app{streams: streams{
		err: io.Discard, environ: []string{"HELPGATE_SITE_OPERATOR=root@desk.example"},
	}, configPath: k.config}
	now := clock.NewFake(time.Now())
	for range 2 {
		err := a.with(t.Context(), func(w *world) error {
			w.clock = now
			board := health.NewBoard(now, w.folders()...)
			watch := health.NewWatch(health.Config{
				Board: board, Marks: marks{w.db}, Alert: w.desk.Alert, Clock: now, Logger: w.logger,
			})
			now.Advance(16 * time.Minute)
			if err := watch.Look(t.Context()); err != nil {
				return err
			}
			rows, err := w.db.Rows().List(t.Context(), "", 0)
			if err != nil || len(rows) != 1 || rows[0].Kind != tickets.OutAlert ||
				rows[0].Recipient.Address != "root@desk.example" ||
				rows[0].Facts.Reason != "mailbox-silent" || rows[0].Facts.Detail != "INBOX" {
				t.Errorf("%+v, %v", rows, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheFolderOfSentMailHasItsHealth(t *testing.T) {
	t.Parallel()
	k := newClinic(t, nowhere)
	k.write(t, "helpgate.toml", strings.Replace(k.text, "imap = {", `imap = { sent = "Sent",`, 1))
	a := &app{streams: streams{err: io.Discard}, configPath: k.config}
	err := a.with(t.Context(), func(w *world) error {
		view, err := w.mailboxView(t.Context(), w.config.Mailboxes[0])
		polled := mapAll(w.folders(), func(f health.Folder) string { return f.Folder })
		listed := mapAll(view.Folders, func(f folderView) string { return f.Folder })
		want := []string{"INBOX", "Sent"}
		if !slices.Equal(polled, want) || !slices.Equal(listed, want) {
			t.Errorf("polled %q, listed %q", polled, listed)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
