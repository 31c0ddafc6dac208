package desk

import (
	"strings"
	"testing"

	"helpgate/internal/token"
	"helpgate/tickets"
)

// answered lets ann answer alice, and gives the answer's row.
func (o *office) answered() tickets.Outgoing {
	o.t.Helper()
	o.receive(o.mail(alice, "The printer is on fire."))
	o.receive(o.mail(ann, "Use water.", asAgent(o.ann, 1)))
	return o.queued(tickets.OutAnswer, alice)[0]
}

// bounce gives a report about a mail to a recipient.
func (o *office) bounce(
	to, status string, change ...func(*tickets.Mail, *tickets.Report),
) *tickets.Mail {
	m := o.mail("mailer-daemon@mx.example", "It did not go.")
	m.Auto, m.Automatic, m.NoAutoReply = "bounce", true, true
	m.Report = &tickets.Report{}
	if to != "" {
		m.Report.Recipients = []tickets.ReportedRecipient{{
			Address: to, Action: "failed", Status: status, Diagnostic: "smtp; 550 sorry",
		}}
	}
	for _, f := range change {
		f(m, m.Report)
	}
	return m
}

// of lets the report name the mail that came back.
func of(o tickets.Outgoing) func(*tickets.Mail, *tickets.Report) {
	return func(_ *tickets.Mail, r *tickets.Report) { r.MessageID = o.MessageID }
}

func byMarker(m *tickets.Mail, _ *tickets.Report) {
	with(token.Claim{Purpose: token.PurposeMarker, Ticket: 1}, tickets.WhereMarker)(m)
}

// happened gives the ticket's events of a verb about a recipient.
func (o *office) happened(verb, recipient string) []tickets.Event {
	o.t.Helper()
	var found []tickets.Event
	for _, e := range o.show(1).Events {
		if e.Verb == verb && e.From == recipient {
			found = append(found, e)
		}
	}
	return found
}

// TestABounceIsTiedByEachProof, whose recipient it names, and without one it is on record alone
// (RULES section 4).
func TestABounceIsTiedByEachProof(t *testing.T) {
	t.Parallel()
	type report = tickets.Report
	path := func(row tickets.Outgoing) func(*tickets.Mail, *report) {
		return func(m *tickets.Mail, _ *report) {
			with(token.Claim{
				Purpose: token.PurposeReturnPath, Ticket: row.Ticket, Delivery: row.Nonce,
			}, tickets.WhereAddress)(m)
		}
	}
	marker := func(tickets.Outgoing) func(*tickets.Mail, *report) { return byMarker }
	for name, c := range map[string]struct {
		to    string
		proof func(tickets.Outgoing) func(*tickets.Mail, *report)
		tied  bool
	}{
		"return path":                       {alice, path, true},
		"return path, forwarded":            {mallory, path, true},
		"return path, nobody named":         {"", path, true},
		"Message-ID":                        {alice, of, true},
		"Message-ID, nobody named":          {"", of, true},
		"Message-ID, to whom it never went": {mallory, of, false},
		"ENVID": {alice, func(row tickets.Outgoing) func(*tickets.Mail, *report) {
			return func(_ *tickets.Mail, r *report) { r.EnvelopeID = row.MessageID }
		}, true},
		"loop header": {alice, func(row tickets.Outgoing) func(*tickets.Mail, *report) {
			return func(_ *tickets.Mail, r *report) {
				r.MessageID = "0100@relay.example"
				r.Ours = token.Claim{Purpose: token.PurposeLoop, Ticket: 1, Delivery: row.Nonce}
			}
		}, true},
		"loop header, to whom it never went": {
			mallory,
			func(row tickets.Outgoing) func(*tickets.Mail, *report) {
				return func(_ *tickets.Mail, r *report) {
					r.Ours = token.Claim{Purpose: token.PurposeLoop, Ticket: 1, Delivery: row.Nonce}
				}
			}, false,
		},
		"marker":               {alice, marker, true},
		"marker, nobody named": {"", marker, false},
		"a forged Message-ID": {alice, func(row tickets.Outgoing) func(*tickets.Mail, *report) {
			return func(_ *tickets.Mail, r *report) { r.MessageID = "x" + row.MessageID[1:] }
		}, false},
		"the customer's own Message-ID": {
			alice,
			func(tickets.Outgoing) func(*tickets.Mail, *report) {
				return func(_ *tickets.Mail, r *report) { r.MessageID = "1@" + alice }
			}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			row := o.answered()
			for range 2 { // the second tells nothing new
				r := o.receive(o.bounce(c.to, "5.1.1", c.proof(row)))
				if r.Verdict != tickets.VerdictRecorded || (r.Ticket == 1) != c.tied {
					t.Errorf("%s by %q on ticket %d", r.Verdict, r.Rule, r.Ticket)
				}
			}
			want := 0
			if c.tied {
				want = 1
			}
			told := o.queued(tickets.OutFailure, ann)
			notes, events := len(o.show(1).Messages)-2, len(o.happened("delivery-failed", alice))
			if len(told) != want || notes != want || events != want {
				t.Errorf("%d mails, %d notes, %d events; want %d", len(told), notes, events, want)
			}
			if c.tied && c.to != "" && told[0].Facts.Reason != reasonUnknown {
				t.Errorf("the mail's reason is %q", told[0].Facts.Reason)
			}
			if n := o.everything(mallory); n != 0 {
				t.Errorf("%d mails to somebody else", n)
			}
		})
	}
}

