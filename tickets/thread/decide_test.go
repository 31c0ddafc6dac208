package thread

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"helpgate/internal/token"
	"helpgate/tickets"
)

const (
	sales = "sales@h.example"
	eve   = "eve@e.example"
	agent = "agent@h.example"
)

// two gives the standings of the tests: ticket 1 is ann's with bob on it and zoe a newcomer,
// ticket 2 bob's; ticket 3 was merged into 1; ticket 4 is ann's at another mailbox.
func two() map[int64]Standing {
	stand := func(n int64, mailbox, asker string, more ...string) Standing {
		s := Standing{
			Ticket: tickets.Ticket{Number: n, Mailbox: mailbox}, Asker: asker,
			People: map[string]bool{asker: true}, Mailboxes: map[string]bool{mailbox: true},
			Newcomers: map[string]bool{"zoe@a.example": true},
		}
		for _, p := range more {
			s.People[p] = true
		}
		return s
	}
	first := stand(1, help, ann, bob)
	return map[int64]Standing{
		1: first, 2: stand(2, help, bob), 3: first, 4: stand(4, sales, ann),
	}
}

func claim(where tickets.Where, purpose token.Purpose, ticket int64) tickets.Claimed {
	return tickets.Claimed{Claim: token.Claim{Purpose: purpose, Ticket: ticket}, Where: where}
}

// caseOf gives a mail from somebody to help, with two's tickets and refs: ticket N holds the mail
// own-N and cites gone-N, which never came.
func caseOf(from string, change ...func(*Case)) Case {
	c := Case{
		Mail: &tickets.Mail{
			From: tickets.Person{Address: from}, MessageID: "new@a.example",
			To: []tickets.Person{{Address: help}},
		},
		Mailbox: help, Agent: from == agent, Tickets: two(),
	}
	for n, name := range map[int64]string{1: "1", 2: "2", 3: "3", 4: "4"} {
		c.Refs = append(c.Refs, tickets.Ref{MessageID: "own-" + name, Ticket: n, Own: true},
			tickets.Ref{MessageID: "gone-" + name, Ticket: n})
	}
	for _, ch := range change {
		ch(&c)
	}
	return c
}

func with(claims ...tickets.Claimed) func(*Case) {
	return func(c *Case) { c.Mail.Claims = append(c.Mail.Claims, claims...) }
}

func citing(ids ...string) func(*Case) { return func(c *Case) { c.Mail.References = ids } }

func answering(id string) func(*Case) { return func(c *Case) { c.Mail.InReplyTo = []string{id} } }

func named(id string) func(*Case) { return func(c *Case) { c.Mail.MessageID = id } }

func titled(s string) func(*Case) { return func(c *Case) { c.Mail.Subject = s } }

func auto(kind string) func(*Case) { return func(c *Case) { c.Mail.Auto = kind } }

func untrusted(c *Case) { c.Mail.Untrusted = true }

func to(mailbox string, others ...string) func(*Case) {
	return func(c *Case) { c.Mailbox, c.Others = mailbox, others }
}

func onCc(address string) func(*Case) {
	return func(c *Case) { c.Mail.Cc = append(c.Mail.Cc, tickets.Person{Address: address}) }
}

var (
	reply  = claim(tickets.WhereAddress, token.PurposeCustomer, 1)
	back   = claim(tickets.WhereAddress, token.PurposeReturnPath, 1)
	ourID  = claim(tickets.WhereMessageID, token.PurposeMessageID, 1)
	marker = claim(tickets.WhereMarker, token.PurposeMarker, 1)
)

func at(n int64, c tickets.Claimed) tickets.Claimed {
	c.Ticket = n
	return c
}

