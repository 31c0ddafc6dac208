package thread

import (
	"fmt"
	"slices"
	"testing"

	"helpgate/tickets"
)

// world keeps tickets as the desk does, with no more than the rules of threading ask for.
type world struct {
	tickets map[int64]*Standing
	merged  map[int64]int64
	refs    []tickets.Ref
	links   []tickets.Link
}

func newWorld() *world {
	return &world{tickets: map[int64]*Standing{}, merged: map[int64]int64{}}
}

func (w *world) current(n int64) int64 {
	for w.merged[n] != 0 {
		n = w.merged[n]
	}
	return n
}

// receive does with a mail what tickets/desk does, and gives the ticket that it is on.
func (w *world) receive(m *tickets.Mail) int64 {
	c := Case{Mail: m, Mailbox: help, Tickets: map[int64]Standing{}}
	for _, id := range append(cited(m), m.MessageID) {
		for _, r := range w.refs {
			if r.MessageID == id {
				c.Refs = append(c.Refs, r)
				c.Tickets[r.Ticket] = *w.tickets[w.current(r.Ticket)]
			}
		}
	}
	d := Decide(c)
	n := d.Ticket
	if n == 0 {
		n = w.open(m)
	} else {
		w.join(w.tickets[n], m)
	}
	w.refs = append(w.refs, tickets.Ref{MessageID: m.MessageID, Ticket: n, Own: true})
	for _, id := range cited(m) {
		w.refs = append(w.refs, tickets.Ref{MessageID: id, Ticket: n})
	}
	for _, other := range d.MayBelong {
		w.links = append(w.links, tickets.Link{
			Ticket: n, Other: other, Kind: tickets.LinkMayBelong,
		})
	}
	return w.tie(n, d.Ties)
}

func (w *world) open(m *tickets.Mail) int64 {
	n := int64(len(w.tickets) + 1)
	s := &Standing{
		Ticket: tickets.Ticket{Number: n, Mailbox: help, Status: tickets.StatusNew},
		Asker:  m.From.Address, People: map[string]bool{m.From.Address: true},
		Newcomers: map[string]bool{}, Mailboxes: map[string]bool{help: true},
	}
	for _, p := range m.Cc {
		s.People[p.Address] = true
	}
	w.tickets[n] = s
	return n
}

// join makes whoever is new on the ticket a newcomer: none of these mails holds a token. Nobody but
// somebody who takes part brings others.
func (w *world) join(s *Standing, m *tickets.Mail) {
	s.Newcomers[m.From.Address] = true
	if s.People[m.From.Address] {
		for _, p := range m.Cc {
			s.Newcomers[p.Address] = true
		}
	}
}

func (w *world) tie(n int64, ties []int64) int64 {
	for _, other := range ties {
		early, late := w.tickets[min(n, other)], w.tickets[max(n, other)]
		var links []tickets.Link
		for _, l := range w.links {
			if l.Ticket == late.Ticket.Number || l.Other == late.Ticket.Number {
				links = append(links, l)
			}
		}
		if MayMerge(*early, *late, links) {
			n = early.Ticket.Number
			w.merge(early, late)
		}
	}
	return n
}

// merge makes newcomers of those whom only the later ticket had taken in: it was a mail without
// token that tied the two.
func (w *world) merge(into, from *Standing) {
	early, late := into.Ticket.Number, from.Ticket.Number
	w.merged[late] = early
	for _, people := range []map[string]bool{from.People, from.Newcomers} {
		for a := range people {
			into.Newcomers[a] = true
		}
	}
	for i := range w.refs {
		if w.refs[i].Ticket == late {
			w.refs[i].Ticket = early
		}
	}
}

// left counts the tickets that stand by themselves.
func (w *world) left() int { return len(w.tickets) - len(w.merged) }

const help, ann, bob = "help@h.example", "ann@a.example", "bob@a.example"

// leaf is one mail of a thread: who wrote it, to whom beside the helpdesk, which mail it answers.
type leaf struct {
	from, cc string
	parent   int // -1: none
}

