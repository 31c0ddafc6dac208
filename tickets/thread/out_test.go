package thread

import (
	"testing"

	"helpgate/tickets"
)

// TestWhatTheHelpdeskWroteBelongsWhereItsReaderStands: of an answer around us not the writer counts,
// who has no part in any ticket, but who got it.
func TestWhatTheHelpdeskWroteBelongsWhereItsReaderStands(t *testing.T) {
	t.Parallel()
	out := func(to string) func(*Case) {
		return func(c *Case) { c.Out, c.Mail.To = true, []tickets.Person{{Address: to}} }
	}
	for _, test := range []struct {
		name string
		c    Case
		rule string
		want int64
	}{
		{"to the requester", caseOf(help, out(ann), citing("own-1")), RuleKnownID, 1},
		{"to a participant", caseOf(help, out(bob), citing("own-1")), RuleKnownID, 1},
		{"to a newcomer", caseOf(help, out("zoe@a.example"), citing("own-1")), RuleKnownID, 1},
		{"in answer to a mail of ours", caseOf(help, out(ann), with(ourID)), RuleOurMessageID, 1},
		{"by an agent", caseOf(agent, out(ann), citing("own-1")), RuleKnownID, 1},
		{"from another mailbox", caseOf(sales, out(ann), citing("own-1"), to(sales)), RuleKnownID, 1},
		{"answered before it came", caseOf(help, out(ann), named("gone-1")), RuleAwaited, 1},
		{"to a merged ticket", caseOf(help, out(ann), citing("own-3")), RuleKnownID, 1},
		{"with the ticket on Cc", caseOf(help, out(ann), with(reply)), RuleReplyAddress, 1},
		{"to a stranger", caseOf(help, out(eve), citing("own-1")), RuleNew, 0},
		{"to a stranger, the ticket on Cc", caseOf(help, out(eve), with(reply)), RuleNew, 0},
		{"to ourselves", caseOf(help, out(help), citing("own-1")), RuleNew, 0},
		{"by the requester", caseOf(ann, out(bob), citing("own-1")), RuleNew, 0},
		{"by a participant", caseOf(bob, out(ann), citing("own-1")), RuleNew, 0},
		{"with nothing but a reader", caseOf(help, out(ann)), RuleNew, 0},
	} {
		if d := Decide(test.c); d.Rule != test.rule || d.Ticket != test.want {
			t.Errorf("%s: %s #%d, want %s #%d", test.name, d.Rule, d.Ticket, test.rule, test.want)
		}
	}
}
