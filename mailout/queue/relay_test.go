package queue_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/store"
	"helpgate/internal/testkit"
	"helpgate/mailout/queue"
	"helpgate/mailout/relay"
	"helpgate/tickets"
)

// smarthost is a relay as the queue sees it.
type smarthost struct{ *relay.Smarthost }

func (s smarthost) Deliver(ctx context.Context, m queue.Mail) (string, error) {
	receipt, err := s.Smarthost.Deliver(ctx, relay.Mail{
		From: m.From, To: m.To, Body: m.Data, SMTPUTF8: m.UTF8, EnvID: m.EnvID,
	})
	return receipt.Reply, err
}

// stampComposer makes mails that differ each time, so that a mail composed twice is seen.
type stampComposer struct{}

func (stampComposer) Compose(
	_ context.Context, o tickets.Outgoing,
) (string, []byte, error) {
	stamp := time.Now().Format(time.RFC3339Nano)
	return "bounces@example.org", []byte("Message-ID: <" + o.MessageID + ">\r\n" +
		"Subject: " + stamp + "\r\n\r\nGuten Tag\r\n"), nil
}

func (stampComposer) Guard(
	context.Context, tickets.Outgoing, []byte,
) (tickets.HeldReason, string, error) {
	return "", "", nil
}

// results tells each result as it is written down.
type results chan string

func (r results) Delivered(result string) { r <- result }

func (r results) Panicked() { r <- "panic" }

func TestAMailWithoutAnswerIsSentAgainAsTheSameByARealRelay(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	now := clock.NewFake(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	logger := slog.New(slog.DiscardHandler)
	dir := t.TempDir()
	db, err := store.Open(ctx, store.Options{
		URL: "sqlite:" + filepath.Join(dir, "h.db"), Blobs: "file:" + filepath.Join(dir, "blobs"),
		Clock: now, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	sink := testkit.NewSink(t)
	sink.CutAfterData(1)
	host := relay.NewSmarthost(relay.Config{Address: sink.Addr(), TLS: relay.TLSNone})
	told := make(results, 9)
	worker := queue.New(queue.Config{
		Rows: db.Rows(), Blobs: db.Blobs(), Composer: stampComposer{}, Clock: now, Logger: logger,
		Intake: func() time.Time { return time.Time{} },
		Meter:  told,
		Routes: []queue.Route{{
			Name: "sink", Mailboxes: []string{"help@example.org"}, Deliverer: smarthost{host},
		}},
	})
	done := make(chan error, 1)
	go func() { done <- worker.Run(ctx) }()

	o := tickets.Outgoing{
		Kind: tickets.OutAnswer, Mailbox: "help@example.org", MessageID: "fixed@example.org",
		Recipient: tickets.Person{Address: "kim@example.net"}, Nonce: 1,
		Status: tickets.OutWaiting, NextAttempt: now.Now(), CreatedAt: now.Now(),
	}
	if err := db.Update(ctx, func(tx tickets.Tx) error { return tx.Enqueue(ctx, &o) }); err != nil {
		t.Fatal(err)
	}
	worker.Kick()
	if got := <-told; got != "deferred" {
		t.Fatalf("first attempt: %s, want deferred", got)
	}
	now.Advance(2 * time.Minute)
	worker.Kick()
	if got := <-told; got != "sent" {
		t.Fatalf("second attempt: %s, want sent", got)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	mails := sink.Mails()
	if len(mails) != 2 || !bytes.Equal(mails[0].Data, mails[1].Data) {
		t.Errorf("the relay has %+v, want one mail twice", mails)
	}
	for _, m := range mails {
		if m.From != "bounces@example.org" || m.EnvelopeID != o.MessageID {
			t.Errorf("envelope %q, ENVID %q", m.From, m.EnvelopeID)
		}
	}
	rows, err := db.Rows().List(t.Context(), tickets.OutSent, 0)
	if err != nil || len(rows) != 1 || rows[0].Attempts != 2 {
		t.Errorf("sent rows %+v, %v", rows, err)
	}
	if err := errors.Join(host.Close(), db.Close()); err != nil {
		t.Error(err)
	}
}