// ruleCases holds each rule and each of its exceptions.
var ruleCases = []struct {
	name string
	c    Case
	rule string
	want int64
	may  []int64
}{
	{"bounce to a return path", caseOf("", with(back), auto("bounce")), RuleBounce, 1, nil},
	{
		"late delivery to a return path",
		caseOf("", with(back), auto("dsn-delay")), RuleBounce, 1, nil,
	},
	{
		"no DSN to a return path: judged as any mail, by the ticket it names",
		caseOf(eve, with(back), auto("ooo")), RuleReplyAddress, 1, nil,
	},
	{
		"bounce to a reply address",
		caseOf("", with(reply), auto("bounce")), RuleReplyAddress, 1, nil,
	},
	{"reply address, a newcomer", caseOf(eve, with(reply)), RuleReplyAddress, 1, nil},
	{
		"reply address, untrusted From",
		caseOf("", with(reply), untrusted), RuleReplyAddress, 1, nil,
	},
	{
		"reply address of a merged ticket",
		caseOf(ann, with(at(3, reply))), RuleReplyAddress, 1, nil,
	},
	{"reply address of a deleted ticket", caseOf(ann, with(at(9, reply))), RuleNew, 0, nil},
	{"our id, requester", caseOf(ann, with(ourID)), RuleOurMessageID, 1, nil},
	{"our id, participant", caseOf(bob, with(ourID)), RuleOurMessageID, 1, nil},
	{"our id, newcomer", caseOf("zoe@a.example", with(ourID)), RuleOurMessageID, 1, nil},
	{"our id, agent", caseOf(agent, with(ourID)), RuleOurMessageID, 1, nil},
	{"our id, stranger", caseOf(eve, with(ourID)), RuleNew, 0, []int64{1}},
	{"our id, untrusted From", caseOf(ann, with(ourID), untrusted), RuleNew, 0, []int64{1}},
	{
		"our id, untrusted agent",
		caseOf(agent, with(ourID), untrusted), RuleNew, 0,
		[]int64{1},
	},
	{"our id of a merged ticket", caseOf(bob, with(at(3, ourID))), RuleOurMessageID, 1, nil},
	{"known id in In-Reply-To", caseOf(ann, answering("own-1")), RuleKnownID, 1, nil},
	{"known id in References", caseOf(bob, citing("x", "own-1", "y")), RuleKnownID, 1, nil},
	{"known id, agent", caseOf(agent, citing("own-1")), RuleKnownID, 1, nil},
	{"known id, stranger", caseOf(eve, citing("own-1")), RuleNew, 0, []int64{1}},
	{
		"known id, stranger with the customer on Cc",
		caseOf(eve, citing("gone-1", "own-1"), onCc(ann)), RuleNew, 0,
		[]int64{1},
	},
	{
		"our id, stranger with the customer on Cc",
		caseOf(eve, citing("gone-1"), with(ourID), onCc(ann)), RuleNew, 0,
		[]int64{1},
	},
	{"own id reused is no citation", caseOf(ann, named("own-1")), RuleNew, 0, nil},
	{
		"known id in another mailbox",
		caseOf(ann, citing("own-1"), to(sales)), RuleKnownID, 1, nil,
	},
	{"marker, participant", caseOf(bob, with(marker)), RuleBodyMarker, 1, nil},
	{"marker, stranger", caseOf(eve, with(marker)), RuleNew, 0, []int64{1}},
	{"awaited by its own id", caseOf(ann, named("gone-1")), RuleAwaited, 1, nil},
	{"awaited beside others", caseOf(bob, citing("gone-1")), RuleAwaited, 1, nil},
	{
		"awaited, in a participant's company",
		caseOf(eve, named("gone-1"), onCc(ann)), RuleAwaited, 1, nil,
	},
	{"awaited, nobody in common", caseOf(eve, named("gone-1")), RuleNew, 0, []int64{1}},
	{
		"awaited, a newcomer's company",
		caseOf(eve, named("gone-1"), onCc("zoe@a.example")), RuleNew, 0,
		[]int64{1},
	},
	{
		"awaited, untrusted From",
		caseOf("", named("gone-1"), onCc(ann), untrusted), RuleNew, 0,
		[]int64{1},
	},
	{
		"awaited in another mailbox",
		caseOf(ann, named("gone-1"), to(sales)), RuleNew, 0,
		[]int64{1},
	},
	{
		"awaited, the mailbox named second",
		caseOf(ann, named("gone-1"), to(sales, help)), RuleAwaited, 1, nil,
	},
	{"tag, requester", caseOf(ann, titled("Re: [#1] Order")), RuleSubjectTag, 1, nil},
	{"tag, stranger", caseOf(eve, titled("[#1] Order")), RuleNew, 0, []int64{1}},
	{"tag, newcomer", caseOf("zoe@a.example", titled("[#1] Order")), RuleNew, 0, []int64{1}},
	{"tag, agent", caseOf(agent, titled("[#1] Order")), RuleNew, 0, []int64{1}},
	{"tag of no ticket", caseOf(ann, titled("[#9] Order")), RuleNew, 0, nil},
	{"a number without tag", caseOf(ann, titled("Order #1")), RuleNew, 0, nil},
	{"nothing", caseOf(ann), RuleNew, 0, nil},
	{"no From at all", caseOf("", citing("own-1")), RuleNew, 0, []int64{1}},
}

