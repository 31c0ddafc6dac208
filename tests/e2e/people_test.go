package e2e

import (
	"slices"
	"strings"
	"testing"

	"helpgate/internal/rfc"
)

// roads are those of tokens that every test of people runs on: most customers' providers take no
// plus-address.
var roads = []string{"plus", "headers"}

func onEachRoad(t *testing.T, test func(t *testing.T, tokens string)) {
	t.Helper()
	for _, tokens := range roads {
		t.Run(tokens, func(t *testing.T) {
			t.Parallel()
			test(t, tokens)
		})
	}
}

// TestTheFirstToAnswerBecomesTheAssignee has two agents serve a mailbox.
func TestTheFirstToAnswerBecomesTheAssignee(t *testing.T) {
	t.Parallel()
	onEachRoad(t, func(t *testing.T, tokens string) {
		g := start(t, options{tokens: tokens, agents: []string{ann, ben}})
		anns := g.asks(question("q1@customer"), ann)
		bens := g.mailed(ben, "change my password")
		g.answers(bens, ben, alice, "Under settings.")
		answer := g.answers(anns, ann, alice, "In the menu called settings.")
		if tk := g.ticket(1); tk.Assignee == nil || tk.Assignee.Address != ben {
			t.Errorf("assignee is %v, want the first to answer", tk.Assignee)
		}
		g.writes(answer, alice, ben, "I have no menu.")
		if n := len(g.everything(ann)); n != 1 {
			t.Errorf("the other agent got %d mails, want 1", n)
		}
	})
}

// TestAColleagueOnCcTakesPart lets a customer write with a colleague on Cc: he gets the answers,
// and what he writes joins the ticket.
func TestAColleagueOnCcTakesPart(t *testing.T) {
	t.Parallel()
	onEachRoad(t, func(t *testing.T, tokens string) {
		g := start(t, options{tokens: tokens})
		q := question("q1@customer")
		q.cc = "Bob <" + bob + ">"
		note := g.asks(q, ann)
		hers := g.answers(note, ann, alice, "Under settings.")
		his := g.mailed(bob, "Under settings.")
		if !slices.Contains(addresses(his.Cc), bob) || addresses(his.To)[0] != alice {
			t.Errorf("his copy is To %v, Cc %v", his.To, his.Cc)
		}
		if hers.MessageID == his.MessageID || his.InReplyTo[0] != "q1@customer" {
			t.Errorf("ids %q and %q, his answers %q", hers.MessageID, his.MessageID,
				his.InReplyTo)
		}
		second := g.writes(his, bob, ann, "We found it.")
		tk := g.ticket(1)
		if m := tk.last(t); m.Author.Address != bob || len(m.Flags) > 0 {
			t.Errorf("last message by %v, flags %q", m.Author, m.Flags)
		}
		if tk.Requester.Address != alice || tk.state(bob) != "in" || len(g.tickets()) != 1 {
			t.Errorf("requester %v, he is %q, %d tickets", tk.Requester, tk.state(bob),
				len(g.tickets()))
		}
		g.answers(second, ann, bob, "Very well.")
		if his, hers := len(g.everything(bob)), len(g.everything(alice)); his != 2 || hers != 3 {
			t.Errorf("he got %d mails, she %d, want 2 answers, and 2 with the acknowledgement",
				his, hers)
		}
	})
}

// TestAThirdPartyWhomTheAgentAddsTakesPart lets an agent put a supplier on Cc of his answer.
func TestAThirdPartyWhomTheAgentAddsTakesPart(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	note := g.asks(question("q1@customer"), ann)
	m := note.reply(ann, "a1@agents", "Sam knows how it goes.")
	m.cc = "Sam <" + supplier + ">"
	g.accept(ann, []string{note.replyTo()}, m.String())
	his := g.mailed(supplier, "Sam knows how it goes.")
	checkInside(t, his)
	g.mailed(ann, supplier) // he is told that Sam holds the ticket's address now
	g.writes(his, supplier, ann, "It goes by itself.")
	if tk := g.ticket(1); tk.state(supplier) != "in" || len(tk.Messages) != 3 {
		t.Errorf("supplier is %q, %d messages", tk.state(supplier), len(tk.Messages))
	}
}

