package e2e

import (
	"fmt"
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
	for _, tokens := range []string{"plus", "headers"} {
		t.Run(tokens, func(t *testing.T) {
			t.Parallel()
			g, r := startWithRobots(t, options{tokens: tokens}, alice)
			g.accept(alice, []string{support}, mail{
				from: alice, to: support, subject: "Fire", id: "q1@customer", text: "It burns.",
			}.String())
			g.sent(alice, 1)
			if mails := g.everything(alice); len(mails) != 1 {
				t.Errorf("the robot got %d mails, want the acknowledgement alone", len(mails))
			}
			if r.answers.Load() != 1 || len(g.tickets()) != 1 {
				t.Errorf("%d answers of the robot, %d tickets", r.answers.Load(), len(g.tickets()))
			}
		})
	}
}

// TestTwoRobotsComeToRest: a customer's robot and an agent's robot answer each other through us.
// The agent is told of six mails a minute at most, so that the two are soon still; what comes
// later waits in one list.
func TestTwoRobotsComeToRest(t *testing.T) {
	t.Parallel()
	for _, tokens := range []string{"plus", "headers"} {
		t.Run(tokens, func(t *testing.T) {
			t.Parallel()
			g, r := startWithRobots(t, options{tokens: tokens}, alice, ann)
			g.accept(alice, []string{support}, mail{
				from: alice, to: support, subject: "Fire", id: "q1@customer", text: "It burns.",
			}.String())
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
}

// TestRobotOfAnAgentIsHeldFromTheThirdTicketOn: customers get what an agent's robot says on two
// tickets at most.
func TestRobotOfAnAgentIsHeldFromTheThirdTicketOn(t *testing.T) {
	t.Parallel()
	g, _ := startWithRobots(t, options{}, ann)
	const customers = 5
	for i := range customers {
		from := fmt.Sprintf("person%d@customer.example", i)
		g.accept(from, []string{support}, mail{
			from: from, to: support, subject: fmt.Sprintf("Fire %d", i),
			id: fmt.Sprintf("q%d@customer", i), text: "It burns.",
		}.String())
		g.sent(ann, i+1)
		g.settled()
	}
	answered := 0
	for i := range customers {
		for _, m := range g.everything(fmt.Sprintf("person%d@customer.example", i)) {
			if strings.Contains(m.Text, robotWords) {
				answered++
			}
		}
	}
	// It also answers what tells it that its words were held; that is held as well.
	if answered > 2 || len(g.held()) < customers-answered {
		t.Errorf("%d customers got the robot's words, %d were held", answered, len(g.held()))
	}
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

// TestForgedSendersGetOneAcknowledgement: whoever sends in another's name reaches him once a day,
// with none of his own words, and a restart changes nothing of it.
func TestForgedSendersGetOneAcknowledgement(t *testing.T) {
	t.Parallel()
	const bombs = 30
	g := start(t, options{})
	for i := range bombs {
		if i == bombs/2 {
			g.kill()
			g.serve()
		}
		g.accept(mallory, []string{support}, mail{
			from: "Buy-Pills <" + alice + ">", to: support, subject: "Buy pills",
			id: fmt.Sprintf("bomb%d@evil", i), text: "http://pills.example buy them now",
		}.String())
	}
	mails := g.everything(alice)
	if len(mails) != 1 {
		t.Fatalf("the victim got %d mails, want 1", len(mails))
	}
	if strings.Contains(strings.ToLower(string(mails[0].raw)+mails[0].Text), "pills") {
		t.Errorf("the victim reads the attacker's words:\n%s", mails[0].raw)
	}
	if n := len(g.tickets()); n != bombs {
		t.Errorf("%d tickets, want %d: a mail is never refused for it", n, bombs)
	}
	if n := len(g.everything(ann)); n > 2*6+2 {
		t.Errorf("the agent got %d mails, want at most six a minute and a list", n)
	}
}
