package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"helpgate/tickets"
)

// maxTyped bounds a text that a verb reads from standard input.
const maxTyped = 1 << 20

// operator is who acts when a verb names no agent.
const operator = "operator"

func ticketCommand(a *app) *cobra.Command {
	return group("ticket", "Tickets: see them and act on them",
		ticketList(a), ticketShow(a), ticketReply(a), ticketNote(a), ticketAssign(a),
		ticketStatus(a), ticketMerge(a), ticketSplit(a), ticketRelease(a))
}

func ticketList(a *app) *cobra.Command {
	var f tickets.TicketFilter
	var status, assignee, requester, since string
	var limit, after count
	c := &cobra.Command{
		Use: "list", Short: "List tickets, newest first", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			f.Limit, f.After, f.Mailbox = int(limit), int64(after), key(f.Mailbox)
			var err error
			if f.Status, err = parseStatus(status); status != "" && err != nil {
				return err
			}
			if f.Since, err = parseSince(since); err != nil {
				return err
			}
			return a.with(c.Context(), func(w *world) error {
				return a.listTickets(c.Context(), w, f, assignee, requester)
			})
		},
	}
	fl := c.Flags()
	fl.StringVar(&status, "status", "", "new, open, pending, solved or closed")
	fl.StringVar(&assignee, "assignee", "", "an agent's address")
	fl.StringVar(&requester, "requester", "", "a customer's address")
	fl.StringVar(&f.Mailbox, "mailbox", "", "a mailbox's address")
	fl.StringVar(&since, "since", "", "created at or after this time (RFC 3339 or YYYY-MM-DD)")
	fl.Var(&limit, "limit", "at most this many")
	fl.Var(&after, "after", "only tickets after this one in the list: lower numbers")
	fl.BoolVar(&f.Merged, "merged", false, "merged ones too")
	return c
}

func (a *app) listTickets(
	ctx context.Context, w *world, f tickets.TicketFilter, assignee, requester string,
) error {
	if assignee != "" {
		ag, err := w.agent(ctx, assignee)
		if err != nil {
			return err
		}
		f.Assignee = ag.ID
	}
	list, err := w.desk.List(ctx, f, key(requester))
	if err != nil {
		return err
	}
	views := mapAll(list, ticketView)
	return a.print(views, func() {
		t := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
		fmt.Fprintln(t, "#\tSTATUS\tREQUESTER\tASSIGNEE\tMESSAGES\tSUBJECT")
		for _, l := range list {
			fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%d\t%s\n", l.Number, l.Status, l.Requester.Address,
				l.Assignee.Address, l.MessageCount, l.Subject)
		}
		t.Flush()
	})
}

func parseStatus(s string) (tickets.Status, error) {
	if status := tickets.Status(s); status.Valid() {
		return status, nil
	}
	return "", usageError{fmt.Errorf(
		"no status %q: it is one of new, open, pending, solved, closed", s)}
}

func parseSince(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, nil
		}
	}
	return time.Time{}, usageError{fmt.Errorf("--since %q is neither RFC 3339 nor YYYY-MM-DD", s)}
}

func ticketShow(a *app) *cobra.Command {
	return a.onTicket("show NUMBER", "Show a ticket with all that happened", 1,
		func(ctx context.Context, w *world, number int64, _ []string) error {
			s, err := w.desk.Show(ctx, number)
			if err != nil {
				return err
			}
			return a.print(shownView(s), func() { a.showTicket(s) })
		})
}

func ticketReply(a *app) *cobra.Command {
	var text, as string
	c := a.onTicket("reply NUMBER", "Answer the customer; the text from --text or standard input", 1,
		func(ctx context.Context, w *world, number int64, _ []string) error {
			if as == "" {
				return usageError{errors.New("ticket reply needs --agent: who answers")}
			}
			ag, err := w.agent(ctx, as)
			if err != nil {
				return err
			}
			words, err := a.typed(text)
			if err != nil {
				return err
			}
			id, err := w.desk.Reply(ctx, number, ag.ID, words)
			return a.printID(id, err)
		})
	c.Flags().StringVar(&text, "text", "", "the text")
	c.Flags().StringVar(&as, "agent", "", "address or name of the agent who answers")
	return c
}

