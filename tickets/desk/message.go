package desk

import (
	"context"
	"fmt"
	"strings"

	"helpgate/tickets"
)

// newMessage makes the message of a customer's mail.
func (r *reception) newMessage(ticket int64, author tickets.Customer) tickets.Message {
	m := r.mail
	msg := tickets.Message{
		Ticket: ticket, Kind: tickets.KindMessage, Direction: tickets.DirectionIn, At: r.now,
		Author: m.From, AuthorID: author.ID, AuthorRole: tickets.RoleCustomer,
		Subject: m.Subject, Text: m.Text, ReplyText: m.ReplyText,
		HTML: m.HTML, ReplyHTML: m.ReplyHTML, MessageID: m.MessageID, Rule: r.decision.Rule,
		Auto: m.Auto, Verified: m.Verified, Attachments: m.Attachments,
	}
	if author.ID != 0 {
		msg.Author = author.Person()
	}
	if m.Unparsed != "" {
		msg.Flags = append(msg.Flags, tickets.FlagUnparsed)
	}
	if r.reused {
		msg.Flags = append(msg.Flags, tickets.FlagMessageIDReused)
	}
	return msg
}

// addMessage stores the message with its files and refs, and counts it on the ticket.
func (r *reception) addMessage(ctx context.Context, msg *tickets.Message) error {
	if err := r.act.addMessage(ctx, msg, r.mail.From.Address); err != nil {
		return err
	}
	r.journal.Ticket, r.journal.Message = msg.Ticket, msg.ID
	if msg.Auto == "ooo" && msg.AuthorRole == tickets.RoleCustomer {
		if err := r.sayAway(ctx, msg.Author.Address); err != nil {
			return err
		}
	}
	return r.addRefs(ctx, *msg)
}

// addRefs remembers the Message-IDs that the mail has and cites, so that what comes before or
// after it finds its thread.
func (r *reception) addRefs(ctx context.Context, msg tickets.Message) error {
	var refs []tickets.Ref
	seen := map[string]bool{}
	add := func(id string, own bool) {
		if id != "" && !seen[id] {
			seen[id] = true
			refs = append(refs, tickets.Ref{
				MessageID: id, Ticket: msg.Ticket, Message: msg.ID, Own: own,
			})
		}
	}
	add(msg.MessageID, true)
	for _, id := range r.mail.InReplyTo {
		add(id, false)
	}
	for _, id := range r.mail.References {
		add(id, false)
	}
	if err := r.tx.AddRefs(ctx, refs); err != nil {
		return fmt.Errorf("keep references: %w", err)
	}
	return nil
}

// addMessage stores a message and its files, counts it, and writes its event.
func (a *act) addMessage(ctx context.Context, msg *tickets.Message, actor string) error {
	for _, f := range msg.Attachments {
		if err := a.tx.PutBlob(ctx, f.Blob); err != nil {
			return fmt.Errorf("keep file of ticket %d: %w", msg.Ticket, err)
		}
	}
	if err := a.tx.AddMessage(ctx, msg); err != nil {
		return fmt.Errorf("add message to ticket %d: %w", msg.Ticket, err)
	}
	if err := a.tx.CountMessage(ctx, msg.Ticket, a.now); err != nil {
		return fmt.Errorf("count message of ticket %d: %w", msg.Ticket, err)
	}
	verb := tickets.EventMessage
	if msg.Kind == tickets.KindNote {
		verb = tickets.EventNote
	}
	return a.event(ctx, tickets.Event{
		Ticket: msg.Ticket, Message: msg.ID, Actor: actor, Verb: verb, To: msg.Rule,
	})
}

// touch stores the ticket as changed now.
func (a *act) touch(ctx context.Context, t tickets.Ticket) error {
	t.UpdatedAt = a.now
	if err := a.tx.SaveTicket(ctx, t); err != nil {
		return fmt.Errorf("save ticket %d: %w", t.Number, err)
	}
	return nil
}

// appendNote keeps a mail that no customer may see, such as a bounce with what it quotes, on the
// ticket that it names; it changes nothing else.
func (r *reception) appendNote(ctx context.Context) error {
	msg := r.newMessage(r.decision.Ticket, tickets.Customer{})
	msg.Add(r.mail.Added)
	msg.Kind, msg.AuthorRole = tickets.KindNote, tickets.RoleSystem
	if told := told(r.mail.Report); told != "" {
		msg.ReplyText, msg.ReplyHTML = told, "" // the rest is for those who run mail servers
	}
	r.journal.Verdict = tickets.VerdictRecorded
	return r.addMessage(ctx, &msg)
}

// told gives what a bounce says of each recipient, in the words of the servers, one a line.
func told(report *tickets.Report) string {
	if report == nil {
		return ""
	}
	var lines []string
	for _, one := range report.Recipients {
		words := strings.Fields(strings.Join([]string{one.Action, one.Status, one.Diagnostic}, " "))
		lines = append(lines, one.Address+": "+strings.Join(words, " "))
	}
	return strings.Join(lines, "\n")
}
