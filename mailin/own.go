package mailin

import (
	"strings"

	"helpgate/internal/rfc"
	"helpgate/internal/token"
	"helpgate/tickets"
)

// ownLoop tells whether the value of our loop header is one that we signed.
func (g *Gate) ownLoop(value string) bool {
	c, ok := g.Keyring.Verify(strings.TrimSpace(value))
	return ok && c.Purpose == token.PurposeLoop
}

// ownList tells whether a list's id or address is that of a mailbox: `support.example.org` in a
// List-Id is support@example.org.
func (g *Gate) ownList(list string) bool {
	list = strings.ToLower(list)
	for _, mb := range g.Mailboxes {
		for _, address := range append([]string{mb.Address}, mb.Aliases...) {
			if list == address || list == strings.Replace(address, "@", ".", 1) ||
				rfc.Key(list) == address {
				return true
			}
		}
	}
	return false
}

// group tells whether the mail is for a mailbox that is a mailing list of our own.
func (g *Gate) group(m *tickets.Mail) bool {
	for _, address := range m.Recipients {
		if mb, ok := g.Mailboxes.Find(address); ok && mb.Group {
			return true
		}
	}
	return false
}
