package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"helpgate/internal/rfc"
	"helpgate/mailin/archive"
	"helpgate/templates"
)

func importCommand(a *app) *cobra.Command {
	return group("import", "Take the mails of an archive in as history: nothing goes out",
		importFrom(a, "mbox", "an mbox, with LF, CRLF or CR at the ends of lines",
			func(path string) (archive.Archive, error) { return archive.OpenMbox(path) }),
		importFrom(a, "maildir", "a Maildir with all folders below it",
			func(path string) (archive.Archive, error) { return archive.OpenMaildir(path) }))
}

// importText is what is to be known of it, whatever the archive.
const importText = `
Nothing goes out because of these mails. Each is judged as of when it came: by its topmost Received
field, else its Date, else what the archive tells. They are threaded by the same rules as all mail,
and what is there already, by whatever road, stays one message.

A run that was stopped, also by kill -9, goes on where it ended when the same is called again. An
mbox that has grown since is read from there too, if nothing was left out. It works beside a running
server. The exit code is 1 if a mail was not taken; the others are.`

func importFrom(
	a *app, form, what string, open func(path string) (archive.Archive, error),
) *cobra.Command {
	var mailbox string
	c := &cobra.Command{
		Use:   form + " PATH",
		Short: "Take in the mails of " + what,
		Long:  "Take in the mails of " + what + ".\n" + importText,
		Args:  exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			box, err := open(args[0])
			if err != nil {
				return err
			}
			defer box.Close()
			path, err := filepath.Abs(args[0])
			if err != nil {
				return fmt.Errorf("import: %w", err)
			}
			return a.with(c.Context(), func(w *world) error {
				return a.importAll(c.Context(), w, box, "import:"+form+":"+path, mailbox)
			})
		},
	}
	c.Flags().StringVar(&mailbox, "mailbox", "",
		"`address` of the mailbox of mails that name none of ours in To or Cc (default the first)")
	return c
}

// importAll takes the archive in, under the mark.
func (a *app) importAll(
	ctx context.Context, w *world, box archive.Archive, mark, mailbox string,
) error {
	in := intake{box: box, store: w.db, silent: true, lanes: importLanes, mark: mark + ":" + mailbox}
	if len(w.mailboxes) == 0 {
		return errors.New("no [[mailbox]] in the configuration: add the address of your support")
	}
	if mailbox != "" {
		if _, ok := w.mailboxes.Find(rfc.Key(mailbox)); !ok {
			return usageError{fmt.Errorf("no mailbox %s in the configuration", mailbox)}
		}
		in.to = []string{mailbox}
	}
	texts, err := templates.Load(w.config.Site.Templates)
	if err != nil {
		return err
	}
	if in.gate, err = w.gate(texts, noMeter{}); err != nil {
		return err
	}
	if err := in.run(ctx, a.progress); err != nil {
		return fmt.Errorf("import stopped, call the same again to go on: %w", err)
	}
	if err := a.print(in.tally.importView(), func() { in.tally.show(a.out) }); err != nil {
		return err
	}
	if n := in.tally.Refused; n > 0 {
		return fmt.Errorf("%d of the mails were not taken", n)
	}
	return nil
}

// importLanes is how many mails are taken at once: they share the database's commits, of which one
// that waits for its disk costs more than all else of a mail.
const importLanes = 8
