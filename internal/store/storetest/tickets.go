package storetest

import (
	"slices"
	"time"

	"helpgate/tickets"
)

// wholeTicket has every field set.
func wholeTicket() tickets.Ticket {
	return tickets.Ticket{
		Mailbox: "help@example.org", Subject: "打印机 broken", Status: tickets.StatusOpen,
		Priority: tickets.PriorityHigh, Type: tickets.TypeQuestion, Source: tickets.SourceEmail,
		Requester: 4, AnswerTo: "else@example.net", Assignee: 5,
		CreatedAt: Now, AcceptedAt: Now.Add(1 * time.Microsecond),
		AssignedAt: Now.Add(2 * time.Microsecond), FirstResponseAt: Now.Add(3 * time.Microsecond),
		UpdatedAt: Now.Add(4 * time.Microsecond), SolvedAt: Now.Add(5 * time.Microsecond),
		ClosedAt: Now.Add(6 * time.Microsecond), DueAt: Now.Add(7 * time.Microsecond),
		Pushes: 8, MessageCount: 9, Tags: []string{"a", "乙"}, MergedInto: 10,
		ThreadTopic: "topic", ThreadIndex: "index",
	}
}

func testTicket(b *bundle) {
	whole, bare := wholeTicket(), tickets.Ticket{}
	b.update(func(tx tickets.Tx) error {
		b.must(tx.CreateTicket(b.ctx, &whole))
		return tx.CreateTicket(b.ctx, &bare)
	})
	b.equal(b.ticketNumbered(whole.Number), whole)
	b.equal(b.ticketNumbered(bare.Number), bare)

	changed := wholeTicket()
	changed.Number = bare.Number
	b.update(func(tx tickets.Tx) error { return tx.SaveTicket(b.ctx, changed) })
	b.equal(b.ticketNumbered(bare.Number), changed)

	b.view(func(tx tickets.Tx) error {
		_, err := tx.Ticket(b.ctx, nowhere)
		b.missing(err)
		return nil
	})
	b.missing(b.Update(b.ctx, func(tx tickets.Tx) error {
		return tx.SaveTicket(b.ctx, tickets.Ticket{Number: nowhere})
	}))
}

