package imapin

import (
	"context"
	"fmt"

	"github.com/emersion/go-imap/v2"
)

// filed is how many mails one command moves or flags.
const filed = 200

func (c *client) file(ctx context.Context, uids []uint32, after After) error {
	into, err := c.place(ctx, after.Move)
	if err != nil {
		return err
	}
	for len(uids) > 0 {
		n := min(len(uids), filed)
		set := uidSet(uids[:n])
		uids = uids[n:]
		if after.Flag {
			if err := c.flag(ctx, set, imap.FlagSeen); err != nil {
				return err
			}
		}
		if into == "" {
			continue
		}
		err := c.move(ctx, set, into)
		if refused(err) && c.create(ctx, into) == nil {
			err = c.move(ctx, set, into)
		}
		if err != nil {
			return fmt.Errorf("move to %q: %w", into, err)
		}
	}
	return nil
}

func (c *client) flag(ctx context.Context, set imap.UIDSet, flags ...imap.Flag) error {
	err := c.run(ctx, c.limits.Command, func() error {
		return c.imap.Store(set, &imap.StoreFlags{
			Op: imap.StoreFlagsAdd, Silent: true, Flags: flags,
		}, nil).Close()
	})
	if err != nil {
		return fmt.Errorf("flag: %w", err)
	}
	return nil
}

// move takes mails out of the folder, in one step where the server can (RFC 6851).
func (c *client) move(ctx context.Context, set imap.UIDSet, folder string) error {
	if c.caps.Has(imap.CapMove) {
		return c.run(ctx, c.limits.Command, func() error {
			_, err := c.imap.Move(set, folder).Wait()
			return err
		})
	}
	// What an earlier try copied is deleted already, though it may still be there.
	left, err := c.uids(ctx, &imap.SearchCriteria{
		UID: []imap.UIDSet{set}, NotFlag: []imap.Flag{imap.FlagDeleted},
	})
	if err != nil || len(left) == 0 {
		return err
	}
	set = uidSet(left)
	err = c.run(ctx, c.limits.Command, func() error {
		_, err := c.imap.Copy(set, folder).Wait()
		return err
	})
	if err != nil {
		return err
	}
	if err := c.flag(ctx, set, imap.FlagSeen, imap.FlagDeleted); err != nil {
		return err
	}
	// A plain EXPUNGE would take away what others deleted and may want back (RFC 4315 section 2.1).
	if !c.caps.Has(imap.CapUIDPlus) {
		return nil
	}
	return c.run(ctx, c.limits.Command, func() error { return c.imap.UIDExpunge(set).Close() })
}

// create makes the folder that mails are to be moved to: few mailboxes have it when helpgate comes.
func (c *client) create(ctx context.Context, folder string) error {
	return c.run(ctx, c.limits.Command, func() error { return c.imap.Create(folder, nil).Wait() })
}
