package desk

import (
	"context"
	"errors"
	"testing"
	"time"

	"helpgate/internal/token"
	"helpgate/tickets"
)

// sent gives a mail that somebody wrote to alice from the support's own mailbox, in answer to the
// mails cited.
func (o *office) sent(
	from, text string, cited []string, change ...func(*tickets.Mail),
) *tickets.Mail {
	m := o.mail(from, text, to(alice))
	m.Road, m.Sent, m.InReplyTo = "imap", true, cited
	m.Recipients = []string{support}
	for _, f := range change {
		f(m)
	}
	return m
}

// answers lets the mail cite others.
func answers(ids ...string) func(*tickets.Mail) {
	return func(m *tickets.Mail) { m.InReplyTo = ids }
}

// asked lets alice ask, and gives what an answer to her cites.
func (o *office) asked() []string {
	o.t.Helper()
	m := o.mail(alice, "The printer is on fire.")
	o.receive(m)
	return []string{m.MessageID}
}

// everything gives how many mails of all kinds were queued to an address.
func (o *office) everything(address string) int {
	o.t.Helper()
	rows, err := o.db.Rows().List(context.Background(), "", 0)
	if err != nil {
		o.t.Fatal(err)
	}
	n := 0
	for _, r := range rows {
		if r.Recipient.Address == address {
			n++
		}
	}
	return n
}

// known tells whether there is a customer of the address.
func (o *office) known(address string) bool {
	o.t.Helper()
	err := o.view(context.Background(), func(a *act) error {
		_, err := a.tx.CustomerByAddress(context.Background(), address)
		return err
	})
	if err != nil && !errors.Is(err, tickets.ErrNotFound) {
		o.t.Fatal(err)
	}
	return err == nil
}

// TestAnswerAroundIsOnItsTicket: what a colleague wrote from the mailbox itself counts as the
// answer that it is. The customer has it; agents are told once; nobody else becomes anything.
func TestAnswerAroundIsOnItsTicket(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cited := o.asked()
	mails := o.everything(alice)
	const zoe = "zoe@other.example"
	m := o.sent(support, "/close\nUse water.", cited, cc(zoe))
	m.ReceivedAt = o.clock.Now().Add(-time.Millisecond)
	if r := o.receive(m); r.Ticket != 1 || r.Verdict != tickets.VerdictMessage {
		t.Fatalf("%+v", r)
	}
	o.receive(m)
	s := o.show(1)
	if len(s.Messages) != 2 {
		t.Fatalf("%d messages", len(s.Messages))
	}
	got := s.Messages[1]
	if got.Kind != tickets.KindMessage || got.Direction != tickets.DirectionOut ||
		got.Author.Address != support || got.AuthorRole != tickets.RoleAgent ||
		got.ReplyText != m.ReplyText || !got.Has(tickets.FlagAround) ||
		got.Rule != "known-message-id" {
		t.Errorf("%+v", got)
	}
	if s.Status != tickets.StatusPending || !s.FirstResponseAt.Equal(m.ReceivedAt) ||
		!s.AcceptedAt.Equal(m.ReceivedAt) || s.Ticket.Assignee != 0 {
		t.Errorf("%s, answered %s, assignee %d", s.Status, s.FirstResponseAt, s.Ticket.Assignee)
	}
	if n := o.everything(alice); n != mails {
		t.Errorf("the customer was sent %d mails more", n-mails)
	}
	told := o.queued(tickets.OutNotification, ann) // of question and answer
	if len(told) != 2 || told[1].Facts.Status != tickets.StatusPending {
		t.Errorf("ann was told %+v", told)
	}
	if o.known(zoe) || len(s.Participants) != 0 || o.everything(zoe) != 0 {
		t.Errorf("a recipient became somebody: %+v", s.Participants)
	}
	o.receive(o.mail(alice, "I have none.", answers(m.MessageID)))
	if s = o.show(1); len(s.Messages) != 3 || s.Status != tickets.StatusOpen {
		t.Errorf("her reply: %d messages, %s", len(s.Messages), s.Status)
	}
}

// TestWriterOfAnAnswerAround is the agent whom From or Sender names; he is told nothing and gets
// the ticket, as by any answer.
func TestWriterOfAnAnswerAround(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]func(*office, []string) *tickets.Mail{
		"From": func(o *office, cited []string) *tickets.Mail {
			return o.sent(ann, "Use water.", cited)
		},
		"Sender": func(o *office, cited []string) *tickets.Mail {
			return o.sent(support, "Use water.", cited, func(m *tickets.Mail) {
				m.Sender.Address = "ann@home.example"
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.receive(m(o, o.asked()))
			s := o.show(1)
			if got := s.Messages[1]; got.AuthorID != o.ann.ID || got.Author.Address != ann ||
				s.Ticket.Assignee != o.ann.ID || s.Status != tickets.StatusPending {
				t.Errorf("%+v, %s of %d", got.Author, s.Status, s.Ticket.Assignee)
			}
			own, other := o.everything(ann), o.everything(ben)
			if own != 1 || other != 2 {
				t.Errorf("ann got %d mails, ben %d", own, other)
			}
		})
	}
}

