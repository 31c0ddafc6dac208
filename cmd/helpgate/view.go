package main

import (
	"strconv"
	"time"

	"helpgate/internal/rfc"
	"helpgate/tickets"
	"helpgate/tickets/desk"
)

// The JSON of the contract (DESIGN section 11): fields may be added, never renamed.

type ticketJSON struct {
	Number          int64           `json:"number"`
	Subject         string          `json:"subject"`
	Status          string          `json:"status"`
	Priority        string          `json:"priority"`
	Type            string          `json:"type"`
	Source          string          `json:"source"`
	Mailbox         string          `json:"mailbox"`
	Requester       *tickets.Person `json:"requester"`
	Assignee        *tickets.Person `json:"assignee"`
	CreatedAt       *string         `json:"created_at"`
	AcceptedAt      *string         `json:"accepted_at"`
	AssignedAt      *string         `json:"assigned_at"`
	FirstResponseAt *string         `json:"first_response_at"`
	UpdatedAt       *string         `json:"updated_at"`
	SolvedAt        *string         `json:"solved_at"`
	ClosedAt        *string         `json:"closed_at"`
	DueAt           *string         `json:"due_at"`
	Pushes          int             `json:"pushes"`
	MessageCount    int             `json:"message_count"`
	Tags            []string        `json:"tags"`
	MergedInto      *int64          `json:"merged_into"`
}

func ticketView(l desk.Listed) ticketJSON {
	t := l.Ticket
	v := ticketJSON{
		Number: t.Number, Subject: t.Subject, Status: string(t.Status),
		Priority: string(t.Priority), Type: string(t.Type), Source: string(t.Source),
		Mailbox: t.Mailbox, Requester: person(l.Requester), Assignee: person(l.Assignee),
		CreatedAt: instant(t.CreatedAt), AcceptedAt: instant(t.AcceptedAt),
		AssignedAt: instant(t.AssignedAt), FirstResponseAt: instant(t.FirstResponseAt),
		UpdatedAt: instant(t.UpdatedAt), SolvedAt: instant(t.SolvedAt),
		ClosedAt: instant(t.ClosedAt), DueAt: instant(t.DueAt),
		Pushes: t.Pushes, MessageCount: t.MessageCount, Tags: orEmpty(t.Tags),
	}
	if t.MergedInto != 0 {
		v.MergedInto = &t.MergedInto
	}
	return v
}

type shownJSON struct {
	ticketJSON
	// Participants were taken in; Newcomers wrote or were named, and nothing goes to them.
	Participants []tickets.Person `json:"participants"`
	Newcomers    []tickets.Person `json:"newcomers"`
	Messages     []messageJSON    `json:"messages"`
	Events       []eventJSON      `json:"events"`
	Links        []linkJSON       `json:"links"`
}

type messageJSON struct {
	ID          string           `json:"id"`
	Kind        string           `json:"kind"`
	Author      *tickets.Person  `json:"author"`
	AuthorRole  string           `json:"author_role"`
	Direction   string           `json:"direction"`
	At          *string          `json:"at"`
	Subject     string           `json:"subject"`
	Text        string           `json:"text"`
	ReplyText   string           `json:"reply_text"`
	MessageID   string           `json:"message_id"`
	Rule        string           `json:"rule"`
	Auto        string           `json:"auto"`
	Verified    string           `json:"verified"`
	Flags       []string         `json:"flags"`
	Attachments []attachmentJSON `json:"attachments"`
}

