package imapin

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/emersion/go-imap/v2"
)

// Report is what a server shows to whoever is logged in.
type Report struct {
	Capabilities []string          // in the server's own words, sorted
	Folders      []string          // that can be opened, in UTF-8, in the server's order
	Uses         map[string]string // of some of them: `\Sent`, `\Junk` and the like (RFC 6154)
	Quota        Quota             // of INBOX; zero where the server tells none
}

// Check logs in, looks what there is, and leaves. Its errors are those that a Poller would log.
func Check(ctx context.Context, s Server, l Limits) (Report, error) {
	c, err := dial(ctx, s, l)
	if err != nil {
		return Report{}, err
	}
	defer c.close()
	return c.report(ctx)
}

func (c *client) report(ctx context.Context) (Report, error) {
	r := Report{Uses: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(c.caps)) {
		r.Capabilities = append(r.Capabilities, string(name))
	}
	list, err := c.list(ctx)
	if err != nil {
		return Report{}, err
	}
	for _, f := range list {
		if !opens(f) {
			continue
		}
		r.Folders = append(r.Folders, f.Mailbox)
		for _, use := range f.Attrs {
			if special[use] {
				r.Uses[f.Mailbox] = string(use)
			}
		}
	}
	if c.caps.Has(imap.CapQuota) {
		return r, c.quota(ctx, &r)
	}
	return r, nil
}

// NotLoggedIn tells that the error is a server's no to name and proof, and not trouble on the way.
func NotLoggedIn(err error) bool { return errors.Is(err, errLogin) }

// Mend says what an operator can do about an error of Check, behind which nothing is tried again.
func Mend(err error, s Server) string {
	return cmp.Or(once(err, Config{Server: s}), "ask whoever runs the server, with these words")
}

// special are the attributes that tell a folder's use.
var special = map[imap.MailboxAttr]bool{
	imap.MailboxAttrAll: true, imap.MailboxAttrArchive: true, imap.MailboxAttrDrafts: true,
	imap.MailboxAttrFlagged: true, imap.MailboxAttrJunk: true, imap.MailboxAttrSent: true,
	imap.MailboxAttrTrash: true,
}
