package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"helpgate/internal/token"
	"helpgate/tickets"
	"helpgate/tickets/thread"
)

// Receipt tells what became of a received mail.
type Receipt struct {
	Verdict tickets.Verdict
	Rule    string
	Ticket  int64 // 0 when it became part of none
	Message int64
}

// reception is one mail being judged.
type reception struct {
	*act
	mail     *tickets.Mail
	key      tickets.Key
	reused   bool      // another mail came under its Message-ID
	around   bool      // an answer of the helpdesk to the ticket, which the customer has already
	back     *returned // the mail of ours that it tells of, as a bounce; nil for any other
	mailbox  tickets.Mailbox
	others   []string // further mailboxes of ours that the mail names
	decision thread.Decision
	standing map[int64]thread.Standing
	journal  tickets.JournalEntry
}

// Receive judges one mail and writes everything that follows from it in one transaction. When it
// returns nil, the mail is durable.
func (d *Desk) Receive(ctx context.Context, m *tickets.Mail) (Receipt, error) {
	var r Receipt
	key := thread.KeyOf(m)
	err := d.update(ctx, func(a *act) error {
		if m.Silent {
			a.silent, a.now = true, earlier(a.now, m.ReceivedAt)
		}
		rc := &reception{act: a, mail: m, key: key}
		if err := rc.judge(ctx); err != nil {
			return err
		}
		r = Receipt{rc.journal.Verdict, rc.journal.Rule, rc.journal.Ticket, rc.journal.Message}
		return nil
	})
	if err != nil {
		return Receipt{}, fmt.Errorf("receive mail: %w", err)
	}
	return r, nil
}

// earlier gives when a mail of history came, if that can be.
func earlier(now, then time.Time) time.Time {
	if then.IsZero() || then.After(now) {
		return now
	}
	return then
}

// judge is the whole way of a mail through the rules.
func (r *reception) judge(ctx context.Context) error {
	r.mailbox, r.others = r.addressed()
	r.journal = r.newJournal()
	if err := r.mail.Mark.Write(ctx, r.tx); err != nil {
		return err
	}
	if r.mail.Probe {
		return r.recordProbe(ctx)
	}
	if r.mail.Sent {
		return r.receiveSent(ctx)
	}
	r.verify()
	kind, other, err := r.compare(ctx)
	if err != nil {
		return err
	}
	if kind == thread.Duplicate || kind == thread.Variant {
		return r.again(ctx, kind, other)
	}
	if err := r.decide(ctx); err != nil {
		return err
	}
	if err := r.storm(ctx); err != nil {
		return err
	}
	return r.keep(ctx, kind)
}

// compare asks whether the mail is a copy of one that is there, and of which.
func (r *reception) compare(ctx context.Context) (thread.Copy, tickets.Key, error) {
	stored, err := r.tx.Keys(ctx, r.key.Hash, r.key.MessageID, r.now)
	if err != nil {
		return thread.Fresh, tickets.Key{}, fmt.Errorf("look up key: %w", err)
	}
	kind, other := thread.Compare(r.key, stored)
	if kind != thread.Unsure {
		return kind, other, nil
	}
	first, err := r.tx.Message(ctx, other.Message)
	switch {
	case err == nil && thread.Grown(r.mail.Text, first.Text):
		return thread.Variant, other, nil
	case err == nil, errors.Is(err, tickets.ErrNotFound): // it became no message
		return thread.Reused, other, nil
	}
	return kind, other, fmt.Errorf("read message %d: %w", other.Message, err)
}

// keep writes a mail that is no copy, and all that follows from it.
func (r *reception) keep(ctx context.Context, kind thread.Copy) error {
	if err := r.tx.PutBlob(ctx, r.mail.Source); err != nil {
		return fmt.Errorf("keep source: %w", err)
	}
	r.reused = kind == thread.Reused
	if err := r.dispatch(ctx); err != nil {
		return err
	}
	if err := r.keepFiles(ctx); err != nil {
		return err
	}
	if err := r.tx.AddJournal(ctx, &r.journal); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	key := r.key
	key.Ticket, key.Message = r.journal.Ticket, r.journal.Message
	if key.Ticket == 0 && key.ExpiresAt.IsZero() {
		key.ExpiresAt = r.now.Add(thread.OrphanKeyLife)
	}
	if err := r.tx.AddKey(ctx, key); err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	return nil
}

// verify takes a log-in as proof of who wrote: AUTH counts where From is the same agent's address
// (RULES section 5).
func (r *reception) verify() {
	ag, ok := r.agent(r.mail.Agent)
	if ok && !r.mail.Untrusted && ag.Writes(r.mail.From.Address) {
		r.mail.Verified = tickets.VerifiedPass
	}
}

// keepFiles keeps the files that only the source names, and those of a mail that became no message:
// its source is not whole without them.
func (r *reception) keepFiles(ctx context.Context) error {
	for _, b := range r.mail.SourceFiles {
		if err := r.tx.PutBlob(ctx, b); err != nil {
			return fmt.Errorf("keep file of source: %w", err)
		}
	}
	if r.journal.Message != 0 {
		return nil
	}
	for _, f := range r.mail.Attachments {
		if err := r.tx.PutBlob(ctx, f.Blob); err != nil {
			return fmt.Errorf("keep file: %w", err)
		}
	}
	return nil
}