type attachmentJSON struct {
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`
	SHA256      string `json:"sha256"`
	Inline      bool   `json:"inline"`
	ContentID   string `json:"content_id"`
}

type eventJSON struct {
	At    *string `json:"at"`
	Actor string  `json:"actor"`
	Verb  string  `json:"verb"`
	From  string  `json:"from"`
	To    string  `json:"to"`
}

type linkJSON struct {
	Number int64  `json:"number"`
	Kind   string `json:"kind"`
}

func shownView(s desk.Shown) shownJSON {
	v := shownJSON{
		ticketJSON: ticketView(s.Listed), Messages: mapAll(s.Messages, messageView),
		Events:       mapAll(s.Events, eventView),
		Participants: []tickets.Person{}, Newcomers: []tickets.Person{},
	}
	for _, p := range s.Participants {
		if p.State == tickets.ParticipantIn {
			v.Participants = append(v.Participants, p.Person)
		} else {
			v.Newcomers = append(v.Newcomers, p.Person)
		}
	}
	v.Links = mapAll(s.Links, func(l tickets.Link) linkJSON {
		if l.Other == s.Number {
			l.Other = l.Ticket
		}
		return linkJSON{l.Other, string(l.Kind)}
	})
	return v
}

func messageView(m tickets.Message) messageJSON {
	return messageJSON{
		ID: strconv.FormatInt(m.ID, 10), Kind: string(m.Kind), Author: person(m.Author),
		AuthorRole: string(m.AuthorRole), Direction: string(m.Direction), At: instant(m.At),
		Subject: m.Subject, Text: m.Text, ReplyText: m.ReplyText, MessageID: m.MessageID,
		Rule: m.Rule, Auto: m.Auto, Verified: string(m.Verified), Flags: orEmpty(m.Flags),
		Attachments: mapAll(m.Attachments, func(f tickets.Attachment) attachmentJSON {
			return attachmentJSON{
				f.Filename, f.ContentType, f.Blob.Size, f.Blob.SHA256, f.Inline, f.ContentID,
			}
		}),
	}
}

func eventView(e tickets.Event) eventJSON {
	return eventJSON{instant(e.At), e.Actor, e.Verb, e.From, e.To}
}

type outgoingJSON struct {
	ID            string  `json:"id"`
	Kind          string  `json:"kind"`
	Ticket        *int64  `json:"ticket"`
	Recipient     string  `json:"recipient"`
	Status        string  `json:"status"`
	Attempts      int     `json:"attempts"`
	NextAttemptAt *string `json:"next_attempt_at"`
	LastReply     string  `json:"last_reply"`
	MessageID     string  `json:"message_id"`
	CreatedAt     *string `json:"created_at"`
	SentAt        *string `json:"sent_at"`
}

func outgoingView(o tickets.Outgoing) outgoingJSON {
	v := outgoingJSON{
		ID: strconv.FormatInt(o.ID, 10), Kind: string(o.Kind), Recipient: o.Recipient.Address,
		Status: outStatus(o.Status), Attempts: o.Attempts, LastReply: o.LastReply,
		MessageID: o.MessageID, CreatedAt: instant(o.CreatedAt), SentAt: instant(o.SentAt),
	}
	if o.Ticket != 0 {
		v.Ticket = &o.Ticket
	}
	if o.Status == tickets.OutWaiting || o.Status == tickets.OutSending {
		v.NextAttemptAt = instant(o.NextAttempt)
	}
	return v
}

type heldJSON struct {
	ID      string  `json:"id"`
	Ticket  *int64  `json:"ticket"`
	Message string  `json:"message"`
	Reason  string  `json:"reason"`
	Detail  string  `json:"detail"`
	Owner   string  `json:"owner"`
	At      *string `json:"at"`
}

// instant gives a time as RFC 3339 in UTC, and null for one that has not come.
func instant(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format(time.RFC3339)
	return &s
}

// stamp gives a time for a line of text.
func stamp(t time.Time) string {
	if s := instant(t); s != nil {
		return *s
	}
	return "-"
}

// person gives null for nobody.
func person(p tickets.Person) *tickets.Person {
	if p == (tickets.Person{}) {
		return nil
	}
	return &p
}

// orEmpty keeps an empty list from becoming null.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func mapAll[T, V any](list []T, view func(T) V) []V {
	vs := make([]V, 0, len(list))
	for _, v := range list {
		vs = append(vs, view(v))
	}
	return vs
}

func key(address string) string { return rfc.Key(address) }

func keys(addresses []string) []string {
	var ks []string
	for _, s := range addresses {
		ks = append(ks, key(s))
	}
	return ks
}
