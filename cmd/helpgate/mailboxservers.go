package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"helpgate/internal/provider"
	"helpgate/mailin/imapin"
)

// servers finds out which servers there are, or takes those of the flags.
func (c *connect) servers(ctx context.Context) error {
	if c.imap == "" || c.relay == "" {
		c.say("Looking for the servers of %s.", c.address)
		found, err := c.find(ctx, c.box.Address)
		if err != nil {
			return err
		}
		c.found = found
	}
	if c.imap != "" {
		c.found.IMAP = named(c.imap, c.imapTLS, "--imap", c.box.Address)
	}
	if c.relay != "" {
		c.found.Relay = named(c.relay, c.relayTLS, "--relay", c.box.Address)
	}
	if c.found.Known == nil {
		c.found.Known = provider.Of(c.found.IMAP)
	}
	switch {
	case len(c.found.IMAP) == 0 && c.found.Known != nil && c.found.Known.IMAP.Address == "":
		return errors.New(c.found.Known.Hint)
	case len(c.found.IMAP) == 0:
		return fmt.Errorf("no IMAP server of %s was found: name it with --imap", c.address)
	case len(c.found.Relay) == 0:
		return fmt.Errorf("no server that takes mail of %s was found: name it with --relay", c.address)
	}
	return c.confirm(ctx)
}

// named is the server of a flag.
func named(address, tls, source, username string) []provider.Server {
	if tls == "" {
		tls = imapin.TLSStart
		switch _, port, _ := net.SplitHostPort(address); port {
		case "993", "465":
			tls = imapin.TLSImplicit
		}
	}
	return []provider.Server{{Address: address, TLS: tls, Username: username, Source: source}}
}

// confirm shows servers that a forger of DNS could have named, before they get a password.
func (c *connect) confirm(ctx context.Context) error {
	for _, s := range slices.Concat(c.found.IMAP[:1], c.found.Relay[:1]) {
		c.say("  %s (%s)", s.Address, s.Source)
	}
	var doubtful []string
	unsure := func(s provider.Server) bool {
		if s.Confirm {
			doubtful = append(doubtful, s.Address)
		}
		return s.Confirm
	}
	certain := slices.DeleteFunc(slices.Clone(c.found.IMAP), unsure)
	outward := slices.DeleteFunc(slices.Clone(c.found.Relay), unsure)
	if len(certain) > 0 && len(outward) > 0 {
		c.found.IMAP, c.found.Relay = certain, outward
		return nil
	}
	if c.withYes {
		return nil
	}
	answer, err := c.ask.word(ctx, fmt.Sprintf("DNS alone names %q, outside the address's domain. "+
		"Are these your provider's? [y/N] ", doubtful))
	if err != nil {
		return fmt.Errorf("%w: say --yes, or name them with --imap and --relay", err)
	}
	switch strings.ToLower(answer) {
	case "y", "yes":
	default:
		return errors.New("nothing was done: name the servers with --imap and --relay")
	}
	return nil
}

// providerName is who has the mailbox, for a person.
func (c *connect) providerName() string {
	if c.found.Known != nil {
		return c.found.Known.Name
	}
	return cmp.Or(c.found.IMAP[0].Address, c.address)
}
