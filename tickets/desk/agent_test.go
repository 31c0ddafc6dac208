package desk

import (
	"context"
	"testing"
	"time"

	"helpgate/internal/token"
	"helpgate/mailout/queue"
	"helpgate/tickets"
)

// TestRules5WhoActsAsAgent asks for every condition of RULES section 5: with all of them a mail is
// an answer, and with one missing nothing goes out, the text is held, and the reason is named.
func TestRules5WhoActsAsAgent(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		before func(*office)
		mail   func(*office) *tickets.Mail
		reason tickets.HeldReason
	}{
		{name: "token, own address", mail: func(o *office) *tickets.Mail {
			return o.mail(ann, "Use water.", asAgent(o.ann, 1))
		}},
		{name: "token, another address of hers", mail: func(o *office) *tickets.Mail {
			return o.mail("ann@home.example", "Use water.", asAgent(o.ann, 1))
		}},
		{name: "token in the Message-ID", mail: func(o *office) *tickets.Mail {
			return o.mail(ann, "Use water.", with(token.Claim{
				Purpose: token.PurposeMessageID, Ticket: 1, Person: o.ann.ID, Delivery: 7,
			}, tickets.WhereMessageID))
		}},
		{name: "no token", reason: tickets.HeldUnverifiedAgent, mail: func(o *office) *tickets.Mail {
			return o.mail(ann, "Use water.", func(m *tickets.Mail) {
				m.InReplyTo = []string{"1@" + alice}
			})
		}},
		{
			name: "the customer's token", reason: tickets.HeldUnverifiedAgent,
			mail: func(o *office) *tickets.Mail {
				return o.mail(ann, "Use water.", asCustomer(1))
			},
		},
		{
			name: "another agent's token", reason: tickets.HeldUnverifiedAgent,
			mail: func(o *office) *tickets.Mail {
				return o.mail(ann, "Use water.", asAgent(o.ben, 1))
			},
		},
		{
			name: "a stranger with her token", reason: tickets.HeldUnverifiedAgent,
			mail: func(o *office) *tickets.Mail {
				return o.mail(mallory, "Use water.", asAgent(o.ann, 1))
			},
		},
		{
			name: "disabled", reason: tickets.HeldInactiveAgent,
			before: func(o *office) {
				if err := o.DisableAgent(context.Background(), o.ann.ID); err != nil {
					o.t.Fatal(err)
				}
			},
			mail: func(o *office) *tickets.Mail {
				return o.mail(ann, "Use water.", asAgent(o.ann, 1))
			},
		},
		{
			name: "closed for long", reason: tickets.HeldExpiredToken,
			before: func(o *office) {
				err := o.SetStatus(context.Background(), 1, tickets.StatusClosed, "")
				if err != nil {
					o.t.Fatal(err)
				}
				o.clock.Advance(AgentTokenLife + time.Hour)
			},
			mail: func(o *office) *tickets.Mail {
				return o.mail(ann, "Use water.", asAgent(o.ann, 1))
			},
		},
		{
			name: "closed for long, logged in",
			before: func(o *office) {
				err := o.SetStatus(context.Background(), 1, tickets.StatusClosed, "")
				if err != nil {
					o.t.Fatal(err)
				}
				o.clock.Advance(AgentTokenLife + time.Hour)
			},
			mail: func(o *office) *tickets.Mail {
				return o.mail(ann, "Use water.", asAgent(o.ann, 1), loggedIn(o.ann))
			},
		},
		{
			name: "strict", reason: tickets.HeldStrict,
			before: func(o *office) { o.Policy.AgentAuth = AuthStrict },
			mail: func(o *office) *tickets.Mail {
				return o.mail(ann, "Use water.", asAgent(o.ann, 1))
			},
		},
		{
			name:   "strict, logged in",
			before: func(o *office) { o.Policy.AgentAuth = AuthStrict },
			mail: func(o *office) *tickets.Mail {
				return o.mail(ann, "Use water.", asAgent(o.ann, 1), loggedIn(o.ann))
			},
		},
		{
			name: "a colleague logged in", reason: tickets.HeldUnverifiedAgent,
			mail: func(o *office) *tickets.Mail {
				return o.mail(ann, "Use water.", asAgent(o.ann, 1), loggedIn(o.ben))
			},
		},
		{
			name: "logged in without a token", reason: tickets.HeldUnverifiedAgent,
			mail: func(o *office) *tickets.Mail {
				return o.mail(ann, "Use water.", asCustomer(1), loggedIn(o.ann))
			},
		},
		{
			name: "out of office", reason: tickets.HeldAgentAutomatic,
			mail: func(o *office) *tickets.Mail {
				return o.mail(ann, "I am away.", asAgent(o.ann, 1), func(m *tickets.Mail) {
					m.SuspicionAway, m.Suspicion = true, "vacation words"
				})
			},
		},
		{name: "a command", reason: tickets.HeldCommand, mail: func(o *office) *tickets.Mail {
			return o.mail(ann, "Done.\n/close", asAgent(o.ann, 1))
		}},
		{
			name: "only a quotation", reason: tickets.HeldNothingNew,
			mail: func(o *office) *tickets.Mail {
				return o.mail(ann, "> The printer", asAgent(o.ann, 1), func(m *tickets.Mail) {
					m.Whole = true
				})
			},
		},
		{
			name: "nothing at all", reason: tickets.HeldNothingNew,
			mail: func(o *office) *tickets.Mail {
				return o.mail(ann, " \n", asAgent(o.ann, 1))
			},
		},
		{
			name: "a colleague on Cc", reason: tickets.HeldColleague,
			mail: func(o *office) *tickets.Mail {
				return o.mail(ann, "Ben, what do you think?", asAgent(o.ann, 1), cc(ben))
			},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.receive(o.mail(alice, "The printer is on fire."))
			if c.before != nil {
				c.before(o)
			}
			r := o.receive(c.mail(o))
			answers := o.queued(tickets.OutAnswer, alice)
			list, err := o.HeldList(context.Background(), 0)
			if err != nil {
				t.Fatal(err)
			}
			if c.reason == "" {
				if r.Verdict != tickets.VerdictMessage || len(answers) != 1 || len(list) != 0 {
					t.Fatalf("verdict %s, %d answers, held %v; want an answer", r.Verdict, len(answers), list)
				}
				return
			}
			if r.Verdict != tickets.VerdictHeld || len(answers) != 0 || len(list) != 1 ||
				list[0].Reason != c.reason {
				t.Fatalf("verdict %s, %d answers, held %v; want held as %s", r.Verdict, len(answers),
					list, c.reason)
			}
			s := o.show(1)
			last := s.Messages[len(s.Messages)-1]
			if last.Kind != tickets.KindNote || !last.Has(tickets.FlagHeld) {
				t.Errorf("the held text is a %s with flags %v", last.Kind, last.Flags)
			}
		})
	}
}

