package imapin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// Folder is one of an account's that can be opened.
type Folder struct {
	Name string // in UTF-8
	// Past tells that what came in lies there: the inbox, or an archive and what is below it.
	Past bool
}

// archives are names, in lower case, of folders for what is done with, in mail programs and at
// providers: for servers that do not tell a folder's use.
var archives = []string{
	"archive", "archives", "archiv", "archivo", "archivio", "arquivo", "arkiv", "processed",
	"归档", "归档邮件", "存档", "已归档", "封存", "アーカイブ",
}

// elsewhere are the uses of folders whose mail did not come in, or is not wanted (RFC 6154).
var elsewhere = []imap.MailboxAttr{
	imap.MailboxAttrSent, imap.MailboxAttrDrafts, imap.MailboxAttrJunk, imap.MailboxAttrTrash,
}

// list gives the folders with what they are for. RETURN is said only where both extensions are
// there: servers that do not know it drop the connection.
func (c *client) list(ctx context.Context) (list []*imap.ListData, err error) {
	var options *imap.ListOptions
	if c.caps.Has(imap.CapSpecialUse) && c.caps.Has(imap.CapListExtended) {
		options = &imap.ListOptions{ReturnSpecialUse: true}
	}
	err = c.run(ctx, c.limits.Command, func() (err error) {
		list, err = c.imap.List("", "*", options).Collect()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list folders: %w", err)
	}
	return list, nil
}

// chosen gives those that can be opened, sorted by name.
func chosen(list []*imap.ListData) []Folder {
	var all []Folder
	for _, f := range list {
		if opens(f) {
			all = append(all, Folder{f.Mailbox, past(f, list)})
		}
	}
	slices.SortFunc(all, func(a, b Folder) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// opens tells that a folder is one, and no mere name above others (RFC 9051 section 7.3.1).
func opens(f *imap.ListData) bool {
	return !slices.Contains(f.Attrs, imap.MailboxAttrNoSelect) &&
		!slices.Contains(f.Attrs, imap.MailboxAttrNonExistent)
}

func past(f *imap.ListData, all []*imap.ListData) bool {
	if strings.EqualFold(f.Mailbox, "INBOX") {
		return true
	}
	for _, use := range elsewhere {
		if slices.Contains(f.Attrs, use) {
			return false
		}
	}
	if archive(f) {
		return true
	}
	return f.Delim != 0 && slices.ContainsFunc(all, func(above *imap.ListData) bool {
		return archive(above) && strings.HasPrefix(f.Mailbox, above.Mailbox+string(f.Delim))
	})
}

// archive tells by its use, else by its name, that a folder is one.
func archive(f *imap.ListData) bool {
	name := f.Mailbox
	if f.Delim != 0 {
		name = name[strings.LastIndex(name, string(f.Delim))+1:]
	}
	return slices.Contains(f.Attrs, imap.MailboxAttrArchive) ||
		slices.Contains(archives, strings.ToLower(name))
}

// examine opens the folder without the right to change it: not even \Recent is taken from others.
func (c *client) examine(ctx context.Context, folder string) (box, error) {
	return c.enter(ctx, folder, &imap.SelectOptions{ReadOnly: true})
}

// Folders gives the account's folders, sorted by name.
func (a *Account) Folders(ctx context.Context) ([]Folder, error) {
	c, err := a.connect(ctx)
	var list []*imap.ListData
	if err == nil {
		list, err = c.list(ctx)
	}
	if err != nil {
		return nil, withMend(err, a.poller.Config)
	}
	return chosen(list), nil
}
