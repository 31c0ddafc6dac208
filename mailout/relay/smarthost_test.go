package relay_test

import (
	"context"
	"crypto/tls"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"helpgate/internal/testkit"
	"helpgate/internal/testkit/sink"
	"helpgate/mailout/relay"
)

func TestRelayTakesMailByEveryWayOfTLS(t *testing.T) {
	t.Parallel()
	config, roots := testkit.Certificate(t)
	tests := map[string]struct {
		options sink.Options
		tls     string
	}{
		"clear":        {sink.Options{}, relay.TLSNone},
		"STARTTLS":     {sink.Options{TLS: config}, relay.TLSStart},
		"by default":   {sink.Options{TLS: config}, ""},
		"implicit TLS": {sink.Options{TLS: config, Implicit: true}, relay.TLSImplicit},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.options.Username, test.options.Password = "gate", "secret"
			s := testkit.NewSink(t, test.options)
			h := newSmarthost(t, relay.Config{
				Address: s.Addr(), TLS: test.tls, RootCAs: roots,
				Username: "gate", Password: "secret", HELO: "gate.example.org",
			})
			receipt, err := h.Deliver(t.Context(), hello)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(receipt.Reply, "250 ") {
				t.Errorf("reply %q", receipt.Reply)
			}
			m := s.Mails()[0]
			if m.From != hello.From || m.To[0] != hello.To || m.EnvelopeID != hello.EnvID ||
				string(m.Data) != string(hello.Body) || m.TLS != (test.tls != relay.TLSNone) {
				t.Errorf("kept %+v", m)
			}
		})
	}
}

