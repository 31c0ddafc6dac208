package desk

import (
	"context"
	"slices"
	"testing"

	"helpgate/tickets"
)

// TestFailedDeliveryIsToldOnce: the row is a dead letter, the ticket tells it, the agent who wrote
// gets one mail, and a failure of that mail makes no further one.
func TestFailedDeliveryIsToldOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := context.Background()
	o.receive(o.mail(alice, "The printer is on fire."))
	o.receive(o.mail(ann, "Use water.", asAgent(o.ann, 1)))
	answer := o.queued(tickets.OutAnswer, alice)[0]
	if err := o.DeliveryFailed(ctx, answer.ID, "550 5.1.1 no such user"); err != nil {
		t.Fatal(err)
	}
	told := o.queued(tickets.OutFailure, ann)
	if len(told) != 1 || told[0].Facts.Reason != "delivery-failed" {
		t.Fatalf("failures told: %v", told)
	}
	if err := o.DeliveryFailed(ctx, told[0].ID, "550 5.1.1 no such user"); err != nil {
		t.Fatal(err)
	}
	if n := len(o.queued(tickets.OutFailure, "")); n != 1 {
		t.Errorf("%d mails about failures, want 1", n)
	}
	events := o.show(1).Events
	if !slices.ContainsFunc(events, func(e tickets.Event) bool {
		return e.Verb == tickets.EventDeliveryFailed && e.From == alice
	}) {
		t.Errorf("no event tells the failure: %v", events)
	}
	if err := o.Resend(ctx, answer.ID); err != nil {
		t.Fatal(err)
	}
	if row := o.queued(tickets.OutAnswer, alice)[0]; row.Status != tickets.OutWaiting {
		t.Errorf("the dead letter is %s after retry", row.Status)
	}
}

// TestLeakIsHeldAndReleasedOnce: a soft stop passes after a person's decision.
func TestLeakIsHeldAndReleasedOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := context.Background()
	o.receive(o.mail(alice, "The printer is on fire."))
	o.receive(o.mail(ann, "Use water.", asAgent(o.ann, 1)))
	answer := o.queued(tickets.OutAnswer, alice)[0]
	if err := o.Leaked(ctx, answer.ID, tickets.HeldLeakNote, "text"); err != nil {
		t.Fatal(err)
	}
	list, err := o.HeldList(ctx, 1)
	if err != nil || len(list) != 1 || list[0].Owner != o.ann.ID {
		t.Fatalf("held %v, %v", list, err)
	}
	if row := o.queued(tickets.OutAnswer, alice)[0]; row.Status != tickets.OutStopped {
		t.Errorf("the leaking mail is %s", row.Status)
	}
	if n, err := o.ReleaseTicket(ctx, 1, "operator"); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	row := o.queued(tickets.OutAnswer, alice)[0]
	if row.Status != tickets.OutWaiting || !row.Override {
		t.Errorf("released mail is %s, override %t", row.Status, row.Override)
	}
}

// TestSplitAndMerge move messages with all that finds them.
func TestSplitAndMerge(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := context.Background()
	o.receive(o.mail(alice, "The printer is on fire."))
	r := o.receive(o.mail(alice, "And the coffee is cold.", asCustomer(1), func(m *tickets.Mail) {
		m.MessageID = "coffee@c"
	}))
	n, err := o.Split(ctx, 1, []int64{r.Message}, "operator")
	if err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if a, b := o.show(1), o.show(2); a.MessageCount != 1 || len(b.Messages) != 1 {
		t.Errorf("counts after split: %d and %d", a.MessageCount, len(b.Messages))
	}
	r = o.receive(o.mail(alice, "Really cold.", func(m *tickets.Mail) {
		m.InReplyTo = []string{"coffee@c"}
	}))
	if r.Ticket != 2 {
		t.Errorf("a reply to the moved message is on ticket %d, want 2", r.Ticket)
	}
	if err := o.Merge(ctx, 2, 1, "operator"); err != nil {
		t.Fatal(err)
	}
	if s := o.show(1); len(s.Messages) != 3 || s.MessageCount != 3 {
		t.Errorf("ticket 1 has %d messages and counts %d, want 3", len(s.Messages), s.MessageCount)
	}
	if err := o.Merge(ctx, 2, 1, "operator"); err == nil {
		t.Error("a merged ticket was merged again")
	}
}

// TestRepliesByCommandLine answer as an agent; a note goes nowhere.
func TestRepliesByCommandLine(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := context.Background()
	o.receive(o.mail(alice, "The printer is on fire."))
	if _, err := o.Note(ctx, 1, 0, "She is nervous."); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Reply(ctx, 1, o.ann.ID, "Use water."); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Reply(ctx, 1, o.ann.ID, " \n"); err == nil {
		t.Error("an empty answer was sent")
	}
	s := o.show(1)
	if len(o.queued(tickets.OutAnswer, alice)) != 1 || s.Status != tickets.StatusPending {
		t.Errorf("status %s, answers %v", s.Status, o.queued(tickets.OutAnswer, alice))
	}
	if s.Messages[1].Kind != tickets.KindNote || s.AcceptedAt.IsZero() {
		t.Errorf("note is a %s, accepted %s", s.Messages[1].Kind, s.AcceptedAt)
	}
}
