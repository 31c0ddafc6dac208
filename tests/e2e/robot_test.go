package e2e

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"helpgate/internal/testkit"
	"helpgate/internal/testkit/sink"
)

// robotWords is what the robots of the tests say, unmarked, to everything.
const robotWords = "Thank you for your message, somebody will look into it very soon."

// robots are people whose mail programs answer everything at once, with nothing that marks the
// answer as automatic.
type robots struct {
	gateway atomic.Pointer[gateway]
	people  map[string]bool
	answers atomic.Int64
	stop    atomic.Bool
}

// robotLimit ends a test in which the robots do not come to rest.
const robotLimit = 300

// onMail answers a mail before the relay has taken it, so that an outbox at rest means that nobody
// has anything more to say.
func (r *robots) onMail(m sink.Mail) error {
	g := r.gateway.Load()
	for _, to := range m.To {
		if !r.people[to] || g == nil || r.stop.Load() {
			continue
		}
		n := r.answers.Add(1)
		if n > robotLimit {
			r.stop.Store(true)
		}
		mail := only([]testkit.SinkMail{m}, to)[0]
		reply := mail.reply(to, fmt.Sprintf("robot%d@%s", n, to), robotWords)
		if err := g.deliver(to, []string{mail.replyTo()}, reply.String()); err != nil {
			return err
		}
	}
	return nil
}

func startWithRobots(t *testing.T, o options, people ...string) (*gateway, *robots) {
	t.Helper()
	r := &robots{people: map[string]bool{}}
	for _, p := range people {
		r.people[p] = true
	}
	o.relay = sink.Options{OnMail: r.onMail}
	g := start(t, o)
	r.gateway.Store(g)
	return g, r
}

// TestRobotCustomerIsAnsweredOnce: a robot that answers our acknowledgement gets nothing more of
// us, however long it goes on.
func TestRobotCustomerIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	onEachRoad(t, func(t *testing.T, tokens string) {
		g, r := startWithRobots(t, options{tokens: tokens}, alice)
		g.accept(alice, []string{support}, question("q1@customer").String())
		g.sent(alice, 1)
		if mails := g.everything(alice); len(mails) != 1 {
			t.Errorf("the robot got %d mails, want the acknowledgement alone", len(mails))
		}
		if r.answers.Load() != 1 || len(g.tickets()) != 1 {
			t.Errorf("%d answers of the robot, %d tickets", r.answers.Load(), len(g.tickets()))
		}
	})
}

// TestTwoRobotsComeToRest: a customer's robot and an agent's robot answer each other through us.
// The agent is told of six mails a minute at most, so that the two are soon still; what comes
// later waits in one list.
func TestTwoRobotsComeToRest(t *testing.T) {
	t.Parallel()
	onEachRoad(t, func(t *testing.T, tokens string) {
		g, r := startWithRobots(t, options{tokens: tokens}, alice, ann)
		g.accept(alice, []string{support}, question("q1@customer").String())
		g.sent(alice, 1)
		// Six in this minute, and, where the minute ends in between, six in the next.
		if n := len(g.everything(ann)); n > 2*6+1 {
			t.Errorf("the agent got %d mails", n)
		}
		if n := len(g.everything(alice)); n > 2*6+1 || r.stop.Load() {
			t.Errorf("the customer got %d mails", n)
		}
		if len(g.tickets()) != 1 {
			t.Errorf("%d tickets, want 1", len(g.tickets()))
		}
	})
}

// TestRobotOfAnAgentIsHeldFromTheThirdTicketOn: customers get what an agent's robot says on two
// tickets at most.
func TestRobotOfAnAgentIsHeldFromTheThirdTicketOn(t *testing.T) {
	t.Parallel()
	onEachRoad(t, func(t *testing.T, tokens string) {
		g, _ := startWithRobots(t, options{tokens: tokens}, ann)
		const customers = 5
		answered := 0
		for i := range customers {
			from := fmt.Sprintf("person%d@customer.example", i)
			g.accept(from, []string{support}, mail{
				from: from, to: support, subject: fmt.Sprintf("Fire %d", i),
				id: fmt.Sprintf("q%d@customer", i), text: "It burns.",
			}.String())
			g.sent(ann, i+1)
			says := func(o out) bool { return strings.Contains(o.Text, robotWords) }
			if slices.ContainsFunc(g.everything(from), says) {
				answered++
			}
		}
		// It also answers what tells it that its words were held; that is held as well.
		if n := len(g.held()); answered != 2 || n < customers-answered {
			t.Errorf("%d customers got the robot's words, %d were held", answered, n)
		}
	})
}

