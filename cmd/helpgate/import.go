package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"helpgate/internal/rfc"
	"helpgate/mailin"
	"helpgate/mailin/archive"
	"helpgate/templates"
)

func importCommand(a *app) *cobra.Command {
	return group("import", "Take the mails of an archive in as history: nothing goes out",
		importFrom(a, "mbox", "an mbox, with LF, CRLF or CR at the ends of lines",
			func(path string) (archive.Archive, error) { return archive.OpenMbox(path) }),
		importFrom(a, "maildir", "a Maildir with all folders below it",
			func(path string) (archive.Archive, error) { return archive.OpenMaildir(path) }),
		importIMAP(a))
}

// importText is what is to be known of it, whatever the archive.
const importText = `
Nothing goes out because of these mails. Each is judged as of when it came: by its topmost Received
field, else its Date, else what the archive tells. They are threaded by the same rules as all mail,
and what is there already, by whatever road, stays one message.

A run that was stopped, also by kill -9, goes on where it ended when the same is called again. What
an mbox or a folder at a provider got since is read from there too, or from the first mail that was
left out. It works beside a running server. The exit code is 1 if a mail was not taken; the others
are.`

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
				into, err := w.importer(mailbox)
				if err != nil {
					return err
				}
				if err := into.take(c.Context(), box, form+":"+path, a.progress); err != nil {
					return err
				}
				return a.tell(&into.tally)
			})
		},
	}
	mailboxFlag(c, &mailbox)
	return c
}

func mailboxFlag(c *cobra.Command, mailbox *string) {
	c.Flags().StringVar(mailbox, "mailbox", "",
		"`address` of the mailbox of mails that name none of ours in To or Cc (default the first)")
}

// importer takes archives in, and counts their mails together.
type importer struct {
	*world
	gate    *mailin.Gate
	mailbox string // of mails that name none of ours; "" for the first
	tally   tally
}

func (w *world) importer(mailbox string) (*importer, error) {
	if len(w.mailboxes) == 0 {
		return nil, errors.New("no [[mailbox]] in the configuration: add the address of your support")
	}
	if mailbox != "" {
		if _, ok := w.mailboxes.Find(rfc.Key(mailbox)); !ok {
			return nil, usageError{fmt.Errorf("no mailbox %s in the configuration", mailbox)}
		}
	}
	texts, err := templates.Load(w.config.Site.Templates)
	if err != nil {
		return nil, err
	}
	gate, err := w.gate(texts, noMeter{})
	return &importer{world: w, gate: gate, mailbox: mailbox}, err
}

// take takes one in. The name is its own among all archives.
func (i *importer) take(ctx context.Context, box archive.Archive, name string, bar newBar) error {
	in := intake{
		box: box, gate: i.gate, store: i.db, silent: true, lanes: importLanes, tally: &i.tally,
		mark: "import:" + name + ":" + i.mailbox,
	}
	if i.mailbox != "" {
		in.to = []string{i.mailbox}
	}
	if err := in.run(ctx, bar); err != nil {
		return fmt.Errorf("import stopped, call the same again to go on: %w", err)
	}
	return nil
}

// tell prints what became of the mails.
func (a *app) tell(t *tally) error {
	if err := a.print(t.importView(), func() { t.show(a.out) }); err != nil {
		return err
	}
	if t.Refused > 0 {
		return fmt.Errorf("%d of the mails were not taken", t.Refused)
	}
	return nil
}

// importLanes is how many mails are taken at once: they share the database's commits, of which one
// that waits for its disk costs more than all else of a mail.
const importLanes = 8