func TestEachRuleHoldsForWhomItMay(t *testing.T) {
	t.Parallel()
	for _, c := range ruleCases {
		d := Decide(c.c)
		if d.Rule != c.rule || d.Ticket != c.want || !slices.Equal(d.MayBelong, c.may) {
			t.Errorf("%s: %s #%d, may belong to %v; want %s #%d, %v",
				c.name, d.Rule, d.Ticket, d.MayBelong, c.rule, c.want, c.may)
		}
	}
}

func TestTheStrongerSignalDecidesAndTheOtherIsNoted(t *testing.T) {
	t.Parallel()
	strength := []struct {
		rule string
		add  func(n int64) func(*Case)
	}{
		{RuleReplyAddress, func(n int64) func(*Case) { return with(at(n, reply)) }},
		{RuleOurMessageID, func(n int64) func(*Case) { return with(at(n, ourID)) }},
		{RuleKnownID, func(n int64) func(*Case) {
			return answering([]string{"", "own-1", "own-2"}[n])
		}},
		{RuleBodyMarker, func(n int64) func(*Case) { return with(at(n, marker)) }},
		{RuleAwaited, func(n int64) func(*Case) {
			return named([]string{"", "gone-1", "gone-2"}[n])
		}},
		{RuleSubjectTag, func(n int64) func(*Case) {
			return titled([]string{"", "[#1]", "[#2]"}[n])
		}},
	}
	for i, strong := range strength {
		for _, weak := range strength[i+1:] {
			for _, n := range []int64{1, 2} {
				d := Decide(caseOf(bob, weak.add(3-n), strong.add(n)))
				if d.Rule != strong.rule || d.Ticket != n || len(d.Signals) != 1 {
					t.Errorf("%s against %s: %+v", strong.rule, weak.rule, d)
				}
				ties := []int64{3 - n}
				if weak.rule == RuleSubjectTag { // whoever writes a number ties nothing
					if len(d.Ties) != 0 || !slices.Equal(d.MayBelong, ties) {
						t.Errorf("%s against a tag: %+v", strong.rule, d)
					}
				} else if !slices.Equal(d.Ties, ties) || len(d.MayBelong) != 0 {
					t.Errorf("%s against %s: ties %v, may belong to %v",
						strong.rule, weak.rule, d.Ties, d.MayBelong)
				}
			}
		}
	}
}

func TestTheNewestCitedIDDecides(t *testing.T) {
	t.Parallel()
	d := Decide(caseOf(bob, citing("own-1", "own-2")))
	if d.Ticket != 2 || !slices.Equal(d.Ties, []int64{1}) {
		t.Errorf("the last of References: #%d, ties %v", d.Ticket, d.Ties)
	}
	d = Decide(caseOf(bob, citing("own-1", "own-2"), answering("own-1")))
	if d.Ticket != 1 || !slices.Equal(d.Ties, []int64{2}) {
		t.Errorf("In-Reply-To: #%d, ties %v", d.Ticket, d.Ties)
	}
}

func TestATicketIsNamedOnce(t *testing.T) {
	t.Parallel()
	d := Decide(caseOf(ann, with(reply, ourID, at(3, marker)), citing("own-1", "gone-1", "own-3")))
	if d.Ticket != 1 || d.Ties != nil || d.MayBelong != nil || d.Signals != nil {
		t.Errorf("%+v", d)
	}
	d = Decide(caseOf(bob, with(reply), citing("own-2", "gone-2", "own-4")))
	if d.Ticket != 1 || !slices.Equal(d.Ties, []int64{2}) ||
		!slices.Equal(d.MayBelong, []int64{4}) {
		t.Errorf("%+v", d)
	}
}

