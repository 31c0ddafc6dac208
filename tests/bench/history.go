package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"helpgate/tickets"
)

// A store that has grown for two years: a ticket each minute, each with five messages of 300 bytes,
// three of a customer and two answers, and with all that the messages left but their sources, which
// are past keep_source.
const (
	ticketEvery     = time.Minute
	messagesEach    = 5
	ticketsEachAsks = 3 // tickets of one customer
)

// historyEnds is when the newest ticket was opened, at most.
var historyEnds = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// told is 300 bytes as a person writes them.
const told = "Hello, the parcel that I was told would be here on Monday has not come, and nobody " +
	"of the parcel service answers the telephone. Could you please find out where it is, and " +
	"whether I can fetch it myself somewhere near? I am at home in the mornings of this week, " +
	"and away from Friday noon on. Many thanks."

// storeTicket stores the n-th ticket, which gets the number n.
func storeTicket(ctx context.Context, tx tickets.Tx, n int64) error {
	asker, err := storeCustomer(ctx, tx, n)
	if err != nil {
		return err
	}
	opened := historyEnds.Add(-2 * 365 * 24 * time.Hour).Add(time.Duration(n) * ticketEvery)
	t := tickets.Ticket{
		Mailbox: support, Subject: fmt.Sprintf("Parcel %d is late", n), Requester: asker.ID,
		Status: tickets.StatusClosed, Priority: tickets.PriorityNormal, Type: tickets.TypeQuestion,
		Source: tickets.SourceEmail, Assignee: 1, MessageCount: messagesEach,
		CreatedAt: opened, AcceptedAt: opened.Add(time.Hour), AssignedAt: opened.Add(time.Hour),
		FirstResponseAt: opened.Add(time.Hour), UpdatedAt: opened.Add(messagesEach * time.Hour),
		SolvedAt: opened.Add(48 * time.Hour), ClosedAt: opened.Add(7 * 24 * time.Hour),
	}
	if n%50 == 0 { // some wait for an answer
		t.Status, t.SolvedAt, t.ClosedAt = tickets.StatusOpen, time.Time{}, time.Time{}
	}
	if err := tx.CreateTicket(ctx, &t); err != nil {
		return err
	}
	if t.Number != n {
		return fmt.Errorf("ticket %d got the number %d", n, t.Number)
	}
	if err := tx.SeeFrom(ctx, n, support); err != nil {
		return err
	}
	var thread []string
	for i := range messagesEach {
		m, err := storeMessage(ctx, tx, t, asker, i, thread)
		if err != nil {
			return err
		}
		thread = append(thread, m.MessageID)
	}
	return storeEvents(ctx, tx, t, asker)
}

// storeCustomer gives who asks the n-th ticket.
func storeCustomer(ctx context.Context, tx tickets.Tx, n int64) (tickets.Customer, error) {
	who := n / ticketsEachAsks
	name := fmt.Sprintf("c%d@%s.example", who, hash("customer", who)[:6])
	if n%ticketsEachAsks > 0 && n > 1 {
		return tx.CustomerByAddress(ctx, name)
	}
	c := tickets.Customer{
		Address: name, Name: "Casey Customer", Locale: "en", Known: true, CreatedAt: historyEnds,
	}
	return c, tx.SaveCustomer(ctx, &c)
}

// storeMessage stores the i-th message of a ticket with what came of it.
func storeMessage(
	ctx context.Context, tx tickets.Tx, t tickets.Ticket, asker tickets.Customer, i int,
	thread []string,
) (tickets.Message, error) {
	m := tickets.Message{
		Ticket: t.Number, Kind: tickets.KindMessage, At: t.CreatedAt.Add(time.Duration(i) * time.Hour),
		Subject: t.Subject, Text: told, ReplyText: told, Verified: tickets.VerifiedNone,
		Author: asker.Person(), AuthorID: asker.ID, AuthorRole: tickets.RoleCustomer,
		Direction: tickets.DirectionIn, Rule: "our-message-id",
		MessageID: hash("message", t.Number, i)[:24] + "@mail.example",
	}
	if i%2 == 1 {
		m.Author, m.AuthorID = tickets.Person{Name: "Ann", Address: agent}, 1
		m.AuthorRole, m.Direction = tickets.RoleAgent, tickets.DirectionOut
	}
	if err := tx.AddMessage(ctx, &m); err != nil {
		return m, err
	}
	refs := []tickets.Ref{{MessageID: m.MessageID, Ticket: t.Number, Message: m.ID, Own: true}}
	if len(thread) > 0 {
		refs = append(refs, tickets.Ref{
			MessageID: thread[len(thread)-1], Ticket: t.Number, Message: m.ID,
		})
	}
	if err := tx.AddRefs(ctx, refs); err != nil {
		return m, err
	}
	if m.Direction == tickets.DirectionIn {
		if err := storeReceived(ctx, tx, t, m); err != nil {
			return m, err
		}
	}
	return m, storeSent(ctx, tx, t, m, asker, thread)
}

