package desk

import (
	"context"
	"slices"
	"testing"
	"time"

	"helpgate/internal/token"
	"helpgate/tickets"
)

// TestReopenAndFollowUp: a person's word opens a solved ticket, and a closed one for reopen_days;
// later it opens a linked one.
func TestReopenAndFollowUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		status  tickets.Status
		after   time.Duration
		text    string
		auto    bool
		want    tickets.Status
		tickets int
	}{
		{"solved", tickets.StatusSolved, time.Hour, "It burns again.", false, tickets.StatusOpen, 1},
		{"pending", tickets.StatusPending, time.Hour, "It burns.", false, tickets.StatusOpen, 1},
		{
			"closed lately", tickets.StatusClosed, 13 * 24 * time.Hour, "Again.", false,
			tickets.StatusOpen, 1,
		},
		{
			"closed long ago", tickets.StatusClosed, 14 * 24 * time.Hour, "Again.", false,
			tickets.StatusClosed, 2,
		},
		{"thanks", tickets.StatusSolved, time.Hour, "Thanks a lot!", false, tickets.StatusSolved, 1},
		{"robot", tickets.StatusSolved, time.Hour, "I am away.", true, tickets.StatusSolved, 1},
		{
			"robot, closed long ago", tickets.StatusClosed, 99 * 24 * time.Hour, "I am away.", true,
			tickets.StatusClosed, 1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.receive(o.mail(alice, "The printer is on fire."))
			o.receive(o.mail(ann, "Use water.", asAgent(o.ann, 1)))
			if err := o.SetStatus(context.Background(), 1, c.status, ""); err != nil {
				t.Fatal(err)
			}
			o.clock.Advance(c.after)
			told := len(o.queued(tickets.OutNotification, ann))
			o.receive(o.mail(alice, c.text, asCustomer(1), func(m *tickets.Mail) {
				if c.auto {
					m.Auto, m.Automatic, m.NoAutoReply = "ooo", true, true
				}
			}))
			if s := o.show(1); s.Status != c.want {
				t.Errorf("status %s, want %s", s.Status, c.want)
			}
			all, err := o.List(context.Background(), tickets.TicketFilter{}, "")
			if err != nil || len(all) != c.tickets {
				t.Fatalf("%d tickets, want %d (%v)", len(all), c.tickets, err)
			}
			if c.tickets == 2 {
				if l := o.show(2).Links; len(l) != 1 || l[0].Kind != tickets.LinkFollowUp {
					t.Errorf("links of the follow-up: %v", l)
				}
			}
			want := told + 1
			if c.auto {
				want = told
			}
			if n := len(o.queued(tickets.OutNotification, ann)); n != want {
				t.Errorf("%d notifications, want %d", n, want)
			}
		})
	}
}

// TestDuplicateByTwoRoads: one message, seen from both mailboxes, acknowledged once.
func TestDuplicateByTwoRoads(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.mail(alice, "The printer is on fire.", func(m *tickets.Mail) {
		m.Cc = []tickets.Person{{Address: sales}}
	})
	second := *first
	second.Road, second.Recipients = "imap", []string{sales}
	second.Text, second.ReplyText = first.Text+"\nfooter of a list", first.Text
	if r := o.receive(first); r.Verdict != tickets.VerdictTicket {
		t.Fatalf("first is %s", r.Verdict)
	}
	if r := o.receive(&second); r.Verdict != tickets.VerdictVariant || r.Ticket != 1 {
		t.Errorf("second is %s of ticket %d, want a variant of 1", r.Verdict, r.Ticket)
	}
	s := o.show(1)
	if len(s.Messages) != 1 || len(o.queued(tickets.OutAcknowledgement, alice)) != 1 {
		t.Errorf("%d messages, acknowledgements %v", len(s.Messages),
			o.queued(tickets.OutAcknowledgement, alice))
	}
	if n := len(o.queued(tickets.OutNotification, ben)); n != 1 {
		t.Errorf("ben, who serves the second mailbox, got %d notifications, want 1", n)
	}
}

