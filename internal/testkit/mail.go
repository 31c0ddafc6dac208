package testkit

import (
	"context"
	"testing"

	"helpgate/internal/testkit/sink"
)

// Sink is a relay that keeps mail and belongs to a test.
type Sink struct {
	*sink.Server
}

// SinkMail is one mail that a Sink keeps.
type SinkMail = sink.Mail

// NewSink starts a sink on a free loopback port; it ends with the test. At most one Options.
func NewSink(t testing.TB, options ...sink.Options) *Sink {
	t.Helper()
	var o sink.Options
	if len(options) > 0 {
		o = options[0]
	}
	server, err := sink.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return &Sink{Server: server}
}

// WaitFor gives the mails as soon as done is true of them, and fails the test when that does not
// happen within half a minute.
func (s *Sink) WaitFor(t testing.TB, done func([]SinkMail) bool) []SinkMail {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	mails, err := s.Wait(ctx, done)
	if err != nil {
		t.Fatal(err)
	}
	return mails
}
