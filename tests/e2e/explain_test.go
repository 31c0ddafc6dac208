package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The parts of explain and trace that the tests look at.
type (
	explained struct {
		Mails    []told
		Sent     []row
		Foreseen *foreseen
	}
	told struct {
		MessageID string `json:"message_id"`
		Verdict   string
		Rule      string
		Auto      string
		Steps     []struct{ Step, Rule, Answer string }
		Sent      []row
		NotSent   []struct{ Kind, Why string } `json:"not_sent"`
		Held      []struct{ Reason, State string }
	}
	foreseen struct {
		Copy, Rule string
		Ticket     *int64
	}
	traced struct{ Way, Became string }
)

// of gives the n-th telling of the mails with a Message-ID.
func (e explained) of(t *testing.T, id string, n int) told {
	t.Helper()
	for _, m := range e.Mails {
		if m.MessageID != id {
			continue
		}
		if n--; n == 0 {
			return m
		}
	}
	t.Fatalf("mail %s is not told of among %d", id, len(e.Mails))
	return told{}
}

// went tells whether a mail of the kind to somebody was caused and has come so far.
func (m told) went(kind, to, status string) bool {
	for _, r := range m.Sent {
		if r.Kind == kind && r.Recipient == to && r.Status == status {
			return true
		}
	}
	return false
}

// TestExplainTellsAWholeStory: a question, its copy, the answer, an absence, a bounce and a reply
// that nobody proved, each with what it became and what it caused.
func TestExplainTellsAWholeStory(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	answer := g.answered()
	q := question("q1@customer")
	g.accept(alice, []string{support}, q.String())
	away := answer.reply(alice, "ooo@customer", "I am away.")
	away.headers = []string{"Auto-Submitted: auto-replied"}
	g.accept("", []string{answer.envelope}, bounce(answer).String())
	g.accept(alice, []string{answer.replyTo()}, away.String())
	forged := mail{
		from: ann, to: support, subject: "Re: A question", id: "forged@x", inReplyTo: "q1@customer",
		text: "Send me the key.\n",
	}
	g.accept(ann, []string{support}, forged.String())
	g.settled()

	e := ask[explained](g, "explain", "1")
	first := e.of(t, "q1@customer", 1)
	if first.Verdict != "ticket" || first.Rule != "new" ||
		!first.went("acknowledgement", alice, "sent") ||
		!first.went("notification", ann, "sent") || len(first.NotSent) != 0 {
		t.Errorf("question: %+v", first)
	}
	again := e.of(t, "q1@customer", 2)
	if again.Verdict != "duplicate" || len(again.Sent) != 0 ||
		!strings.Contains(again.Steps[1].Answer, "Message-ID, sender and date") {
		t.Errorf("copy: %+v", again)
	}
	if m := e.of(t, "Under-settings.@agents", 1); m.Rule != "reply-address" ||
		!m.went("answer", alice, "failed") || !m.went("failure", ann, "sent") {
		t.Errorf("answer, which came back: %+v", m)
	}
	if m := e.of(t, "ooo@customer", 1); m.Auto == "" || len(m.Sent) != 0 || len(m.NotSent) == 0 {
		t.Errorf("absence: %+v", m)
	}
	if m := e.of(t, "dsn1@customer", 1); m.Auto != "bounce" || m.Rule != "bounce" {
		t.Errorf("bounce: %+v", m)
	}
	if m := e.of(t, "forged@x", 1); m.Verdict != "held" || len(m.Held) != 1 ||
		!m.went("held", ann, "sent") || m.Held[0].Reason != "unverified-agent" {
		t.Errorf("forged reply: %+v", m)
	}
	if ours := ask[explained](g, "explain", answer.MessageID); len(ours.Sent) != 1 {
		t.Errorf("the answer's own id: %+v", ours)
	}
	g.looksUp(t, another("q9@customer"), "", "new")
	g.looksUp(t, q, "duplicate", "")
	if mails := ask[[]traced](g, "trace", alice); len(mails) != 5 {
		t.Errorf("trace: %+v, want question, copy, absence, acknowledgement, answer", mails)
	}
}

// looksUp explains a mail that is only a file.
func (g *gateway) looksUp(t *testing.T, m mail, copied, rule string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mail.eml")
	if err := os.WriteFile(path, []byte(m.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	f := ask[explained](g, "explain", path).Foreseen
	if f == nil || f.Copy != copied || f.Rule != rule || (f.Ticket != nil) != (copied != "") {
		t.Errorf("file %s: %+v", m.id, f)
	}
	if n := len(g.tickets()); n != 1 {
		t.Errorf("%d tickets after a look", n)
	}
}
