package e2e

import (
	"fmt"
	"slices"
	"testing"
)

// rows counts the rows of the outbox of a kind to somebody, sent or not; "" is any.
func (g *gateway) rows(kind, to string) int {
	g.t.Helper()
	n := 0
	for _, r := range ask[[]row](g, "queue", "list") {
		if (kind == "" || r.Kind == kind) && (to == "" || r.Recipient == to) {
			n++
		}
	}
	return n
}

// lead adds an agent who leads, and is told of trouble.
func (g *gateway) lead(address string) {
	g.t.Helper()
	g.run("agent", "add", "--email", address, "--name", "Ben", "--lead")
}

// ticketMost is how many automatic mails of one ticket one recipient gets in ten minutes.
const ticketMost = 10

// TestGovernorOfATicketTellsTheLeadOnce: beyond the bound of one ticket and recipient, a restart
// in between or not, notifications wait in a list, and the lead hears of it once.
func TestGovernorOfATicketTellsTheLeadOnce(t *testing.T) {
	t.Parallel()
	const more = 7
	g := start(t, options{config: noBudgets})
	g.lead(ben)
	for i := range ticketMost + more {
		m := mail{
			from: alice, to: support, subject: "Fire", id: fmt.Sprintf("q%d@customer", i),
			text: fmt.Sprintf("It burns for %d hours.", i),
		}
		if i > 0 {
			m.subject, m.inReplyTo = "Re: Fire", fmt.Sprintf("q%d@customer", i-1)
		}
		if i == ticketMost/2 || i == ticketMost+more/2 {
			g.kill()
			g.serve()
		}
		g.accept(alice, []string{support}, m.String())
	}
	g.settled()
	if n := len(g.tickets()); n != 1 {
		t.Fatalf("%d tickets, want 1", n)
	}
	for _, agent := range []string{ann, ben} {
		told := 0
		for _, list := range g.lists(agent) {
			n, _ := checkList(t, list)
			told += n
		}
		if n := g.rows("notification", agent); n != ticketMost || told != more {
			t.Errorf("%s got %d mails and %d more in lists, want %d and %d", agent, n, told,
				ticketMost, more)
		}
	}
	if n, all := g.rows("alert", ben), g.rows("alert", ""); n != 1 || all != 1 {
		t.Errorf("the lead was told %d times, all together %d times", n, all)
	}
}

// TestGovernorOfTheInstanceTellsTheLeadOnce: beyond auto_per_hour no acknowledgement goes, which
// is on record, and the mails themselves are all taken.
func TestGovernorOfTheInstanceTellsTheLeadOnce(t *testing.T) {
	t.Parallel()
	const most, customers = 9, 12
	g := start(t, options{config: fmt.Sprintf(
		"[policy]\nnotifications_per_minute = 100000\nauto_per_hour = %d\n", most)})
	g.lead(ben)
	for i := range customers {
		if i == customers/2 {
			g.kill()
			g.serve()
		}
		from := fmt.Sprintf("person%d@customer.example", i)
		g.accept(from, []string{support}, mail{
			from: from, to: support, subject: "Fire", id: fmt.Sprintf("q%d@customer", i),
			text: fmt.Sprintf("It burns in room %d.", i),
		}.String())
	}
	g.settled()
	acks := g.rows("acknowledgement", "")
	if n := acks + g.rows("notification", ""); n != most {
		t.Errorf("%d automatic mails, want %d", n, most)
	}
	dropped := 0
	for i := range customers {
		tk := g.ticket(int64(i + 1))
		if slices.ContainsFunc(tk.Events, func(e struct{ Actor, Verb, From, To string }) bool {
			return e.Verb == "acknowledgement-dropped" && e.To == tk.Requester.Address
		}) {
			dropped++
		}
	}
	if acks+dropped != customers {
		t.Errorf("%d acknowledgements, %d dropped on record, want %d", acks, dropped, customers)
	}
	if n, all := g.rows("alert", ben), g.rows("alert", ""); n != 1 || all != 1 {
		t.Errorf("the lead was told %d times, all together %d times", n, all)
	}
}
