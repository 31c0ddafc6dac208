package desk

import (
	"context"
	"slices"
	"testing"
	"time"

	"helpgate/internal/token"
	"helpgate/tickets"
	"helpgate/tickets/govern"
)

// Each test here is named after the bug that it keeps away.

func to(addresses ...string) func(*tickets.Mail) {
	return func(m *tickets.Mail) {
		m.To, m.Recipients = nil, addresses
		for _, a := range addresses {
			m.To = append(m.To, tickets.Person{Address: a})
		}
	}
}

// TestTokenInBccIsANote: the agent wrote to a supplier and let the ticket know by Bcc; his words
// went to the customer.
func TestTokenInBccIsANote(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{
		"a supplier": "vendor@vendor.example", "another mailbox of ours": sales,
	} {
		o := newOffice(t)
		o.receive(o.mail(alice, "The printer is on fire."))
		r := o.receive(o.mail(ann, "This customer is a pain.", asAgent(o.ann, 1), to(address)))
		if r.Verdict != tickets.VerdictNote || len(o.queued(tickets.OutAnswer, "")) != 0 {
			t.Errorf("to %s: verdict %s, answers %v", name, r.Verdict, o.queued(tickets.OutAnswer, ""))
		}
	}
}

// TestForgerMakesNobodyKnown: who holds a copy's token wrote in the requester's name, and so made
// the address known, to which acknowledgements with his own words then went.
func TestForgerMakesNobodyKnown(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "Hello.", cc(mallory)))
	o.receive(o.mail(ann, "Use water.", asAgent(o.ann, 1)))
	o.receive(o.mail(alice, "Buy pills.", asCustomer(1)))
	o.clock.Advance(25 * time.Hour)
	o.receive(o.mail(alice, "Buy pills.", func(m *tickets.Mail) { m.Subject = "BUY PILLS" }))
	acks := o.queued(tickets.OutAcknowledgement, alice)
	if len(acks) != 2 || acks[1].Facts.Known {
		t.Errorf("acknowledgements to the victim: %+v", acks)
	}
	answer := o.queued(tickets.OutAnswer, alice)[0]
	o.receive(o.mail(alice, "It is me.", with(token.Claim{
		Purpose: token.PurposeMessageID, Ticket: 1, Delivery: answer.Nonce,
	}, tickets.WhereMessageID)))
	o.clock.Advance(25 * time.Hour)
	o.receive(o.mail(alice, "Another question."))
	acks = o.queued(tickets.OutAcknowledgement, alice)
	if len(acks) != 3 || !acks[2].Facts.Known {
		t.Errorf("who answered the mail that she alone got is still unknown: %+v", acks)
	}
}

// TestSecondMailboxsTeamMayAnswer: its agent got the notification, and his answer was refused.
func TestSecondMailboxsTeamMayAnswer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "How much?", to(support, sales)))
	r := o.receive(o.mail(ben, "Much.", asAgent(o.ben, 1)))
	if r.Verdict != tickets.VerdictMessage {
		t.Errorf("verdict %s, want an answer", r.Verdict)
	}
}

// TestNoticesAreDelayedNotLost: when a busy ticket had used up the governor's windows, an agent was
// not told that his answer was held.
func TestNoticesAreDelayedNotLost(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *Config) { c.Policy.NotificationsPerMinute = 100 })
	o.receive(o.mail(alice, "The printer is on fire."))
	for range 12 {
		o.receive(o.mail(alice, "It still is.", asCustomer(1)))
	}
	o.receive(o.mail(ann, "Done.\n/close", asAgent(o.ann, 1)))
	told := o.queued(tickets.OutHeld, ann)
	if len(told) != 1 || !told[0].NextAttempt.After(o.clock.Now()) {
		t.Errorf("told: %+v, want one mail, later", told)
	}
}

