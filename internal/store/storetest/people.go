package storetest

import (
	"time"

	"helpgate/tickets"
)

func testCustomers(b *bundle) {
	c := tickets.Customer{
		Address: "fang@example.org", Name: "王芳", Locale: "zh",
		Timezone: "Asia/Shanghai", Known: true, CreatedAt: Now,
	}
	b.update(func(tx tickets.Tx) error { return tx.SaveCustomer(b.ctx, &c) })
	found := func() tickets.Customer {
		return read(b, func(tx tickets.Tx) (tickets.Customer, error) {
			return tx.CustomerByAddress(b.ctx, "fang@example.org")
		})
	}
	b.equal(found(), c)
	c.Name, c.Known, c.Locale, c.SuppressedUntil = "Fang", false, "", Now
	b.update(func(tx tickets.Tx) error { return tx.SaveCustomer(b.ctx, &c) })
	b.equal(found(), c)
	for at, want := range map[time.Time][]tickets.Customer{Now.Add(-1e9): {c}, Now: nil} {
		b.equal(read(b, func(tx tickets.Tx) ([]tickets.Customer, error) {
			return tx.Suppressed(b.ctx, at)
		}), want)
	}
	b.view(func(tx tickets.Tx) error {
		got, err := tx.Customer(b.ctx, c.ID)
		b.must(err)
		b.equal(got, c)
		_, err = tx.Customer(b.ctx, nowhere)
		b.missing(err)
		_, err = tx.CustomerByAddress(b.ctx, "nobody@example.org")
		b.missing(err)
		return nil
	})
	b.missing(b.Update(b.ctx, func(tx tickets.Tx) error {
		return tx.SaveCustomer(b.ctx, &tickets.Customer{ID: nowhere})
	}))
	err := b.Update(b.ctx, func(tx tickets.Tx) error {
		return tx.SaveCustomer(b.ctx, &tickets.Customer{Address: c.Address})
	})
	if err == nil {
		b.Error("two customers have one address")
	}
}

func testAgents(b *bundle) {
	first := tickets.Agent{
		Name: "Ada", Addresses: []string{"z@example.org", "a@example.org"},
		Team: "hardware", Lead: true, Locale: "en", Timezone: "Europe/Berlin", Active: true,
		AwayUntil: Now, CreatedAt: Now,
	}
	second := tickets.Agent{Name: "Bob"}
	b.update(func(tx tickets.Tx) error {
		b.must(tx.SaveAgent(b.ctx, &first))
		return tx.SaveAgent(b.ctx, &second)
	})
	agents := func() []tickets.Agent {
		return read(b, func(tx tickets.Tx) ([]tickets.Agent, error) { return tx.Agents(b.ctx) })
	}
	b.equal(agents(), []tickets.Agent{first, second})
	first.Addresses, first.Active = []string{"a@example.org", "new@example.org"}, false
	b.update(func(tx tickets.Tx) error { return tx.SaveAgent(b.ctx, &first) })
	b.equal(agents(), []tickets.Agent{first, second})

	err := b.Update(b.ctx, func(tx tickets.Tx) error {
		second.Addresses = []string{"a@example.org"}
		return tx.SaveAgent(b.ctx, &second)
	})
	if err == nil {
		b.Error("two agents have one address")
	}
	b.missing(b.Update(b.ctx, func(tx tickets.Tx) error {
		return tx.SaveAgent(b.ctx, &tickets.Agent{ID: nowhere})
	}))
}

// testPasswords: the hash is apart from the agent, and lives through changes of the agent.
func testPasswords(b *bundle) {
	ag := tickets.Agent{Name: "Ada", Addresses: []string{"a@example.org"}, Active: true}
	b.update(func(tx tickets.Tx) error { return tx.SaveAgent(b.ctx, &ag) })
	hash := func() string {
		return read(b, func(tx tickets.Tx) (string, error) { return tx.PasswordHash(b.ctx, ag.ID) })
	}
	b.equal(hash(), "")
	b.update(func(tx tickets.Tx) error { return tx.SetPasswordHash(b.ctx, ag.ID, "$hash$") })
	b.update(func(tx tickets.Tx) error { return tx.SaveAgent(b.ctx, &ag) })
	b.equal(hash(), "$hash$")
	b.update(func(tx tickets.Tx) error { return tx.SetPasswordHash(b.ctx, ag.ID, "") })
	b.equal(hash(), "")
	b.missing(b.View(b.ctx, func(tx tickets.Tx) error {
		_, err := tx.PasswordHash(b.ctx, nowhere)
		return err
	}))
	b.missing(b.Update(b.ctx, func(tx tickets.Tx) error {
		return tx.SetPasswordHash(b.ctx, nowhere, "$hash$")
	}))
}

func testParticipants(b *bundle) {
	n := b.ticket()
	p := tickets.Participant{Ticket: n, State: tickets.ParticipantNewcomer, At: Now}
	p.Person = tickets.Person{Name: "Cy", Address: "cy@example.org"}
	b.update(func(tx tickets.Tx) error { return tx.SaveParticipant(b.ctx, p) })
	p.Name, p.State = "Cyrus", tickets.ParticipantIn
	b.update(func(tx tickets.Tx) error { return tx.SaveParticipant(b.ctx, p) })
	got := read(b, func(tx tickets.Tx) ([]tickets.Participant, error) {
		return tx.Participants(b.ctx, n)
	})
	b.equal(got, []tickets.Participant{p})
}
