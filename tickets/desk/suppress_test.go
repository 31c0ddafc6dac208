package desk

import (
	"testing"
	"time"

	"helpgate/internal/token"
	"helpgate/tickets"
)

// suppressed gives the addresses that get no automatic mail.
func (o *office) suppressed() (addresses []string) {
	o.t.Helper()
	list, err := o.Suppressions(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	for _, c := range list {
		addresses = append(addresses, c.Address)
	}
	return addresses
}

// TestWhatSuppresses: that the address takes no mail, said by whom we know to have got it.
func TestWhatSuppresses(t *testing.T) {
	t.Parallel()
	delay := func(m *tickets.Mail, _ *tickets.Report) { m.Auto = "dsn-delay" }
	weak := func(m *tickets.Mail, r *tickets.Report) {
		r.MessageID = ""
		byMarker(m, r)
	}
	for name, c := range map[string]struct {
		status string
		change func(*tickets.Mail, *tickets.Report)
		want   int
	}{
		"no such user":       {"5.1.1", nil, 1},
		"no such domain":     {"5.1.2", nil, 1},
		"a null MX":          {"5.1.10", nil, 1},
		"full, given up":     {"5.2.2", nil, 1},
		"away, given up":     {"4.4.7", nil, 1},
		"our policy":         {"5.7.1", nil, 0},
		"a bad sender":       {"5.1.8", nil, 0},
		"nothing told":       {"", nil, 0},
		"a delay":            {"4.4.1", delay, 0},
		"proved by a marker": {"5.1.1", weak, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			m := o.bounce(alice, c.status, of(o.answered()))
			if c.change != nil {
				c.change(m, m.Report)
			}
			if r := o.receive(m); r.Ticket != 1 {
				t.Errorf("the bounce is %s", r.Verdict)
			}
			if got := o.suppressed(); len(got) != c.want {
				t.Errorf("suppressed are %v", got)
			}
		})
	}
}

// TestSuppressedGetsWhatPeopleWrite, and no acknowledgement: not for 60 days, or until a mail shows
// that its sender reads what goes there.
func TestSuppressedGetsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	row := o.answered()
	o.receive(o.bounce(alice, "5.1.1", of(row)))
	if len(o.happened("suppressed", alice)) != 1 {
		t.Error("no event tells it")
	}
	acks := func() int { return len(o.queued(tickets.OutAcknowledgement, alice)) }
	o.receive(o.mail(alice, "Another printer is on fire."))
	if n := acks(); n != 1 || len(o.suppressed()) != 1 {
		t.Errorf("%d acknowledgements, suppressed %v", n, o.suppressed())
	}
	o.receive(o.mail(ann, "Use more water.", asAgent(o.ann, 1)))
	if n := len(o.queued(tickets.OutAnswer, alice)); n != 2 {
		t.Errorf("%d answers are sent, want both", n)
	}
	o.receive(o.mail(alice, "That helped.", with(token.Claim{
		Purpose: token.PurposeMessageID, Ticket: 1, Delivery: row.Nonce,
	}, tickets.WhereMessageID)))
	if got := o.suppressed(); len(got) != 0 {
		t.Errorf("after an answer suppressed are %v", got)
	}

	o.receive(o.bounce(alice, "5.1.1", of(o.queued(tickets.OutAnswer, alice)[1])))
	o.clock.Advance(suppression - time.Hour)
	if got := o.suppressed(); len(got) != 1 {
		t.Errorf("before the end suppressed are %v", got)
	}
	o.clock.Advance(2 * time.Hour)
	o.receive(o.mail(alice, "A third one."))
	if n := acks(); n != 2 || len(o.suppressed()) != 0 {
		t.Errorf("in the end %d acknowledgements, suppressed %v", n, o.suppressed())
	}
}

// TestARefusalAtOnceTeachesTheSame as one that comes back by mail.
func TestARefusalAtOnceTeachesTheSame(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]struct{ suppressed, alerts int }{
		"550 5.1.1 no such user":              {1, 0},
		"552 5.2.2 mailbox full":              {1, 0},
		"550 5.7.26 unauthenticated":          {0, 1},
		"451 4.4.1 no answer from 192.0.2.5":  {0, 0},
		"550 no, says 5.1.1.7":                {0, 0},
		"dial tcp 5.1.1.5:25: refused by all": {0, 0},
	} {
		t.Run(reply, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(c *Config) { c.Operator = "op@desk.example" })
			if err := o.DeliveryFailed(t.Context(), o.answered().ID, reply); err != nil {
				t.Fatal(err)
			}
			alerts := len(o.queued(tickets.OutAlert, "op@desk.example"))
			if n := len(o.suppressed()); n != want.suppressed || alerts != want.alerts {
				t.Errorf("%d suppressed, %d alerts", n, alerts)
			}
		})
	}
}
