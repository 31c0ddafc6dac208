package mailin

import (
	"context"
	"testing"
	"time"

	"helpgate/internal/token"
	"helpgate/tickets"
	"helpgate/tickets/desk"
)

// listener keeps the last mail that the door hands on.
type listener struct {
	Desk
	mail *tickets.Mail
}

func (l *listener) Receive(ctx context.Context, m *tickets.Mail) (desk.Receipt, error) {
	l.mail = m
	return l.Desk.Receive(ctx, m)
}

// heard gives what the desk is told of a mail.
func heard(t *testing.T, raw string) *tickets.Mail {
	t.Helper()
	h := newHouse(t)
	l := &listener{Desk: h.desk}
	h.Desk = l
	if err := h.accept(t, RoadSMTP, raw); err != nil {
		t.Fatal(err)
	}
	return l.mail
}

// TestDeskLearnsWhomABounceConcerns: from the fields of the report and the header that came back.
func TestDeskLearnsWhomABounceConcerns(t *testing.T) {
	t.Parallel()
	m := heard(t, "From: mailer-daemon@mx.example\r\nTo: "+support+"\r\nSubject: Undelivered\r\n"+
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"+
		"--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"+
		"Reporting-MTA: dns; mx.example\r\nOriginal-Envelope-Id: e1\r\n\r\n"+
		"Final-Recipient: rfc822; bob@shop.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"+
		"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <a@gate.example>\r\n--b--\r\n")
	if m.Auto != "bounce" || m.Report == nil || len(m.Report.Recipients) != 1 {
		t.Fatalf("a %q with report %+v", m.Auto, m.Report)
	}
	one := m.Report.Recipients[0]
	if one.Address != "bob@shop.example" || one.Status != "5.1.1" || m.Report.EnvelopeID != "e1" ||
		m.Report.MessageID != "a@gate.example" {
		t.Errorf("report %+v", m.Report)
	}
}

// TestDeskLearnsUntilWhenSomebodyIsAway: of a notice without a Date, counted from when it came.
func TestDeskLearnsUntilWhenSomebodyIsAway(t *testing.T) {
	t.Parallel()
	road := token.Claim{Purpose: token.PurposeAgent, Ticket: 1, Person: 2}
	for name, header := range map[string]string{
		"a robot's mail": "Auto-Submitted: auto-replied\r\n",
		"suspicious words on the agents' road": "Cc: support+" + newHouse(t).Keyring.Sign(road) +
			"@desk.example\r\n",
	} {
		m := heard(t, "From: ann@desk.example\r\nTo: "+support+"\r\n"+header+
			"Subject: Re: Printer\r\n\r\nI am on vacation until 4 December.\r\n")
		if want := time.Date(2026, 12, 4, 0, 0, 0, 0, time.UTC); !m.Away.Until.Equal(want) {
			t.Errorf("%s: away until %v, want %v", name, m.Away.Until, want)
		}
	}
}