// TestAnswersGoWhereReplyToAsks: Reply-To counts for the ticket that its mail opens, and for no
// mail that joins one.
func TestAnswersGoWhereReplyToAsks(t *testing.T) {
	t.Parallel()
	const home = "alice@home.example"
	g := start(t, options{})
	q := question("q1@customer")
	q.headers = []string{"Reply-To: Alice <" + home + ">"}
	note := g.asks(q, ann)
	answer := g.answers(note, ann, home, "Under settings.")
	m := answer.reply(home, "q2@home", "There are none.")
	m.headers = []string{"Reply-To: " + mallory}
	g.accept(home, []string{answer.replyTo()}, m.String())
	second := g.mailed(ann, "There are none.")
	if flags := g.ticket(1).last(t).Flags; len(flags) > 0 {
		t.Errorf("her reply from there has the flags %q", flags)
	}
	g.answers(second, ann, home, "Look again.")
	if n := len(g.everything(alice)); n != 1 {
		t.Errorf("her other address got %d mails, want the acknowledgement only", n)
	}
	if n := len(g.everything(mallory)); n != 0 {
		t.Errorf("the later Reply-To got %d mails", n)
	}
}

// TestAReplyToFromWorksToo: not every mail client heeds Reply-To; the ids of the thread tell ticket
// and agent as well.
func TestAReplyToFromWorksToo(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	note := g.asks(question("q1@customer"), ann)
	m := note.reply(ann, "a1@agents", "Under settings.")
	m.to = note.From[0].Addr
	g.accept(ann, []string{m.to}, m.String())
	answer := g.mailed(alice, "Under settings.")
	m = answer.reply(alice, "q2@customer", "I see none.")
	m.to = answer.From[0].Addr
	g.accept(alice, []string{m.to}, m.String())
	g.mailed(ann, "I see none.")
	if tk := g.ticket(1); len(tk.Messages) != 3 || len(g.tickets()) != 1 {
		t.Errorf("%d messages on %d tickets", len(tk.Messages), len(g.tickets()))
	}
}

// TestAnAgentOnACustomersCcIsNoReader: she gets notifications as ever and no answers, and what she
// replies to the customer's own mail proves nothing.
func TestAnAgentOnACustomersCcIsNoReader(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	q := question("q1@customer")
	q.cc = ann
	note := g.asks(q, ann)
	direct := mail{
		from: ann, to: alice, cc: support, subject: "Re: A question", id: "d1@agents",
		inReplyTo: "q1@customer", text: "I was asked directly.\n",
	}
	g.accept(ann, []string{support}, direct.String())
	if list := g.held(); len(list) != 1 || list[0].Reason != "unverified-agent" {
		t.Errorf("held: %+v", list)
	}
	checkInside(t, g.answers(note, ann, alice, "Under settings."))
	for _, m := range g.everything(ann) {
		if strings.HasPrefix(m.Text, "Under settings.") {
			t.Errorf("the agent got her own answer:\n%s", m.Text)
		}
	}
}

// TestRepliesFollowAMerge: a customer's and an agent's replies to the ticket that was merged are on
// the one that it became part of.
func TestRepliesFollowAMerge(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	g.answered()
	q := another("q2@customer")
	answer := g.answers(g.asks(q, ann), ann, alice, "Under the mat.")
	note := g.writes(answer, alice, ann, "Which mat?")
	g.run("ticket", "merge", "2", "1")
	g.answers(note, ann, alice, "The red one.")
	g.writes(answer, alice, ann, "Found.")
	if tk := g.ticket(1); len(tk.Messages) != 7 || len(g.tickets()) != 1 {
		t.Errorf("%d messages, want 7, on %d tickets", len(tk.Messages), len(g.tickets()))
	}
}

func addresses(list []rfc.Address) []string {
	var all []string
	for _, a := range list {
		all = append(all, a.Addr)
	}
	return all
}
