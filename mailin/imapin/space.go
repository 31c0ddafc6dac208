package imapin

import (
	"context"
	"fmt"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// spaces is where an account's folders lie (RFC 2342).
type spaces struct {
	own    string // what the names of its own begin with: "INBOX." at many hosts
	others []string
}

// place gives the name under which a folder of the account is made or found; "" of "". Hosts that
// keep every folder below INBOX refuse a name that does not say so.
func (c *client) place(ctx context.Context, folder string) (string, error) {
	if folder == "" || strings.EqualFold(folder, "INBOX") || !c.caps.Has(imap.CapNamespace) {
		return folder, nil
	}
	if c.spaces == nil {
		if err := c.askSpaces(ctx); err != nil {
			return "", err
		}
	}
	for _, other := range append(c.spaces.others, c.spaces.own) {
		if other != "" && strings.HasPrefix(folder, other) {
			return folder, nil
		}
	}
	return c.spaces.own + folder, nil
}

// askSpaces asks once a connection. A server that will not say keeps names as they are.
func (c *client) askSpaces(ctx context.Context) error {
	var s spaces
	err := c.run(ctx, c.limits.Command, func() error {
		data, err := c.imap.Namespace().Wait()
		if err != nil {
			return err
		}
		if len(data.Personal) > 0 {
			s.own = data.Personal[0].Prefix
		}
		for _, n := range append(data.Other, data.Shared...) {
			s.others = append(s.others, n.Prefix)
		}
		return nil
	})
	if err != nil && !refused(err) {
		return fmt.Errorf("ask for namespaces: %w", err)
	}
	c.spaces = &s
	return nil
}