// TestAgentWithoutAccessIsHeld: an agent of another team may not act, whatever token she holds.
func TestAgentWithoutAccessIsHeld(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "How much?", func(m *tickets.Mail) {
		m.Recipients, m.To = []string{sales}, []tickets.Person{{Address: sales}}
	}))
	if n := o.queued(tickets.OutNotification, ""); len(n) != 1 || n[0].Recipient.Address != ben {
		t.Fatalf("notified: %v, want ben alone", n)
	}
	r := o.receive(o.mail(ann, "Much.", asAgent(o.ann, 1)))
	if r.Verdict != tickets.VerdictHeld {
		t.Errorf("verdict %s, want held", r.Verdict)
	}
}

// TestHintsToAnAgentAreRare: whoever forges an agent's address fills nobody's mailbox: one hint a
// ticket, three a day.
func TestHintsToAnAgentAreRare(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for n := int64(1); n <= 5; n++ {
		o.receive(o.mail(alice, "The printer is on fire."))
		for range 3 {
			o.receive(o.mail(ann, "Use water.", asCustomer(n)))
		}
	}
	if n := len(o.queued(tickets.OutHeld, ann)); n != 3 {
		t.Errorf("%d hints, want 3", n)
	}
	if list, _ := o.HeldList(context.Background(), 0); len(list) != 15 {
		t.Errorf("%d held, want 15", len(list))
	}
}

// TestRobotOfAnAgentIsCaught: the same text on three tickets, each time at once after the
// notification, is a robot's though nothing marks it (RULES section 3).
func TestRobotOfAnAgentIsCaught(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := context.Background()
	var last Receipt
	for n := int64(1); n <= 3; n++ {
		o.receive(o.mail(alice, "The printer is on fire."))
		rows, err := o.db.Rows().Claim(ctx, queue.Share{Others: true}, o.clock.Now(), o.clock.Now().Add(time.Hour), 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if err := o.db.Rows().Sent(ctx, row.ID, o.clock.Now(), "250"); err != nil {
				t.Fatal(err)
			}
		}
		last = o.receive(o.mail(ann, "Thank you, we have received your message here.", asAgent(o.ann, n)))
	}
	if last.Verdict != tickets.VerdictHeld {
		t.Errorf("third equal text is %s, want held", last.Verdict)
	}
}

