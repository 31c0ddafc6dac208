package mailin

import (
	"slices"

	"helpgate/internal/rfc"
	"helpgate/internal/token"
	"helpgate/tickets"
)

// recipientFields are the fields in which hosts on the way write for whom a mail came, in the
// order in which they are believed (RULES section 2, reply-address).
var recipientFields = []string{
	"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To",
	"X-Forwarded-To",
}

// maxRecipients is how many addresses a mail is looked at for; one that names more is a bomb.
const maxRecipients = 1000

// recipients gives every address that the mail is for, in key form, each once, the envelope's
// first.
func recipients(env Envelope, rd *Reading) []string {
	var list []string
	seen := map[string]bool{}
	add := func(address string) {
		if key := rfc.Key(address); key != "" && !seen[key] && len(list) < maxRecipients {
			seen[key] = true
			list = append(list, key)
		}
	}
	for _, to := range env.To {
		add(to)
	}
	for _, field := range recipientFields {
		for _, value := range rd.Mail.All(field) {
			if len(list) == maxRecipients {
				break
			}
			for _, a := range rfc.ParseAddressList(value) {
				add(a.Addr)
			}
		}
	}
	for _, a := range slices.Concat(rd.Mail.To, rd.Mail.Cc) {
		add(a.Addr)
	}
	return list
}

// claims finds every valid token of ours in the mail, strongest first.
func (g *Gate) claims(recipients []string, rd *Reading) []tickets.Claimed {
	var found []tickets.Claimed
	for _, address := range recipients {
		if c, ok := g.claim(address); ok {
			found = append(found, tickets.Claimed{
				Claim: c, Where: tickets.WhereAddress, Address: address,
			})
		}
	}
	ids := slices.Clone(rd.Mail.References)
	slices.Reverse(ids)
	for _, id := range append(slices.Clone(rd.Mail.InReplyTo), ids...) {
		if c, ok := g.Keyring.FromMessageID(id); ok && c.Purpose == token.PurposeMessageID {
			found = append(found, tickets.Claimed{Claim: c, Where: tickets.WhereMessageID})
		}
	}
	for _, text := range token.FindMarkers(rd.Mail.Text) {
		if c, ok := g.Keyring.Verify(text); ok && c.Purpose == token.PurposeMarker {
			found = append(found, tickets.Claimed{Claim: c, Where: tickets.WhereMarker})
		}
	}
	return found
}

// claim reads the token of a reply address or return path at one of our mailboxes.
func (g *Gate) claim(address string) (token.Claim, bool) {
	text, base, ok := token.FromAddress(address)
	ours := g.Mailboxes.Own(address)
	if base != "" {
		_, ours = g.Mailboxes.Find(base) // a token behind another detail is none that we wrote
	}
	if !ok || !ours {
		return token.Claim{}, false
	}
	c, ok := g.Keyring.Verify(text)
	if !ok {
		return token.Claim{}, false
	}
	switch c.Purpose {
	case token.PurposeCustomer, token.PurposeAgent, token.PurposeReturnPath:
		return c, true
	}
	return token.Claim{}, false
}
