package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"helpgate/internal/token"
	"helpgate/tickets"
	"helpgate/tickets/thread"
)

// returned is a mail of ours that did not arrive, or not yet, and what is said of it.
type returned struct {
	row tickets.Outgoing
	who tickets.ReportedRecipient
	// signed tells that it was found by what we signed for that one delivery.
	signed bool
}

// proof is a reason to take a bounce for that of a delivery of the ticket (RULES section 4).
type proof struct {
	ticket int64
	// is tells the delivery from the ticket's others.
	is func(tickets.Outgoing) bool
	// path tells that the mail came to the delivery's own return path: that names the recipient,
	// and where his mail was forwarded to may fail in his place. All else stands in the mail, and
	// whoever got it could say that it did not reach somebody else.
	path bool
	// signed tells that it is what we signed for this delivery alone.
	signed bool
}

// traces finds the delivery of ours that a bounce tells of, by the strongest proof that it holds,
// and makes its ticket the bounce's. One that proves nothing is left to the rules of threading.
func (r *reception) traces(ctx context.Context, refs []tickets.Ref) (bool, error) {
	if r.mail.Report == nil || r.mail.Sent {
		return false, nil
	}
	for _, p := range r.proofs(refs) {
		if err := r.stand(ctx, p.ticket); err != nil {
			return false, err
		}
		st, ok := r.standing[p.ticket]
		if !ok {
			continue
		}
		rows, err := r.tx.OutgoingOf(ctx, st.Ticket.Number)
		if err != nil {
			return false, fmt.Errorf("read outbox of ticket %d: %w", st.Ticket.Number, err)
		}
		for _, o := range slices.Backward(rows) {
			if !p.is(o) {
				continue
			}
			if who, ok := concerns(r.mail.Report, o, p.path); ok {
				r.back = &returned{o, who, p.signed}
				r.decision = thread.Decision{Rule: thread.RuleBounce, Ticket: st.Ticket.Number}
				return true, nil
			}
		}
	}
	return false, nil
}

// proofs gives every proof in the bounce, strongest first: our return path, the ENVID, the signed
// Message-ID and the loop header of what came back, a Message-ID that a relay put in the place of
// ours, and our marker in its text.
func (r *reception) proofs(refs []tickets.Ref) []proof {
	var all []proof
	delivery := func(c token.Claim, path bool) {
		if c.Ticket != 0 && c.Delivery != 0 {
			all = append(all, proof{c.Ticket, func(o tickets.Outgoing) bool {
				return o.Nonce == c.Delivery
			}, path, true})
		}
	}
	for _, cl := range r.mail.Claims {
		if cl.Purpose == token.PurposeReturnPath {
			delivery(cl.Claim, true)
		}
	}
	report := r.mail.Report
	for _, id := range []string{report.EnvelopeID, report.MessageID} {
		c, ok := r.Keyring.FromMessageID(id)
		if ok && c.Purpose == token.PurposeMessageID {
			delivery(c, false)
		}
	}
	delivery(report.Ours, false)
	for _, ref := range refs {
		if ref.Own && report.MessageID != "" && ref.MessageID == report.MessageID {
			all = append(all, proof{ref.Ticket, func(o tickets.Outgoing) bool {
				return o.Message == ref.Message && !o.Kind.ForAgents()
			}, false, false})
		}
	}
	for _, cl := range r.mail.Claims {
		if cl.Where == tickets.WhereMarker && len(report.Recipients) > 0 {
			all = append(all, proof{cl.Ticket, func(o tickets.Outgoing) bool {
				return o.Agent == cl.Person
			}, false, false})
		}
	}
	return all
}

// concerns gives what the bounce says of the recipient of a delivery. One that names nobody tells
// of the only one there was.
func concerns(
	report *tickets.Report, o tickets.Outgoing, path bool,
) (tickets.ReportedRecipient, bool) {
	for _, one := range report.Recipients {
		if one.Address == o.Recipient.Address || one.Final == o.Recipient.Address {
			return one, true
		}
	}
	switch {
	case len(report.Recipients) == 0:
		return tickets.ReportedRecipient{Address: o.Recipient.Address}, true
	case path:
		return report.Recipients[0], true
	}
	return tickets.ReportedRecipient{}, false
}

