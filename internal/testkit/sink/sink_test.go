package sink_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"helpgate/internal/testkit/sink"
)

func start(t *testing.T, options sink.Options) *sink.Server {
	t.Helper()
	s, err := sink.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func send(t *testing.T, s *sink.Server, to string) error {
	t.Helper()
	c, err := smtp.Dial(s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	mail := strings.NewReader("Subject: x\r\n\r\n.dot\r\n")
	return c.SendMail("a@example.org", []string{to}, mail)
}

func TestWaitReturnsTheMailThatWasKept(t *testing.T) {
	t.Parallel()
	s := start(t, sink.Options{})
	go func() { _ = send(t, s, "b@example.org") }()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	mails, err := s.Wait(ctx, func(m []sink.Mail) bool { return len(m) == 1 })
	if err != nil {
		t.Fatal(err)
	}
	if m := mails[0]; m.From != "a@example.org" || m.To[0] != "b@example.org" ||
		string(m.Data) != "Subject: x\r\n\r\n.dot\r\n" {
		t.Errorf("kept %+v", m)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := start(t, sink.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Wait(ctx, func([]sink.Mail) bool { return false })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestRefusedRecipientGetsTheReplyUntilLifted(t *testing.T) {
	t.Parallel()
	s := start(t, sink.Options{})
	s.Refuse("B@example.org", &smtp.SMTPError{Code: 550, Message: "gone"})
	var reply *smtp.SMTPError
	if err := send(t, s, "b@example.org"); !errors.As(err, &reply) || reply.Code != 550 {
		t.Errorf("got %v, want 550", err)
	}
	s.Refuse("b@example.org", nil)
	if err := send(t, s, "b@example.org"); err != nil {
		t.Error(err)
	}
}

func TestCutMailIsKeptButNotAnswered(t *testing.T) {
	t.Parallel()
	s := start(t, sink.Options{})
	s.CutAfterData(1)
	var reply *smtp.SMTPError
	if err := send(t, s, "b@example.org"); err == nil || errors.As(err, &reply) {
		t.Errorf("got %v, want a lost connection", err)
	}
	if err := send(t, s, "b@example.org"); err != nil {
		t.Error(err)
	}
	if n := len(s.Mails()); n != 2 {
		t.Errorf("%d mails kept, want 2", n)
	}
}

func TestMailThatOnMailRefusesIsNotKept(t *testing.T) {
	t.Parallel()
	s := start(t, sink.Options{OnMail: func(sink.Mail) error { return errors.New("full") }})
	var reply *smtp.SMTPError
	if err := send(t, s, "b@example.org"); !errors.As(err, &reply) || reply.Code != 451 {
		t.Errorf("got %v, want 451", err)
	}
	if n := len(s.Mails()); n != 0 {
		t.Errorf("%d mails kept", n)
	}
}

func TestServerStopsWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, err := sink.Start(ctx, sink.Options{})
	if err != nil {
		return // refused to listen at all: as good
	}
	s.Close()
}
