package oauth

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
)

func offering(mechanisms ...string) func(string) bool {
	return func(m string) bool { return strings.Contains(strings.Join(mechanisms, " "), m) }
}

func TestTheMechanismThatTheServerHasIsUsed(t *testing.T) {
	s := newStand(t)
	source := s.source(client)
	token := s.good(source)
	for _, c := range []struct {
		offers        func(string) bool
		name, initial string
		answer        string // to the server's reasons
	}{
		{nil, XOAuth2, "user=" + user + "\x01auth=Bearer " + token + "\x01\x01", ""},
		{
			offering(sasl.OAuthBearer, XOAuth2), XOAuth2,
			"user=" + user + "\x01auth=Bearer " + token + "\x01\x01", "",
		},
		{
			offering(sasl.Plain, sasl.OAuthBearer), sasl.OAuthBearer,
			"n,a=" + user + ",\x01auth=Bearer " + token + "\x01\x01", "\x01",
		},
	} {
		client, err := source.Client(t.Context(), c.offers)
		if err != nil {
			t.Fatal(err)
		}
		name, initial, err := client.Start()
		if name != c.name || string(initial) != c.initial || err != nil {
			t.Errorf("Start = %s, %q, %v, want %s, %q", name, initial, err, c.name, c.initial)
		}
		answer, err := client.Next([]byte(`{"status":"400"}`))
		if answer == nil || string(answer) != c.answer || err != nil {
			t.Errorf("%s: Next = %q, %v", name, answer, err)
		}
	}
	if _, err := source.Client(t.Context(), offering(sasl.Plain)); !errors.Is(err, errNoMechanism) {
		t.Errorf("without a mechanism: %v", err)
	}
}

func TestATokenThatAServerRefusedIsNotUsedAgain(t *testing.T) {
	s := newStand(t)
	source := s.source(client)
	first := s.good(source)
	var e *Error
	if err := source.Refused(errors.New("535 no: " + first)); !errors.As(err, &e) ||
		strings.Contains(err.Error(), "c4nary") || !strings.Contains(err.Error(), "New-ServicePrincipal") {
		t.Errorf("Refused = %v", err)
	}
	if s.good(source) != first {
		t.Error("a fresh token was thrown away: another would be refused too")
	}
	s.clock.Advance(6 * time.Minute)
	s.idp.EndAccess()
	_ = source.Refused(errors.New("535 no"))
	if s.good(source) == first {
		t.Error("a token that was ended before its time is used on")
	}
}
