package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"helpgate/tickets"
)

func queueCommand(a *app) *cobra.Command {
	return group("queue", "What goes out", queueList(a),
		a.onID("retry", "Try a mail again at once", "outgoing mail", "helpgate queue list",
			func(ctx context.Context, w *world, id int64) error { return w.desk.Resend(ctx, id) }),
		a.onID("drop", "Never send a mail", "outgoing mail", "helpgate queue list",
			func(ctx context.Context, w *world, id int64) error {
				return w.desk.Abandon(ctx, id, operator)
			}),
		queueSuppressions(a))
}

// outStatuses are the statuses of the contract, with those of the outbox that each stands for: what
// the leak guard stopped has failed, and its reason stands where the peer's last reply does.
var outStatuses = map[string][]tickets.OutStatus{
	"":        {""},
	"waiting": {tickets.OutWaiting},
	"sending": {tickets.OutSending},
	"sent":    {tickets.OutSent},
	"failed":  {tickets.OutFailed, tickets.OutStopped},
}

func outStatus(s tickets.OutStatus) string {
	if s == tickets.OutStopped {
		return "failed"
	}
	return string(s)
}

func queueList(a *app) *cobra.Command {
	var status string
	var limit count
	c := &cobra.Command{
		Use: "list", Short: "List outgoing mails, newest first", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			if _, ok := outStatuses[status]; !ok {
				return usageError{fmt.Errorf(
					"no status %q: it is one of waiting, sending, sent, failed", status)}
			}
			return a.with(c.Context(), func(w *world) error {
				rows, err := outgoing(c.Context(), w, status, int(limit))
				if err != nil {
					return err
				}
				return a.print(mapAll(rows, outgoingView), func() {
					t := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
					fmt.Fprintln(t, "ID\tKIND\tTICKET\tRECIPIENT\tSTATUS\tATTEMPTS\tLAST REPLY")
					for _, o := range rows {
						fmt.Fprintf(t, "%d\t%s\t%d\t%s\t%s\t%d\t%s\n", o.ID, o.Kind, o.Ticket,
							o.Recipient.Address, outStatus(o.Status), o.Attempts, o.LastReply)
					}
					t.Flush()
				})
			})
		},
	}
	c.Flags().StringVar(&status, "status", "", "waiting, sending, sent or failed")
	c.Flags().Var(&limit, "limit", "at most this many")
	return c
}

// outgoing gives the rows of a status of the contract, newest first.
func outgoing(
	ctx context.Context, w *world, status string, limit int,
) (all []tickets.Outgoing, err error) {
	for _, s := range outStatuses[status] {
		rows, err := w.db.Rows().List(ctx, s, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	slices.SortFunc(all, func(a, b tickets.Outgoing) int { return cmp.Compare(b.ID, a.ID) })
	if limit > 0 && len(all) > limit {
		all = all[:limit]
	}
	return all, nil
}
