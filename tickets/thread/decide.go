package thread

import (
	"fmt"
	"slices"

	"helpgate/internal/rfc"
	"helpgate/internal/token"
	"helpgate/tickets"
)

// The names of the rules (RULES section 2), recorded with the mail that they decided.
const (
	RuleBounce       = "bounce"
	RuleReplyAddress = "reply-address"
	RuleOurMessageID = "our-message-id"
	RuleKnownID      = "known-message-id"
	RuleBodyMarker   = "body-marker"
	RuleAwaited      = "awaited"
	RuleSubjectTag   = "subject-tag"
	RuleNew          = "new"
	// RuleStorm is not in the list: the desk asks it where a mailbox sets storm_minutes for the
	// sender and no other rule holds.
	RuleStorm = "storm"
)

// Standing is what a decision must know of a ticket that a mail points at.
type Standing struct {
	Ticket tickets.Ticket
	// Asker is the requester's address; "" when nobody could be named.
	Asker string
	// People holds the addresses of requester and participants who were taken in.
	People map[string]bool
	// Newcomers holds the addresses that wrote to the ticket or were named in it, and that nobody
	// took in: their mails join it, and nothing of it goes to them. It may be nil.
	Newcomers map[string]bool
	// Mailboxes holds those from which the ticket is seen.
	Mailboxes map[string]bool
}

// Case is a mail and all that the rules may ask about it.
type Case struct {
	Mail    *tickets.Mail
	Mailbox string
	Others  []string // further mailboxes of ours that the mail names
	// Agent tells that the sender's address is an agent's.
	Agent bool
	// Out tells that the helpdesk wrote it, around us: not who wrote it counts, but to whom.
	Out bool
	// Refs are the stored refs with the mail's own Message-ID or one that it cites.
	Refs []tickets.Ref
	// Tickets holds the standing of every ticket that claims, refs and subject tag name; a merged
	// ticket's number leads to the one that it became part of.
	Tickets map[int64]Standing
}

// Decision says where a mail belongs, and why.
type Decision struct {
	Rule string
	// Ticket is 0 when the rule is RuleNew.
	Ticket int64
	// Claim is the token that decided; nil when none did.
	Claim *tickets.Claimed
	// Ties are other tickets whose threads the mail belongs to as well, by weaker signals.
	Ties []int64
	// MayBelong are tickets that the mail cites without the right to join them.
	MayBelong []int64
	// Forwarded is the ticket that an agent forwarded into another mailbox; 0 otherwise.
	Forwarded int64
	// Signals names every signal that did not decide, for the record.
	Signals []string
}

// signal is one reason to tie the mail to a ticket.
type signal struct {
	rule   string
	ticket int64
	holds  bool
	claim  *tickets.Claimed
}

// Decide asks the rules in their order; the first that holds decides.
func Decide(c Case) Decision {
	d := Decision{Rule: RuleNew}
	for _, s := range c.signals() {
		switch {
		case s.ticket == d.Ticket:
		case s.holds && d.Ticket == 0 && c.forwards(s):
			if d.Forwarded == 0 {
				d.Forwarded = s.ticket
			}
			d.note(s, "forwarded to another mailbox")
		case s.holds && d.Ticket == 0:
			d.Rule, d.Ticket, d.Claim = s.rule, s.ticket, s.claim
		case s.holds && s.rule != RuleSubjectTag:
			d.Ties = appendNew(d.Ties, s.ticket)
			d.note(s, "weaker")
		default:
			d.MayBelong = appendNew(d.MayBelong, s.ticket)
			d.note(s, "sender has no part in it")
		}
	}
	// What a stronger signal could not show, a weaker one may have shown since.
	d.MayBelong = slices.DeleteFunc(d.MayBelong, func(n int64) bool {
		return n == d.Ticket || n == d.Forwarded || slices.Contains(d.Ties, n)
	})
	return d
}

func (d *Decision) note(s signal, why string) {
	d.Signals = appendNew(d.Signals, fmt.Sprintf("%s #%d: %s", s.rule, s.ticket, why))
}

// forwards tells that an agent sends a known thread to a mailbox that the ticket is not seen from,
// without naming the ticket's reply address: he opens another ticket there.
func (c Case) forwards(s signal) bool {
	return c.Agent && !c.Out && s.rule != RuleReplyAddress && s.rule != RuleBounce && c.Mailbox != "" &&
		!c.seen(c.Tickets[s.ticket])
}

// seen tells whether the ticket is seen from a mailbox that the mail names.
func (c Case) seen(s Standing) bool {
	return s.Mailboxes[c.Mailbox] ||
		slices.ContainsFunc(c.Others, func(mb string) bool { return s.Mailboxes[mb] })
}

