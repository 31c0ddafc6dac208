package main

import (
	"cmp"
	"fmt"
	"strings"

	"helpgate/tickets"
	"helpgate/tickets/desk"
)

// showTicket prints a ticket as a person reads it.
func (a *app) showTicket(s desk.Shown) {
	fmt.Fprintf(a.out, "#%d  %s\n", s.Number, s.Subject)
	fmt.Fprintf(a.out, "%s, %s, by %s, for %s, assignee %s\n", s.Status, s.Priority,
		orNobody(s.Requester), s.Mailbox, orNobody(s.Assignee))
	for _, p := range s.Participants {
		fmt.Fprintf(a.out, "with %s (%s)\n", p.Address, p.State)
	}
	for _, m := range s.Messages {
		fmt.Fprintf(a.out, "\n--- %s %d by %s (%s), %s, rule %s\n", m.Kind, m.ID,
			orNobody(m.Author), m.AuthorRole, stamp(m.At), m.Rule)
		if len(m.Flags) > 0 {
			fmt.Fprintf(a.out, "flags: %s\n", strings.Join(m.Flags, ", "))
		}
		fmt.Fprintln(a.out, strings.TrimRight(m.ReplyText, "\n"))
		for _, f := range m.Attachments {
			fmt.Fprintf(a.out, "file: %s (%s, %d bytes)\n", f.Filename, f.ContentType, f.Blob.Size)
		}
	}
	fmt.Fprintln(a.out)
	for _, e := range s.Events {
		fmt.Fprintf(a.out, "%s  %-15s %s: %s -> %s\n", stamp(e.At), e.Verb,
			cmp.Or(e.Actor, "helpgate"), e.From, e.To)
	}
}

func orNobody(p tickets.Person) string {
	if p == (tickets.Person{}) {
		return "nobody"
	}
	return strings.TrimSpace(p.Name + " <" + p.Address + ">")
}