// comesBack tells those concerned of a mail that did not arrive, once: of an answer the ticket gets
// a note and who wrote it a mail, of an acknowledgement there is an event, and whoever is in charge
// hears of what agents should have got. The bounce of a mail about a bounce causes no further one.
func (r *reception) comesBack(ctx context.Context) error {
	o, ticket := r.back.row, r.decision.Ticket
	r.journal.Verdict, r.journal.Ticket = tickets.VerdictRecorded, ticket
	if r.mail.Auto == "dsn-delay" || r.back.who.Action == "delayed" {
		return r.comesLate(ctx)
	}
	if o.Status == tickets.OutFailed {
		return nil // it was told
	}
	if o.Status != tickets.OutSending { // else a worker has it in hand
		o.Status, o.LastReply = tickets.OutFailed, r.back.words()
		if err := r.tx.SaveOutgoing(ctx, o); err != nil {
			return fmt.Errorf("save outbox row %d: %w", o.ID, err)
		}
	}
	if err := r.returnEvent(ctx, tickets.EventDeliveryFailed); err != nil {
		return err
	}
	status := r.back.who.Status
	gone := takesNone(status) || strings.HasPrefix(status, "4.") // a host that gave up
	if err := r.learn(ctx, ticket, o, gone && r.back.signed, status, r.back.words()); err != nil {
		return err
	}
	switch {
	case o.Kind == tickets.OutAnswer:
		if err := r.appendNote(ctx); err != nil {
			return err
		}
		return r.tellWriter(ctx, tickets.OutFailure, r.back.reason())
	case o.Kind.ForAgents() && o.Kind != tickets.OutAlert:
		return r.alert(ctx, ticket, reasonFailed, o.Recipient.Address)
	}
	return nil
}

// comesLate puts a warning of delay on the ticket, and tells who wrote an answer of the first.
func (r *reception) comesLate(ctx context.Context) error {
	o := r.back.row
	events, err := r.tx.Events(ctx, r.decision.Ticket)
	if err != nil {
		return fmt.Errorf("read events of ticket %d: %w", r.decision.Ticket, err)
	}
	told := slices.ContainsFunc(events, func(e tickets.Event) bool {
		return e.Verb == tickets.EventDelayed && e.Message == o.Message &&
			e.From == o.Recipient.Address
	})
	if told {
		return nil
	}
	if err := r.returnEvent(ctx, tickets.EventDelayed); err != nil {
		return err
	}
	if o.Kind != tickets.OutAnswer {
		return nil
	}
	return r.tellWriter(ctx, tickets.OutNotice, tickets.EventDelayed)
}

func (r *reception) returnEvent(ctx context.Context, verb string) error {
	return r.event(ctx, tickets.Event{
		Ticket: r.decision.Ticket, Message: r.back.row.Message, Verb: verb,
		From: r.back.row.Recipient.Address, To: r.back.words(),
	})
}

// tellWriter tells the agent who wrote the answer; when they are gone, whoever is in charge.
func (r *reception) tellWriter(ctx context.Context, kind tickets.OutKind, reason string) error {
	o := r.back.row
	msg, err := r.tx.Message(ctx, o.Message)
	if err := ignoreNotFound(err); err != nil {
		return fmt.Errorf("read message %d: %w", o.Message, err)
	}
	ag, ok := r.agent(msg.AuthorID)
	if ok && ag.Active && msg.AuthorRole == tickets.RoleAgent {
		t := r.standing[r.decision.Ticket].Ticket
		detail := strings.TrimSuffix(o.Recipient.Address+": "+r.back.words(), ": ")
		return r.tell(ctx, kind, t, ag, reason, detail, o.Message)
	}
	if kind != tickets.OutFailure {
		return nil
	}
	return r.alert(ctx, r.decision.Ticket, reasonFailed, o.Recipient.Address)
}

// The reasons why a mail did not arrive, as far as there are plain words for them: keys of
// templates.
const (
	reasonFailed  = "delivery-failed"
	reasonUnknown = "no-such-address"
	reasonFull    = "mailbox-full"
	reasonPolicy  = "policy-refused"
)

// reason gives what is said of why it came back.
func (b *returned) reason() string { return reasonOf(b.who.Status) }

// reasonOf gives what a status means (RFC 3463 section 3).
func reasonOf(status string) string {
	class, detail, _ := strings.Cut(status, ".")
	switch {
	case class == "5" && (detail == "1.1" || detail == "1.2" || detail == "1.10"):
		return reasonUnknown
	case detail == "2.2":
		return reasonFull
	case class == "5" && strings.HasPrefix(detail, "7."):
		return reasonPolicy
	}
	return reasonFailed
}

// takesNone tells that the address takes no mail.
func takesNone(status string) bool {
	reason := reasonOf(status)
	return reason == reasonUnknown || reason == reasonFull
}

// words gives the status and the other server's words.
func (b *returned) words() string {
	return strings.TrimSpace(b.who.Status + " " + b.who.Diagnostic)
}
