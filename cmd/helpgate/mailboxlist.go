package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"helpgate/internal/config"
	"helpgate/internal/health"
	"helpgate/internal/probe"
)

func mailboxList(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the mailboxes, how each gets and sends mail, and how it fares",
		Args:  exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c.Context(), func(w *world) error {
				boxes := []mailboxView{}
				for _, mb := range w.config.Mailboxes {
					v, err := w.mailboxView(c.Context(), mb)
					if err != nil {
						return err
					}
					boxes = append(boxes, v)
				}
				return a.print(boxes, func() { a.showMailboxes(boxes) })
			})
		},
	}
}

// mailboxView is a mailbox in the list. What tells how it fares is as the running server last wrote
// it down, at most a minute ago.
type mailboxView struct {
	Address    string       `json:"address"`
	Aliases    []string     `json:"aliases"`
	In         string       `json:"in"`  // "imap" or "smtp"
	Out        string       `json:"out"` // "relay" or "mx"
	IMAP       string       `json:"imap"`
	Relay      string       `json:"relay"`
	Tokens     string       `json:"tokens"`
	ReturnPath string       `json:"return_path"`
	Folders    []folderView `json:"folders"`
	// Probe is what the last probe mails found; null when none were sent.
	Probe *probe.Result `json:"probe"`
}

// folderView is a folder that is read.
type folderView struct {
	Folder      string  `json:"folder"`
	LastSuccess *string `json:"last_success"`
	Backlog     int     `json:"backlog"`
	SetAside    int     `json:"set_aside"`
	Error       string  `json:"error"`
	Mend        string  `json:"mend"`
}

func (w *world) mailboxView(ctx context.Context, mb config.Mailbox) (mailboxView, error) {
	v := mailboxView{
		Address: mb.Address, Aliases: append([]string{}, mb.Aliases...), In: "smtp", Out: "mx",
		Tokens: mb.Tokens, ReturnPath: mb.ReturnPath, Folders: []folderView{},
	}
	if mb.Relay != nil {
		v.Out, v.Relay = "relay", mb.Relay.Address
	}
	var err error
	if v.Probe, err = w.lastProbe(ctx, mb.Address); err != nil {
		return mailboxView{}, err
	}
	if mb.IMAP == nil {
		return v, nil
	}
	v.In, v.IMAP = "imap", mb.IMAP.Address
	for _, folder := range mb.IMAP.Polled() {
		f, err := health.Read(ctx, marks{w.db}, mb.Address, folder)
		if err != nil {
			return mailboxView{}, err
		}
		v.Folders = append(v.Folders, folderView{
			Folder: folder, LastSuccess: instant(f.LastSuccess), Backlog: f.Backlog,
			SetAside: f.SetAside, Error: f.Error, Mend: f.Mend,
		})
	}
	return v, nil
}

// lastProbe gives what the mailbox's last probe mails found; nil when none were sent.
func (w *world) lastProbe(ctx context.Context, address string) (*probe.Result, error) {
	value, err := marks{w.db}.Mark(ctx, "probe:"+key(address))
	if err != nil || value == "" {
		return nil, err
	}
	r := &probe.Result{}
	if err := json.Unmarshal([]byte(value), r); err != nil {
		return nil, fmt.Errorf("read what was found of %s: %w", address, err)
	}
	return r, nil
}

func (a *app) showMailboxes(boxes []mailboxView) {
	if len(boxes) == 0 {
		fmt.Fprintln(a.out, "no mailboxes: add one with 'helpgate mailbox connect ADDRESS'")
		return
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	defer t.Flush()
	fmt.Fprintln(t, "MAILBOX\tIN\tOUT\tTOKENS\tPROBED\tLAST READ\tWAITING\tSET ASIDE\tTROUBLE")
	for _, b := range boxes {
		out := b.Out
		if b.Relay != "" {
			out = b.Relay
		}
		probed := "never"
		if b.Probe != nil {
			probed = b.Probe.At.UTC().Format("2006-01-02 ") + string(b.Probe.Findings.Delivery)
		}
		if len(b.Folders) == 0 {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t\t\t\t\n", b.Address, b.In, out, b.Tokens, probed)
		}
		for _, f := range b.Folders {
			read := "never"
			if f.LastSuccess != nil {
				read = *f.LastSuccess
			}
			fmt.Fprintf(t, "%s\t%s %s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\n", b.Address, b.IMAP, f.Folder,
				out, b.Tokens, probed, read, f.Backlog, f.SetAside, oneLine(f.Error, f.Mend))
		}
	}
}

// oneLine joins texts that are there.
func oneLine(texts ...string) string {
	var there []string
	for _, text := range texts {
		if text != "" {
			there = append(there, strings.Join(strings.Fields(shown(text)), " "))
		}
	}
	return strings.Join(there, "; ")
}
