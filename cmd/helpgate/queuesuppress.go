package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"helpgate/tickets"
)

// suppressionJSON is an address that gets no automatic mail.
type suppressionJSON struct {
	Address string  `json:"address"`
	Until   *string `json:"until"`
}

func queueSuppressions(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "suppressions",
		Short: "List the addresses that get no automatic mail, because mail to them came back",
		Args:  exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(w *world) error {
				list, err := w.desk.Suppressions(c.Context())
				if err != nil {
					return err
				}
				view := func(c tickets.Customer) suppressionJSON {
					return suppressionJSON{c.Address, instant(c.SuppressedUntil)}
				}
				return a.print(mapAll(list, view), func() {
					t := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
					fmt.Fprintln(t, "ADDRESS\tUNTIL")
					for _, c := range list {
						fmt.Fprintf(t, "%s\t%s\n", c.Address, stamp(c.SuppressedUntil))
					}
					t.Flush()
				})
			})
		},
	}
}