func testTicketFilters(b *bundle) {
	make := func(change func(t *tickets.Ticket)) int64 {
		t := tickets.Ticket{Mailbox: "a@example.org", Status: tickets.StatusNew, CreatedAt: Now}
		change(&t)
		b.update(func(tx tickets.Tx) error { return tx.CreateTicket(b.ctx, &t) })
		return t.Number
	}
	plain := make(func(*tickets.Ticket) {})
	open := make(func(t *tickets.Ticket) { t.Status = tickets.StatusOpen })
	mine := make(func(t *tickets.Ticket) { t.Assignee, t.Requester = 3, 4 })
	old := make(func(t *tickets.Ticket) { t.CreatedAt = Now.Add(-time.Hour) })
	merged := make(func(t *tickets.Ticket) { t.MergedInto = plain })
	other := make(func(t *tickets.Ticket) { t.Mailbox = "b@example.org" })
	b.update(func(tx tickets.Tx) error { return tx.SeeFrom(b.ctx, plain, "b@example.org") })

	for _, c := range []struct {
		name   string
		filter tickets.TicketFilter
		want   []int64
	}{
		{"all", tickets.TicketFilter{}, []int64{other, old, mine, open, plain}},
		{
			"merged too",
			tickets.TicketFilter{Merged: true},
			[]int64{other, merged, old, mine, open, plain},
		},
		{"status", tickets.TicketFilter{Status: tickets.StatusOpen}, []int64{open}},
		{"assignee", tickets.TicketFilter{Assignee: 3}, []int64{mine}},
		{"requester", tickets.TicketFilter{Requester: 4}, []int64{mine}},
		{
			"mailbox, seen from too",
			tickets.TicketFilter{Mailbox: "b@example.org"},
			[]int64{other, plain},
		},
		{"since", tickets.TicketFilter{Since: Now}, []int64{other, mine, open, plain}},
		{"page", tickets.TicketFilter{Limit: 2, After: other}, []int64{old, mine}},
		{
			"together",
			tickets.TicketFilter{Status: tickets.StatusNew, Since: Now, Assignee: 3, Limit: 9},
			[]int64{mine},
		},
		{"nothing", tickets.TicketFilter{Assignee: 9}, nil},
	} {
		var got []int64
		for _, t := range read(b, func(tx tickets.Tx) ([]tickets.Ticket, error) {
			return tx.Tickets(b.ctx, c.filter)
		}) {
			got = append(got, t.Number)
		}
		if !slices.Equal(got, c.want) {
			b.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func testSeenFrom(b *bundle) {
	n := b.ticket()
	b.update(func(tx tickets.Tx) error {
		for _, mailbox := range []string{
			"z@example.org", "a@example.org", "z@example.org",
			"help@example.org",
		} {
			b.must(tx.SeeFrom(b.ctx, n, mailbox))
		}
		return nil
	})
	got := read(b, func(tx tickets.Tx) ([]string, error) { return tx.SeenFrom(b.ctx, n) })
	b.equal(got, []string{"help@example.org", "a@example.org", "z@example.org"})
}

func testAbsorb(b *bundle) {
	into, from := b.ticket(), b.ticket()
	waiting := tickets.Outgoing{Ticket: from, Nonce: 1, Status: tickets.OutWaiting}
	sent := tickets.Outgoing{Ticket: from, Nonce: 2, Status: tickets.OutSent}
	held := tickets.Held{Ticket: from, State: tickets.HeldWaiting}
	b.update(func(tx tickets.Tx) error {
		for _, n := range []int64{into, from, from} {
			b.must(tx.AddMessage(b.ctx, &tickets.Message{Ticket: n}))
		}
		b.must(tx.AddRefs(b.ctx, []tickets.Ref{
			{MessageID: "both", Ticket: into},
			{MessageID: "both", Ticket: from},
			{MessageID: "own", Ticket: from, Own: true},
		}))
		b.must(tx.AddKey(b.ctx, tickets.Key{Hash: "h", Ticket: from}))
		for _, n := range []int64{into, from} {
			p := tickets.Participant{Ticket: n, State: tickets.ParticipantIn}
			p.Address = "both@example.org"
			b.must(tx.SaveParticipant(b.ctx, p))
		}
		b.must(tx.Enqueue(b.ctx, &waiting))
		b.must(tx.Enqueue(b.ctx, &sent))
		return tx.Hold(b.ctx, &held)
	})
	b.update(func(tx tickets.Tx) error { return tx.Absorb(b.ctx, into, from) })
	b.view(func(tx tickets.Tx) error {
		messages, err := tx.Messages(b.ctx, into)
		b.must(err)
		refs, err := tx.FindRefs(b.ctx, []string{"both", "own"})
		b.must(err)
		b.equal(refs, []tickets.Ref{
			{MessageID: "both", Ticket: into},
			{MessageID: "own", Ticket: into, Own: true},
		})
		keys, err := tx.Keys(b.ctx, "h", "", Now)
		b.must(err)
		people, err := tx.Participants(b.ctx, into)
		b.must(err)
		things, err := tx.HeldList(b.ctx, into)
		b.must(err)
		b.equal([]int{len(messages), len(keys), len(people), len(things)}, []int{3, 1, 1, 1})
		b.equal(keys[0].Ticket, into)
		moved, err := tx.Outgoing(b.ctx, waiting.ID)
		b.must(err)
		ended, err := tx.Outgoing(b.ctx, sent.ID)
		b.equal([]int64{moved.Ticket, ended.Ticket}, []int64{into, into})
		return err
	})
	b.equal([]int{b.ticketNumbered(into).MessageCount, b.ticketNumbered(from).MessageCount},
		[]int{3, 0})
}

func testEvents(b *bundle) {
	n, other := b.ticket(), b.ticket()
	late := tickets.Event{
		Ticket: n, Message: 3, At: Now, Actor: "a@example.org",
		Verb: tickets.EventStatus, From: "new", To: "open",
	}
	early := tickets.Event{Ticket: n, At: Now.Add(-time.Second), Verb: tickets.EventCreated}
	b.update(func(tx tickets.Tx) error {
		for _, e := range []tickets.Event{late, early, {Ticket: other}} {
			b.must(tx.AddEvent(b.ctx, e))
		}
		return nil
	})
	got := read(b, func(tx tickets.Tx) ([]tickets.Event, error) { return tx.Events(b.ctx, n) })
	for i := range got {
		if got[i].ID == 0 {
			b.Error("an event without ID")
		}
		got[i].ID = 0
	}
	b.equal(got, []tickets.Event{early, late})
}

func testLinks(b *bundle) {
	n, other, third := b.ticket(), b.ticket(), b.ticket()
	link := tickets.Link{Ticket: n, Other: other, Kind: tickets.LinkRelated}
	further := tickets.Link{Ticket: third, Other: n, Kind: tickets.LinkFollowUp}
	b.update(func(tx tickets.Tx) error {
		reversed := tickets.Link{Ticket: other, Other: n, Kind: tickets.LinkRelated}
		for _, l := range []tickets.Link{link, link, reversed, further} {
			b.must(tx.AddLink(b.ctx, l))
		}
		return nil
	})
	links := func(n int64) []tickets.Link {
		return read(b, func(tx tickets.Tx) ([]tickets.Link, error) { return tx.Links(b.ctx, n) })
	}
	b.equal(links(n), []tickets.Link{link, further})
	b.equal(links(other), []tickets.Link{link})
}

func (b *bundle) ticketNumbered(number int64) tickets.Ticket {
	b.Helper()
	return read(b, func(tx tickets.Tx) (tickets.Ticket, error) { return tx.Ticket(b.ctx, number) })
}
