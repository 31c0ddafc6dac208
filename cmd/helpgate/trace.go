package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"helpgate/tickets"
)

// tracedDefault is how many mails are listed when nobody says how many.
const tracedDefault = 50

// tracedJSON is one mail of an address, either way.
type tracedJSON struct {
	At        *string       `json:"at"`
	Way       string        `json:"way"` // in: the address sent it; out: it was sent to the address
	Subject   string        `json:"subject"`
	MessageID string        `json:"message_id"`
	Ticket    *int64        `json:"ticket"`
	Became    string        `json:"became"` // a verdict, or the status of what went out
	Rule      string        `json:"rule"`
	Auto      string        `json:"auto"`
	Sent      *outgoingJSON `json:"sent"` // null for what came in

	at time.Time
}

// traceText is its help.
const traceText = `List what an address sent and was sent, newest first, with what became of each.

What came in has the verdict of the journal and the rule that decided; what went out has how its
delivery stands. 'helpgate explain MESSAGE-ID' tells more of one mail.`

func traceCommand(a *app) *cobra.Command {
	limit := count(tracedDefault)
	c := &cobra.Command{
		Use: "trace ADDRESS", Short: "List what an address sent and was sent, newest first",
		Long: traceText, Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			address := key(strings.Trim(args[0], "<>"))
			if !strings.Contains(address, "@") {
				return usageError{errors.New("trace needs an address, as in ann@example.com")}
			}
			return a.with(c.Context(), func(w *world) error {
				all, err := traced(c.Context(), w, address, int(limit))
				if err != nil {
					return err
				}
				return a.print(all, func() { a.showTraced(address, all) })
			})
		},
	}
	c.Flags().Var(&limit, "limit", "at most this many; 0 for all")
	return c
}

// traced gives the newest mails of the address.
func traced(ctx context.Context, w *world, address string, limit int) ([]tracedJSON, error) {
	in, err := w.db.Past().From(ctx, address, limit)
	if err != nil {
		return nil, err
	}
	out, err := w.db.Past().To(ctx, address, limit)
	if err != nil {
		return nil, err
	}
	all := append(mapAll(in, tracedIn), mapAll(out, tracedOut)...)
	slices.SortStableFunc(all, func(a, b tracedJSON) int { return b.at.Compare(a.at) })
	if limit > 0 && len(all) > limit {
		all = all[:limit]
	}
	return all, nil
}

func tracedIn(j tickets.JournalEntry) tracedJSON {
	return tracedJSON{
		At: instant(j.At), Way: "in", Subject: j.Subject, MessageID: j.MessageID,
		Ticket: orNull(j.Ticket), Became: string(j.Verdict), Rule: j.Rule, Auto: j.Auto, at: j.At,
	}
}

func tracedOut(o tickets.Outgoing) tracedJSON {
	v := outgoingView(o)
	return tracedJSON{
		At: v.CreatedAt, Way: "out", Subject: o.Facts.Subject, MessageID: o.MessageID,
		Ticket: v.Ticket, Became: v.Status, Sent: &v, at: o.CreatedAt,
	}
}

// orNull gives a number, and null for 0, which stands for none.
func orNull(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

func (a *app) showTraced(address string, all []tracedJSON) {
	if len(all) == 0 {
		fmt.Fprintf(a.out, "no mail from %s, and none to it\n", address)
	}
	for _, v := range all {
		if v.Sent != nil {
			fmt.Fprintf(a.out, "%s  to it    %s\n", *v.At, delivered(*v.Sent))
			continue
		}
		fmt.Fprintf(a.out, "%s  from it  %s\n", *v.At, v.received())
	}
}

// received tells what became of a mail that came in.
func (v tracedJSON) received() string {
	text := fmt.Sprintf("%q: %s", v.Subject, verdictWords(tickets.Verdict(v.Became), v.Ticket))
	if v.Auto != "" {
		text += ", automatic (" + v.Auto + ")"
	}
	if v.Rule != "" {
		text += ", rule " + v.Rule
	}
	return text + bracketed(v.MessageID)
}
