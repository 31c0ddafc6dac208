package desk

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

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

// TestImportedAnswersAreAnswers, in whatever order an archive holds them: of history nothing waits
// for anybody's decision.
func TestImportedAnswersAreAnswers(t *testing.T) {
	t.Parallel()
	for _, from := range []string{support, ann} {
		for name, order := range map[string][]int{
			"in order": {0, 1, 2}, "answers first": {1, 0, 2}, "backwards": {2, 1, 0},
		} {
			t.Run(from+", "+name, func(t *testing.T) {
				t.Parallel()
				o := newOffice(t)
				then := o.clock.Now().AddDate(-1, 0, 0)
				history := func(hours int, change ...func(*tickets.Mail)) func(*tickets.Mail) {
					return func(m *tickets.Mail) {
						m.Road, m.Imported, m.Silent = "import", true, true
						m.ReceivedAt = then.Add(time.Duration(hours) * time.Hour)
						for _, f := range change {
							f(m)
						}
					}
				}
				q := o.mail(alice, "It is broken.", history(0))
				a := o.mail(from, "Mended.", history(1, to(alice), answers(q.MessageID)))
				r := o.mail(alice, "It is broken again.", history(2, answers(q.MessageID, a.MessageID)))
				for _, i := range order {
					o.receive([]*tickets.Mail{q, a, r}[i])
				}
				all, err := o.List(context.Background(), tickets.TicketFilter{}, "")
				held, heldErr := o.HeldList(context.Background(), 0)
				if err != nil || heldErr != nil || len(all) != 1 || len(held) != 0 {
					t.Fatalf("%d tickets, %d held; %v %v", len(all), len(held), err, heldErr)
				}
				s := o.show(all[0].Number)
				if len(s.Messages) != 3 || !answer(s.Messages[1]) || s.Source != tickets.SourceImport ||
					s.Listed.Requester.Address != alice || s.Status != tickets.StatusOpen {
					t.Errorf("%s, of %+v, from %s: %+v", s.Status, s.Listed.Requester, s.Source,
						s.Messages)
				}
			})
		}
	}
}

// TestAnswerAroundThatShowsTwoTicketsToBeOneJoinsThem: a reply that cites nothing but the answer,
// as some programs write it, came before the answer.
func TestAnswerAroundThatShowsTwoTicketsToBeOneJoinsThem(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*tickets.Mail){
		"in an archive": func(m *tickets.Mail) { m.Imported, m.Silent = true, true },
		"among what is sent": func(m *tickets.Mail) {
			m.Sent, m.Recipients = m.From.Address == support, []string{support}
		},
	} {
		for _, order := range [][]int{{0, 2, 1}, {2, 0, 1}} {
			t.Run(fmt.Sprint(name, order), func(t *testing.T) {
				t.Parallel()
				o := newOffice(t)
				q := o.mail(alice, "It is broken.", change)
				a := o.mail(support, "Mended.", to(alice), answers(q.MessageID), change)
				r := o.mail(alice, "It is broken again.", answers(a.MessageID), change)
				for _, i := range order {
					o.receive([]*tickets.Mail{q, a, r}[i])
				}
				all, err := o.List(context.Background(), tickets.TicketFilter{}, "")
				if err != nil || len(all) != 1 || all[0].MessageCount != 3 {
					t.Errorf("%+v, %v", all, err)
				}
			})
		}
	}
}

// TestHistoryIsNeverHeld: released, it would go out now.
func TestHistoryIsNeverHeld(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.asked()
	r := o.receive(o.mail(ann, "Who knows?", func(m *tickets.Mail) {
		m.Silent, m.InReplyTo = true, []string{"1@" + alice}
	}))
	held, err := o.HeldList(context.Background(), 0)
	if err != nil || len(held) != 0 || r.Verdict != tickets.VerdictNote || r.Ticket != 1 {
		t.Errorf("%+v, %d held, %v", r, len(held), err)
	}
}

// TestImportedFormIsItsCustomers, though it came from the mailbox's own address with the customer
// on Cc.
func TestImportedFormIsItsCustomers(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *Config) { c.Mailboxes[0].Forms = []string{support} })
	o.receive(o.mail(support, "I need help.", cc(alice), func(m *tickets.Mail) {
		m.Imported, m.Silent, m.ReplyTo.Address = true, true, alice
	}))
	s := o.show(1)
	if s.Listed.Requester.Address != alice || s.Messages[0].Direction != tickets.DirectionIn {
		t.Errorf("%+v: %+v", s.Listed.Requester, s.Messages)
	}
}
