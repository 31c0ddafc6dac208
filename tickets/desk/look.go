package desk

import (
	"context"
	"fmt"

	"helpgate/internal/rfc"
	"helpgate/tickets"
)

// maxEarlier is how many of a ticket's last messages are compared with a new mail to find what it
// quotes.
const maxEarlier = 20

// maxEarlierText is how much of each is compared, in characters: nobody quotes more.
const maxEarlierText = 64 << 10

// Sight is what the door needs to know of the ticket that a mail will probably join.
type Sight struct {
	Ticket  int64 // 0 when it will open one
	Subject string
	Earlier []string // texts of its earlier messages
}

// Look tells which ticket the mail points at now, without writing anything. Receive decides anew.
func (d *Desk) Look(ctx context.Context, m *tickets.Mail) (Sight, error) {
	var s Sight
	_, tagged := rfc.SubjectTag(m.Subject)
	if len(m.InReplyTo)+len(m.References)+len(m.Claims) == 0 && !tagged {
		return s, nil // it cites nothing, so there is nothing that it could quote
	}
	err := d.view(ctx, func(a *act) error {
		r := &reception{act: a, mail: m}
		r.mailbox, r.others = r.addressed()
		if err := r.decide(ctx); err != nil {
			return err
		}
		if r.decision.Ticket == 0 {
			return nil
		}
		s.Ticket = r.decision.Ticket
		s.Subject = r.standing[s.Ticket].Ticket.Subject
		last, err := a.tx.Skim(ctx, s.Ticket, maxEarlier, maxEarlierText)
		if err != nil {
			return fmt.Errorf("read messages of ticket %d: %w", s.Ticket, err)
		}
		for _, msg := range last {
			s.Earlier = append(s.Earlier, msg.Text)
		}
		return nil
	})
	if err != nil {
		return Sight{}, fmt.Errorf("look up thread: %w", err)
	}
	return s, nil
}
