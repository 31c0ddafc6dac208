package e2e

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"helpgate/internal/testkit"
	"helpgate/tickets"
)

const (
	// bombs is how many mails an attacker sends.
	bombs = 300
	// bombers is how many of them he sends at a time.
	bombers = 16
	// perMinute is how many notifications an agent gets in a minute unless configured otherwise.
	perMinute = 6
)

// flood sends the mails in at the same time, each from an envelope sender of its own.
func (g *gateway) flood(mails []mail) {
	g.t.Helper()
	next := make(chan int)
	var senders sync.WaitGroup
	for range bombers {
		senders.Go(func() {
			for i := range next {
				from := fmt.Sprintf("forged%d@evil.example", i)
				if err := g.deliver(from, []string{support}, mails[i].String()); err != nil {
					g.t.Errorf("mail %d is refused: %v", i, err)
				}
			}
		})
	}
	for i := range mails {
		next <- i
	}
	close(next)
	senders.Wait()
}

// lists sends what waits for the minute's end at once, and gives every list that an agent got.
func (g *gateway) lists(agent string) []out {
	g.t.Helper()
	isList := func(r row) bool { return r.Kind == "notification-list" && r.Recipient == agent }
	ids := map[string]bool{}
	for _, r := range slices.DeleteFunc(ask[[]row](g, "queue", "list"), func(r row) bool {
		return !isList(r)
	}) {
		if r.Status == "waiting" {
			_, _ = g.try("", "queue", "retry", r.ID) // unless its minute has ended by now
		}
		ids[r.ID] = true
	}
	mails, ok := g.waits(func(all []testkit.SinkMail) bool {
		return len(onlyLists(all, agent)) >= len(ids)
	})
	if !ok {
		g.t.Fatalf("waiting for %d lists:\n%s", len(ids), g.logged())
	}
	return onlyLists(mails, agent)
}

var listSubject = regexp.MustCompile(`^(\d+) new messages?$`)

func onlyLists(all []testkit.SinkMail, agent string) []out {
	return slices.DeleteFunc(only(all, agent), func(o out) bool {
		return !listSubject.MatchString(o.Subject)
	})
}

var (
	listEntry   = regexp.MustCompile(`(?m)^#(\d+) · (.+)$`)
	listOmitted = regexp.MustCompile(`(?m)^and (\d+) more messages?$`)
)

// checkList asks that a list counts right, and gives how many messages it tells of and the tickets
// that it shows.
func checkList(t *testing.T, list out) (count int, shown []string) {
	t.Helper()
	number := func(m []string) int {
		if m == nil {
			return 0
		}
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	count = number(listSubject.FindStringSubmatch(list.Subject))
	for _, m := range listEntry.FindAllStringSubmatch(list.Text, -1) {
		shown = append(shown, m[1])
	}
	omitted := number(listOmitted.FindStringSubmatch(list.Text))
	if len(shown)+omitted != count || len(shown) != min(count, tickets.MaxEntries) {
		t.Errorf("%q shows %d and leaves %d out", list.Subject, len(shown), omitted)
	}
	if list.Get("X-Helpgate-Ticket") != "" || list.replyTo() != support {
		t.Errorf("a list names one ticket: %q, Reply-To %s", list.Get("X-Helpgate-Ticket"),
			list.replyTo())
	}
	return count, shown
}

// TestForgedSendersGetOneAcknowledgement: whoever sends in another's name, or names him as the
// one to answer or as a reader, reaches him once a day at most, with none of his own words, and a
// restart changes nothing of it. Every mail is a ticket, and the agent's mailbox does not drown.
func TestForgedSendersGetOneAcknowledgement(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		named func(m *mail, i int)
		mails int // to the victim
	}{
		"from":     {func(m *mail, _ int) { m.from = "Buy-Pills <" + alice + ">" }, 1},
		"reply-to": {func(m *mail, _ int) { m.headers = []string{"Reply-To: Pills <" + alice + ">"} }, 0},
		"cc":       {func(m *mail, _ int) { m.cc = "Pills <" + alice + ">" }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := start(t, options{})
			var mails []mail
			for i := range bombs {
				m := mail{
					from: fmt.Sprintf("Pills <forged%d@evil.example>", i), to: support,
					subject: fmt.Sprintf("Buy pills, offer %d", i), id: fmt.Sprintf("bomb%d@evil", i),
					text: fmt.Sprintf("http://pills.example/%d buy them now", i),
				}
				c.named(&m, i)
				mails = append(mails, m)
			}
			g.flood(mails[:bombs/2])
			g.kill()
			g.serve()
			g.flood(mails[bombs/2:])
			if n := len(g.tickets()); n != bombs {
				t.Errorf("%d tickets, want %d: a mail is never refused for it", n, bombs)
			}
			checkVictim(t, g.everything(alice), c.mails)
			checkTold(t, g, bombs)
		})
	}
}