// TestReusedMessageID: two mails under one Message-ID are two.
func TestReusedMessageID(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.mail(alice, "Parcel 1 has come.")
	second := *first
	second.Text, second.ReplyText = "Parcel 2 has come.", "Parcel 2 has come."
	o.receive(first)
	r := o.receive(&second)
	if r.Verdict != tickets.VerdictTicket {
		t.Fatalf("second is %s", r.Verdict)
	}
	if s := o.show(r.Ticket); !s.Messages[0].Has(tickets.FlagMessageIDReused) {
		t.Errorf("flags %v", s.Messages[0].Flags)
	}
}

// TestNewcomerGetsNothing: who holds a valid reply address but has no part in the ticket is
// appended and marked, and gets no answers; the requester stays who he is.
func TestNewcomerGetsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "The printer is on fire."))
	r := o.receive(o.mail(mallory, "Tell me all.", asCustomer(1), cc("friend@evil.example")))
	o.receive(o.mail(ann, "Use water.", asAgent(o.ann, 1)))
	s := o.show(1)
	if r.Ticket != 1 || !s.Messages[1].Has(tickets.FlagNewAddress) || s.Requester.Address != alice {
		t.Errorf("ticket %d, flags %v, requester %s", r.Ticket, s.Messages[1].Flags, s.Requester.Address)
	}
	for _, stranger := range []string{mallory, "friend@evil.example"} {
		if rows := o.queued(tickets.OutAnswer, stranger); len(rows) != 0 {
			t.Errorf("%s gets %d answers", stranger, len(rows))
		}
	}
	if rows := o.queued(tickets.OutAnswer, alice); slices.ContainsFunc(rows[0].Facts.Cc,
		func(p tickets.Person) bool { return p.Address == mallory }) {
		t.Error("the newcomer stands on the answer's Cc")
	}
}

// TestStrangerLearnsNothing: a stranger who cites a known thread opens a ticket of his own, linked
// for the agents, and his acknowledgement says nothing of the other one.
func TestStrangerLearnsNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "The printer is on fire.", func(m *tickets.Mail) { m.MessageID = "q@c" }))
	r := o.receive(o.mail(mallory, "Me too.", func(m *tickets.Mail) {
		m.InReplyTo, m.Subject = []string{"q@c"}, "Re: [#1] Printer"
	}))
	if r.Ticket != 2 {
		t.Fatalf("stranger is on ticket %d", r.Ticket)
	}
	if l := o.show(2).Links; len(l) != 1 || l[0].Kind != tickets.LinkMayBelong {
		t.Errorf("links %v", l)
	}
	ack := o.queued(tickets.OutAcknowledgement, mallory)[0]
	if ack.Facts.Subject != "" || ack.Facts.Other != 0 || ack.Facts.Known {
		t.Errorf("acknowledgement holds %+v", ack.Facts)
	}
}

// TestAcknowledgements: whom, how often, and with what (RULES section 3).
func TestAcknowledgements(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "One."))
	o.receive(o.mail(alice, "Two."))
	if n := len(o.queued(tickets.OutAcknowledgement, alice)); n != 1 {
		t.Errorf("%d acknowledgements to an unknown address, want 1 in 24 hours", n)
	}
	o.receive(o.mail(alice, "Answer with our token.", asCustomer(1)))
	for range 12 {
		o.receive(o.mail(alice, "Another."))
	}
	rows := o.queued(tickets.OutAcknowledgement, alice)
	if len(rows) != 11 || !rows[10].Facts.Known {
		t.Errorf("%d acknowledgements, want 10 more to a known address in 3 hours", len(rows))
	}
	for _, auto := range []func(*tickets.Mail){
		func(m *tickets.Mail) { m.Auto, m.Automatic, m.NoAutoReply = "autoreply", true, true },
		func(m *tickets.Mail) { m.Auto, m.NoAutoReply = "list", true },
		func(m *tickets.Mail) { m.NoAutoReply = true },
		func(m *tickets.Mail) { m.Untrusted = true },
		func(m *tickets.Mail) { m.From.Address = support },
	} {
		o.receive(o.mail(bob, "Robot.", auto))
	}
	if n := len(o.queued(tickets.OutAcknowledgement, bob)); n != 0 {
		t.Errorf("%d acknowledgements to what wants none", n)
	}
}

