package desk

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"helpgate/internal/token"
	"helpgate/tickets"
	"helpgate/tickets/command"
)

// agentMail deals with the mail of an agent's address on a known ticket: an answer, a note, or
// held until a person decides. Nothing of it reaches a customer without what RULES section 5 asks.
func (r *reception) agentMail(ctx context.Context, ag tickets.Agent) error {
	msg := r.newMessage(r.decision.Ticket, tickets.Customer{})
	msg.Author, msg.AuthorID, msg.AuthorRole = ag.Person(), ag.ID, tickets.RoleAgent
	msg.Kind = tickets.KindNote
	t := r.standing[r.decision.Ticket].Ticket
	reason, err := r.objection(ctx, t, ag)
	if err != nil {
		return err
	}
	if reason != "" {
		return r.holdMessage(ctx, t, msg, reason, ag)
	}
	if err := r.backAtWork(ctx, ag); err != nil {
		return err
	}
	if !r.toTicket() {
		// In Cc or Bcc only: the agent writes to somebody else and lets the ticket know.
		r.journal.Verdict = tickets.VerdictNote
		return r.addMessage(ctx, &msg)
	}
	msg.Kind, msg.Direction = tickets.KindMessage, tickets.DirectionOut
	unescape(&msg)
	if err := r.addMessage(ctx, &msg); err != nil {
		return err
	}
	r.journal.Verdict = tickets.VerdictMessage
	if err := r.bringThirdParties(ctx, t, ag); err != nil {
		return err
	}
	return r.answer(ctx, t, msg, ag)
}

// objection gives why the agent's mail must wait; "" when it may act. The order is from what
// concerns the person to what concerns the text.
func (r *reception) objection(
	ctx context.Context, t tickets.Ticket, ag tickets.Agent,
) (tickets.HeldReason, error) {
	teams := r.teams(maps.Keys(r.standing[t.Number].Mailboxes))
	verified := r.mail.Verified == tickets.VerifiedPass
	switch claim := r.agentClaim(ag.ID); {
	case !ag.Active:
		return tickets.HeldInactiveAgent, nil
	case r.mail.Agent != 0 && r.mail.Agent != ag.ID:
		return tickets.HeldUnverifiedAgent, nil // somebody else wrote in this agent's name
	case claim == nil || claim.Person != ag.ID:
		if r.mail.Automatic {
			return tickets.HeldAgentAutomatic, nil
		}
		return tickets.HeldUnverifiedAgent, nil
	case t.Status == tickets.StatusClosed && r.now.Sub(t.ClosedAt) > AgentTokenLife && !verified:
		return tickets.HeldExpiredToken, nil
	case !slices.ContainsFunc(teams, ag.Serves) && t.Assignee != ag.ID:
		return tickets.HeldNoAccess, nil
	case r.Policy.AgentAuth == AuthStrict && !verified:
		return tickets.HeldStrict, nil
	}
	auto, err := r.agentAutomatic(ctx, ag)
	if err != nil || auto {
		return tickets.HeldAgentAutomatic, err
	}
	if _, found := command.Detect(r.mail.ReplyText); found {
		return tickets.HeldCommand, nil
	}
	if r.mail.Whole || strings.TrimSpace(r.mail.ReplyText) == "" && len(r.mail.Attachments) == 0 {
		return tickets.HeldNothingNew, nil
	}
	if r.addsColleague(ag) {
		return tickets.HeldColleague, nil
	}
	return "", nil
}

// unescape takes the slash off that made text of what looks like a command.
func unescape(msg *tickets.Message) {
	if text := command.Unescape(msg.ReplyText); text != msg.ReplyText {
		msg.ReplyText, msg.ReplyHTML = text, "" // the HTML still has both slashes
	}
}

