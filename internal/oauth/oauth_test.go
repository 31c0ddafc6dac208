package oauth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/testkit/idp"
	"helpgate/internal/token"
)

const user = "support@example.com"

// marks is a store of texts; fail makes it refuse to write.
type marks struct {
	mu   sync.Mutex
	kept map[string]string
	fail bool
}

func (m *marks) Mark(_ context.Context, key string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept[key], nil
}

func (m *marks) SetMark(_ context.Context, key, value string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail {
		return errors.New("disk full")
	}
	m.kept[key] = value
	return nil
}

// stand is an identity server with what asks it.
type stand struct {
	t     *testing.T
	idp   *idp.Server
	marks *marks
	clock *clock.Fake
	ring  *token.Keyring
}

func newStand(t *testing.T) *stand {
	t.Parallel()
	ring, err := token.NewKeyring(token.Key{ID: 'a', Secret: bytes.Repeat([]byte("s"), 32)})
	if err != nil {
		t.Fatal(err)
	}
	return &stand{
		t: t, idp: idp.Start(t), marks: &marks{kept: map[string]string{}}, ring: ring,
		clock: clock.NewFake(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)),
	}
}

// source is that of a program that just started.
func (s *stand) source(cfg Config) *Source {
	s.t.Helper()
	cfg.Username, cfg.TokenURL = user, s.idp.URL
	source, err := NewKeeper(s.marks, s.ring, s.clock.Now, nil).Source(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	return source
}

func (s *stand) good(source *Source) string {
	s.t.Helper()
	token, err := source.Token(s.t.Context())
	if err != nil || !s.idp.Good(token) {
		s.t.Fatalf("Token = %q, %v, want one that is good", token, err)
	}
	return token
}

func (s *stand) bad(source *Source) *Error {
	s.t.Helper()
	token, err := source.Token(s.t.Context())
	var e *Error
	if !errors.As(err, &e) {
		s.t.Fatalf("Token = %q, %v, want an *Error", token, err)
	}
	if strings.Contains(fmt.Sprintf("%v %+v", err, e.Words), "c4nary") {
		s.t.Errorf("a secret stands in %v", err)
	}
	return e
}

var (
	client  = Config{Provider: Microsoft, ClientID: idp.ClientID, ClientSecret: idp.ClientSecret}
	consent = Config{
		Provider: Google, ClientID: idp.ClientID, ClientSecret: idp.ClientSecret,
		RefreshToken: idp.RefreshToken,
	}
)

func TestEachWayGetsAToken(t *testing.T) {
	s := newStand(t)
	other := consent
	other.Provider = Other
	for _, c := range []struct {
		name, grant, scope string
		cfg                Config
	}{
		{"client", "client_credentials", "https://outlook.office365.com/.default", client},
		{"consent", "refresh_token", "", consent},
		{"consent to another", "refresh_token", "", other},
		{
			"service account", "urn:ietf:params:oauth:grant-type:jwt-bearer", "",
			Config{Provider: Google, ServiceAccount: s.idp.ServiceAccount()},
		},
	} {
		clear(s.marks.kept)
		s.good(s.source(c.cfg))
		asked := s.idp.Asked()
		form := asked[len(asked)-1]
		if form.Get("grant_type") != c.grant || form.Get("scope") != c.scope {
			t.Errorf("%s: asked with %v", c.name, form)
		}
		if in := form.Has("client_secret"); in != (c.cfg.Provider != Other && c.name != "service account") {
			t.Errorf("%s: the secret in the form: %v", c.name, in)
		}
	}
}

func TestTokensAreRenewedBeforeTheyEnd(t *testing.T) {
	s := newStand(t)
	source := s.source(client)
	first := s.good(source)
	s.clock.Advance(54 * time.Minute)
	if s.good(source) != first {
		t.Error("a token with 6 minutes left was not used")
	}
	s.clock.Advance(2 * time.Minute)
	if s.good(source) == first {
		t.Error("a token with 4 minutes left was used")
	}
	s.idp.Life = 60 // shorter than the margin: one for each log-in
	s.clock.Advance(time.Hour)
	if short := s.good(source); s.good(source) == short {
		t.Error("a token of one minute was used twice")
	}
}

func TestTokensOutliveTheProgramAndLieSealed(t *testing.T) {
	s := newStand(t)
	s.idp.Rotate = true
	first := s.good(s.source(consent))
	if s.good(s.source(consent)) != first || len(s.idp.Asked()) != 1 {
		t.Error("a token that is good was asked for again after a start")
	}
	for key, value := range s.marks.kept {
		if strings.Contains(key+value, "c4nary") || !strings.HasPrefix(key, "oauth-") {
			t.Errorf("kept in the clear: %s = %s", key, value)
		}
	}
}

func TestChangedRefreshTokensAreUsed(t *testing.T) {
	s := newStand(t)
	s.idp.Rotate = true
	for range 3 {
		s.good(s.source(consent))
		s.clock.Advance(time.Hour)
	}
	asked := s.idp.Asked()
	if got := asked[2].Get("refresh_token"); got != "refresh-c4nary-2" {
		t.Errorf("the third time asked with %s", got)
	}
}

func TestChangedRefreshTokensAreKeptBeforeTheTokenIsUsed(t *testing.T) {
	s := newStand(t)
	s.idp.Rotate, s.marks.fail = true, true
	source := s.source(consent)
	if token, err := source.Token(t.Context()); err == nil {
		t.Fatalf("Token = %q although nothing could be kept", token)
	}
	s.marks.fail = false
	s.clock.Advance(maxPause)
	s.good(source)
	if n := len(s.idp.Asked()); n != 1 {
		t.Errorf("asked %d times: the first answer was thrown away", n)
	}
	s.clock.Advance(time.Hour)
	s.good(s.source(consent)) // with the refresh token of the first answer
}

func TestAnswersAreKeptWhateverEndsMeanwhile(t *testing.T) {
	s := newStand(t)
	s.idp.Rotate = true
	ctx, end := context.WithCancel(t.Context())
	s.idp.OnAsk = end
	if _, err := s.source(consent).Token(ctx); err != nil {
		t.Errorf("a token that was asked for is thrown away: %v", err)
	}
	s.clock.Advance(time.Hour)
	s.good(s.source(consent))
}

func TestANewConsentEndsWhatWasKept(t *testing.T) {
	s := newStand(t)
	s.idp.Rotate = true
	s.good(s.source(consent))
	renewed := consent
	renewed.RefreshToken = "refresh-c4nary-new"
	if e := s.bad(s.source(renewed)); e.Code != "invalid_grant" {
		t.Errorf("code %q: the server was not asked with the new consent", e.Code)
	}
	if form := s.idp.Asked()[1]; form.Get("refresh_token") != renewed.RefreshToken {
		t.Errorf("asked with %v", form)
	}
}

func TestTwoNodesShareOneConsent(t *testing.T) {
	s := newStand(t)
	s.idp.Rotate = true
	one, two := s.source(consent), s.source(consent)
	s.good(one)
	s.good(two)
	for range 4 {
		s.clock.Advance(time.Hour)
		if s.good(one) != s.good(two) {
			t.Error("the second node did not take over what the first got")
		}
		one, two = two, one
	}
}

func TestANodeThatWasOvertakenUsesWhatTheOtherGot(t *testing.T) {
	s := newStand(t)
	s.idp.Rotate = true
	one, two := s.source(consent), s.source(consent)
	var others string
	var asked atomic.Bool // by the first node; the other's request comes within it
	s.idp.OnAsk = func() {
		if asked.CompareAndSwap(false, true) {
			others, _ = two.Token(t.Context())
		}
	}
	if got := s.good(one); got != others {
		t.Errorf("Token = %s, the other node has %s", got, others)
	}
}

func TestAnotherSecretFileFallsBackOnTheConfiguration(t *testing.T) {
	s := newStand(t)
	s.good(s.source(consent))
	var err error
	s.ring, err = token.NewKeyring(token.Key{ID: 'a', Secret: bytes.Repeat([]byte("t"), 32)})
	if err != nil {
		t.Fatal(err)
	}
	s.good(s.source(consent))
	if n := len(s.idp.Asked()); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestEqualLogInsShareASource(t *testing.T) {
	s := newStand(t)
	keeper := NewKeeper(s.marks, s.ring, s.clock.Now, nil)
	cfg := consent
	cfg.TokenURL, cfg.Username = s.idp.URL, user
	one, err := keeper.Source(cfg)
	two, err2 := keeper.Source(cfg)
	cfg.Username = "other@example.com"
	three, err3 := keeper.Source(cfg)
	if err != nil || err2 != nil || err3 != nil || one != two || one == three {
		t.Error("equal log-ins do not share, or others do", err, err2, err3)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { _, _ = one.Token(t.Context()) })
	}
	wg.Wait()
	if n := len(s.idp.Asked()); n != 1 {
		t.Errorf("20 log-ins at once asked %d times", n)
	}
}

func TestWhatCannotWorkIsSaid(t *testing.T) {
	t.Parallel()
	for want, cfg := range map[string]Config{
		"no client_id":       {Provider: Microsoft, ClientSecret: "s"},
		"no token_url":       {ClientID: "c", ClientSecret: "s"},
		"none of":            {Provider: Google, ClientID: "c"},
		"in the clear":       {ClientID: "c", ClientSecret: "s", TokenURL: "http://example.com/t"},
		"no address":         {ClientID: "c", ClientSecret: "s", TokenURL: "https:"},
		"not the JSON text":  {Provider: Google, ServiceAccount: "c4nary"},
		"no key file":        {Provider: Google, ServiceAccount: `{"type": "user", "x": "c4nary"}`},
		"no private key":     {ServiceAccount: `{"type": "service_account", "client_email": "c4nary"}`},
		`log-in of "a@b.de"`: {Username: "a@b.de"},
	} {
		_, err := NewKeeper(nil, nil, nil, nil).Source(cfg)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "c4nary") {
			t.Errorf("%+v: %v, want %q", cfg, err, want)
		}
	}
}