// TestRobotsDateEndsTheAbsence: an agent is away until the day of return begins, or the last day is
// over; until a month has passed where the robot names no day, or one that is over.
func TestRobotsDateEndsTheAbsence(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := context.Background()
	now := o.clock.Now()
	day := now.AddDate(0, 0, 5).Truncate(24 * time.Hour)
	for n, c := range []struct {
		away tickets.Absence
		want time.Time // to the hour, because the clock goes on
	}{
		{tickets.Absence{Until: day, Back: true}, day},
		{tickets.Absence{Until: day}, day.AddDate(0, 0, 1)},
		{tickets.Absence{}, now.Add(awayDefault)},
		{tickets.Absence{Until: now.AddDate(0, 0, -9), Back: true}, now.Add(awayDefault)},
	} {
		o.receive(o.mail(alice, "The printer is on fire."))
		o.receive(o.mail(ann, "I am away.", asAgent(o.ann, int64(n+1)), func(m *tickets.Mail) {
			m.SuspicionAway, m.Suspicion, m.Away = true, "vacation words", c.away
		}))
		list, err := o.Agents(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, ag := range list {
			if ag.ID == o.ann.ID && !ag.AwayUntil.Truncate(time.Hour).Equal(c.want) {
				t.Errorf("%+v: away until %v, want %v", c.away, ag.AwayUntil, c.want)
			}
		}
	}
}

// TestTokenOnlyInCcIsANote: the agent writes to somebody else and lets the ticket know.
func TestTokenOnlyInCcIsANote(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "The printer is on fire."))
	r := o.receive(o.mail(ann, "Can you send water?", asAgent(o.ann, 1), cc(support),
		func(m *tickets.Mail) { m.To = []tickets.Person{{Address: "fire@brigade.example"}} }))
	if r.Verdict != tickets.VerdictNote || len(o.queued(tickets.OutAnswer, "")) != 0 {
		t.Errorf("verdict %s, want a note and no answer", r.Verdict)
	}
}

// TestThirdPartyGetsACopyAndTheAgentIsTold: RULES section 6.
func TestThirdPartyGetsACopyAndTheAgentIsTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(o.mail(alice, "The printer is on fire."))
	o.receive(o.mail(ann, "Vendor, please help.", asAgent(o.ann, 1), cc("vendor@vendor.example")))
	if n := len(o.queued(tickets.OutAnswer, "vendor@vendor.example")); n != 1 {
		t.Errorf("the vendor gets %d copies, want 1", n)
	}
	notices := o.queued(tickets.OutNotice, ann)
	if len(notices) != 1 || notices[0].Facts.Reason != "third-party-token" {
		t.Errorf("notices: %v", notices)
	}
}

// TestReleaseSendsWhatWasHeld and what may never pass is refused.
func TestReleaseSendsWhatWasHeld(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := context.Background()
	o.receive(o.mail(alice, "The printer is on fire."))
	o.receive(o.mail(ann, "Use water.", asCustomer(1)))
	o.receive(o.mail(ann, "/close", asAgent(o.ann, 1)))
	list, err := o.HeldList(ctx, 1)
	if err != nil || len(list) != 2 {
		t.Fatalf("held %v, %v", list, err)
	}
	if err := o.Release(ctx, list[1].ID, "operator"); err == nil {
		t.Error("a command line was released")
	}
	if err := o.Release(ctx, list[0].ID, "operator"); err != nil {
		t.Fatal(err)
	}
	if n := len(o.queued(tickets.OutAnswer, alice)); n != 1 {
		t.Errorf("%d answers after the release, want 1", n)
	}
	if err := o.Release(ctx, list[0].ID, "operator"); err == nil {
		t.Error("the same thing was released twice")
	}
	if s := o.show(1); s.Status != tickets.StatusPending || s.Ticket.Assignee != o.ann.ID {
		t.Errorf("ticket is %s of %d", s.Status, s.Ticket.Assignee)
	}
}