// toTicket tells that To names the ticket: its reply address, or a mailbox from which it is seen.
func (r *reception) toTicket() bool {
	st := r.standing[r.decision.Ticket]
	return slices.ContainsFunc(r.mail.To, func(p tickets.Person) bool {
		mb, ok := r.Mailboxes.For(p.Address)
		claimed := r.decision.Claim != nil && r.decision.Claim.Address == p.Address
		return ok && (st.Mailboxes[mb.Address] || claimed)
	})
}

// addsColleague tells that another agent stands on To or Cc: perhaps the text is for him.
func (r *reception) addsColleague(ag tickets.Agent) bool {
	return slices.ContainsFunc(slices.Concat(r.mail.To, r.mail.Cc), func(p tickets.Person) bool {
		other, ok := r.agentBy(p.Address)
		return ok && other.Active && other.ID != ag.ID
	})
}

// bringThirdParties makes customers and third parties whom the agent wrote to participants, and
// tells the agent once that they hold the ticket's address now.
func (r *reception) bringThirdParties(
	ctx context.Context, t tickets.Ticket, ag tickets.Agent,
) error {
	var added []string
	for _, p := range slices.Concat(r.mail.To, r.mail.Cc) {
		known := r.standing[t.Number].People[p.Address]
		if p.Address == "" || known || r.staff(p.Address) {
			continue
		}
		if err := r.participant(ctx, t.Number, p, tickets.ParticipantIn); err != nil {
			return err
		}
		added = append(added, p.Address)
	}
	if len(added) == 0 {
		return nil
	}
	detail := strings.Join(added, ", ")
	return r.tell(ctx, tickets.OutNotice, t, ag, "third-party-token", detail, 0)
}

// toldLater is for how long the governor delays what an agent must know.
const toldLater = 10 * time.Minute

// tell queues one mail to an agent about a ticket; beyond the governor's bounds it goes later.
func (a *act) tell(
	ctx context.Context, kind tickets.OutKind, t tickets.Ticket, ag tickets.Agent,
	reason, detail string, message int64,
) error {
	to := ag.Person()
	if to.Address == "" || a.Mailboxes.Own(to.Address) {
		return nil
	}
	ok, err := a.allow(ctx, t.Number, to.Address)
	if err != nil {
		return err
	}
	var at time.Time
	if !ok {
		at = a.now.Add(toldLater)
	}
	o := tickets.Outgoing{
		Kind: kind, NextAttempt: at, Ticket: t.Number, Message: message, Mailbox: t.Mailbox,
		Recipient: to, Agent: ag.ID, Automatic: true,
		Facts: tickets.Facts{Locale: a.locale(ag.Locale), Reason: reason, Detail: detail},
	}
	if err := a.thread(ctx, &o.Facts, t, o, nil); err != nil {
		return err
	}
	return a.enqueue(ctx, &o)
}

// strangerWithAgentToken keeps what somebody wrote who holds an agent's token and is not that
// agent: perhaps the agent from an address that nobody told us of.
func (r *reception) strangerWithAgentToken(ctx context.Context) error {
	msg := r.newMessage(r.decision.Ticket, tickets.Customer{})
	msg.Kind = tickets.KindNote
	owner, _ := r.agent(r.agentClaim(0).Person)
	t := r.standing[r.decision.Ticket].Ticket
	return r.holdMessage(ctx, t, msg, tickets.HeldUnverifiedAgent, owner)
}

// listReply tells that an agent answers a mail that joined notifications without naming one
// ticket, or naming several.
func (r *reception) listReply(ag tickets.Agent, isAgent bool) bool {
	if !isAgent {
		return false
	}
	toList, named := false, map[int64]bool{}
	for _, cl := range r.mail.Claims {
		if cl.Person != ag.ID || cl.Purpose == token.PurposeReturnPath {
			continue
		}
		if cl.Ticket == 0 && cl.Purpose == token.PurposeMessageID {
			toList = true
		}
		if cl.Ticket != 0 {
			named[r.standing[cl.Ticket].Ticket.Number] = true
		}
	}
	return toList && len(named) != 1
}
