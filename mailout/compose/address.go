package compose

import (
	"strings"

	"helpgate/internal/rfc"
	"helpgate/internal/token"
	"helpgate/tickets"
)

// maxName bounds, in runes, a display name in a header.
const maxName = 100

// envelopeFrom is where bounces come: the delivery's own return path, or the mailbox where the
// relay forces the sender.
func (c *Composer) envelopeFrom(d draft) string {
	if !d.box.OwnReturn {
		return d.box.Address
	}
	road := token.RoadPlus
	if d.box.Tokens == token.RoadSubdomain {
		road = token.RoadSubdomain
	}
	return c.tokenAddress(d.box, road, token.Claim{
		Purpose: token.PurposeReturnPath, Ticket: d.Ticket, Delivery: d.Nonce,
	})
}

// replyTo is where an answer to the mail goes; "" lets it go to From.
func (c *Composer) replyTo(d draft) string {
	switch {
	case !d.Kind.ForAgents():
		if d.box.Tokens == token.RoadHeaders || d.Ticket == 0 {
			return ""
		}
		return c.tokenAddress(d.box, d.box.Tokens, token.Claim{
			Purpose: token.PurposeCustomer, Ticket: d.Ticket,
		})
	case d.Kind == tickets.OutNotificationList || d.Kind == tickets.OutAlert || d.Ticket == 0:
		return d.box.Address // one mail about several tickets carries the token of none (RULES 6)
	}
	return c.agentAddress(d.box, d.Ticket, d.Agent)
}

// agentAddress is the reply address of one agent for one ticket.
func (c *Composer) agentAddress(box tickets.Mailbox, ticket, agent int64) string {
	if agent == 0 {
		return box.Address
	}
	return c.tokenAddress(box, box.Tokens, token.Claim{
		Purpose: token.PurposeAgent, Ticket: ticket, Person: agent,
	})
}

// tokenAddress gives the plain mailbox when its name leaves no room for a token (RFC 5321 section
// 4.5.3.1.1): the mail's Message-ID still ties answers to their ticket.
func (c *Composer) tokenAddress(box tickets.Mailbox, road token.Road, claim token.Claim) string {
	addr := token.Address(road, box.Address, box.ReplyDomain, c.Keyring.Sign(claim))
	if rfc.ValidAddress(addr) != nil {
		return box.Address
	}
	return addr
}

// marker is the line that carries the token where addresses do not; "" elsewhere.
func (c *Composer) marker(box tickets.Mailbox, ticket, agent int64) string {
	if box.Tokens != token.RoadHeaders || ticket == 0 {
		return ""
	}
	return token.Marker(c.Keyring.Sign(token.Claim{
		Purpose: token.PurposeMarker, Ticket: ticket, Person: agent,
	}))
}

// sender is the display name in From: a customer's on what tells agents of his words, else the
// mailbox's.
func sender(d draft) string {
	if d.Kind != tickets.OutNotification || d.author().Address == "" {
		return d.box.Name
	}
	return displayName(d.author())
}

// displayName names a person by name, with the real address beside a name that could be taken for
// another one (THREATS S3).
func displayName(p tickets.Person) string {
	name := shorten(rfc.CleanName(p.Name))
	switch {
	case name == "":
		return p.Address
	case strings.ContainsAny(name, "@＠﹫") && name != p.Address:
		return name + " (" + p.Address + ")"
	}
	return name
}

// show names a person in a text: always with the real address.
func show(p tickets.Person) string {
	name := shorten(rfc.CleanName(p.Name))
	addr := rfc.CleanName(p.Address)
	switch {
	case addr == "":
		return name
	case name == "" || name == addr:
		return addr
	}
	return name + " <" + addr + ">"
}

func shorten(name string) string {
	if runes := []rune(name); len(runes) > maxName {
		return string(runes[:maxName]) + "…"
	}
	return name
}

// addresses gives people as a header's value, without our own addresses and those that no mail
// can reach.
func (c *Composer) addresses(people []tickets.Person) string {
	var list []string
	for _, p := range people {
		if rfc.ValidAddress(p.Address) == nil && !c.Mailboxes.Own(p.Address) {
			list = append(list, rfc.Address{Name: shorten(p.Name), Addr: p.Address}.String())
		}
	}
	return strings.Join(list, ", ")
}