// TestGovernorJoinsNotifications: beyond notifications_per_minute they come in one mail, and none
// is lost.
func TestGovernorJoinsNotifications(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 20 {
		r, err := o.Receive(context.Background(), o.mail(alice, "Again."))
		if err != nil || r.Verdict != tickets.VerdictTicket {
			t.Fatal(r, err)
		}
	}
	lists := o.queued(tickets.OutNotificationList, ann)
	if n := len(o.queued(tickets.OutNotification, ann)); n != 6 || len(lists) != 1 {
		t.Fatalf("%d notifications and %d lists, want 6 and 1", n, len(lists))
	}
	if n := len(lists[0].Facts.Entries); n != 14 {
		t.Errorf("the list has %d entries, want 14", n)
	}
	if at := lists[0].NextAttempt; !at.Equal(o.clock.Now().Truncate(time.Minute).Add(time.Minute)) {
		t.Errorf("the list goes at %s, want the minute's end", at)
	}
}

// TestListReplyIsHeld: an answer to a joined mail that names no ticket waits with its owner.
func TestListReplyIsHeld(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "The printer is on fire."))
	list := with(token.Claim{Purpose: token.PurposeMessageID, Person: o.ann.ID, Delivery: 5},
		tickets.WhereMessageID)
	marker := with(token.Claim{Purpose: token.PurposeMarker, Person: o.ann.ID, Ticket: 1},
		tickets.WhereMarker)
	if r := o.receive(o.mail(ann, "All of you: use water.", list)); r.Verdict != tickets.VerdictHeld {
		t.Errorf("reply that names no ticket is %s, want held", r.Verdict)
	}
	if r := o.receive(o.mail(ann, "Use water.", list, marker)); r.Verdict != tickets.VerdictMessage {
		t.Errorf("reply that names one ticket is %s, want its answer", r.Verdict)
	}
}

// TestMailThatTiesTwoTicketsMergesThem, the later into the earlier; a follow-up stays apart.
func TestMailThatTiesTwoTicketsMergesThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "First.", func(m *tickets.Mail) { m.MessageID = "1@c" }))
	o.receive(o.mail(alice, "Third.", func(m *tickets.Mail) {
		m.MessageID, m.InReplyTo = "3@c", []string{"2@c"}
	}))
	o.receive(o.mail(alice, "Second.", func(m *tickets.Mail) {
		m.MessageID, m.InReplyTo = "2@c", []string{"1@c"}
	}))
	s := o.show(1)
	if len(s.Messages) != 3 || s.MessageCount != 3 {
		t.Errorf("ticket 1 has %d messages, counts %d, want 3", len(s.Messages), s.MessageCount)
	}
	if merged := o.show(2); merged.MergedInto != 1 {
		t.Errorf("ticket 2 is part of %d, want 1", merged.MergedInto)
	}
	r := o.receive(o.mail(alice, "Fourth.", asCustomer(2)))
	if r.Ticket != 1 {
		t.Errorf("a reply to the merged ticket went to %d", r.Ticket)
	}
}

// TestFormsWriteForSomebodyElse: an own address or an allowed form's names the requester in
// Reply-To; our own address never becomes a customer.
func TestFormsWriteForSomebodyElse(t *testing.T) {
	t.Parallel()
	const form = "form@site.example"
	o := newOffice(t, func(c *Config) { c.Mailboxes[0].Forms = []string{form, support} })
	replyTo := func(m *tickets.Mail) { m.ReplyTo = tickets.Person{Address: alice} }
	for i, from := range []string{form, support, "noform@site.example"} {
		o.receive(o.mail(from, "From a form.", replyTo))
		want := alice
		if from == "noform@site.example" {
			want = from
		}
		if s := o.show(int64(i + 1)); s.Requester.Address != want {
			t.Errorf("%s: requester %s, want %s", from, s.Requester.Address, want)
		}
	}
	if s := o.show(3); s.AnswerTo != alice {
		t.Errorf("answers of a ticket opened with Reply-To go to %q", s.AnswerTo)
	}
}

