package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"helpgate/mailin"
	"helpgate/mailin/source"
	"helpgate/templates"
	"helpgate/tickets"
	"helpgate/tickets/desk"
)

func replayCommand(a *app) *cobra.Command {
	var failed bool
	c := &cobra.Command{
		Use:   "replay ID | --failed",
		Short: "Read a received mail again from its kept source, as today's program reads it",
		Long:  replayText,
		Args:  between(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if failed == (len(args) == 1) {
				return usageError{errors.New("replay needs the ID of a message, or --failed")}
			}
			return a.with(c.Context(), func(w *world) error {
				r, err := newReplay(w)
				if err != nil {
					return err
				}
				if failed {
					return a.replayFailed(c.Context(), r)
				}
				return a.replayOne(c.Context(), r, args[0])
			})
		},
	}
	c.Flags().BoolVar(&failed, "failed", false, "all mails that could not be read")
	return c
}

// replayText is its help.
const replayText = `Read a received mail again from its kept source, as today's program reads it. ID
is that of a message in 'helpgate ticket show --json'.

A message that holds its source alone, because it could not be read when it came, is mended if it
can be read now: texts, files and kind are those of the mail, and its ticket has an event that says
so. Any other message stays as it is: how it would be read now is only printed. Neither changes its
ticket, and nothing goes out.`

// replayedJSON is what a mail was read as, and how it reads now.
type replayedJSON struct {
	ID     string `json:"id"`
	Ticket int64  `json:"ticket"`
	Mended bool   `json:"mended"` // it could not be read, and is now
	Same   bool   `json:"same"`   // nothing reads otherwise
	// Error tells why it could not be read again, or still not be taken apart.
	Error string       `json:"error"`
	Was   readingJSON  `json:"was"`
	Now   *readingJSON `json:"now"` // nil: it was not read again
}

// readingJSON is a reading of a mail.
type readingJSON struct {
	Subject     string   `json:"subject"`
	ReplyText   string   `json:"reply_text"`
	Auto        string   `json:"auto"`
	Attachments []string `json:"attachments"` // their names
}

// replay reads mails again through the door, with a desk that writes nothing but what it mends.
type replay struct {
	*world
	gate   mailin.Gate
	packer *source.Packer
	again  *rereader
}

func newReplay(w *world) (*replay, error) {
	if len(w.mailboxes) == 0 {
		return nil, errors.New("no [[mailbox]] in the configuration: add the address of your support")
	}
	texts, err := templates.Load(w.config.Site.Templates)
	if err != nil {
		return nil, err
	}
	gate, err := w.gate(texts, noMeter{})
	if err != nil {
		return nil, err
	}
	packer, err := source.NewPacker()
	if err != nil {
		return nil, err
	}
	r := &replay{world: w, gate: *gate, packer: packer, again: &rereader{desk: w.desk}}
	r.gate.Desk = r.again
	return r, nil
}

// rereader is the desk to which the door gives a mail that is a message already.
type rereader struct {
	desk    *desk.Desk
	message int64
	mended  bool
	mail    *tickets.Mail
}

// Look implements mailin.Desk.
func (r *rereader) Look(ctx context.Context, m *tickets.Mail) (desk.Sight, error) {
	return r.desk.Look(ctx, m)
}

// Receive implements mailin.Desk.
func (r *rereader) Receive(ctx context.Context, m *tickets.Mail) (_ desk.Receipt, err error) {
	r.mail = m
	r.mended, err = r.desk.Reread(ctx, r.message, m)
	return desk.Receipt{}, err
}

// one reads a message's mail again.
func (r *replay) one(ctx context.Context, id int64) (replayedJSON, error) {
	var msg tickets.Message
	var entry tickets.JournalEntry
	err := r.db.View(ctx, func(tx tickets.Tx) (err error) {
		if msg, err = tx.Message(ctx, id); err != nil {
			return err
		}
		entry, err = journaled(ctx, tx, msg)
		return err
	})
	v := replayedJSON{
		ID: strconv.FormatInt(id, 10), Ticket: msg.Ticket,
		Was: readingOf(msg.Subject, msg.ReplyText, msg.Auto, msg.Attachments),
	}
	if err != nil {
		return v, err
	}
	if entry.Source == "" {
		v.Error = "its source is not kept: it was no mail, or is too old"
		return v, nil
	}
	if err := r.read(ctx, id, entry); err != nil {
		return v, fmt.Errorf("read message %d again: %w", id, err)
	}
	m := r.again.mail
	said := tickets.Message{ReplyText: m.ReplyText}
	said.Add(m.Added)
	now := readingOf(m.Subject, said.ReplyText, m.Auto, m.Attachments)
	v.Now, v.Error, v.Mended = &now, m.Unparsed, r.again.mended
	v.Same = reflect.DeepEqual(v.Was, now)
	return v, nil
}

// maxKin bounds in how many tickets an entry is looked for.
const maxKin = 100

