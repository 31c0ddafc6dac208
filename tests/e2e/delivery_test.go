package e2e

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"

	gosmtp "github.com/emersion/go-smtp"

	"helpgate/internal/testkit/sink"
)

// outgoing waits until a mail of a kind to somebody has a status in the outbox, and gives its row.
func (g *gateway) outgoing(kind, to, status string) row {
	g.t.Helper()
	var found row
	g.eventually(kind+" to "+to+" that is "+status, func() bool {
		rows := ask[[]row](g, "queue", "list", "--status", status)
		is := func(r row) bool { return r.Kind == kind && r.Recipient == to && r.Attempts > 0 }
		i := slices.IndexFunc(rows, is)
		if i >= 0 {
			found = rows[i]
		}
		return i >= 0
	})
	return found
}

// TestARetryIsTheSameMail is promise 10: whatever befell the first attempt, and though helpgate
// was started anew in between, the next one sends the same bytes.
func TestARetryIsTheSameMail(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]struct {
		refuses bool // the relay answers 451 to the mail
		cuts    bool // it takes the mail, and the connection breaks before its answer
	}{
		"refused for now":    {refuses: true},
		"cut after the mail": {cuts: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			attempts := make(chan sink.Mail, 10)
			g := start(t, options{relay: sink.Options{OnMail: func(m sink.Mail) error {
				if !bytes.Contains(m.Data, []byte("Under settings.")) {
					return nil
				}
				attempts <- m
				if fail.refuses && len(attempts) == 1 {
					return errors.New("come again")
				}
				return nil
			}}})
			note := g.asks(question("q1@customer"), ann)
			g.mailed(alice, "#1")
			if fail.cuts {
				g.relay.CutAfterData(1)
			}
			reply := note.reply(ann, "a1@agents", "Under settings.")
			g.accept(ann, []string{note.replyTo()}, reply.String())
			failed := g.outgoing("answer", alice, "waiting")
			g.end(syscall.SIGTERM)
			g.serve()
			g.run("queue", "retry", failed.ID)
			sent := g.outgoing("answer", alice, "sent")
			first, second := <-attempts, <-attempts
			if !bytes.Equal(first.Data, second.Data) || first.From != second.From {
				t.Errorf("first from %s\n%s\nsecond from %s\n%s", first.From, first.Data,
					second.From, second.Data)
			}
			id := []byte("\r\nMessage-ID: <" + sent.MessageID + ">\r\n")
			if sent.MessageID != failed.MessageID || !bytes.Contains(first.Data, id) {
				t.Errorf("row had %s, then %s; the mail:\n%s", failed.MessageID, sent.MessageID,
					first.Data)
			}
		})
	}
}

// TestARefusedAnswerIsTold lets the relay refuse one of two recipients for good: the other gets the
// answer, the agent one mail about it, and once the address was mended the same mail arrives.
func TestARefusedAnswerIsTold(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	q := question("q1@customer")
	q.cc = bob
	note := g.asks(q, ann)
	g.mailed(alice, "#1")
	g.relay.Refuse(alice, &gosmtp.SMTPError{
		Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "who is that",
	})
	g.answers(note, ann, bob, "Under settings.")
	failed := g.outgoing("answer", alice, "failed")
	if !strings.Contains(failed.LastReply, "550 5.1.1") || failed.Attempts != 1 {
		t.Errorf("row after %d attempts: %q", failed.Attempts, failed.LastReply)
	}
	told := g.mailed(ann, "who is that")
	if !strings.Contains(told.Text, alice) || told.Get("X-Helpgate-Ticket") != "1" {
		t.Errorf("the agent is told:\n%s", told.Text)
	}
	if n := len(g.everything(ann)); n != 2 {
		t.Errorf("the agent got %d mails, want the notification and one failure", n)
	}
	if n := g.ticket(1).happened("delivery-failed", ""); n != 1 {
		t.Errorf("%d events of the failure, want 1", n)
	}

	g.relay.Refuse(alice, nil)
	g.run("queue", "retry", failed.ID)
	if m := g.mailed(alice, "Under settings."); m.MessageID != failed.MessageID {
		t.Errorf("the mail is %s, was %s", m.MessageID, failed.MessageID)
	}
}
