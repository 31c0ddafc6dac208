package main

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"helpgate/internal/mailerr"
	"helpgate/tickets"
)

// maxFaults bounds how many mails a report names; the others are only counted.
const maxFaults = 1000

// tally counts what became of an archive's mails.
type tally struct {
	mu sync.Mutex
	tallied
}

// tallied is what is counted.
type tallied struct {
	Taken      int // became a message, or a record
	Duplicates int // were there already
	Opened     int // of Taken: opened a ticket
	Held       int // of Taken: wait for a person's decision
	Unreadable int // of Taken: are there as their source alone
	Refused    int // were not taken
	Faults     []faultJSON
	Rules      map[string]int // of Taken: which rule of threading decided
	Kinds      map[string]int // of Taken: the kinds of automatic mail
}

// faultJSON is a mail that could not be read, or was not taken.
type faultJSON struct {
	Place  string `json:"place"`
	Reason string `json:"reason"`
	Taken  bool   `json:"taken"`
}

// add counts one mail; err tells why it was not taken.
func (t *tally) add(place string, w *witness, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.Refused++
		t.fault(faultJSON{place, reasonOf(err), false})
		return
	}
	switch w.receipt.Verdict {
	case tickets.VerdictDuplicate, tickets.VerdictVariant:
		t.Duplicates++
		return
	case tickets.VerdictTicket:
		t.Opened++
	case tickets.VerdictHeld:
		t.Held++
	}
	t.Taken++
	if t.Rules == nil {
		t.Rules, t.Kinds = map[string]int{}, map[string]int{}
	}
	t.Rules[w.receipt.Rule]++
	t.Kinds[w.auto]++
	if w.unparsed != "" {
		t.Unreadable++
		t.fault(faultJSON{place, w.unparsed, true})
	}
}

func (t *tally) fault(f faultJSON) {
	if len(t.Faults) < maxFaults {
		t.Faults = append(t.Faults, f)
	}
}

// reasonOf gives why a mail was not taken, in the words that its sender would hear.
func reasonOf(err error) string {
	var refused *mailerr.Error
	if errors.As(err, &refused) {
		return refused.Public
	}
	return err.Error()
}

// importJSON is the report of an import.
type importJSON struct {
	Taken      int         `json:"taken"`
	Duplicates int         `json:"duplicates"`
	Tickets    int         `json:"tickets"`
	Held       int         `json:"held"`
	Unreadable int         `json:"unreadable"`
	Refused    int         `json:"refused"`
	Faults     []faultJSON `json:"faults"`
}

func (t tallied) importView() importJSON {
	return importJSON{
		t.Taken, t.Duplicates, t.Opened, t.Held, t.Unreadable, t.Refused,
		append([]faultJSON{}, t.Faults...),
	}
}

// show prints the counts that are not 0, and the mails that a person has to look at.
func (t tallied) show(out io.Writer) {
	fmt.Fprintf(out, "taken        %d, of which %d opened a ticket\n", t.Taken, t.Opened)
	for _, l := range []struct {
		n          int
		name, note string
	}{
		{t.Duplicates, "known", "there before, or twice in the archive"},
		{t.Held, "held", "see 'helpgate held list'"},
		{t.Unreadable, "unreadable", "taken as text, with the source as a file"},
		{t.Refused, "not taken", ""},
	} {
		if l.n > 0 {
			fmt.Fprintf(out, "%-12s %d%s\n", l.name, l.n, bracketed(l.note))
		}
	}
	for _, f := range t.Faults {
		fmt.Fprintf(out, "    %s: %s\n", f.Place, f.Reason)
	}
	if more := t.Unreadable + t.Refused - len(t.Faults); more > 0 {
		fmt.Fprintf(out, "    and %d more\n", more)
	}
}

func bracketed(note string) string {
	if note == "" {
		return ""
	}
	return " (" + note + ")"
}
