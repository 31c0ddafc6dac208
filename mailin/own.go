package mailin

import (
	"strings"

	"helpgate/internal/rfc"
	"helpgate/internal/token"
	"helpgate/mailin/classify"
	"helpgate/tickets"
)

// ownLoop tells whether the value of our loop header is one that we signed.
func (g *Gate) ownLoop(value string) bool {
	_, ok := g.delivery(value)
	return ok
}

// delivery gives the one that the value of our loop header names.
func (g *Gate) delivery(value string) (token.Claim, bool) {
	c, ok := g.Keyring.Verify(strings.TrimSpace(value))
	return c, ok && c.Purpose == token.PurposeLoop
}

// addSent adds what only a mail that the helpdesk may have written itself is asked for.
func (g *Gate) addSent(m *tickets.Mail, rd *Reading) {
	m.Bcc = people(rfc.ParseAddressList(rd.Mail.Get("Bcc")))
	if sender := people(rfc.ParseAddressList(rd.Mail.Get("Sender"))); len(sender) == 1 {
		m.Sender = sender[0]
	}
	for _, value := range rd.Mail.All(classify.LoopHeader) {
		if c, ok := g.delivery(value); ok {
			m.Ours = c
			return
		}
	}
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
