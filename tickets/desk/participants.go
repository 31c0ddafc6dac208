package desk

import (
	"context"
	"fmt"
	"slices"

	"helpgate/tickets"
	"helpgate/tickets/thread"
)

// maxCc is how many people of a first mail's To and Cc become participants: beyond it the list is
// somebody's address book, not a circle of people concerned (THREATS S8).
const maxCc = 20

// bringCc writes down the people on To and Cc: taken in, or as newcomers whose mails find the
// ticket and to whom nothing of it goes.
func (r *reception) bringCc(
	ctx context.Context, st thread.Standing, state tickets.ParticipantState,
) error {
	n := len(st.People) + len(st.Newcomers) // all who stand on the ticket share the bound
	for _, p := range slices.Concat(r.mail.To, r.mail.Cc) {
		if p.Address == "" || st.People[p.Address] || r.Mailboxes.Own(p.Address) {
			continue
		}
		if n++; n > maxCc {
			r.journal.Signals = append(r.journal.Signals, "too many on To and Cc: rest left out")
			return nil
		}
		if err := r.participant(ctx, st.Ticket.Number, p, state); err != nil {
			return err
		}
	}
	return nil
}

// participant adds somebody to the ticket unless he stands on it in that state already.
func (a *act) participant(
	ctx context.Context, ticket int64, p tickets.Person, state tickets.ParticipantState,
) error {
	parts, err := a.tx.Participants(ctx, ticket)
	if err != nil {
		return fmt.Errorf("read participants of ticket %d: %w", ticket, err)
	}
	for _, old := range parts {
		if old.Address == p.Address && (old.State == state || old.State == tickets.ParticipantIn) {
			return nil
		}
	}
	err = a.tx.SaveParticipant(ctx, tickets.Participant{
		Ticket: ticket, Person: p, State: state, At: a.now,
	})
	if err != nil {
		return fmt.Errorf("save participant of ticket %d: %w", ticket, err)
	}
	verb := tickets.EventParticipant
	if state == tickets.ParticipantNewcomer {
		verb = tickets.EventNewAddress
	}
	return a.event(ctx, tickets.Event{Ticket: ticket, Verb: verb, To: p.Address})
}