// TestReleaseAsksTheTextToo: a text held for its sender was released with a command in it, and as
// a customer's message.
func TestReleaseAsksTheTextToo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := context.Background()
	o.receive(o.mail(alice, "The printer is on fire."))
	o.receive(o.mail("ann@private.example", "Done.\n/close", asAgent(o.ann, 1)))
	o.receive(o.mail("ann@private.example", "Use water.", asAgent(o.ann, 1)))
	if n, err := o.ReleaseTicket(ctx, 1, "operator"); err != nil || n != 1 {
		t.Fatalf("released %d, %v; want the harmless one", n, err)
	}
	last := o.show(1).Messages[2]
	if last.AuthorID != o.ann.ID || last.AuthorRole != tickets.RoleAgent {
		t.Errorf("the released answer is by %s %d", last.AuthorRole, last.AuthorID)
	}
}

// TestStoppedAnswerStopsNoClock: the guard held the only copy, and the ticket counted as answered.
func TestStoppedAnswerStopsNoClock(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := context.Background()
	o.receive(o.mail(alice, "The printer is on fire."))
	o.receive(o.mail(ann, "Use water.", asAgent(o.ann, 1)))
	answer := o.queued(tickets.OutAnswer, alice)[0]
	if err := o.Leaked(ctx, answer.ID, tickets.HeldLeakNote, "text"); err != nil {
		t.Fatal(err)
	}
	if s := o.show(1); s.Status != tickets.StatusOpen || s.Answered() {
		t.Errorf("ticket is %s, answered %t", s.Status, s.Answered())
	}
	if _, err := o.ReleaseTicket(ctx, 1, "operator"); err != nil {
		t.Fatal(err)
	}
	if s := o.show(1); s.Status != tickets.StatusPending || !s.Answered() {
		t.Errorf("after the release the ticket is %s, answered %t", s.Status, s.Answered())
	}
}

// TestReplyToOfAnAgentIsNoAnswerAddress: the answers went to the agent, and were stopped there.
func TestReplyToOfAnAgentIsNoAnswerAddress(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "Hello.", func(m *tickets.Mail) {
		m.ReplyTo = tickets.Person{Address: ben}
	}))
	o.receive(o.mail(ann, "Use water.", asAgent(o.ann, 1)))
	if rows := o.queued(tickets.OutAnswer, ""); len(rows) != 1 || rows[0].Recipient.Address != alice {
		t.Errorf("answers: %+v", rows)
	}
}

// TestAgentAsRequesterHasACleanThread: References held the tokens of her own notifications.
func TestAgentAsRequesterHasACleanThread(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(ann, "My own printer burns.", cc(alice)))
	o.receive(o.mail(alice, "Mine too.", asCustomer(1)))
	cay := o.hire(tickets.Agent{Name: "Cay", Addresses: []string{"cay@agents.example"}})
	o.receive(o.mail("cay@agents.example", "Use water.", asAgent(cay, 1)))
	for _, id := range o.queued(tickets.OutAnswer, ann)[0].Facts.References {
		if c, ok := o.Keyring.FromMessageID(id); ok && c.Person != 0 {
			t.Errorf("References hold the agent's token %s", id)
		}
	}
}

// TestOneTicketIsNoMailingList: each mail of a stranger brought twenty more people in.
func TestOneTicketIsNoMailingList(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(mallory, "Hello."))
	for i := range 5 {
		var victims []string
		for j := range maxCc {
			victims = append(victims, string(rune('a'+i))+string(rune('a'+j))+"@victim.example")
		}
		o.receive(o.mail(mallory, "More.", asCustomer(1), cc(victims...)))
	}
	o.receive(o.mail(ann, "Use water.", asAgent(o.ann, 1)))
	if n := len(o.queued(tickets.OutAnswer, "")); n > maxCc+1 {
		t.Errorf("one answer makes %d mails", n)
	}
}

// TestLateThanksOpenNothing: thanks after reopen_days opened a follow-up.
func TestLateThanksOpenNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "The printer is on fire."))
	if err := o.SetStatus(context.Background(), 1, tickets.StatusClosed, ""); err != nil {
		t.Fatal(err)
	}
	o.clock.Advance(30 * 24 * time.Hour)
	r := o.receive(o.mail(alice, "Thank you!", asCustomer(1)))
	if r.Ticket != 1 || o.show(1).Status != tickets.StatusClosed {
		t.Errorf("thanks are on ticket %d, which is %s", r.Ticket, o.show(1).Status)
	}
}

