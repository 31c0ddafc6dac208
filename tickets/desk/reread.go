package desk

import (
	"context"
	"fmt"
	"slices"

	"helpgate/tickets"
)

// Reread puts what a mail says into the message that so far held its source alone, because nobody
// could read it, and tells whether there was anything to mend. Nothing else changes: the ticket,
// who wrote it and when, and nobody is told.
func (d *Desk) Reread(ctx context.Context, message int64, m *tickets.Mail) (mended bool, err error) {
	err = d.update(ctx, func(a *act) error {
		mended = false
		msg, err := a.tx.Message(ctx, message)
		if err != nil {
			return fmt.Errorf("read message %d: %w", message, err)
		}
		if m.Unparsed != "" || !msg.Has(tickets.FlagUnparsed) {
			return nil
		}
		mended = true
		if err := a.say(ctx, &msg, m); err != nil {
			return err
		}
		return a.event(ctx, tickets.Event{
			Ticket: msg.Ticket, Message: msg.ID, Verb: tickets.EventReread,
		})
	})
	return mended, err
}

// say lets the message say what the mail does.
func (a *act) say(ctx context.Context, msg *tickets.Message, m *tickets.Mail) error {
	msg.Subject, msg.Auto, msg.Attachments = m.Subject, m.Auto, m.Attachments
	msg.Text, msg.ReplyText, msg.HTML, msg.ReplyHTML = m.Text, m.ReplyText, m.HTML, m.ReplyHTML
	msg.Add(m.Added)
	msg.Flags = slices.DeleteFunc(msg.Flags, func(f string) bool { return f == tickets.FlagUnparsed })
	if m.Unparsed != "" {
		msg.Flags = append(msg.Flags, tickets.FlagUnparsed)
	}
	for _, f := range msg.Attachments {
		if err := a.tx.PutBlob(ctx, f.Blob); err != nil {
			return fmt.Errorf("keep file of message %d: %w", msg.ID, err)
		}
	}
	if err := a.tx.RewriteMessage(ctx, msg); err != nil {
		return fmt.Errorf("rewrite message %d: %w", msg.ID, err)
	}
	return nil
}
