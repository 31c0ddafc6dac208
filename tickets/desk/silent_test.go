package desk

import (
	"context"
	"errors"
	"testing"

	"helpgate/tickets"
)

// TestHistoryIsSilent: nothing goes out because of a mail of history, whoever wrote it, and it is
// judged as of when it came.
func TestHistoryIsSilent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	then := o.clock.Now().AddDate(-1, 0, 0)
	history := func(m *tickets.Mail) { m.Silent, m.ReceivedAt = true, then }
	opened := o.receive(o.mail(alice, "It is broken.", history, cc(bob)))
	for _, m := range []*tickets.Mail{
		o.mail(alice, "Still broken.", history, asCustomer(opened.Ticket)),
		o.mail(ann, "Mended.", history, asAgent(o.ann, opened.Ticket)),
		o.mail(mallory, "I am she.", history, asAgent(o.ann, opened.Ticket)),
		o.mail(ann, "Who am I?", history, asAgent(o.ben, opened.Ticket)),
	} {
		if r := o.receive(m); r.Ticket != opened.Ticket {
			t.Errorf("%q came to %d", m.Text, r.Ticket)
		}
	}
	shown := o.show(opened.Ticket)
	if !shown.Ticket.CreatedAt.Equal(then) || shown.Ticket.Status != tickets.StatusPending {
		t.Errorf("created %s, %s", shown.Ticket.CreatedAt, shown.Ticket.Status)
	}
	rows, err := o.db.Rows().List(context.Background(), "", 0)
	if err != nil || len(rows) != 0 {
		t.Errorf("went out: %v, %v", rows, err)
	}
}

// TestMarkComesWithItsMail, also with a mail that is known already: who brings it must get on.
func TestMarkComesWithItsMail(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mark := ""
	look := func(tx tickets.Tx) (err error) {
		mark, err = tx.Mark(t.Context(), "folder")
		return err
	}
	m := o.mail(alice, "It is broken.")
	for _, at := range []string{"1", "2"} {
		m.Mark = tickets.Mark{Key: "folder", Value: at}
		o.receive(m)
		if err := o.db.View(t.Context(), look); err != nil || mark != at {
			t.Errorf("the mark is %q, %v", mark, err)
		}
	}
}

// TestMailOfWhoWasReplacedIsNotTaken, nor its mark written.
func TestMailOfWhoWasReplacedIsNotTaken(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.mail(alice, "It is broken.")
	m.Mark = tickets.Mark{Key: "folder", Value: "1"}
	m.Mark.While = tickets.Standing{Key: "fence", Value: "1"}
	if _, err := o.Receive(t.Context(), m); !errors.Is(err, tickets.ErrReplaced) {
		t.Errorf("it is taken: %v", err)
	}
	err := o.db.Update(t.Context(), func(tx tickets.Tx) error {
		if at, err := tx.Mark(t.Context(), "folder"); at != "" || err != nil {
			t.Errorf("the mark is %q, %v", at, err)
		}
		return tx.SetMark(t.Context(), "fence", "1")
	})
	if err != nil {
		t.Fatal(err)
	}
	o.receive(m)
}
