package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"helpgate/mailin"
	"helpgate/templates"
	"helpgate/tickets"
	"helpgate/tickets/desk"
	"helpgate/tickets/thread"
)

// foreseenJSON is what a mail in a file would become if it came now.
type foreseenJSON struct {
	From      string   `json:"from"`
	Subject   string   `json:"subject"`
	MessageID string   `json:"message_id"`
	Mailbox   string   `json:"mailbox"`
	Copy      string   `json:"copy"` // "", duplicate, variant or reused
	Rule      string   `json:"rule"`
	Auto      string   `json:"auto"`
	Signals   []string `json:"signals"`
	Agent     bool     `json:"agent"` // the sender's address is an agent's
	// Ticket is that which it would join, or whose mail it copies; null: a new one, or none.
	Ticket *int64     `json:"ticket"`
	Steps  []stepJSON `json:"steps"`
}

// foreseen lets the mail in a file through the door of a desk that only looks.
func (a *app) foreseen(ctx context.Context, w *world, path string) (*foreseenJSON, error) {
	in := a.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("explain: %w", err)
		}
		defer f.Close()
		in = f
	}
	texts, err := templates.Load(w.config.Site.Templates)
	if err != nil {
		return nil, err
	}
	gate, err := w.gate(texts, noMeter{})
	if err != nil {
		return nil, err
	}
	seer := &seer{desk: w.desk}
	gate.Desk, gate.Blobs = seer, unkept{}
	env := mailin.Envelope{Road: mailin.RoadInject, ReceivedAt: w.clock.Now()}
	if err := gate.Accept(ctx, env, in); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return seer.view(), nil
}

// seer is a desk that takes nothing in.
type seer struct {
	desk *desk.Desk
	mail *tickets.Mail
	saw  desk.Foreseen
}

// Look implements mailin.Desk.
func (s *seer) Look(ctx context.Context, m *tickets.Mail) (desk.Sight, error) {
	return s.desk.Look(ctx, m)
}

// Receive implements mailin.Desk.
func (s *seer) Receive(ctx context.Context, m *tickets.Mail) (_ desk.Receipt, err error) {
	s.mail = m
	s.saw, err = s.desk.Foresee(ctx, m)
	return desk.Receipt{}, err
}

func (s *seer) view() *foreseenJSON {
	v := &foreseenJSON{
		From: s.mail.From.Address, Subject: s.mail.Subject, MessageID: s.mail.MessageID,
		Mailbox: s.saw.Mailbox, Rule: s.saw.Rule, Auto: s.mail.Auto,
		Signals: orEmpty(s.saw.Signals), Agent: s.saw.Agent, Ticket: orNull(s.saw.Ticket),
	}
	j := tickets.JournalEntry{MessageID: s.mail.MessageID}
	var msg tickets.Message
	switch s.saw.Copy {
	case thread.Duplicate:
		v.Copy, j.Verdict = "duplicate", tickets.VerdictDuplicate
	case thread.Variant:
		v.Copy, j.Verdict = "variant", tickets.VerdictVariant
	case thread.Reused:
		v.Copy, msg.Flags = "reused", []string{tickets.FlagMessageIDReused}
	}
	signs, threading := parted(s.saw.Signals)
	v.Steps = []stepJSON{
		{"copy", "", copyAnswer(j, msg)},
		{"automatic", "", autoAnswer(s.mail.Auto, signs)},
	}
	if j.Verdict == "" {
		v.Steps = append(v.Steps, ruleSteps(v.Rule, s.saw.Ticket, threading)...)
	}
	v.Steps = append(v.Steps, stepJSON{"would become", "", s.becomes(j.Verdict)})
	return v
}

// becomes says what the mail would become. Whether an agent's words would be held is decided when
// they come: it hangs on the proof of who wrote.
func (s *seer) becomes(copied tickets.Verdict) string {
	ticket := orNull(s.saw.Ticket)
	switch {
	case copied != "":
		return verdictWords(copied, ticket)
	case ticket != nil && s.saw.Agent:
		return fmt.Sprintf("an agent's mail of #%d: an answer if its token proves the agent, "+
			"else held", *ticket)
	case ticket != nil:
		return fmt.Sprintf("a message or a note of #%d", *ticket)
	}
	switch s.mail.Auto {
	case "bounce", "dsn-delay", "ooo", "loop":
		return verdictWords(tickets.VerdictRecorded, nil)
	}
	return "a new ticket"
}

func (v *foreseenJSON) show(out io.Writer) {
	fmt.Fprintf(out, "mail of %s for %s: %q%s\n", v.From, v.Mailbox, v.Subject,
		bracketed(v.MessageID))
	showSteps(out, v.Steps)
}

// unkept is a place for blobs that keeps none: it only names them.
type unkept struct{}

// Stage implements tickets.Blobs.
func (unkept) Stage(_ context.Context, data []byte) (tickets.Blob, error) {
	sum := sha256.Sum256(data)
	return tickets.Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}, nil
}

// Create implements tickets.Blobs.
func (unkept) Create(context.Context) (tickets.BlobWriter, error) { return newSpool() }

// Open implements tickets.Blobs.
func (unkept) Open(_ context.Context, sha256 string) (io.ReadCloser, error) {
	return nil, fmt.Errorf("open blob %s: %w", sha256, tickets.ErrNotFound)
}
