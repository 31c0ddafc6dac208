package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
)

// show tells it to a person.
func (v explainedJSON) show(out io.Writer) {
	if v.Foreseen != nil {
		v.Foreseen.show(out)
		return
	}
	for i, m := range v.Mails {
		if i > 0 {
			fmt.Fprintln(out)
		}
		m.show(out)
	}
	if len(v.Sent)+len(v.Held)+len(v.Events) == 0 {
		return
	}
	if len(v.Mails) > 0 {
		fmt.Fprintln(out, "\nbeside these mails")
	}
	showFollowed(out, v.Sent, v.Held, v.Events)
}

func (m mailStoryJSON) show(out io.Writer) {
	fmt.Fprintf(out, "%s  mail of %s: %q%s\n", *m.At, cmp.Or(m.From, "nobody"), m.Subject,
		bracketed(m.MessageID))
	showSteps(out, m.Steps)
	showFollowed(out, m.Sent, m.Held, m.Events)
	for _, n := range m.NotSent {
		tellLine(out, "not sent", strings.TrimPrefix(n.Kind+": "+n.Why, ": "))
	}
}

// showSteps tells a mail's way, with what each rule looks for.
func showSteps(out io.Writer, steps []stepJSON) {
	for _, s := range steps {
		name, answer := s.Step, s.Answer
		if s.Rule != "" {
			name = s.Rule
			answer += bracketed(strings.TrimPrefix(s.Step, "rule: "))
		}
		tellLine(out, name, answer)
	}
}

// showFollowed tells what followed from a mail, or from none.
func showFollowed(out io.Writer, sent []outgoingJSON, held []heldTaleJSON, events []eventJSON) {
	for _, e := range events {
		tellLine(out, "event", fmt.Sprintf("%s  %s by %s: %s -> %s", *e.At, e.Verb,
			cmp.Or(e.Actor, "helpgate"), e.From, e.To))
	}
	for _, h := range held {
		decided := h.State
		if h.DecidedAt != nil {
			decided += " by " + cmp.Or(h.DecidedBy, "helpgate") + " at " + *h.DecidedAt
		}
		tellLine(out, "held", fmt.Sprintf("%s: %s%s", h.Reason, decided, bracketed(h.Detail)))
	}
	for _, o := range sent {
		tellLine(out, "sent", delivered(o))
	}
}

// tellLine prints a step and its answer.
func tellLine(out io.Writer, name, answer string) {
	fmt.Fprintf(out, "  %-17s %s\n", name, strings.TrimRight(answer, " "))
}

// delivered tells how far a mail of ours has come.
func delivered(o outgoingJSON) string {
	text := fmt.Sprintf("%s to %s: %s", o.Kind, o.Recipient, o.Status)
	switch {
	case o.SentAt != nil:
		text += " at " + *o.SentAt
	case o.NextAttemptAt != nil:
		text += ", next attempt at " + *o.NextAttemptAt
	}
	if o.Attempts > 1 {
		text += fmt.Sprintf(", after %d attempts", o.Attempts)
	}
	return text + bracketed(o.LastReply)
}
