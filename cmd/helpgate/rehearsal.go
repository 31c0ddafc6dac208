package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"helpgate/tickets"
)

// rehearsalJSON is what today's rules would make of an archive.
type rehearsalJSON struct {
	importJSON
	Sizes   []sizeJSON     `json:"sizes"`   // of tickets, small ones first
	Largest []largestJSON  `json:"largest"` // tickets, at most ten
	Rules   map[string]int `json:"rules"`   // how many mails each decided
	Kinds   map[string]int `json:"kinds"`   // of automatic mail
	// Acknowledgements would have gone out; AcknowledgementsDropped were stopped by a budget.
	Acknowledgements        int            `json:"acknowledgements"`
	AcknowledgementsDropped int            `json:"acknowledgements_dropped"`
	Queued                  map[string]int `json:"queued"` // all that would have gone out, by kind
}

// sizeJSON counts the tickets that have so many messages; Most is 0 for no end.
type sizeJSON struct {
	Least   int `json:"least"`
	Most    int `json:"most"`
	Tickets int `json:"tickets"`
}

// largestJSON is a ticket of many messages.
type largestJSON struct {
	Number       int64  `json:"number"`
	Subject      string `json:"subject"`
	MessageCount int    `json:"message_count"`
}

// How tickets are put together in the report, and how many of the largest are named.
const (
	maxLargest  = 10
	reportBatch = 1000 // tickets that are read at once
)

// report asks what became of the mails.
func (s *stage) report(ctx context.Context) (rehearsalJSON, error) {
	t := s.in.tally.tallied
	v := rehearsalJSON{
		importJSON: t.importView(), Rules: maps.Clone(t.Rules), Kinds: map[string]int{},
		Sizes: []sizeJSON{
			{1, 1, 0}, {2, 2, 0}, {3, 5, 0}, {6, 10, 0}, {11, 50, 0}, {51, 0, 0},
		},
		Largest: []largestJSON{}, AcknowledgementsDropped: s.ledger.dropped,
		Acknowledgements: s.ledger.queued[tickets.OutAcknowledgement] +
			s.ledger.queued[tickets.OutFollowUp],
		Queued: map[string]int{},
	}
	for kind, n := range s.ledger.queued {
		v.Queued[string(kind)] = n
	}
	for kind, n := range t.Kinds {
		if kind != "" {
			v.Kinds[kind] = n
		}
	}
	v.Tickets = 0
	for after := int64(0); ; {
		var some []tickets.Ticket
		err := s.db.View(ctx, func(tx tickets.Tx) (err error) {
			some, err = tx.Tickets(ctx, tickets.TicketFilter{Limit: reportBatch, After: after})
			return err
		})
		if err != nil {
			return v, fmt.Errorf("read tickets: %w", err)
		}
		if len(some) == 0 {
			return v, nil
		}
		for _, tk := range some {
			v.add(tk)
			after = tk.Number
		}
	}
}

// add counts a ticket.
func (v *rehearsalJSON) add(tk tickets.Ticket) {
	v.Tickets++
	for i, s := range v.Sizes {
		if tk.MessageCount >= s.Least && (s.Most == 0 || tk.MessageCount <= s.Most) {
			v.Sizes[i].Tickets++
		}
	}
	if tk.MessageCount < 2 {
		return
	}
	v.Largest = append(v.Largest, largestJSON{tk.Number, tk.Subject, tk.MessageCount})
	slices.SortStableFunc(v.Largest, func(a, b largestJSON) int {
		return cmp.Compare(b.MessageCount, a.MessageCount)
	})
	v.Largest = v.Largest[:min(maxLargest, len(v.Largest))]
}

// show prints the report for a person.
func (v rehearsalJSON) show(out io.Writer) {
	line := func(name string, n int, note string) {
		fmt.Fprintf(out, "%-24s %7d%s\n", name, n, bracketed(note))
	}
	line("mails", v.Taken+v.Duplicates+v.Refused, "")
	line("  known", v.Duplicates, "copies of others in the archive")
	line("  unreadable", v.Unreadable, "taken as text, with the source as a file")
	line("  not taken", v.Refused, "")
	line("tickets", v.Tickets, "")
	for _, s := range v.Sizes {
		line("  "+s.String(), s.Tickets, "")
	}
	table := func(title string, counts map[string]int) {
		fmt.Fprintln(out, title)
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			line("  "+cmp.Or(name, "none"), counts[name], "")
		}
	}
	table("rules that decided", v.Rules)
	table("automatic mail", v.Kinds)
	table("would have gone out", v.Queued)
	line("acknowledgements dropped", v.AcknowledgementsDropped, "by a budget")
	line("held", v.Held, "for a person to decide")
	if len(v.Largest) > 0 {
		fmt.Fprintln(out, "largest tickets")
	}
	for _, l := range v.Largest {
		fmt.Fprintf(out, "  %d messages: %s\n", l.MessageCount, l.Subject)
	}
	for _, f := range v.Faults {
		fmt.Fprintf(out, "%s: %s\n", f.Place, f.Reason)
	}
}

func (s sizeJSON) String() string {
	switch {
	case s.Most == 0:
		return fmt.Sprintf("%d messages or more", s.Least)
	case s.Most == 1:
		return "1 message"
	case s.Most == s.Least:
		return fmt.Sprintf("%d messages", s.Least)
	}
	return fmt.Sprintf("%d to %d messages", s.Least, s.Most)
}