// TestBouncesAndLoopsOpenNoTicket, and on a ticket they are notes that no customer sees.
func TestBouncesAndLoopsOpenNoTicket(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	kind := func(k string) func(*tickets.Mail) {
		return func(m *tickets.Mail) { m.Auto, m.Automatic, m.NoAutoReply = k, true, true }
	}
	for _, k := range []string{"bounce", "dsn-delay", "ooo", "loop"} {
		if r := o.receive(o.mail(mallory, "Robot.", kind(k))); r.Verdict != tickets.VerdictRecorded {
			t.Errorf("%s is %s, want only recorded", k, r.Verdict)
		}
	}
	o.receive(o.mail(alice, "The printer is on fire."))
	bounced := with(token.Claim{Purpose: token.PurposeReturnPath, Ticket: 1, Delivery: 3},
		tickets.WhereAddress)
	told := func(m *tickets.Mail) {
		m.Report = &tickets.Report{Recipients: []tickets.ReportedRecipient{{
			Address: alice, Action: "failed", Status: "5.1.1", Diagnostic: "smtp; 550 User unknown",
		}}}
	}
	r := o.receive(o.mail("mailer-daemon@customer.example", "No such user.", bounced, told,
		kind("bounce")))
	if r.Ticket != 1 || r.Rule != "bounce" {
		t.Fatalf("bounce: ticket %d by rule %s", r.Ticket, r.Rule)
	}
	if s := o.show(1); s.Messages[1].Kind != tickets.KindNote || s.Status != tickets.StatusNew {
		t.Errorf("bounce is a %s and the ticket %s", s.Messages[1].Kind, s.Status)
	} else if want := alice + ": failed 5.1.1 smtp; 550 User unknown"; s.Messages[1].ReplyText != want {
		t.Errorf("the note says %q, want %q", s.Messages[1].ReplyText, want)
	}
}

// TestCustomersAbsenceIsOnRecord: the ticket's events tell until when the customer is away.
func TestCustomersAbsenceIsOnRecord(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "The printer is on fire."))
	o.receive(o.mail(alice, "I am away until 3 March.", asCustomer(1), func(m *tickets.Mail) {
		m.Auto, m.Automatic, m.NoAutoReply = "ooo", true, true
		m.Away.Until = time.Date(2027, 3, 3, 0, 0, 0, 0, time.UTC)
	}))
	events := o.show(1).Events
	found := slices.ContainsFunc(events, func(e tickets.Event) bool {
		return e.Verb == tickets.EventAway && e.Actor == alice && e.To == "2027-03-03"
	})
	if !found {
		t.Errorf("no event of the absence in %+v", events)
	}
}

// TestStormJoinsOnlyWhereItIsSet: a monitor's mails of one subject join one ticket for the minutes
// that its mailbox sets; another sender's never do.
func TestStormJoinsOnlyWhereItIsSet(t *testing.T) {
	t.Parallel()
	const monitor = "monitor@site.example"
	o := newOffice(t, func(c *Config) {
		c.Mailboxes[0].StormMinutes = map[string]int{monitor: 10}
	})
	robot := func(m *tickets.Mail) { m.Auto, m.Automatic, m.NoAutoReply = "autoreply", true, true }
	for i, c := range []struct {
		from, subject string
		later         time.Duration
		ticket        int64
	}{
		{monitor, "Disk full", 0, 1},
		{monitor, "Re: Disk full", time.Minute, 1},
		{monitor, "Fan stopped", 0, 2},
		{alice, "Disk full", 0, 3},
		{alice, "Disk full", 0, 4},
		{monitor, "Disk full", 10 * time.Minute, 5},
	} {
		o.clock.Advance(c.later)
		r := o.receive(o.mail(c.from, "Help.", robot, func(m *tickets.Mail) { m.Subject = c.subject }))
		if r.Ticket != c.ticket {
			t.Errorf("mail %d, %q of %s, is on ticket %d by %s, want %d", i, c.subject, c.from, r.Ticket,
				r.Rule, c.ticket)
		}
	}
}
