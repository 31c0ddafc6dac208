package imapin

import (
	"context"

	"github.com/emersion/go-imap/v2"
)

// Quota is the room of an account, in KiB (RFC 9208 section 5.1).
type Quota struct{ Used, Limit int64 }

// quota asks for the room; who will not tell it has a mailbox all the same.
func (c *client) quota(ctx context.Context, r *Report) error {
	err := c.run(ctx, c.limits.Command, func() error {
		roots, err := c.imap.GetQuotaRoot("INBOX").Wait()
		for _, root := range roots {
			if room, ok := root.Resources[imap.QuotaResourceStorage]; ok && room.Limit > 0 {
				r.Quota = Quota{room.Usage, room.Limit}
			}
		}
		return err
	})
	if refused(err) {
		return nil
	}
	return err
}