// exchanges is how many mails robots send that do not mind getting no answer.
const exchanges = 200

// TestRobotThatInsistsIsAnsweredOnce: however often a robot answers the one mail that it got, it
// gets no other, its mails are one ticket, and the agent hears of them six times and in one list.
func TestRobotThatInsistsIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	onEachRoad(t, func(t *testing.T, tokens string) {
		g := start(t, options{tokens: tokens})
		g.accept(alice, []string{support}, question("q1@customer").String())
		ack := g.sent(alice, 1)[0]
		for i := range exchanges {
			answer := ack.reply(alice, fmt.Sprintf("robot%d@customer", i), robotWords)
			g.accept(alice, []string{ack.replyTo()}, answer.String())
		}
		if n := len(g.everything(alice)); n != 1 {
			t.Errorf("the robot got %d mails, want the acknowledgement alone", n)
		}
		if all := g.tickets(); len(all) != 1 || all[0].MessageCount != 1+exchanges {
			t.Errorf("tickets: %+v", all)
		}
		checkTold(t, g, 1+exchanges)
	})
}

// TestRobotThatOpensTicketsIsAnsweredOnce: it writes anew each time, as monitors do.
func TestRobotThatOpensTicketsIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	for i := range exchanges {
		g.accept(alice, []string{support}, mail{
			from: alice, to: support, subject: fmt.Sprintf("Fire %d", i),
			id: fmt.Sprintf("robot%d@customer", i), text: robotWords,
		}.String())
	}
	if n := len(g.everything(alice)); n != 1 {
		t.Errorf("the robot got %d mails, want one acknowledgement a day", n)
	}
	if n := len(g.tickets()); n != exchanges {
		t.Errorf("%d tickets, want %d", n, exchanges)
	}
	checkTold(t, g, exchanges)
}

// TestTwoHelpdesksAreSoonStill: each is the other's customer. A question of one is acknowledged by
// the other, and that is all; an answer of an agent reaches the other's agent on the same ticket.
func TestTwoHelpdesksAreSoonStill(t *testing.T) {
	t.Parallel()
	const otherSupport, otherAgent = "support@other.example", "otto@otheragents.example"
	var here, there atomic.Pointer[gateway]
	forward := func(to string, g *atomic.Pointer[gateway]) sink.Options {
		return sink.Options{OnMail: func(m sink.Mail) error {
			for _, r := range m.To {
				base, _, _ := strings.Cut(r, "+")
				name, _, _ := strings.Cut(to, "@")
				if r != to && base != name || !strings.HasSuffix(r, to[len(name):]) {
					continue
				}
				return g.Load().deliver(m.From, []string{r}, string(m.Data))
			}
			return nil
		}}
	}
	a := start(t, options{relay: forward(otherSupport, &there)})
	b := start(t, options{
		mailbox: otherSupport, agents: []string{otherAgent}, relay: forward(support, &here),
	})
	here.Store(a)
	there.Store(b)

	question := mail{
		from: otherSupport, to: support, subject: "Fire", id: "q1@other", text: "Does it burn?",
	}
	a.accept(otherSupport, []string{support}, question.String())
	note := a.sent(ann, 1)[0]
	a.settled()
	b.settled()
	if n := len(b.everything(support)); n != 0 {
		t.Errorf("the other helpdesk sent us %d mails for our acknowledgement", n)
	}
	a.accept(ann, []string{note.replyTo()}, note.reply(ann, "a1@agents", "It does.").String())
	b.mailed(otherAgent, "It does.")
	a.settled()
	b.settled()
	if x, y := len(a.tickets()), len(b.tickets()); x != 1 || y != 1 {
		t.Errorf("%d and %d tickets, want one each", x, y)
	}
	total := len(a.relay.Mails()) + len(b.relay.Mails())
	if total > 6 {
		t.Errorf("%d mails went out for one question and one answer", total)
	}
}
