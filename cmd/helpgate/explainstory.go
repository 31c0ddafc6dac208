package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"helpgate/mailin"
	"helpgate/tickets"
	"helpgate/tickets/thread"
)

// mailStoryJSON is a received mail, and why it became what it became.
type mailStoryJSON struct {
	At           *string  `json:"at"`
	Road         string   `json:"road"`
	Mailbox      string   `json:"mailbox"`
	EnvelopeFrom string   `json:"envelope_from"`
	EnvelopeTo   []string `json:"envelope_to"`
	From         string   `json:"from"`
	Subject      string   `json:"subject"`
	MessageID    string   `json:"message_id"`
	Verdict      string   `json:"verdict"`
	Rule         string   `json:"rule"`
	Auto         string   `json:"auto"`
	Signals      []string `json:"signals"`
	Verified     string   `json:"verified"`
	Ticket       *int64   `json:"ticket"`
	Message      string   `json:"message"` // an ID; "" when it became none
	// Steps are the mail's way, each with its answer.
	Steps   []stepJSON     `json:"steps"`
	Sent    []outgoingJSON `json:"sent"`
	NotSent []notSentJSON  `json:"not_sent"`
	Held    []heldTaleJSON `json:"held"`
	Events  []eventJSON    `json:"events"`
}

// stepJSON is one question on a mail's way. Rule is the threading rule that was asked, "" for
// another step.
type stepJSON struct {
	Step   string `json:"step"`
	Rule   string `json:"rule"`
	Answer string `json:"answer"`
}

// notSentJSON is what somebody may have expected, and why it did not go.
type notSentJSON struct {
	Kind string `json:"kind"`
	Why  string `json:"why"`
}

// heldTaleJSON is a held thing, and what a person decided.
type heldTaleJSON struct {
	ID        string  `json:"id"`
	Reason    string  `json:"reason"`
	Detail    string  `json:"detail"`
	State     string  `json:"state"`
	At        *string `json:"at"`
	DecidedAt *string `json:"decided_at"`
	DecidedBy string  `json:"decided_by"`
}

func heldTale(h tickets.Held) heldTaleJSON {
	return heldTaleJSON{
		strconv.FormatInt(h.ID, 10), string(h.Reason), h.Detail, string(h.State), instant(h.At),
		instant(h.DecidedAt), h.DecidedBy,
	}
}

// story tells of one mail what the ticket's past keeps of it.
func (p *past) story(j tickets.JournalEntry) mailStoryJSON {
	v := mailStoryJSON{
		At: instant(j.At), Road: j.Road, Mailbox: j.Mailbox, EnvelopeFrom: j.EnvelopeFrom,
		EnvelopeTo: orEmpty(j.EnvelopeTo), From: j.From, Subject: j.Subject, MessageID: j.MessageID,
		Verdict: string(j.Verdict), Rule: j.Rule, Auto: j.Auto, Signals: orEmpty(j.Signals),
		Ticket: orNull(j.Ticket), Sent: []outgoingJSON{}, NotSent: []notSentJSON{},
		Held: []heldTaleJSON{}, Events: []eventJSON{},
	}
	first := j.Verdict != tickets.VerdictDuplicate && j.Verdict != tickets.VerdictVariant
	if j.Message != 0 {
		v.Message = strconv.FormatInt(j.Message, 10)
	}
	msg, found := p.message(j.Message)
	if found && first {
		v.Verified = string(msg.Verified)
	}
	// What a mail caused carries its message, or the time of the one transaction that took it in.
	for _, o := range p.sent {
		if first && o.Message != 0 && o.Message == j.Message || o.CreatedAt.Equal(j.At) {
			p.told[o.ID] = true
			v.Sent = append(v.Sent, outgoingView(o))
		}
	}
	for _, h := range p.held {
		if first && h.Message != 0 && h.Message == j.Message {
			p.toldHeld[h.ID] = true
			v.Held = append(v.Held, heldTale(h))
		}
	}
	for i, e := range p.events {
		of := first && e.Verb != tickets.EventDuplicate && e.Message != 0 && e.Message == j.Message
		if of || e.At.Equal(j.At) {
			p.toldEvent[i] = true
			v.Events = append(v.Events, eventView(e))
		}
	}
	v.Steps = steps(j, msg, first)
	v.NotSent = append(v.NotSent, v.unsent(msg)...)
	return v
}

