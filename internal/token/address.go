package token

import "strings"

// Road is the way by which a mailbox's tokens travel (the config key `tokens`).
type Road string

// The roads of RULES 2.
const (
	RoadPlus      Road = "plus"      // local+TOKEN@domain of the mailbox
	RoadSubdomain Road = "subdomain" // TOKEN@ a reply domain whose MX leads to us
	RoadHeaders   Road = "headers"   // the plain address; Message-ID and marker carry the token
)

// Address gives the address that carries tok: of mailbox ("local@domain") on the road "plus", of
// replyDomain on "subdomain"; on "headers" it is the mailbox itself.
func Address(road Road, mailbox, replyDomain, tok string) string {
	switch road {
	case RoadSubdomain:
		return tok + "@" + replyDomain
	case RoadPlus:
		if at := strings.LastIndexByte(mailbox, '@'); at >= 0 {
			return mailbox[:at] + "+" + tok + mailbox[at:]
		}
	}
	return mailbox
}

// FromAddress finds what looks like a token in an address without brackets, and lowers its case.
// base is the address without the token ("local@domain"), or "" when the token is the whole local
// part, as on the road "subdomain". Only the shape is judged: Verify tells whether it is ours.
func FromAddress(addr string) (tok, base string, ok bool) {
	at := strings.LastIndexByte(addr, '@')
	if at < 0 {
		return "", "", false
	}
	local := addr[:at]
	if plus := strings.LastIndexByte(local, '+'); plus > 0 {
		base = local[:plus] + addr[at:]
		local = local[plus+1:]
	}
	tok, ok = normalise(local)
	if !ok {
		return "", "", false
	}
	return tok, base, true
}

// MessageID gives the Message-ID of a mail of ours, without brackets. c's Delivery is a random
// number of 63 bits from the caller, so that ids are unique; its Purpose is set here.
func (k *Keyring) MessageID(c Claim, host string) string {
	c.Purpose = PurposeMessageID
	return k.Sign(c) + "@" + host
}

// FromMessageID reads a Message-ID, with or without brackets, and tells whether it is one of
// ours. The host is not asked: it may have been renamed since, and proves nothing.
func (k *Keyring) FromMessageID(id string) (Claim, bool) {
	id = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(id), "<"), ">")
	left, _, ok := strings.Cut(id, "@")
	if !ok {
		return Claim{}, false
	}
	c, ok := k.Verify(left)
	if !ok || c.Purpose != PurposeMessageID {
		return Claim{}, false
	}
	return c, true
}