// mails gives the thread's mails. Bit i of cut leaves mail i its parent only; odd mails then name
// it in References, even ones in In-Reply-To.
func mails(leaves []leaf, cut int) []*tickets.Mail {
	var ms []*tickets.Mail
	for i, l := range leaves {
		m := &tickets.Mail{
			From: tickets.Person{Address: l.from}, MessageID: fmt.Sprintf("%d@a.example", i),
			To: []tickets.Person{{Address: help}},
		}
		if l.cc != "" {
			m.Cc = []tickets.Person{{Address: l.cc}}
		}
		if l.parent >= 0 {
			p := ms[l.parent]
			m.InReplyTo = []string{p.MessageID}
			m.References = append(slices.Clone(p.References), p.MessageID)
			if cut&(1<<i) != 0 {
				m.References = []string{p.MessageID}
				if i%2 == 0 {
					m.References = nil
				} else {
					m.InReplyTo = nil
				}
			}
		}
		ms = append(ms, m)
	}
	return ms
}

// The threads of the tests, by how people answer each other.
var (
	alone = []leaf{
		{ann, "", -1}, {ann, "", 0}, {ann, "", 1}, {ann, "", 2}, {ann, "", 3}, {ann, "", 4},
	}
	chain = []leaf{
		{ann, bob, -1}, {bob, ann, 0}, {ann, bob, 1}, {bob, ann, 2}, {ann, bob, 3}, {bob, ann, 4},
	}
	fork = []leaf{
		{ann, bob, -1}, {bob, ann, 0}, {ann, bob, 0}, {bob, ann, 2}, {ann, bob, 1}, {bob, ann, 0},
	}
	annDropsBob = []leaf{
		{ann, bob, -1}, {bob, ann, 0}, {ann, "", 1}, {bob, ann, 0}, {ann, "", 2}, {ann, bob, 3},
	}
	bobDropsAnn = []leaf{
		{ann, bob, -1}, {bob, "", 0}, {ann, bob, 0}, {bob, "", 2}, {ann, bob, 2}, {bob, "", 4},
	}
)

func TestAThreadInAnyOrderIsOneTicket(t *testing.T) {
	t.Parallel()
	anyCut := make([]int, 1<<5)
	for i := range anyCut {
		anyCut[i] = i << 1
	}
	someCuts := []int{0, 0b111110, 0b101010, 0b010100}
	for name, c := range map[string]struct {
		leaves []leaf
		cuts   []int
	}{
		"one person":                        {alone, someCuts},
		"everybody on every mail, a chain":  {chain, anyCut},
		"everybody on every mail, branches": {fork, someCuts},
		"the customer drops the colleague":  {annDropsBob, []int{0}},
		"the colleague drops the customer":  {bobDropsAnn, []int{0}},
	} {
		for _, cut := range c.cuts {
			ms := mails(c.leaves, cut)
			for _, order := range permutations(len(ms)) {
				w := newWorld()
				for _, i := range order {
					w.receive(ms[i])
				}
				if w.left() != 1 {
					t.Fatalf("%s: order %v, cut %06b: %d tickets", name, order, cut, w.left())
				}
			}
		}
	}
}

// A stranger who knows every Message-ID and puts the customer on Cc writes between any two mails
// of the thread: what he opens stays his, and nobody of the thread's is lost to him.
func TestAStrangerJoinsAThreadInNoOrder(t *testing.T) {
	t.Parallel()
	ms := mails(chain, 0)
	for _, order := range permutations(len(ms)) {
		w := newWorld()
		w.receive(ms[order[0]])
		evil := &tickets.Mail{
			From: tickets.Person{Address: "eve@e.example"}, MessageID: "e@e.example",
			Cc:        []tickets.Person{{Address: ann}, {Address: bob}},
			InReplyTo: []string{ms[order[0]].MessageID}, References: []string{ms[5].MessageID},
		}
		eves := w.receive(evil)
		for _, i := range order[1:] {
			w.receive(ms[i])
		}
		if w.left() != 2 || w.current(1) == w.current(eves) {
			t.Fatalf("order %v: %d tickets, hers is %d", order, w.left(), w.current(eves))
		}
		if s := w.tickets[1]; s.People["eve@e.example"] || s.Newcomers["eve@e.example"] {
			t.Fatalf("order %v: the stranger stands on the ticket", order)
		}
	}
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for i := range n {
			all = append(all, slices.Insert(slices.Clone(p), i, n-1))
		}
	}
	return all
}