// journaled gives the entry of a message's mail; one without a source if there is none. It stays
// with the ticket to which the mail came, where a merge or a split took the message to another one.
func journaled(
	ctx context.Context, tx tickets.Tx, msg tickets.Message,
) (entry tickets.JournalEntry, err error) {
	kin := []int64{msg.Ticket}
	for i := 0; i < len(kin) && i < maxKin; i++ {
		entries, err := tx.Journal(ctx, kin[i])
		if err != nil {
			return entry, err
		}
		for _, j := range entries {
			if j.Message == msg.ID && j.Source != "" {
				entry = j
			}
		}
		if entry.Source != "" {
			return entry, nil
		}
		links, err := tx.Links(ctx, kin[i])
		if err != nil {
			return entry, err
		}
		for _, l := range links {
			if l.Kind != tickets.LinkMerged && l.Kind != tickets.LinkSplit {
				continue
			}
			for _, t := range []int64{l.Ticket, l.Other} {
				if !slices.Contains(kin, t) {
					kin = append(kin, t)
				}
			}
		}
	}
	return entry, nil
}

func readingOf(subject, text, auto string, files []tickets.Attachment) readingJSON {
	names := mapAll(files, func(f tickets.Attachment) string { return f.Filename })
	return readingJSON{subject, text, auto, orEmpty(names)}
}

// read hands the source of a journaled mail to the door.
func (r *replay) read(ctx context.Context, message int64, j tickets.JournalEntry) error {
	packed, err := r.db.Blobs().Open(ctx, j.Source)
	if err != nil {
		return err
	}
	all, err := io.ReadAll(packed)
	packed.Close()
	if err != nil {
		return err
	}
	mail, sums, err := r.packer.Unpack(all)
	if err != nil {
		return err
	}
	text := mail.Reader(func(file int) (io.ReadCloser, error) {
		return r.db.Blobs().Open(ctx, sums[file])
	})
	defer text.Close()
	r.again.message = message
	known := j.Road == string(mailin.RoadSMTP) || j.Road == string(mailin.RoadLMTP) ||
		j.Road == string(mailin.RoadSubmission)
	return r.gate.Accept(ctx, mailin.Envelope{
		Road: mailin.Road(j.Road), From: j.EnvelopeFrom, FromKnown: known, To: j.EnvelopeTo,
		ReceivedAt: j.At, Silent: true,
	}, text)
}

func (a *app) replayOne(ctx context.Context, r *replay, arg string) error {
	id, err := parseNumber(arg)
	if err != nil {
		return err
	}
	v, err := r.one(ctx, id)
	if err != nil {
		return missing(err, fmt.Sprintf("message %d", id), "helpgate ticket show NUMBER --json")
	}
	if err := a.print(v, func() { v.show(a.out) }); err != nil {
		return err
	}
	if v.Now == nil {
		return fmt.Errorf("message %d was not read again: %s", id, v.Error)
	}
	return nil
}

// replayFailed reads all messages again that hold their source alone.
func (a *app) replayFailed(ctx context.Context, r *replay) error {
	ids, err := r.unread(ctx)
	if err != nil {
		return err
	}
	views := []replayedJSON{}
	for _, id := range ids {
		v, err := r.one(ctx, id)
		if ctx.Err() != nil {
			return err
		}
		if err != nil { // the others are not worse for it
			v.Error = err.Error()
		}
		views = append(views, v)
	}
	return a.print(views, func() {
		for _, v := range views {
			fmt.Fprintf(a.out, "message %s of ticket %d: %s\n", v.ID, v.Ticket, v.outcome())
		}
	})
}

// unread gives the messages that hold their source alone, oldest ticket last.
func (r *replay) unread(ctx context.Context) (ids []int64, err error) {
	for after := int64(0); ; {
		var some []tickets.Ticket
		err := r.db.View(ctx, func(tx tickets.Tx) (err error) {
			some, err = tx.Tickets(ctx, tickets.TicketFilter{Limit: reportBatch, After: after})
			for _, t := range some {
				messages, err := tx.Skim(ctx, t.Number, t.MessageCount, 1)
				if err != nil {
					return err
				}
				for _, m := range messages {
					if m.Has(tickets.FlagUnparsed) {
						ids = append(ids, m.ID)
					}
				}
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("look for unread mails: %w", err)
		}
		if len(some) == 0 {
			return ids, nil
		}
		after = some[len(some)-1].Number
	}
}

// outcome says in a few words what came of it.
func (v replayedJSON) outcome() string {
	switch {
	case v.Mended:
		return "mended"
	case v.Error != "":
		return v.Error
	case v.Same:
		return "reads as before"
	}
	return "would read otherwise now"
}

func (v replayedJSON) show(out io.Writer) {
	fmt.Fprintf(out, "message %s of ticket %d: %s\n", v.ID, v.Ticket, v.outcome())
	if v.Same || v.Now == nil {
		return
	}
	for _, side := range []struct {
		name string
		readingJSON
	}{{"was", v.Was}, {"now", *v.Now}} {
		fmt.Fprintf(out, "%s: %s\n", side.name, side.Subject)
		block(out, "new text", side.ReplyText)
		for _, f := range side.Attachments {
			fmt.Fprintf(out, "attachment   %s\n", f)
		}
	}
}