// TestOpenQuestionSurvivesAMerge: a new ticket merged into a closed one was in no list any more.
func TestOpenQuestionSurvivesAMerge(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := context.Background()
	o.receive(o.mail(alice, "The printer is on fire."))
	if err := o.SetStatus(ctx, 1, tickets.StatusClosed, ""); err != nil {
		t.Fatal(err)
	}
	o.receive(o.mail(bob, "Mine too."))
	if err := o.Merge(ctx, 2, 1, "operator"); err != nil {
		t.Fatal(err)
	}
	if s := o.show(1); s.Status != tickets.StatusOpen {
		t.Errorf("ticket is %s", s.Status)
	}
}

// TestTicketThatNobodyServesIsTold: its mailbox's team had no active agent, and nobody heard of it.
func TestTicketThatNobodyServesIsTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *Config) { c.Mailboxes[1].Team = "nobody" })
	o.receive(o.mail(alice, "How much?", to(sales)))
	if alerts := o.queued(tickets.OutAlert, ""); len(alerts) == 0 {
		t.Error("no alert")
	}
}

// TestChainOfMergesStaysShort: a reply to the first of many merged tickets was refused for ever.
func TestChainOfMergesStaysShort(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := context.Background()
	const n = maxMergeHops + 3
	for range n {
		o.receive(o.mail(alice, "The printer is on fire."))
	}
	for i := int64(1); i < n; i++ {
		if err := o.Merge(ctx, i, i+1, "operator"); err != nil {
			t.Fatal(err)
		}
	}
	if r := o.receive(o.mail(alice, "Still.", asCustomer(1))); r.Ticket != n {
		t.Errorf("the reply is on ticket %d, want %d", r.Ticket, n)
	}
}

// TestPostmastersMailIsTheOperators: it went to the agents, and the operator never heard of it.
func TestPostmastersMailIsTheOperators(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *Config) { c.Operator = root })
	r := o.receive(o.mail(mallory, "You send us spam.", to("postmaster@desk.example")))
	if r.Verdict != tickets.VerdictTicket || len(o.queued(tickets.OutAlert, root)) != 1 ||
		len(o.queued(tickets.OutNotification, "")) != 0 {
		t.Errorf("verdict %s, alerts %v, notifications %v", r.Verdict, o.queued(tickets.OutAlert, ""),
			o.queued(tickets.OutNotification, ""))
	}
}

// TestRobotsThatAnswerListsComeToRest: a list with one entry names its ticket, and no window
// counted it, so that two robots went on at a list a minute.
func TestRobotsThatAnswerListsComeToRest(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "The printer is on fire."))
	list := with(token.Claim{Purpose: token.PurposeMessageID, Person: o.ann.ID, Delivery: 5},
		tickets.WhereMessageID)
	marker := with(token.Claim{Purpose: token.PurposeMarker, Person: o.ann.ID, Ticket: 1},
		tickets.WhereMarker)
	told := map[int64]bool{}
	var times []time.Time
	for range 11 * 60 {
		rows, err := o.db.Rows().List(t.Context(), "", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			telling := row.Kind == tickets.OutNotification || row.Kind == tickets.OutNotificationList
			if row.Recipient.Address != ann || !telling || told[row.ID] ||
				row.NextAttempt.After(o.clock.Now()) {
				continue
			}
			told[row.ID], times = true, append(times, row.NextAttempt)
			if row.Kind == tickets.OutNotification {
				o.receive(o.mail(ann, "I shall look into it.", asAgent(o.ann, 1)))
			} else {
				o.receive(o.mail(ann, "I shall look into it.", list, marker))
			}
			o.receive(o.mail(alice, "Thanks, I shall read it.", asCustomer(1)))
		}
		next := o.clock.Now().Truncate(time.Minute).Add(time.Minute)
		o.clock.Advance(next.Sub(o.clock.Now()))
	}
	slices.SortFunc(times, time.Time.Compare)
	for _, w := range govern.PerRecipient() {
		for i := w.Most; i < len(times); i++ {
			if d := times[i].Sub(times[i-w.Most]); d <= w.Every {
				t.Fatalf("%d mails of the ticket in %s, allowed are %d in %s", w.Most+1, d, w.Most, w.Every)
			}
		}
	}
	if len(times) < 100 {
		t.Errorf("the agent was told %d times in 11 hours, allowed are more", len(times))
	}
}
