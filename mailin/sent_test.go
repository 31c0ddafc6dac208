package mailin

import (
	"context"
	"errors"
	"strings"
	"testing"

	"helpgate/internal/token"
	"helpgate/tickets"
	"helpgate/tickets/desk"
)

// sentOf is what the support's mailbox sent to alice in answer to a mail.
const sentOf = "From: Support <support@desk.example>\r\nTo: alice@customer.example\r\n" +
	"Bcc: Bob <bob@other.example>\r\nSender: ann@agents.example\r\nSubject: Re: Printer\r\n" +
	"Message-ID: <a1@webmail>\r\nIn-Reply-To: <q1@customer>\r\n\r\nUse water.\r\n"

// TestSentMailWaitsForWhatItAnswers, as long as its wire has patience; then it is taken as it is.
func TestSentMailWaitsForWhatItAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	take := func(patient bool, raw string) error {
		return h.Accept(t.Context(), Envelope{
			Road: RoadIMAP, To: []string{support}, Sent: true, Patient: patient,
			ReceivedAt: h.Clock.Now(),
		}, strings.NewReader(raw))
	}
	if err := take(true, sentOf); !errors.Is(err, ErrEarly) {
		t.Fatalf("early: %v", err)
	}
	fresh := strings.Replace(sentOf, "In-Reply-To: <q1@customer>\r\n", "", 1)
	if err := take(true, fresh); err != nil {
		t.Errorf("in answer to nothing: %v", err)
	}
	if err := take(false, sentOf); err != nil {
		t.Errorf("at last: %v", err)
	}
	question := "From: alice@customer.example\r\nTo: support@desk.example\r\nSubject: Printer\r\n" +
		"Message-ID: <q1@customer>\r\n\r\nIt is on fire.\r\n"
	if err := errors.Join(h.accept(t, RoadSMTP, question), take(true, sentOf)); err != nil {
		t.Fatal(err)
	}
	list, err := h.desk.List(t.Context(), tickets.TicketFilter{}, "")
	if err != nil || len(list) != 1 || list[0].MessageCount != 2 {
		t.Errorf("%+v, %v", list, err)
	}
}

// seen is a desk that keeps the mail.
type seen struct {
	Desk
	mail *tickets.Mail
}

func (s *seen) Receive(ctx context.Context, m *tickets.Mail) (desk.Receipt, error) {
	s.mail = m
	return s.Desk.Receive(ctx, m)
}

// TestSentMailIsReadForItsPeople: for whom it was besides, who handed it in, and whether it is ours.
func TestSentMailIsReadForItsPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := &seen{Desk: h.desk}
	h.Desk = s
	ours := token.Claim{Purpose: token.PurposeLoop, Ticket: 7, Delivery: 9}
	env := Envelope{Road: RoadIMAP, To: []string{support}, Sent: true, ReceivedAt: h.Clock.Now()}
	raw := "X-Helpgate-Loop: " + h.Keyring.Sign(ours) + "\r\n" + sentOf
	if err := h.Accept(t.Context(), env, strings.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	m := s.mail
	if !m.Sent || m.Ours != ours || m.Auto != "loop" || m.Sender.Address != "ann@agents.example" ||
		len(m.Bcc) != 1 || m.Bcc[0].Address != "bob@other.example" {
		t.Errorf("%+v", m)
	}
}

// TestImportedAnswerOpensItsTicket, whose source is the import.
func TestImportedAnswerOpensItsTicket(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	err := h.Accept(t.Context(), Envelope{
		Road: RoadImport, Silent: true, ReceivedAt: h.Clock.Now().AddDate(-1, 0, 0),
	}, strings.NewReader(sentOf))
	if err != nil {
		t.Fatal(err)
	}
	s, err := h.desk.Show(t.Context(), 1)
	if err != nil || s.Source != tickets.SourceImport || s.Status != tickets.StatusPending ||
		s.Listed.Requester.Address != "alice@customer.example" ||
		s.Messages[0].Direction != tickets.DirectionOut {
		t.Errorf("%+v, %v", s, err)
	}
}
