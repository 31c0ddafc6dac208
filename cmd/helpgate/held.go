package main

import (
	"context"
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"helpgate/tickets"
)

func heldCommand(a *app) *cobra.Command {
	return group("held", "What waits for a person's decision",
		heldList(a),
		a.onID("release", "Let a held thing pass", "held thing", "helpgate held list",
			func(ctx context.Context, w *world, id int64) error {
				return w.desk.Release(ctx, id, operator)
			}),
		a.onID("drop", "Give up a held thing: it stays a note, or is never sent",
			"held thing", "helpgate held list",
			func(ctx context.Context, w *world, id int64) error {
				return w.desk.Drop(ctx, id, operator)
			}))
}

func heldList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List what is held, oldest first", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(w *world) error {
				list, err := w.desk.HeldList(c.Context(), 0)
				if err != nil {
					return err
				}
				agents, err := w.desk.Agents(c.Context())
				if err != nil {
					return err
				}
				view := func(h tickets.Held) heldJSON { return heldView(h, agents) }
				return a.print(mapAll(list, view), func() {
					t := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
					fmt.Fprintln(t, "ID\tTICKET\tREASON\tOWNER\tSINCE\tWHAT")
					for _, h := range list {
						fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\n", h.ID, orDash(h.Ticket), h.Reason,
							view(h).Owner, stamp(h.At), h.Detail)
					}
					t.Flush()
				})
			})
		},
	}
}

// onID makes a verb whose only argument is the ID of a thing; where tells what lists them.
func (a *app) onID(
	verb, short, thing, where string, do func(context.Context, *world, int64) error,
) *cobra.Command {
	return &cobra.Command{
		Use: verb + " ID", Short: short, Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := parseNumber(args[0])
			if err != nil {
				return err
			}
			return a.with(c.Context(), func(w *world) error {
				what := fmt.Sprintf("%s %d", thing, id)
				return missing(do(c.Context(), w, id), what, where)
			})
		},
	}
}

func heldView(h tickets.Held, agents []tickets.Agent) heldJSON {
	v := heldJSON{
		ID: strconv.FormatInt(h.ID, 10), Reason: string(h.Reason), Detail: h.Detail,
		At: instant(h.At),
	}
	if h.Message != 0 {
		v.Message = strconv.FormatInt(h.Message, 10)
	}
	if h.Ticket != 0 {
		v.Ticket = &h.Ticket
	}
	for _, ag := range agents {
		if ag.ID == h.Owner {
			v.Owner = ag.Person().Address
		}
	}
	return v
}

// orDash gives a number for a line of text; 0 stands for none.
func orDash(n int64) string {
	if n == 0 {
		return "-"
	}
	return strconv.FormatInt(n, 10)
}