// TestSentMailOfNoTicketStaysInTheJournal, and nobody hears of it.
func TestSentMailOfNoTicketStaysInTheJournal(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*tickets.Mail){
		"cites nothing":         func(m *tickets.Mail) { m.InReplyTo = nil },
		"cites what is unknown": func(m *tickets.Mail) { m.InReplyTo = []string{"old@customer"} },
		"to somebody else":      to(mallory),
		"to an agent":           to(ben),
		"a customer's, mislaid": func(m *tickets.Mail) { m.From.Address = alice },
		"a From of two, which Gmail takes for a sent one": func(m *tickets.Mail) {
			m.Untrusted = true
		},
		"our own, come back": func(m *tickets.Mail) { m.Auto, m.Automatic = "loop", true },
		"a robot's":          func(m *tickets.Mail) { m.Auto, m.Automatic = "autoreply", true },
		"a newsletter":       func(m *tickets.Mail) { m.Auto = "list" },
		"to the agent's address of the ticket": func(m *tickets.Mail) {
			asAgent(tickets.Agent{ID: 1}, 1)(m)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			cited := o.asked()
			before := o.everything(ann)
			r := o.receive(o.sent(support, "Use water.", cited, change))
			if r.Verdict != tickets.VerdictRecorded || r.Message != 0 {
				t.Errorf("%+v", r)
			}
			all, err := o.List(context.Background(), tickets.TicketFilter{}, "")
			held, heldErr := o.HeldList(context.Background(), 0)
			if err != nil || heldErr != nil || len(all) != 1 || len(held) != 0 {
				t.Errorf("%d tickets, %d held; %v %v", len(all), len(held), err, heldErr)
			}
			if s := o.show(1); len(s.Messages) != 1 || s.Status != tickets.StatusNew ||
				o.everything(ann) != before {
				t.Errorf("%d messages, %s", len(s.Messages), s.Status)
			}
		})
	}
}

// TestAbsenceOfTheMailboxIsAnEvent, as that of anybody on the ticket.
func TestAbsenceOfTheMailboxIsAnEvent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.sent(support, "We are closed.", o.asked(), func(m *tickets.Mail) {
		m.Auto, m.Automatic = "ooo", true
	}))
	s := o.show(1)
	if last := s.Events[len(s.Events)-1]; last.Verb != tickets.EventAway || last.Actor != support {
		t.Errorf("%+v", s.Events)
	}
	if len(s.Messages) != 1 || s.Status != tickets.StatusNew || s.Answered() {
		t.Errorf("%d messages, %s", len(s.Messages), s.Status)
	}
}

// TestCopyOfOurAnswerIsNoAnswerAround, in whatever shape a provider puts it among what was sent;
// the id that it gave it leads back to the ticket.
func TestCopyOfOurAnswerIsNoAnswerAround(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*tickets.Mail, tickets.Outgoing){
		"as it is": func(m *tickets.Mail, sent tickets.Outgoing) { m.MessageID = sent.MessageID },
		"another Message-ID": func(m *tickets.Mail, sent tickets.Outgoing) {
			m.Auto, m.Automatic, m.Ours = "loop", true, token.Claim{
				Purpose: token.PurposeLoop, Ticket: 1, Delivery: sent.Nonce,
			}
		},
		"another Message-ID, our header taken out": func(*tickets.Mail, tickets.Outgoing) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(c *Config) { c.Mailboxes[0].Signature = "Your support team" })
			cited := o.asked()
			o.receive(o.mail(ann, "Use  water,\nplease.", asAgent(o.ann, 1)))
			m := o.sent(support, "Use water, please.\n\n-- \nYour support team\n\n#1\n", cited)
			change(m, o.queued(tickets.OutAnswer, alice)[0])
			if r := o.receive(m); r.Verdict != tickets.VerdictRecorded {
				t.Errorf("%+v", r)
			}
			if s := o.show(1); len(s.Messages) != 2 {
				t.Errorf("%d messages", len(s.Messages))
			}
			if name == "as it is" {
				return
			}
			o.receive(o.mail(alice, "I have none.", answers(m.MessageID)))
			if s := o.show(1); len(s.Messages) != 3 {
				t.Error("her reply did not find the ticket")
			}
		})
	}
}

// TestAnswerAroundThatOnlyBeginsAsOursCounts: it says more than we did.
func TestAnswerAroundThatOnlyBeginsAsOursCounts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cited := o.asked()
	o.receive(o.mail(ann, "Yes.", asAgent(o.ann, 1)))
	r := o.receive(o.sent(support, "Yes. And use water.", cited))
	if r.Verdict != tickets.VerdictMessage {
		t.Errorf("%+v", r)
	}
}