func TestSenderOfAutomaticMailIsNull(t *testing.T) {
	t.Parallel()
	s := testkit.NewSink(t)
	h := newSmarthost(t, relay.Config{Address: s.Addr(), TLS: relay.TLSNone})
	m := hello
	m.From = ""
	if _, err := h.Deliver(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if from := s.Mails()[0].From; from != "" {
		t.Errorf("sender %q", from)
	}
}

func TestBadCertificateIsToldAsOneAndNothingIsSent(t *testing.T) {
	t.Parallel()
	config, _ := testkit.Certificate(t)
	for _, implicit := range []bool{false, true} {
		s := testkit.NewSink(t, sink.Options{TLS: config, Implicit: implicit})
		mode := map[bool]string{false: relay.TLSStart, true: relay.TLSImplicit}[implicit]
		h := newSmarthost(t, relay.Config{Address: s.Addr(), TLS: mode})
		_, err := h.Deliver(t.Context(), hello)
		fault(t, err, true, 0, "4.4.2")
		var cause *tls.CertificateVerificationError
		if !errors.As(err, &cause) || len(s.Mails()) != 0 {
			t.Errorf("%s: got %v and %d mails", mode, err, len(s.Mails()))
		}
	}
}

func TestRelayWithoutSTARTTLSGetsNothing(t *testing.T) {
	t.Parallel()
	s := testkit.NewSink(t)
	h := newSmarthost(t, relay.Config{Address: s.Addr()})
	_, err := h.Deliver(t.Context(), hello)
	if e := fault(t, err, true, 0, "4.4.2"); !strings.Contains(e.Error(), "not offer STARTTLS") {
		t.Error(e)
	}
}

func TestBytesInjectedBehindSTARTTLSEndTheConnection(t *testing.T) {
	t.Parallel()
	s := newScripted(t, map[string]string{
		"EHLO": "250-x\r\n250 STARTTLS", "STARTTLS": "220 go\r\n250-injected",
	})
	h := newSmarthost(t, relay.Config{Address: s.addr})
	_, err := h.Deliver(t.Context(), hello)
	if e := fault(t, err, true, 0, "4.4.2"); !strings.Contains(e.Error(), "more than its answer") {
		t.Error(e)
	}
}

func TestRefusedLogInIsTemporary(t *testing.T) {
	t.Parallel()
	s := testkit.NewSink(t, sink.Options{Username: "gate", Password: "secret"})
	h := newSmarthost(t, relay.Config{
		Address: s.Addr(), TLS: relay.TLSNone, Username: "gate", Password: "wrong-canary",
	})
	_, err := h.Deliver(t.Context(), hello)
	e := fault(t, err, true, 535, "5.7.8")
	if strings.Contains(e.Error(), "canary") {
		t.Error("the password stands in the error")
	}

	h = newSmarthost(t, relay.Config{Address: s.Addr(), TLS: relay.TLSNone})
	_, err = h.Deliver(t.Context(), hello)
	fault(t, err, true, 530, "5.7.0")
}

func TestLogInFallsBackToLOGIN(t *testing.T) {
	t.Parallel()
	s := newScripted(t, map[string]string{
		"EHLO": "250-x\r\n250 AUTH XOAUTH2 LOGIN", "AUTH": "334 VXNlciBOYW1lAA==",
		"Z2F0ZQ==": "334 UGFzc3dvcmQ6", "c2VjcmV0": "235 in", "MAIL": "550 enough",
	})
	h := newSmarthost(t, relay.Config{
		Address: s.addr, TLS: relay.TLSNone, Username: "gate", Password: "secret",
	})
	_, err := h.Deliver(t.Context(), hello)
	fault(t, err, false, 550, "")
}

func TestReplyDecidesAndTheConnectionLivesOn(t *testing.T) {
	t.Parallel()
	s := testkit.NewSink(t)
	w := newWire(t, s.Addr())
	h := newSmarthost(t, relay.Config{Address: w.addr, TLS: relay.TLSNone})
	for _, reply := range []*smtp.SMTPError{
		{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody\there"},
		{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: strings.Repeat("ä", 400)},
	} {
		s.Refuse(hello.To, reply)
		_, err := h.Deliver(t.Context(), hello)
		enhanced := map[int]string{550: "5.1.1", 451: "4.7.1"}[reply.Code]
		e := fault(t, err, reply.Temporary(), reply.Code, enhanced)
		if text := e.Err.Error(); len(text) > 500 || strings.Contains(text, "\t") {
			t.Errorf("text of %d bytes: %q", len(text), text)
		}
	}
	s.Refuse(hello.To, nil)
	for range 2 {
		if _, err := h.Deliver(t.Context(), hello); err != nil {
			t.Fatal(err)
		}
	}
	if w.count() != 1 {
		t.Errorf("%d connections, want 1", w.count())
	}
}

func TestStaleConnectionIsReplacedAtOnce(t *testing.T) {
	t.Parallel()
	s := testkit.NewSink(t)
	w := newWire(t, s.Addr())
	h := newSmarthost(t, relay.Config{Address: w.addr, TLS: relay.TLSNone})
	for range 2 {
		if _, err := h.Deliver(t.Context(), hello); err != nil {
			t.Fatal(err)
		}
		w.cut()
	}
	if n := len(s.Mails()); n != 2 {
		t.Errorf("%d mails, want 2", n)
	}
}

func TestLostAnswerIsAmbiguousAndNotRetriedHere(t *testing.T) {
	t.Parallel()
	s := testkit.NewSink(t)
	h := newSmarthost(t, relay.Config{Address: s.Addr(), TLS: relay.TLSNone})
	for n := range 2 { // on a fresh connection, then on a kept one
		if n == 1 {
			if _, err := h.Deliver(t.Context(), hello); err != nil {
				t.Fatal(err)
			}
		}
		before := len(s.Mails())
		s.CutAfterData(1)
		_, err := h.Deliver(t.Context(), hello)
		e := fault(t, err, true, 0, "4.4.2")
		if !strings.Contains(e.Error(), "may have been taken") || len(s.Mails()) != before+1 {
			t.Errorf("%v, %d mails", e, len(s.Mails())-before)
		}
	}
}

func TestIdleConnectionIsClosed(t *testing.T) {
	t.Parallel()
	s := testkit.NewSink(t)
	w := newWire(t, s.Addr())
	h := newSmarthost(t, relay.Config{Address: w.addr, TLS: relay.TLSNone, Idle: time.Millisecond})
	if _, err := h.Deliver(t.Context(), hello); err != nil {
		t.Fatal(err)
	}
	<-w.ended
}

func TestCloseEndsIdleConnections(t *testing.T) {
	t.Parallel()
	s := testkit.NewSink(t)
	w := newWire(t, s.Addr())
	h := newSmarthost(t, relay.Config{Address: w.addr, TLS: relay.TLSNone})
	if _, err := h.Deliver(t.Context(), hello); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	<-w.ended
}

func TestConnectionsAreLimited(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int32
	gate := make(chan struct{})
	s := testkit.NewSink(t, sink.Options{OnMail: func(sink.Mail) error {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		<-gate
		now.Add(-1)
		return nil
	}})
	w := newWire(t, s.Addr())
	h := newSmarthost(t, relay.Config{Address: w.addr, TLS: relay.TLSNone, Connections: 2})
	var senders sync.WaitGroup
	for range 6 {
		senders.Go(func() {
			if _, err := h.Deliver(t.Context(), hello); err != nil {
				t.Error(err)
			}
		})
	}
	for range 6 {
		gate <- struct{}{}
	}
	senders.Wait()
	if most.Load() > 2 || w.count() > 2 {
		t.Errorf("%d mails at once on %d connections", most.Load(), w.count())
	}
}

func TestSilentServerCostsOneTimeout(t *testing.T) {
	t.Parallel()
	for verb, answers := range map[string]map[string]string{
		"EHLO": {"EHLO": "250-never ends"},
		"MAIL": {"MAIL": "250-never ends"},
	} {
		for _, mode := range []string{relay.TLSNone, relay.TLSStart} {
			s := newScripted(t, answers)
			h := newSmarthost(t, relay.Config{
				Address: s.addr, TLS: mode, Timeout: 20 * time.Millisecond,
			})
			if _, err := h.Deliver(t.Context(), hello); err == nil {
				t.Errorf("%s: no error", verb)
			}
		}
	}
}

func TestEndlessReplyEndsTheConnection(t *testing.T) {
	t.Parallel()
	endless := strings.Repeat("250-x\r\n", 1<<15)
	for _, verb := range []string{"", "EHLO", "MAIL"} {
		for _, mode := range []string{relay.TLSNone, relay.TLSStart} {
			s := newScripted(t, map[string]string{verb: endless})
			h := newSmarthost(t, relay.Config{Address: s.addr, TLS: mode})
			if _, err := h.Deliver(t.Context(), hello); err == nil {
				t.Errorf("%q, %s: no error", verb, mode)
			}
		}
	}
}

func TestEndOfContextEndsADelivery(t *testing.T) {
	t.Parallel()
	s := newScripted(t, map[string]string{"DATA": "354-never ends"})
	h := newSmarthost(t, relay.Config{Address: s.addr, TLS: relay.TLSNone})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for line := range s.heard {
			if line == "DATA" {
				cancel()
				return
			}
		}
	}()
	_, err := h.Deliver(ctx, hello)
	fault(t, err, true, 0, "4.4.2")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestMailThatNeedsUTF8IsRefusedWhereItIsNotOffered(t *testing.T) {
	t.Parallel()
	s := newScripted(t, nil)
	h := newSmarthost(t, relay.Config{Address: s.addr, TLS: relay.TLSNone})
	m := hello
	m.To = "jörg@example.net"
	_, err := h.Deliver(t.Context(), m)
	fault(t, err, false, 0, "5.6.7")

	kept := testkit.NewSink(t)
	h = newSmarthost(t, relay.Config{Address: kept.Addr(), TLS: relay.TLSNone})
	for _, to := range []string{"jörg@example.net", "Ann@Bücher.example"} {
		m.To = to
		if _, err := h.Deliver(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	mails := kept.Mails()
	if !mails[0].UTF8 || mails[1].UTF8 || mails[1].To[0] != "Ann@xn--bcher-kva.example" {
		t.Errorf("kept %+v", mails)
	}
}

// TestMailBehindAMailNeedsNoReset: only what was begun and not taken has something to forget.
func TestMailBehindAMailNeedsNoReset(t *testing.T) {
	t.Parallel()
	s := newScripted(t, map[string]string{
		"DATA": "354 go", "RCPT TO:<nobody@example.org>": "550 5.1.1 who",
	})
	h := newSmarthost(t, relay.Config{Address: s.addr, TLS: relay.TLSNone})
	nobody := hello
	nobody.To = "nobody@example.org"
	for _, m := range []relay.Mail{hello, hello, nobody, hello} {
		_, err := h.Deliver(t.Context(), m)
		if (err == nil) != (m.To == hello.To) {
			t.Fatal(err)
		}
	}
	var verbs []string
	for len(s.heard) > 0 {
		if verb, _, _ := strings.Cut(<-s.heard, " "); verb == "EHLO" || verb == "RSET" || verb == "MAIL" {
			verbs = append(verbs, verb)
		}
	}
	want := "EHLO MAIL MAIL MAIL RSET EHLO MAIL"
	if got := strings.Join(verbs, " "); got != want {
		t.Errorf("said %s, want %s", got, want)
	}
}