// steps tell a mail's way in the order in which the rules were asked.
func steps(j tickets.JournalEntry, msg tickets.Message, first bool) []stepJSON {
	ss := []stepJSON{{"came in", "", fmt.Sprintf("by %s for %s, from %s to %s", j.Road, j.Mailbox,
		cmp.Or(j.EnvelopeFrom, "nobody (empty envelope sender)"),
		cmp.Or(strings.Join(j.EnvelopeTo, ", "), "whom its header names"))}}
	ss = append(ss, stepJSON{"copy", "", copyAnswer(j, msg)})
	signs, threading := parted(j.Signals)
	ss = append(ss, stepJSON{"automatic", "", autoAnswer(j.Auto, signs)})
	if first && msg.Verified != "" {
		ss = append(ss, stepJSON{"sender", "", senderAnswer(msg)})
	}
	if first {
		ss = append(ss, ruleSteps(j.Rule, j.Ticket, threading)...)
	}
	return append(ss, stepJSON{"became", "", verdictWords(j.Verdict, orNull(j.Ticket))})
}

func copyAnswer(j tickets.JournalEntry, msg tickets.Message) string {
	by := "Message-ID, sender and date"
	if j.MessageID == "" {
		by = "content (it has no Message-ID)"
	}
	switch {
	case j.Verdict == tickets.VerdictDuplicate:
		return "yes: a mail with the same " + by + " was there already"
	case j.Verdict == tickets.VerdictVariant:
		return "yes: a mail with the same " + by + " was there, with another text around it"
	case msg.Has(tickets.FlagMessageIDReused):
		return "no: another mail had used its Message-ID, and this one differs"
	}
	return "no: nothing with the same " + by + " was there"
}

func autoAnswer(auto string, signs []string) string {
	answer := "no: taken for a person's"
	if auto != "" {
		answer = "yes: " + auto
	}
	if len(signs) > 0 {
		answer += "; signs: " + strings.Join(signs, "; ")
	}
	return answer
}

func senderAnswer(m tickets.Message) string {
	who := fmt.Sprintf("%s (%s)", orNobody(m.Author), m.AuthorRole)
	switch m.Verified {
	case tickets.VerifiedPass:
		return who + ", proven"
	case tickets.VerifiedFail:
		return who + ", and the domain says that it is not theirs"
	case tickets.VerifiedUntrusted:
		return who + ": From names not exactly one address, so nobody is believed"
	}
	return who + ", with no proof by the domain"
}

// threadRules are the rules in the order in which they are asked, and what each looks for.
var threadRules = [...]struct{ name, looks string }{
	{thread.RuleBounce, "a return path or Message-ID of ours that a bounce names"},
	{thread.RuleReplyAddress, "a signed reply address among the recipients"},
	{thread.RuleOurMessageID, "a Message-ID of ours that it answers"},
	{thread.RuleKnownID, "the Message-ID of a stored mail that it answers"},
	{thread.RuleBodyMarker, "a signed marker in its text"},
	{thread.RuleAwaited, "a thread whose other mails came first"},
	{thread.RuleSubjectTag, "a ticket's number in the subject, from somebody on the ticket"},
	{thread.RuleStorm, "a ticket of the same sender just before, where the mailbox joins storms"},
}

// parted tells the signs of automatic mail from what threading rules answered.
func parted(signals []string) (signs, threading []string) {
	for _, s := range signals {
		name, _, found := strings.Cut(s, " #")
		known := false
		for _, r := range threadRules {
			known = known || found && r.name == name
		}
		switch {
		case known:
			threading = append(threading, s)
		case !strings.HasPrefix(s, "held: "): // which is told with the held thing
			signs = append(signs, s)
		}
	}
	return signs, threading
}

