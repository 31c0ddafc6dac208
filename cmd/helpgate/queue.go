package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"helpgate/tickets"
)

func queueCommand(a *app) *cobra.Command {
	return group("queue", "What goes out", queueList(a),
		queueChange(a, "retry", "Try a mail again at once",
			func(ctx context.Context, w *world, id int64) error { return w.desk.Resend(ctx, id) }),
		queueChange(a, "drop", "Never send a mail",
			func(ctx context.Context, w *world, id int64) error {
				return w.desk.Abandon(ctx, id, operator)
			}))
}

func queueList(a *app) *cobra.Command {
	var status string
	var limit int
	c := &cobra.Command{
		Use: "list", Short: "List outgoing mails, newest first", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(w *world) error {
				rows, err := w.db.Rows().List(c.Context(), tickets.OutStatus(status), limit)
				if err != nil {
					return err
				}
				return a.print(mapAll(rows, outgoingView), func() {
					t := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
					fmt.Fprintln(t, "ID\tKIND\tTICKET\tRECIPIENT\tSTATUS\tATTEMPTS\tLAST REPLY")
					for _, o := range rows {
						fmt.Fprintf(t, "%d\t%s\t%d\t%s\t%s\t%d\t%s\n", o.ID, o.Kind, o.Ticket,
							o.Recipient.Address, o.Status, o.Attempts, o.LastReply)
					}
					t.Flush()
				})
			})
		},
	}
	c.Flags().StringVar(&status, "status", "", "waiting, sending, sent, failed or stopped")
	c.Flags().IntVar(&limit, "limit", 0, "at most this many")
	return c
}

func queueChange(
	a *app, verb, short string, do func(context.Context, *world, int64) error,
) *cobra.Command {
	return &cobra.Command{
		Use: verb + " ID", Short: short, Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := parseNumber(args[0])
			if err != nil {
				return err
			}
			return a.with(c.Context(), func(w *world) error { return do(c.Context(), w, id) })
		},
	}
}
