package desk

import (
	"context"
	"testing"

	"helpgate/tickets"
)

// TestProbesChangeNothing, whoever they seem to be of and whatever they cite: a journal entry is all.
func TestProbesChangeNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.mail(alice, "It does not print.")
	o.receive(first)
	before := o.show(1)
	cites := func(m *tickets.Mail) {
		m.Probe = true
		m.InReplyTo, m.Subject = []string{first.MessageID}, "[#1] Printer"
	}
	for _, m := range []*tickets.Mail{
		o.mail(support, "A probe.", cites),
		o.mail(support, "A probe.", cites, func(m *tickets.Mail) { m.Sent = true }),
		o.mail(ann, "A probe.", cites, asAgent(o.ann, 1)),
		o.mail(alice, "A probe.", cites, asCustomer(1)),
		o.mail(mallory, "It did not go.", cites, func(m *tickets.Mail) { m.Auto = "bounce" }),
	} {
		for range 2 { // a further copy too
			r := o.receive(m)
			if want := (Receipt{Verdict: tickets.VerdictRecorded, Rule: "probe"}); r != want {
				t.Errorf("a probe from %s: %+v", m.From.Address, r)
			}
		}
	}
	after := o.show(1)
	if len(after.Messages) != 1 || len(after.Events) != len(before.Events) ||
		after.Ticket.Status != before.Ticket.Status {
		t.Errorf("the ticket became %+v", after)
	}
	err := o.db.View(context.Background(), func(tx tickets.Tx) error {
		all, err := tx.Tickets(context.Background(), tickets.TicketFilter{})
		if len(all) != 1 {
			t.Errorf("%d tickets", len(all))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