func ticketNote(a *app) *cobra.Command {
	var text, as string
	c := a.onTicket("note NUMBER", "Write an internal note; the text from --text or standard input",
		1, func(ctx context.Context, w *world, number int64, _ []string) error {
			var ag tickets.Agent
			var err error
			if as != "" {
				if ag, err = w.agent(ctx, as); err != nil {
					return err
				}
			}
			words, err := a.typed(text)
			if err != nil {
				return err
			}
			id, err := w.desk.Note(ctx, number, ag.ID, words)
			return a.printID(id, err)
		})
	c.Flags().StringVar(&text, "text", "", "the text")
	c.Flags().StringVar(&as, "agent", "", "address or name of the agent who writes")
	return c
}

func ticketAssign(a *app) *cobra.Command {
	return a.onTicket("assign NUMBER AGENT|none", "Give a ticket to an agent", 2,
		func(ctx context.Context, w *world, number int64, args []string) error {
			if args[0] == "none" {
				return w.desk.Assign(ctx, number, 0, operator)
			}
			ag, err := w.agent(ctx, args[0])
			if err != nil {
				return err
			}
			return w.desk.Assign(ctx, number, ag.ID, operator)
		})
}

func ticketStatus(a *app) *cobra.Command {
	return a.onTicket("status NUMBER STATUS", "Set new, open, pending, solved or closed", 2,
		func(ctx context.Context, w *world, number int64, args []string) error {
			status, err := parseStatus(args[0])
			if err != nil {
				return err
			}
			return w.desk.SetStatus(ctx, number, status, operator)
		})
}

func ticketMerge(a *app) *cobra.Command {
	return a.onTicket("merge NUMBER INTO", "Make a ticket part of another", 2,
		func(ctx context.Context, w *world, number int64, args []string) error {
			into, err := parseNumber(args[0])
			if err != nil {
				return err
			}
			err = w.desk.Merge(ctx, number, into, operator)
			what := fmt.Sprintf("ticket %d or no ticket %d", number, into)
			return missing(err, what, "helpgate ticket list")
		})
}

func ticketSplit(a *app) *cobra.Command {
	c := a.onTicket("split NUMBER MESSAGE...", "Take messages out into a new ticket", -2,
		func(ctx context.Context, w *world, number int64, args []string) error {
			var ids []int64
			for _, s := range args {
				id, err := parseNumber(s)
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			made, err := w.desk.Split(ctx, number, ids, operator)
			if err != nil {
				what := "such ticket, or no such message on it"
				return missing(err, what, fmt.Sprintf("helpgate ticket show %d", number))
			}
			return a.print(map[string]int64{"number": made}, func() { fmt.Fprintln(a.out, made) })
		})
	return c
}

func ticketRelease(a *app) *cobra.Command {
	return a.onTicket("release NUMBER", "Let everything pass that is held on the ticket", 1,
		func(ctx context.Context, w *world, number int64, _ []string) error {
			n, err := w.desk.ReleaseTicket(ctx, number, operator)
			if err != nil {
				return err
			}
			return a.print(map[string]int{"released": n}, func() { fmt.Fprintln(a.out, n) })
		})
}

// onTicket makes a verb whose first argument is a ticket's number; n is how many arguments it
// takes, -n that it takes at least n.
func (a *app) onTicket(
	use, short string, n int, do func(context.Context, *world, int64, []string) error,
) *cobra.Command {
	args := exactly(n)
	if n < 0 {
		args = between(-n, -1)
	}
	return &cobra.Command{
		Use: use, Short: short, Args: args,
		RunE: func(c *cobra.Command, args []string) error {
			number, err := parseNumber(args[0])
			if err != nil {
				return err
			}
			return a.with(c.Context(), func(w *world) error {
				err := do(c.Context(), w, number, args[1:])
				return missing(err, fmt.Sprintf("ticket %d", number), "helpgate ticket list")
			})
		},
	}
}

// typed gives the text of --text, else what stands on standard input.
func (a *app) typed(text string) (string, error) {
	if text != "" {
		return text, nil
	}
	b, err := io.ReadAll(io.LimitReader(a.in, maxTyped+1))
	if err != nil {
		return "", fmt.Errorf("read standard input: %w", err)
	}
	if len(b) > maxTyped {
		return "", usageError{fmt.Errorf("the text is longer than %d bytes", maxTyped)}
	}
	return string(b), nil
}

func (a *app) printID(id int64, err error) error {
	if err != nil {
		return err
	}
	return a.print(map[string]string{"id": fmt.Sprint(id)}, func() { fmt.Fprintln(a.out, id) })
}