// storeReceived stores by what a received mail is known and why it became what it became.
func storeReceived(ctx context.Context, tx tickets.Tx, t tickets.Ticket, m tickets.Message) error {
	key := tickets.Key{
		Hash: hash("key", m.ID), MessageID: m.MessageID, Subject: t.Subject,
		Lines: []uint64{uint64(m.ID)}, Text: hash("text", m.ID), Ticket: t.Number, Message: m.ID,
	}
	if err := tx.AddKey(ctx, key); err != nil {
		return err
	}
	return tx.AddJournal(ctx, &tickets.JournalEntry{
		At: m.At, Road: "smtp", Mailbox: support, EnvelopeFrom: m.Author.Address,
		EnvelopeTo: []string{support}, From: m.Author.Address, Subject: t.Subject,
		MessageID: m.MessageID, Verdict: tickets.VerdictMessage, Rule: m.Rule, Ticket: t.Number,
		Message: m.ID, SourceSize: 2048,
	})
}

// storeSent stores the mail that followed from a message: the answer to the customer, or the
// notification of the agent, and with the first message the acknowledgement.
func storeSent(
	ctx context.Context, tx tickets.Tx, t tickets.Ticket, m tickets.Message,
	asker tickets.Customer, thread []string,
) error {
	o := tickets.Outgoing{
		Kind: tickets.OutNotification, Ticket: t.Number, Message: m.ID, Mailbox: support,
		Recipient: tickets.Person{Name: "Ann", Address: agent}, Agent: 1, Automatic: true,
		Facts:     tickets.Facts{Locale: "en", Subject: t.Subject, References: thread},
		Nonce:     m.ID,
		MessageID: hash("sent", m.ID)[:24] + "@desk.example",
		Status:    tickets.OutSent, Attempts: 1, NextAttempt: m.At, LastReply: "250 2.0.0 Ok",
		CreatedAt: m.At, SentAt: m.At.Add(time.Second),
	}
	if m.Direction == tickets.DirectionOut {
		o.Kind, o.Recipient, o.Agent, o.Automatic = tickets.OutAnswer, asker.Person(), 0, false
	}
	if err := tx.Enqueue(ctx, &o); err != nil || len(thread) > 0 {
		return err
	}
	o.Kind, o.Message, o.Recipient, o.Agent = tickets.OutAcknowledgement, 0, asker.Person(), 0
	o.MessageID = hash("acknowledged", m.ID)[:24] + "@desk.example"
	return tx.Enqueue(ctx, &o)
}

// storeEvents stores what happened to the ticket beside its messages.
func storeEvents(
	ctx context.Context, tx tickets.Tx, t tickets.Ticket, asker tickets.Customer,
) error {
	for i, e := range []tickets.Event{
		{Actor: asker.Address, Verb: tickets.EventCreated, To: string(tickets.StatusNew)},
		{Actor: asker.Address, Verb: tickets.EventMessage},
		{Actor: agent, Verb: tickets.EventMessage},
		{Actor: agent, Verb: tickets.EventAssigned, To: agent},
		{Actor: agent, Verb: tickets.EventStatus, From: "new", To: "pending"},
		{Actor: asker.Address, Verb: tickets.EventMessage},
		{Actor: agent, Verb: tickets.EventMessage},
		{Actor: asker.Address, Verb: tickets.EventMessage},
		{Actor: agent, Verb: tickets.EventStatus, From: "pending", To: string(t.Status)},
	} {
		e.Ticket, e.At = t.Number, t.CreatedAt.Add(time.Duration(i)*time.Hour)
		if err := tx.AddEvent(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// hash gives 64 characters that look like chance, as Message-IDs and hashes do to an index, and are
// the same in every run.
func hash(what ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprintln(what...)))
	return hex.EncodeToString(sum[:])
}