// ruleSteps tell each rule's answer; behind the one that decided, only of those that said
// something.
func ruleSteps(decided string, ticket int64, threading []string) (ss []stepJSON) {
	reached := decided == ""
	for _, r := range threadRules {
		var said []string
		for _, s := range threading {
			if rest, ok := strings.CutPrefix(s, r.name+" "); ok {
				said = append(said, rest)
			}
		}
		answer := strings.Join(said, "; ")
		switch {
		case r.name == decided:
			answer = strings.Join(append([]string{fmt.Sprintf("yes: #%d", ticket)}, said...), "; ")
			reached = true
		case answer == "" && (reached || r.name == thread.RuleStorm):
			continue
		default:
			answer = "no" + strings.TrimSuffix(": "+answer, ": ")
		}
		ss = append(ss, stepJSON{"rule: " + r.looks, r.name, answer})
	}
	if decided == thread.RuleNew {
		ss = append(ss, stepJSON{"rule: none of them holds", decided, "yes"})
	}
	return ss
}

// verdictWords say what became of a mail.
func verdictWords(v tickets.Verdict, ticket *int64) string {
	number := "no ticket"
	if ticket != nil {
		number = fmt.Sprintf("#%d", *ticket)
	}
	switch v {
	case tickets.VerdictTicket:
		return "a new ticket, " + number
	case tickets.VerdictMessage:
		return "a message of " + number
	case tickets.VerdictNote:
		return "a note of " + number + ", seen by agents only"
	case tickets.VerdictHeld:
		return "a held text of " + number + ": it waits for a person's decision"
	case tickets.VerdictDuplicate:
		return "nothing more: it is a copy of a mail of " + number
	case tickets.VerdictVariant:
		return "nothing more: it is a copy, changed on the way, of a mail of " + number
	case tickets.VerdictRecorded:
		return "recorded and no more, on " + number
	}
	return string(v)
}

// unsent tells what somebody may miss among what was sent.
func (v mailStoryJSON) unsent(msg tickets.Message) (missed []notSentJSON) {
	miss := func(kind tickets.OutKind, why string) {
		missed = append(missed, notSentJSON{string(kind), why})
	}
	sent := func(kinds ...tickets.OutKind) bool {
		return slices.ContainsFunc(v.Sent, func(o outgoingJSON) bool {
			return slices.Contains(kinds, tickets.OutKind(o.Kind))
		})
	}
	switch tickets.Verdict(v.Verdict) {
	case tickets.VerdictDuplicate, tickets.VerdictVariant:
		miss("", "a copy causes no mail: its first one did")
		return missed
	case tickets.VerdictRecorded:
		miss("", "what is only recorded causes no answer to its sender")
		return missed
	}
	if v.Road == string(mailin.RoadImport) {
		miss("", "an import is silent: no mail goes out because of it")
		return missed
	}
	for _, h := range v.Held {
		if h.State != string(tickets.HeldReleased) {
			miss(tickets.OutAnswer, "held: "+h.Reason+" ("+h.State+")")
		}
	}
	if v.Verdict == string(tickets.VerdictTicket) &&
		!sent(tickets.OutAcknowledgement, tickets.OutFollowUp) {
		miss(tickets.OutAcknowledgement, v.unacknowledged(msg))
	}
	if msg.AuthorRole == tickets.RoleCustomer && !sent(tickets.OutNotification) {
		miss(tickets.OutNotification, unnotified(v.Auto))
	}
	return missed
}

// unnotified tells why no agent was told of a customer's mail by a mail of its own.
func unnotified(auto string) string {
	if auto != "" {
		return "an automatic mail (" + auto + ") on a ticket is nobody's question, or a limit " +
			"held it"
	}
	return "it was joined with others in one list, the mail came silently, or nobody else " +
		"serves the mailbox"
}

// unacknowledged tells why a new ticket's requester got no acknowledgement.
func (v mailStoryJSON) unacknowledged(msg tickets.Message) string {
	for _, e := range v.Events {
		if e.Verb == tickets.EventAckDropped {
			return "not to " + e.To + ": mail to it came back lately, or a limit on automatic " +
				"mail is reached"
		}
	}
	switch {
	case v.Auto != "":
		return "automatic mail (" + v.Auto + ") gets none"
	case msg.Verified == tickets.VerifiedUntrusted:
		return "it cannot be told who wrote"
	case msg.AuthorRole == tickets.RoleAgent:
		return "an agent wrote it"
	}
	return "the sender asked for no automatic answer, is one of our own addresses, or the mail " +
		"came silently"
}