// signals lists every reason to tie the mail to a ticket, strongest first.
func (c Case) signals() []signal {
	var ss []signal
	add := func(rule string, number int64, holds func(Standing) bool, claim *tickets.Claimed) {
		if st, ok := c.Tickets[number]; ok {
			ss = append(ss, signal{rule, st.Ticket.Number, holds(st), claim})
		}
	}
	bounced := c.Mail.Auto == "bounce" || c.Mail.Auto == "dsn-delay"
	c.claims(tickets.WhereAddress, func(cl *tickets.Claimed) {
		if cl.Purpose == token.PurposeReturnPath && bounced {
			add(RuleBounce, cl.Ticket, always, cl)
		}
	})
	addressed := always
	if c.Out {
		addressed = c.reaches
	}
	c.claims(tickets.WhereAddress, func(cl *tickets.Claimed) {
		if cl.Purpose != token.PurposeReturnPath || !bounced {
			add(RuleReplyAddress, cl.Ticket, addressed, cl)
		}
	})
	c.claims(tickets.WhereMessageID, func(cl *tickets.Claimed) {
		add(RuleOurMessageID, cl.Ticket, c.partOf, cl)
	})
	for _, id := range cited(c.Mail) {
		for _, r := range c.refs(id, true) {
			add(RuleKnownID, r.Ticket, c.partOf, nil)
		}
	}
	c.claims(tickets.WhereMarker, func(cl *tickets.Claimed) {
		add(RuleBodyMarker, cl.Ticket, c.partOf, cl)
	})
	refused := map[int64]bool{} // tickets of which the mail cites what is there, without a part
	for _, s := range ss {
		refused[s.ticket] = refused[s.ticket] || !s.holds
	}
	awaits := func(s Standing) bool { return c.awaits(s, refused[s.Ticket.Number]) }
	for _, r := range c.refs(c.Mail.MessageID, false) {
		add(RuleAwaited, r.Ticket, awaits, nil)
	}
	for _, id := range cited(c.Mail) {
		for _, r := range c.refs(id, false) {
			// Else it says nothing: all who answer a newsletter cite its id.
			if awaits(c.Tickets[r.Ticket]) {
				add(RuleAwaited, r.Ticket, always, nil)
			}
		}
	}
	if n, ok := rfc.SubjectTag(c.Mail.Subject); ok {
		add(RuleSubjectTag, n, c.participates, nil)
	}
	return ss
}

func (c Case) claims(where tickets.Where, do func(*tickets.Claimed)) {
	for i := range c.Mail.Claims {
		if c.Mail.Claims[i].Where == where {
			do(&c.Mail.Claims[i])
		}
	}
}

func (c Case) refs(id string, own bool) []tickets.Ref {
	var rs []tickets.Ref
	for _, r := range c.Refs {
		if id != "" && r.MessageID == id && r.Own == own {
			rs = append(rs, r)
		}
	}
	return rs
}

func always(Standing) bool { return true }

// named tells whether the sender can be told at all; who cannot takes part in nothing.
func (c Case) named() bool { return !c.Mail.Untrusted && c.Mail.From.Address != "" }

// participates tells whether the sender is the ticket's requester or was taken in.
func (c Case) participates(s Standing) bool {
	if c.Out {
		return c.reaches(s)
	}
	return c.named() && s.People[c.Mail.From.Address]
}

// partOf tells whether the sender may join the ticket by citing it: who takes part, an agent, and
// a newcomer, who stays one.
func (c Case) partOf(s Standing) bool {
	if c.Out {
		return c.reaches(s)
	}
	return c.participates(s) || c.named() && (c.Agent || s.Newcomers[c.Mail.From.Address])
}

// reaches tells whether the mail went to somebody who stands on the ticket. What a customer wrote
// is no answer of ours, though it lies among what we sent: folders get mixed up.
func (c Case) reaches(s Standing) bool {
	from := c.Mail.From.Address
	stands := func(address string) bool { return s.People[address] || s.Newcomers[address] }
	if from == s.Asker || !c.Agent && stands(from) {
		return false
	}
	all := slices.Concat(c.Mail.To, c.Mail.Cc, c.Mail.Bcc)
	return slices.ContainsFunc(all, func(p tickets.Person) bool {
		return p.Address != from && stands(p.Address)
	})
}

// awaits tells whether a thread whose other mails came first may be this mail's: the same mailbox,
// and somebody who stands on both. The company of a participant is enough only while the mail
// cites nothing that is there: else whoever learned a Message-ID could put the customer on Cc and
// write into his ticket, past the rules that ask for a part in it.
func (c Case) awaits(s Standing, refused bool) bool {
	if c.Out {
		return c.seen(s) && c.reaches(s)
	}
	if !c.seen(s) || !c.named() {
		return false
	}
	if c.participates(s) || s.Newcomers[c.Mail.From.Address] {
		return true
	}
	return !refused &&
		slices.ContainsFunc(slices.Concat(c.Mail.To, c.Mail.Cc), func(p tickets.Person) bool {
			return s.People[p.Address]
		})
}

// cited gives the Message-IDs that the mail answers, nearest first.
func cited(m *tickets.Mail) []string {
	ids := slices.Clone(m.InReplyTo)
	for _, id := range slices.Backward(m.References) {
		ids = appendNew(ids, id)
	}
	return ids
}

func appendNew[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// MayMerge tells whether one mail that ties two tickets makes them one (RULES section 2): the same
// mailbox, no agent has answered the later, and each one's requester stands on the other as well.
// Tickets that a person or a rule parted on purpose stay apart.
func MayMerge(earlier, later Standing, links []tickets.Link) bool {
	for _, l := range links {
		parted := l.Kind == tickets.LinkFollowUp || l.Kind == tickets.LinkSplit ||
			l.Kind == tickets.LinkForwarded
		if parted && (l.Ticket == earlier.Ticket.Number || l.Other == earlier.Ticket.Number) {
			return false
		}
	}
	same := earlier.Asker != "" && later.Asker != "" &&
		earlier.People[later.Asker] && later.People[earlier.Asker]
	return same && earlier.Ticket.Mailbox == later.Ticket.Mailbox && !later.Ticket.Answered() &&
		earlier.Ticket.Status != tickets.StatusClosed
}
