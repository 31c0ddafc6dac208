package e2e

import (
	"bytes"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/store"
	"helpgate/internal/testkit"
	"helpgate/internal/testkit/sink"
	"helpgate/tickets"
)

// roundTheLoop gives a gateway whose relay brings what goes to the mailbox into it, on a Dovecot.
func roundTheLoop(
	t *testing.T, change func(m *sink.Mail) error,
) (*gateway, *testkit.Dovecot) {
	t.Helper()
	dovecot := testkit.StartDovecot(t, support)
	back := func(m sink.Mail) error {
		m.Data = bytes.Clone(m.Data)
		if !strings.HasSuffix(m.To[0], "@desk.example") {
			return nil
		}
		if err := change(&m); err != nil {
			return err
		}
		return deliver(t.Context(), dovecot.LMTP, m)
	}
	return start(t, options{more: imap(dovecot), relay: sink.Options{OnMail: back}}), dovecot
}

// probed is the answer of `helpgate mailbox probe`.
type probed struct {
	RoundTrip int                                 `json:"round_trip_ms"`
	Findings  map[string]any                      `json:"findings"`
	Lines     []struct{ Name, Text string }       `json:"lines"`
	Changes   []struct{ Name, Value, Was string } `json:"changes"`
	Before    *string                             `json:"before"`
}

func (g *gateway) probes() probed { return ask[probed](g, "mailbox", "probe", support) }

// TestProbesGoRoundTheLoop beside the running server, which reads the mailbox and moves its mails.
// They are found nevertheless, and become nothing; a change is told by the next run.
func TestProbesGoRoundTheLoop(t *testing.T) {
	t.Parallel()
	var changed atomic.Bool
	g, dovecot := roundTheLoop(t, func(m *sink.Mail) error {
		if !changed.Load() {
			return nil
		}
		m.From = support
		m.Data = bytes.Replace(m.Data, []byte("Message-ID: <"), []byte("Message-ID: <new"), 1)
		m.Data = bytes.Replace(m.Data, []byte("\r\n\r\n"), []byte("\r\n\r\nBANNER\r\n"), 1)
		return nil
	})
	g.logs("first contact with the folder")
	first := g.probes()
	for name, want := range map[string]any{
		"delivery": "arrived", "plus_recipient": "arrived", "plus_sender": "arrived",
		"plus_from": "arrived", "message_id": "kept", "references": "kept", "body": "kept",
		"subject": "kept", "reply_to": "kept", "return_path": "kept", "plus_return_path": "kept",
		"auth_fields": 0.0, "idle": true, "move": true, "size": "kept", "junk": false,
	} {
		if got := first.Findings[name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if len(first.Lines) < 15 || first.RoundTrip == 0 || first.Before != nil || len(first.Changes) > 0 {
		t.Errorf("%+v", first)
	}
	changed.Store(true)
	second := g.probes()
	var names []string
	for _, c := range second.Changes {
		names = append(names, c.Name)
	}
	got := strings.Join(names, " ")
	if got != "message_id body plus_return_path" || second.Before == nil {
		t.Errorf("changed %q: %+v", got, second.Changes)
	}
	g.logsTimes("rule=probe", 8)
	g.settled()
	if len(g.tickets()) != 0 || len(g.held()) != 0 || len(g.everything(ann)) != 0 {
		t.Errorf("%d tickets, %d held, %d mails to the agent", len(g.tickets()), len(g.held()),
			len(g.everything(ann)))
	}
	inbox, moved := count(t, dovecot, "INBOX"), count(t, dovecot, "Processed")
	if inbox+moved != 8 {
		t.Errorf("%d probes in the inbox, %d moved", inbox, moved)
	}
}

// TestALoopThatDoesNotHoldIsAFailure, and is told with the relay's words.
func TestALoopThatDoesNotHoldIsAFailure(t *testing.T) {
	t.Parallel()
	g, _ := roundTheLoop(t, func(*sink.Mail) error { return errors.New("closed today") })
	out, err := g.try("", "mailbox", "probe", support)
	if err == nil || !strings.Contains(out, "did not take mail from this mailbox to itself.") ||
		!strings.Contains(err.Error(), "closed today") {
		t.Errorf("%v:\n%s", err, out)
	}
	if out, err := g.try("", "mailbox", "probe", alice); err == nil {
		t.Errorf("%s is probed:\n%s", alice, out)
	}
}

// TestLeadIsToldWhatChanged by the daily run; one that was missed while helpgate was down is caught
// up.
func TestLeadIsToldWhatChanged(t *testing.T) {
	t.Parallel()
	var changed atomic.Bool
	g, _ := roundTheLoop(t, func(m *sink.Mail) error {
		if changed.Load() {
			m.Data = bytes.Replace(m.Data, []byte("Message-ID: <"), []byte("Message-ID: <new"), 1)
		}
		return nil
	})
	g.lead(ben)
	g.probes()
	g.end(syscall.SIGTERM)
	db, err := store.Open(t.Context(), store.Options{
		URL:   "sqlite:" + filepath.Join(g.data, "helpgate.db"),
		Blobs: "file:" + filepath.Join(g.data, "blobs"),
		Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	yesterday := time.Now().Add(-48 * time.Hour).UTC().Format(time.RFC3339)
	err = db.Update(t.Context(), func(tx tickets.Tx) error {
		return tx.SetMark(t.Context(), "job:probe "+support, yesterday)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	changed.Store(true)
	g.serve()
	g.mailed(ben, "Message-IDs are rewritten")
}