// TestABounceUnderARelaysIDIsTied: the folder of sent mail told under which id it went.
func TestABounceUnderARelaysIDIsTied(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	row := o.answered()
	o.receive(o.sent(support, "Use water.", nil, func(m *tickets.Mail) {
		m.MessageID = "0100@relay.example"
		m.Ours = token.Claim{Purpose: token.PurposeLoop, Ticket: 1, Delivery: row.Nonce}
	}))
	o.receive(o.bounce(alice, "5.2.2", func(_ *tickets.Mail, r *tickets.Report) {
		r.MessageID = "0100@relay.example"
	}))
	told := o.queued(tickets.OutFailure, ann)
	if len(told) != 1 || told[0].Facts.Reason != reasonFull {
		t.Errorf("told %+v", told)
	}
}

// TestADelayIsNoFailure: it is an event each, and the agent hears of the first.
func TestADelayIsNoFailure(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	row := o.answered()
	for range 2 {
		m := o.bounce(alice, "4.4.1", of(row))
		m.Auto, m.Report.Recipients[0].Action = "dsn-delay", "delayed"
		o.receive(m)
	}
	failed, told := o.queued(tickets.OutFailure, ""), o.queued(tickets.OutNotice, ann)
	if len(failed) != 0 || len(told) != 1 || told[0].Facts.Reason != "delivery-delayed" {
		t.Errorf("failures %+v, notices %+v", failed, told)
	}
	if n := len(o.happened("delivery-delayed", alice)); n != 1 || len(o.show(1).Messages) != 2 {
		t.Errorf("%d events, messages %+v", n, o.show(1).Messages)
	}
	o.receive(o.bounce(alice, "4.4.7", of(row)))
	if n := len(o.queued(tickets.OutFailure, ann)); n != 1 {
		t.Errorf("of what was given up in the end %d mails tell", n)
	}
}

// TestABounceOfWhatNobodyWrote: of an acknowledgement there is an event, of a notification whoever
// is in charge hears.
func TestABounceOfWhatNobodyWrote(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *Config) { c.Operator = "op@desk.example" })
	o.receive(o.mail(alice, "The printer is on fire."))
	before := o.everything(alice) + o.everything(ann) + o.everything(ben)
	o.receive(o.bounce(alice, "5.1.1", of(o.queued(tickets.OutAcknowledgement, alice)[0])))
	if len(o.happened("delivery-failed", alice)) != 1 || len(o.show(1).Messages) != 1 {
		t.Errorf("ticket %+v", o.show(1))
	}
	if n := len(o.queued(tickets.OutAlert, "")); n != 0 {
		t.Errorf("%d alerts of an acknowledgement", n)
	}
	o.receive(o.bounce(ann, "5.1.1", of(o.queued(tickets.OutNotification, ann)[0])))
	if n := len(o.queued(tickets.OutAlert, "op@desk.example")); n != 1 {
		t.Errorf("%d alerts of a notification", n)
	}
	if n := o.everything(alice) + o.everything(ann) + o.everything(ben); n != before {
		t.Errorf("%d mails more for those concerned", n-before)
	}
}

// TestARefusalForOurPolicyIsTheOperators, beside the agent who wrote.
func TestARefusalForOurPolicyIsTheOperators(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *Config) { c.Operator = "op@desk.example" })
	o.receive(o.bounce(alice, "5.7.26", of(o.answered())))
	alerts, told := o.queued(tickets.OutAlert, "op@desk.example"), o.queued(tickets.OutFailure, ann)
	if len(alerts) != 1 || alerts[0].Facts.Reason != reasonPolicy ||
		!strings.Contains(alerts[0].Facts.Detail, "5.7.26") {
		t.Errorf("alerts %+v", alerts)
	}
	if len(told) != 1 || told[0].Facts.Reason != reasonPolicy {
		t.Errorf("the agent is told %+v", told)
	}
}
