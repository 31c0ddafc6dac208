package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"helpgate/internal/rfc"
	"helpgate/internal/safehtml"
	"helpgate/mailin"
	"helpgate/mailin/parse"
	"helpgate/tickets"
)

// maxInspected bounds a mail that is read whole: what a listener takes by default.
const maxInspected = 50 << 20

// inspectedJSON is what helpgate makes of a mail (DESIGN section 11).
type inspectedJSON struct {
	File        string           `json:"file"`
	From        *tickets.Person  `json:"from"`
	To          []tickets.Person `json:"to"`
	Cc          []tickets.Person `json:"cc"`
	Subject     string           `json:"subject"`
	Date        *string          `json:"date"`
	MessageID   string           `json:"message_id"`
	InReplyTo   []string         `json:"in_reply_to"`
	References  []string         `json:"references"`
	Text        string           `json:"text"`
	HTML        string           `json:"html"`
	ReplyText   string           `json:"reply_text"`
	Signature   string           `json:"signature"`
	AutoKind    string           `json:"auto_kind"`
	Signs       []string         `json:"signs"`
	Attachments []attachmentJSON `json:"attachments"`
	TNEFNames   []string         `json:"tnef_names"`
	Language    string           `json:"language"`
	Warnings    []string         `json:"warnings"`
	Error       string           `json:"error"`
}

func inspectCommand(a *app) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "inspect FILE|DIR|-",
		Short: "Print what helpgate makes of a mail, without configuration or store",
		Args:  exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			info, err := os.Stat(args[0])
			if args[0] != "-" && err != nil {
				return fmt.Errorf("inspect: %w", err)
			}
			if args[0] != "-" && info.IsDir() {
				return a.inspectTree(c.Context(), args[0], out)
			}
			view, err := a.inspectOne(args[0])
			if err != nil {
				return err
			}
			if out != "" {
				return writeView(out, filepath.Base(args[0]), view)
			}
			return a.print(view, func() { a.showInspected(view) })
		},
	}
	c.Flags().StringVar(&out, "out", "", "folder that gets x.json for each x.eml")
	return c
}

func (a *app) inspectOne(path string) (inspectedJSON, error) {
	in := a.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return inspectedJSON{}, fmt.Errorf("inspect: %w", err)
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxInspected+1))
	if err != nil {
		return inspectedJSON{}, fmt.Errorf("read %s: %w", path, err)
	}
	if len(raw) > maxInspected {
		return inspectedJSON{File: path, Error: "mail is larger than 50 MiB"}, nil
	}
	return inspectView(path, mailin.Read(raw)), nil
}

// inspectTree reads every .eml below dir on all cores.
func (a *app) inspectTree(ctx context.Context, dir, out string) error {
	var paths []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".eml") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("inspect: %w", err)
	}
	views := make([]inspectedJSON, len(paths))
	group, _ := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i, path := range paths {
		group.Go(func() error {
			view, err := a.inspectOne(path)
			if err != nil {
				return err
			}
			views[i] = view
			if out == "" {
				return nil
			}
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			return writeView(out, rel, view)
		})
	}
	if err := group.Wait(); err != nil || out != "" {
		return err
	}
	return a.print(views, func() {
		for _, v := range views {
			a.showInspected(v)
			fmt.Fprintln(a.out)
		}
	})
}

// writeView writes out/x.json for the mail x.eml.
func writeView(out, rel string, view inspectedJSON) error {
	path := filepath.Join(out, strings.TrimSuffix(rel, ".eml")+".json")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	b, err := json.MarshalIndent(view, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", rel, err)
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return nil
}

func inspectView(path string, rd *mailin.Reading) inspectedJSON {
	m := rd.Mail
	verdict := rd.Classify()
	v := inspectedJSON{
		File: path, To: addressViews(m.To), Cc: addressViews(m.Cc), Subject: m.Subject,
		Date: instant(m.Date), MessageID: m.MessageID, InReplyTo: orEmpty(m.InReplyTo),
		References: orEmpty(m.References), Text: m.Text, HTML: safehtml.Sanitise(m.HTML),
		ReplyText: rd.Reply.Text, Signature: rd.Reply.Signature, AutoKind: verdict.Kind,
		Signs: orEmpty(verdict.Signs), TNEFNames: []string{}, Language: rd.Language().Followed(),
		Warnings: orEmpty(m.Warnings), Error: m.Unparsed,
		Attachments: mapAll(m.Attachments, func(f parse.Attachment) attachmentJSON {
			sum := sha256.Sum256(f.Data)
			return attachmentJSON{
				f.Filename, f.ContentType, int64(len(f.Data)), hex.EncodeToString(sum[:]), f.Inline,
				f.ContentID,
			}
		}),
	}
	if len(m.Header) == 0 {
		v.Error = cmp.Or(v.Error, "no header field: this is no mail")
	}
	if len(m.From) > 0 {
		v.From = &tickets.Person{Name: m.From[0].Name, Address: m.From[0].Addr}
	}
	return v
}

func addressViews(list []rfc.Address) []tickets.Person {
	return mapAll(list, func(a rfc.Address) tickets.Person {
		return tickets.Person{Name: a.Name, Address: a.Addr}
	})
}

func (a *app) showInspected(v inspectedJSON) {
	from := tickets.Person{}
	if v.From != nil {
		from = *v.From
	}
	fmt.Fprintf(a.out, "file       %s\nfrom       %s\nsubject    %s\nmessage-id %s\n",
		v.File, orNobody(from), v.Subject, v.MessageID)
	fmt.Fprintf(a.out, "kind       %s %s\nlanguage   %s\n", orPerson(v.AutoKind),
		strings.Join(v.Signs, "; "), v.Language)
	for _, f := range v.Attachments {
		fmt.Fprintf(a.out, "file       %s (%s, %d bytes)\n", f.Filename, f.ContentType, f.Size)
	}
	for _, w := range append(v.Warnings, v.Error) {
		if w != "" {
			fmt.Fprintf(a.out, "warning    %s\n", w)
		}
	}
	fmt.Fprintf(a.out, "new text:\n%s\n", v.ReplyText)
}

func orPerson(kind string) string {
	if kind == "" {
		return "a person's"
	}
	return kind
}
