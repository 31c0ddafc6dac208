package relay_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/oauth"
	"helpgate/internal/testkit"
	"helpgate/internal/testkit/idp"
	"helpgate/internal/testkit/sink"
	"helpgate/internal/token"
	"helpgate/mailout/relay"
)

// noMarks is a store that keeps nothing.
type noMarks struct{}

func (noMarks) Mark(context.Context, string) (string, error) { return "", nil }

func (noMarks) SetMark(context.Context, string, string) error { return nil }

func newTokens(t *testing.T, server *idp.Server) (*oauth.Source, *clock.Fake) {
	t.Helper()
	now := clock.NewFake(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))
	ring, err := token.NewKeyring(token.Key{ID: 'a', Secret: bytes.Repeat([]byte("s"), 32)})
	if err != nil {
		t.Fatal(err)
	}
	source, err := oauth.NewKeeper(noMarks{}, ring, now.Now, nil).Source(oauth.Config{
		Provider: oauth.Microsoft, ClientID: idp.ClientID, ClientSecret: idp.ClientSecret,
		TokenURL: server.URL, Username: "support@example.org",
	})
	if err != nil {
		t.Fatal(err)
	}
	return source, now
}

func TestLogInByAToken(t *testing.T) {
	t.Parallel()
	server := idp.Start(t)
	s := testkit.NewSink(t, sink.Options{Token: server.Good})
	tokens, now := newTokens(t, server)
	cfg := relay.Config{Address: s.Addr(), TLS: relay.TLSNone, OAuth: tokens}
	deliver := func() error {
		_, err := newSmarthost(t, cfg).Deliver(t.Context(), hello)
		return err
	}
	if err := deliver(); err != nil {
		t.Fatal(err)
	}
	server.EndAccess() // before its time
	now.Advance(10 * time.Minute)
	e := fault(t, deliver(), true, 535, "5.7.8")
	var login *oauth.Error
	if !errors.As(e, &login) || !strings.Contains(e.Error(), "New-ServicePrincipal") ||
		strings.Contains(e.Error(), "c4nary") {
		t.Errorf("refused: %v", e)
	}
	if err := deliver(); err != nil {
		t.Errorf("with a new token: %v", err)
	}
	server.Fail(&idp.Failure{
		Status: 401, Body: `{"error":"invalid_client","error_description":"AADSTS7000222: over"}`,
	})
	now.Advance(time.Hour)
	e = fault(t, deliver(), true, 0, "4.7.0")
	if !strings.Contains(e.Error(), "AADSTS7000222") || !strings.Contains(e.Error(), "client secret") {
		t.Errorf("without a token: %v", e)
	}
	if n := len(s.Mails()); n != 2 {
		t.Errorf("%d mails went", n)
	}
}

func TestOAUTHBEARERWhereThereIsNothingElse(t *testing.T) {
	t.Parallel()
	tokens, _ := newTokens(t, idp.Start(t))
	s := newScripted(t, map[string]string{
		"EHLO": "250-x\r\n250 AUTH LOGIN OAUTHBEARER", "AUTH": "334 e30=", "AQ==": "535 5.7.8 no",
	})
	_, err := newSmarthost(t, relay.Config{
		Address: s.addr, TLS: relay.TLSNone, OAuth: tokens,
	}).Deliver(t.Context(), hello)
	fault(t, err, true, 535, "5.7.8")
	s = newScripted(t, map[string]string{"EHLO": "250-x\r\n250 AUTH LOGIN"})
	_, err = newSmarthost(t, relay.Config{
		Address: s.addr, TLS: relay.TLSNone, OAuth: tokens,
	}).Deliver(t.Context(), hello)
	if e := fault(t, err, true, 0, "4.4.2"); !strings.Contains(e.Error(), "neither AUTH XOAUTH2") {
		t.Error(e)
	}
}

func TestTokensAreNotSentInTheClear(t *testing.T) {
	t.Parallel()
	server := idp.Start(t)
	tokens, _ := newTokens(t, server)
	s := newScripted(t, map[string]string{"EHLO": "250-x\r\n250 AUTH XOAUTH2"})
	_, err := newSmarthost(t, relay.Config{
		Address: s.addr, TLS: relay.TLSStart, OAuth: tokens,
	}).Deliver(t.Context(), hello)
	fault(t, err, true, 0, "4.4.2")
	if n := len(server.Asked()); n != 0 {
		t.Errorf("asked for %d tokens before TLS", n)
	}
}
