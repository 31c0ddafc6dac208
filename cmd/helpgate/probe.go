package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"helpgate/internal/config"
	"helpgate/internal/probe"
	"helpgate/internal/rfc"
	"helpgate/tickets"
)

const probeText = `Send a few mails from the mailbox to itself, by its relay and back into its folders, and
tell what the provider did to them on their way. It takes some seconds, or up to three minutes
where one does not come back. The mails become no tickets, beside a running server too. A running
server does this daily by itself, and tells the lead what changed.`

func mailboxProbe(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "probe ADDRESS",
		Short: "Send probe mails round the loop, and tell what became of them",
		Long:  probeText,
		Args:  exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(c.Context(), func(w *world) error {
				mb, err := w.probed(args[0])
				if err != nil {
					return usageError{err}
				}
				a.tellProbing(mb.Address)
				report, err := w.probeAgain(c.Context(), mb, probe.Kinds()...)
				if err != nil {
					return err
				}
				if err := a.print(report, func() { a.showProbe(report) }); err != nil {
					return err
				}
				return report.fault()
			})
		},
	}
}

// tellProbing says why nothing else is said for a while.
func (a *app) tellProbing(address string) {
	fmt.Fprintf(a.err, "Sending probe mails from %s to itself: this may take three minutes.\n", address)
}

// probed finds the mailbox of an address, which must have both ways of the loop.
func (w *world) probed(address string) (config.Mailbox, error) {
	for _, mb := range w.config.Mailboxes {
		if key(mb.Address) != rfc.Key(address) {
			continue
		}
		if mb.IMAP == nil || mb.Relay == nil {
			return mb, fmt.Errorf("mailbox %s has no loop: it needs an imap section and a relay",
				mb.Address)
		}
		return mb, nil
	}
	return config.Mailbox{}, fmt.Errorf("no mailbox %s in the configuration", address)
}

// probeReport is what a run told, beside the last one.
type probeReport struct {
	Mailbox string `json:"mailbox"`
	probe.Result
	Lines   []probe.Line   `json:"lines"`
	Changes []probe.Change `json:"changes"` // since the last run; none after the first
	Before  *string        `json:"before"`  // when that was
}

// fault tells that the loop does not hold.
func (r probeReport) fault() error {
	if o := r.Findings.Delivery; o != probe.Arrived {
		return fmt.Errorf("a mail from %s to itself is %s", r.Mailbox,
			strings.Join(nonEmpty(string(o), r.Findings.Refusal), ": "))
	}
	return nil
}

// probeAgain makes a run for a configured mailbox, compares it with the last one and keeps it.
func (w *world) probeAgain(
	ctx context.Context, mb config.Mailbox, kinds ...probe.Kind,
) (probeReport, error) {
	r := probeReport{Mailbox: mb.Address, Changes: []probe.Change{}}
	in, err := w.imapServer(mb.IMAP)
	if err != nil {
		return r, err
	}
	out, err := w.relayConfig(mb.Relay)
	if err != nil {
		return r, err
	}
	if r.Result, err = w.probe(ctx, mb, in, out, kinds...); err != nil {
		return r, fmt.Errorf("probe %s: %w", mb.Address, err)
	}
	r.Lines = r.Findings.Lines()
	return r, w.compareProbe(ctx, &r)
}

// compareProbe compares the run with the one that is kept, in whose place it is kept then.
func (w *world) compareProbe(ctx context.Context, r *probeReport) error {
	mark := "probe:" + key(r.Mailbox)
	return w.db.Update(ctx, func(tx tickets.Tx) error {
		r.Changes, r.Before = []probe.Change{}, nil
		value, err := tx.Mark(ctx, mark)
		if err != nil {
			return fmt.Errorf("read mark %s: %w", mark, err)
		}
		keep := r.Result
		var last probe.Result
		if value != "" {
			if err := json.Unmarshal([]byte(value), &last); err != nil {
				return fmt.Errorf("read mark %s: %w", mark, err)
			}
			r.Changes = append(r.Changes, probe.Changes(last.Findings, r.Findings)...)
			r.Before = instant(last.At)
			keep.Findings = keep.Findings.Over(last.Findings)
		}
		text, err := json.Marshal(keep)
		if err != nil {
			return err
		}
		return tx.SetMark(ctx, mark, string(text))
	})
}

// showProbe tells the findings, and what is other than last time.
func (a *app) showProbe(r probeReport) {
	for _, l := range r.Lines {
		fmt.Fprintln(a.out, l.Text)
	}
	if r.RoundTrip > 0 {
		fmt.Fprintf(a.out, "A mail takes %.1f seconds round the loop.\n", float64(r.RoundTrip)/1000)
	}
	if r.Before == nil {
		return
	}
	fmt.Fprintf(a.out, "\nSince %s:\n", *r.Before)
	if len(r.Changes) == 0 {
		fmt.Fprintln(a.out, "nothing changed")
	}
	for _, c := range r.Changes {
		fmt.Fprintf(a.out, "%s was %q, is %q. %s\n", c.Name, c.Was, c.Value, c.Text)
	}
}
