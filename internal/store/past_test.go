package store

import (
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/testkit"
	"helpgate/tickets"
)

func TestThePastIsFoundByMessageIDAndAddress(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "helpgate.db")
	for engine, url := range map[string]string{
		"SQLite": "sqlite:" + path, "PostgreSQL": testkit.Postgres(t),
	} {
		db, err := Open(t.Context(), Options{
			URL: url, Blobs: "file:" + t.TempDir(), Clock: clock.System{},
			Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		fillPast(t, db)
		ctx, past := t.Context(), db.Past()
		named, err := past.Named(ctx, "one")
		if err != nil || len(named) != 2 || named[0].Subject != "first" {
			t.Errorf("%s: named: %+v, %v", engine, named, err)
		}
		from, err := past.From(ctx, "ann@x.example", 2)
		if err != nil || len(from) != 2 || from[0].Subject != "third" {
			t.Errorf("%s: from: %+v, %v", engine, from, err)
		}
		to, err := past.To(ctx, "bob@x.example", 0)
		if err != nil || len(to) != 1 || to[0].MessageID != "sent" {
			t.Errorf("%s: to: %+v, %v", engine, to, err)
		}
		if as, err := past.SentAs(ctx, "sent"); err != nil || len(as) != 1 {
			t.Errorf("%s: sent as: %+v, %v", engine, as, err)
		}
		if held, err := past.Held(ctx, 7); err != nil || len(held) != 2 {
			t.Errorf("%s: held: %+v, %v", engine, held, err)
		}
	}
}

// fillPast writes three mails, one sent mail, and two held things of which one was decided.
func fillPast(t *testing.T, db *DB) {
	t.Helper()
	ctx := t.Context()
	err := db.Update(ctx, func(tx tickets.Tx) error {
		for _, j := range []tickets.JournalEntry{
			{MessageID: "one", From: "ann@x.example", Subject: "first"},
			{MessageID: "one", EnvelopeFrom: "ann@x.example", Subject: "second"},
			{MessageID: "two", From: "ann@x.example", Subject: "third"},
		} {
			if err := tx.AddJournal(ctx, &j); err != nil {
				return err
			}
		}
		for _, state := range []tickets.HeldState{tickets.HeldWaiting, tickets.HeldDropped} {
			h := tickets.Held{Ticket: 7, State: state, At: time.Unix(1, 0)}
			if err := tx.Hold(ctx, &h); err != nil {
				return err
			}
		}
		return tx.Enqueue(ctx, &tickets.Outgoing{
			Recipient: tickets.Person{Address: "bob@x.example"}, MessageID: "sent",
			Status: tickets.OutWaiting,
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}