// dispatch hands the mail to those who deal with its kind.
func (r *reception) dispatch(ctx context.Context) error {
	ag, isAgent := r.agentBy(r.mail.From.Address)
	isAgent = isAgent && !r.mail.Untrusted
	ours := r.around || r.decision.Ticket == 0 && r.begins()
	switch {
	case r.back != nil:
		return r.comesBack(ctx)
	case r.passing() || ours && r.robots():
		r.journal.Verdict = tickets.VerdictRecorded
		return nil
	case ours:
		return r.answerAround(ctx)
	case r.listReply(ag, isAgent):
		return r.holdListReply(ctx, ag)
	case r.decision.Ticket == 0:
		return r.open(ctx, tickets.Ticket{})
	case r.mail.Auto == "bounce" || r.mail.Auto == "dsn-delay" || r.mail.Auto == "loop":
		return r.appendNote(ctx)
	case isAgent && !r.isRequester(ag):
		return r.agentMail(ctx, ag)
	case r.agentClaim(0) != nil && !r.participates():
		return r.strangerWithAgentToken(ctx)
	}
	return r.customerMail(ctx)
}

// passing tells that the mail belongs to no ticket and is of a kind that opens none.
func (r *reception) passing() bool {
	if r.decision.Ticket != 0 {
		return false
	}
	switch r.mail.Auto {
	case "bounce", "dsn-delay", "ooo", "loop":
		return true
	}
	return false
}

// isRequester tells that an agent writes as the customer whom the ticket belongs to, and holds no
// agent's token for it: off the agents' road he is a customer like any other.
func (r *reception) isRequester(ag tickets.Agent) bool {
	return r.agentClaim(ag.ID) == nil && ag.Writes(r.standing[r.decision.Ticket].Asker)
}

func (r *reception) participates() bool {
	return r.standing[r.decision.Ticket].People[r.mail.From.Address] && !r.mail.Untrusted
}

// agentClaim gives a token of an agent for the decided ticket, whoever sent it: that agent's own
// before another's; nil without one.
func (r *reception) agentClaim(agent int64) *tickets.Claimed {
	var found *tickets.Claimed
	for i, cl := range r.mail.Claims {
		isAgents := cl.Person != 0 && cl.Purpose != token.PurposeReturnPath
		if !isAgents || r.standing[cl.Ticket].Ticket.Number != r.decision.Ticket {
			continue
		}
		if cl.Person == agent {
			return &r.mail.Claims[i]
		}
		if found == nil {
			found = &r.mail.Claims[i]
		}
	}
	return found
}

// again records a further copy of a mail that is there.
func (r *reception) again(ctx context.Context, kind thread.Copy, first tickets.Key) error {
	r.journal.Verdict = tickets.VerdictDuplicate
	if kind == thread.Variant {
		r.journal.Verdict = tickets.VerdictVariant
	}
	r.journal.Ticket, r.journal.Message, r.journal.Source = first.Ticket, first.Message, ""
	if err := r.tx.AddJournal(ctx, &r.journal); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	if first.Ticket == 0 {
		return nil
	}
	if _, err := r.tx.Ticket(ctx, first.Ticket); err != nil {
		return ignoreNotFound(err) // the ticket was deleted: its mail stays deleted
	}
	for _, mb := range append(r.others, r.mailbox.Address) {
		if err := r.tx.SeeFrom(ctx, first.Ticket, mb); err != nil {
			return fmt.Errorf("see ticket from %s: %w", mb, err)
		}
	}
	return r.event(ctx, tickets.Event{
		Ticket: first.Ticket, Message: first.Message, Actor: r.mail.From.Address,
		Verb: tickets.EventDuplicate, To: string(r.journal.Verdict),
	})
}

// addressed gives the mailbox that the mail is for, the first named in To and Cc before what the
// envelope says, and the others that it names too. A mail that names none of ours is the first's.
func (r *reception) addressed() (tickets.Mailbox, []string) {
	var found []tickets.Mailbox
	if r.mail.Sent && len(r.mail.Recipients) > 0 { // whose it is, not to whom it went
		mb, _ := r.Mailboxes.For(r.mail.Recipients[0])
		return mb, nil
	}
	see := func(address string) {
		mb, ok := r.Mailboxes.For(address)
		same := func(f tickets.Mailbox) bool { return f.Address == mb.Address }
		if ok && !slices.ContainsFunc(found, same) {
			found = append(found, mb)
		}
	}
	for _, p := range slices.Concat(r.mail.To, r.mail.Cc) {
		see(p.Address)
	}
	for _, address := range r.mail.Recipients {
		see(address)
	}
	if len(found) == 0 { // the postmaster's, or handed to us without saying for whom
		return r.Mailboxes[0], nil
	}
	var others []string
	for _, mb := range found[1:] {
		others = append(others, mb.Address)
	}
	return found[0], others
}

func (r *reception) newJournal() tickets.JournalEntry {
	m := r.mail
	signals := slices.Clone(m.Signs)
	if day := m.Away.Day(); day != "" && m.Auto == "ooo" {
		signals = append(signals, "away until "+day)
	}
	return tickets.JournalEntry{
		At: r.now, Road: m.Road, Mailbox: r.mailbox.Address, EnvelopeFrom: m.EnvelopeFrom,
		EnvelopeTo: m.Recipients, From: m.From.Address, Subject: m.Subject, MessageID: m.MessageID,
		Signals: signals, Auto: m.Auto, Source: m.Source.SHA256,
		SourceSize: m.Source.Size,
	}
}