func TestTheDecidingTokenIsGiven(t *testing.T) {
	t.Parallel()
	cl := at(1, reply)
	cl.Address, cl.Person = "help+x@h.example", 7
	d := Decide(caseOf(eve, with(cl)))
	if d.Claim == nil || !reflect.DeepEqual(*d.Claim, cl) {
		t.Errorf("claim %+v", d.Claim)
	}
	if d = Decide(caseOf(ann, citing("own-1"))); d.Claim != nil {
		t.Errorf("a known id gives claim %+v", d.Claim)
	}
}

func TestAnAgentForwardsToAnotherMailbox(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		c         Case
		ticket    int64
		forwarded int64
	}{
		{"by a known id", caseOf(agent, citing("own-1"), to(sales)), 0, 1},
		{"by our id", caseOf(agent, with(ourID), to(sales)), 0, 1},
		{"the first of two", caseOf(agent, with(ourID), citing("own-2"), to(sales)), 0, 1},
		{"to the ticket's own mailbox", caseOf(agent, with(ourID)), 1, 0},
		{"to both", caseOf(agent, with(ourID), to(sales, help)), 1, 0},
		{"with the ticket's reply address", caseOf(agent, with(reply, ourID), to(sales)), 1, 0},
		{"a customer's forward stays", caseOf(ann, with(ourID), to(sales)), 1, 0},
		{"of no mailbox that we know", caseOf(agent, with(ourID), to("")), 1, 0},
	} {
		d := Decide(c.c)
		if d.Ticket != c.ticket || d.Forwarded != c.forwarded || len(d.MayBelong) != 0 {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
}

// Any mail that mixes signals keeps what promise 5 rests on, and how its claims of several places
// are mixed does not matter: only within one place the nearer stands before the farther.
func TestNobodyJoinsWithoutAPart(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	senders := []string{ann, bob, eve, "zoe@a.example", agent, ""}
	ids := []string{"own-1", "own-2", "own-3", "own-4", "gone-1", "gone-2", "gone-4", "x"}
	for range 20000 {
		c := caseOf(senders[rnd.IntN(len(senders))])
		c.Mail.Untrusted = rnd.IntN(5) == 0
		for _, cl := range []tickets.Claimed{reply, back, ourID, marker} {
			if rnd.IntN(4) == 0 {
				with(at(1+rnd.Int64N(5), cl))(&c)
			}
		}
		rnd.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		c.Mail.References = slices.Clone(ids[:rnd.IntN(4)])
		c.Mail.MessageID = ids[7]
		c.Mail.Subject = []string{"", "[#1]", "[#2]", "[#4]"}[rnd.IntN(4)]
		d := Decide(c)
		st := c.Tickets[d.Ticket]
		from := c.Mail.From.Address
		part := !c.Mail.Untrusted && (st.People[from] || st.Newcomers[from] || c.Agent)
		byToken := d.Rule == RuleReplyAddress || d.Rule == RuleBounce
		if d.Ticket != 0 && !part && !byToken {
			t.Fatalf("%q joins #%d by %s: %+v", from, d.Ticket, d.Rule, c.Mail)
		}
		if (d.Ticket == 0) != (d.Rule == RuleNew) || slices.Contains(d.Ties, d.Ticket) ||
			slices.Contains(d.MayBelong, d.Ticket) && d.Ticket != 0 {
			t.Fatalf("contradiction: %+v", d)
		}
		same := c
		mail := *c.Mail
		mail.Claims = slices.Clone(mail.Claims)
		slices.SortStableFunc(mail.Claims, func(a, b tickets.Claimed) int { // weakest place first
			return strings.Compare(string(b.Where), string(a.Where))
		})
		same.Mail = &mail
		if e := Decide(same); e.Ticket != d.Ticket || e.Rule != d.Rule {
			t.Fatalf("claims turned round: %s #%d, then %s #%d",
				d.Rule, d.Ticket, e.Rule, e.Ticket)
		}
	}
}

// TestNewsletterAnswersAreNotLinked: many strangers cite one id that no stored mail has; their
// tickets have nothing to do with each other.
func TestNewsletterAnswersAreNotLinked(t *testing.T) {
	t.Parallel()
	d := Decide(caseOf(eve, citing("gone-1")))
	if d.Rule != RuleNew || len(d.MayBelong) != 0 {
		t.Errorf("decided %s, may belong to %v; want new, and to none", d.Rule, d.MayBelong)
	}
}