// TestAnswerAroundByTwoRoadsIsOne: a colleague put the mailbox, or the ticket's address, on Cc too.
func TestAnswerAroundByTwoRoadsIsOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from   string
		change func(*tickets.Mail)
	}{
		"the mailbox writes, and opened a ticket":  {support, cc(support)},
		"the mailbox writes to the ticket as well": {support, asCustomer(1)},
		"an agent writes, and was held":            {ann, cc(support)},
	} {
		for _, first := range []string{"inbox", "sent"} {
			t.Run(name+", "+first+" first", func(t *testing.T) {
				t.Parallel()
				o := newOffice(t)
				copied := o.sent(c.from, "Use water.", o.asked(), c.change)
				came := *copied
				came.Sent = false
				if first == "inbox" {
					o.receive(&came)
					o.receive(copied)
				} else {
					o.receive(copied)
					o.receive(&came)
				}
				s := o.show(1)
				last := s.Messages[len(s.Messages)-1]
				if len(s.Messages) != 2 || !answer(last) || last.Has(tickets.FlagHeld) ||
					s.Status != tickets.StatusPending || !s.Answered() {
					t.Errorf("%s, %+v", s.Status, s.Messages)
				}
				all, err := o.List(context.Background(), tickets.TicketFilter{}, "")
				held, heldErr := o.HeldList(context.Background(), 0)
				if err != nil || heldErr != nil || len(all) != 1 || len(held) != 0 {
					t.Errorf("%d tickets, %d held; %v %v", len(all), len(held), err, heldErr)
				}
				if n := len(o.queued(tickets.OutAnswer, "")); n != 0 {
					t.Errorf("%d answers went out", n)
				}
			})
		}
	}
}

// TestReplyToANotificationIsRelayedThoughSeenAmongSentMailFirst: the copy must not make a duplicate
// of the mail itself.
func TestReplyToANotificationIsRelayedThoughSeenAmongSentMailFirst(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	came := o.sent(ann, "Use water.", o.asked(), asAgent(o.ann, 1), to(support))
	copied := *came
	came.Sent = false
	o.receive(&copied)
	o.receive(came)
	o.receive(&copied)
	s, relayed := o.show(1), o.queued(tickets.OutAnswer, alice)
	if len(s.Messages) != 2 || len(relayed) != 1 {
		t.Errorf("%d messages, %d answers", len(s.Messages), len(relayed))
	}
}

// TestAnswerAroundReadLate changes nothing that came after it, and stands behind what it cites.
func TestAnswerAroundReadLate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after  func(*office)
		status tickets.Status
	}{
		"only the question": {func(*office) {}, tickets.StatusPending},
		"asked since": {
			func(o *office) { o.receive(o.mail(alice, "Hello?", asCustomer(1))) },
			tickets.StatusOpen,
		},
		"solved since": {func(o *office) {
			if err := o.SetStatus(context.Background(), 1, tickets.StatusSolved, ""); err != nil {
				o.t.Fatal(err)
			}
		}, tickets.StatusSolved},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			night := o.clock.Now().Add(-8 * time.Hour)
			cited := o.asked()
			c.after(o)
			o.receive(o.sent(support, "Use water.", cited, func(m *tickets.Mail) {
				m.ReceivedAt = night
			}))
			s := o.show(1)
			got := s.Messages[1]
			if s.Status != c.status || !answer(got) || !got.At.Equal(s.CreatedAt) ||
				!s.FirstResponseAt.Equal(s.CreatedAt) {
				t.Errorf("%s; answered %s, first %s, asked %s", s.Status, got.At, s.FirstResponseAt,
					s.CreatedAt)
			}
		})
	}
}

// TestAnswerAroundThatCameInFirstSaysWhatWasSent: the customer has it, and may send another text
// under its id before the folder is read.
func TestAnswerAroundThatCameInFirstSaysWhatWasSent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	copied := o.sent(ann, "Dear Alice,\nwe pay nothing.\nYours, Ann", o.asked(), cc(support))
	forged := *copied
	forged.Sent = false
	forged.Text = "Dear Alice,\nwe pay all of it.\nYours, Ann"
	forged.ReplyText = forged.Text
	forged.Attachments = []tickets.Attachment{{Filename: "voucher.pdf"}}
	o.receive(&forged)
	if r := o.receive(copied); r.Verdict != tickets.VerdictVariant || r.Ticket != 1 {
		t.Errorf("%+v", r)
	}
	s := o.show(1)
	got := s.Messages[len(s.Messages)-1]
	if len(s.Messages) != 2 || !answer(got) || got.Text != copied.Text ||
		got.ReplyText != copied.ReplyText || len(got.Attachments) != 0 {
		t.Errorf("%+v", got)
	}
}