func checkVictim(t *testing.T, mails []out, want int) {
	t.Helper()
	if len(mails) != want {
		t.Errorf("the victim got %d mails, want %d", len(mails), want)
	}
	for _, m := range mails {
		if strings.Contains(strings.ToLower(string(m.raw)+m.Text), "pills") {
			t.Errorf("the victim reads the attacker's words:\n%s", m.raw)
		}
	}
}

// checkTold asks that the agent was told of so many messages, of six a minute by a mail of its own.
// A minute that ends in between begins a new six and a new list; the governor of a ticket may stop
// some of the new six.
func checkTold(t *testing.T, g *gateway, want int) {
	t.Helper()
	lists := g.lists(ann)
	singles := len(only(g.relay.Mails(), ann)) - len(lists)
	if minutes := len(lists); minutes == 0 || singles < perMinute || singles > minutes*perMinute {
		t.Errorf("the agent got %d mails and %d lists", singles, len(lists))
	}
	told := singles
	for _, list := range lists {
		n, _ := checkList(t, list)
		told += n
	}
	if told != want {
		t.Errorf("the agent was told of %d messages, want %d", told, want)
	}
}

// TestAReplyToAListNamesItsTicket: what an agent answers to one entry reaches that customer; what
// names none or two waits with him.
func TestAReplyToAListNamesItsTicket(t *testing.T) {
	t.Parallel()
	for _, tokens := range []string{"plus", "subdomain", "headers"} {
		t.Run(tokens, func(t *testing.T) {
			t.Parallel()
			const customers = 6
			g := start(t, options{
				tokens: tokens, config: "[policy]\nnotifications_per_minute = 1\n",
			})
			for i := range customers {
				from := fmt.Sprintf("person%d@customer.example", i)
				g.accept(from, []string{support}, mail{
					from: from, to: support, subject: fmt.Sprintf("Fire %d", i),
					id: fmt.Sprintf("q%d@customer", i), text: "It burns.",
				}.String())
			}
			list := slices.MaxFunc(g.lists(ann), func(a, b out) int { return len(a.Text) - len(b.Text) })
			if n, _ := checkList(t, list); n < 2 {
				t.Fatalf("a list of %d", n)
			}
			entries := entriesOf(t, list)
			g.accept(ann, []string{entries[1].address}, entries[1].reply(list, "one").String())
			answer := g.mailed(entries[1].customer, "Answer one.")
			if strings.Contains(answer.Text, entries[0].customer) {
				t.Errorf("the customer reads of others:\n%s", answer.Text)
			}
			none := list.reply(ann, "none@agents", "")
			none.text = "Answer none."
			g.accept(ann, []string{support}, none.String())
			all := list.reply(ann, "all@agents", "Answer all.")
			g.accept(ann, []string{support}, all.String())
			two := entries[0].reply(list, "two")
			to := []string{entries[0].address, entries[1].address}
			if to[0] != to[1] {
				two.to = strings.Join(to, ", ")
			}
			two.text += "\n> " + entries[1].marker
			g.accept(ann, to, two.String())
			g.settled()
			checkHeldReplies(t, g, "Answer none.", "Answer all.", "Answer two.")
		})
	}
}

// entry is one ticket of a list, as its reader sees it.
type entry struct{ customer, address, marker string }

var (
	entryLink   = regexp.MustCompile(`[^\s:<]+@[^\s>]*desk\.example`)
	entryMarker = regexp.MustCompile(`\[hg:[^\]]+\]`)
	entryPerson = regexp.MustCompile(`person\d+@customer\.example`)
)

func entriesOf(t *testing.T, list out) (all []entry) {
	t.Helper()
	starts := listEntry.FindAllStringIndex(list.Text, -1)
	for i, at := range starts {
		end := len(list.Text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		text := list.Text[at[0]:end]
		e := entry{
			customer: entryPerson.FindString(text), address: or(entryLink.FindString(text), support),
			marker: entryMarker.FindString(text),
		}
		if e.customer == "" || (e.marker == "") == (e.address == support) {
			t.Fatalf("entry without its customer or its way to reply:\n%s", text)
		}
		all = append(all, e)
	}
	return all
}

// reply is a reply to the list that leaves of it only this entry.
func (e entry) reply(list out, word string) mail {
	m := list.reply(ann, word+"@agents", "")
	m.to, m.text = e.address, "Answer "+word+".\n\nAnn wrote:\n> "+e.marker
	return m
}

func checkHeldReplies(t *testing.T, g *gateway, words ...string) {
	t.Helper()
	list := g.held()
	for _, w := range words {
		if !slices.ContainsFunc(list, func(h held) bool {
			return h.Reason == "list-reply" && h.Owner == ann && strings.Contains(h.Detail, w)
		}) {
			t.Errorf("%q is not held for its author: %+v", w, list)
		}
		for _, m := range g.relay.Mails() {
			if o := only([]testkit.SinkMail{m}, m.To[0])[0]; m.To[0] != ann && strings.Contains(o.Text, w) {
				t.Errorf("%s reads %q", m.To[0], w)
			}
		}
	}
	if len(list) != len(words) {
		t.Errorf("%d held, want %d", len(list), len(words))
	}
}
