package oauth

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"helpgate/internal/testkit/idp"
)

// browse opens the page and gives the address to which the browser is sent back.
func (s *stand) browse(page string) string {
	s.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	answer, err := client.Get(page)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.Header.Get("Location")
}

func (s *stand) consent() *Consent {
	s.t.Helper()
	c, err := NewKeeper(s.marks, s.ring, s.clock.Now, nil).Consent(Config{
		ClientID: idp.ClientID, TokenURL: s.idp.URL, Username: user, Scopes: []string{"mail"},
	}, s.idp.Authorize, "http://127.0.0.1:1")
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func TestConsentGivesARefreshTokenThatOpensTheMailbox(t *testing.T) {
	s := newStand(t)
	c := s.consent()
	refresh, err := c.Redeem(t.Context(), "  "+s.browse(c.URL())+"\n")
	if err != nil {
		t.Fatal(err)
	}
	s.good(s.source(Config{ClientID: idp.ClientID, RefreshToken: refresh}))
}

func TestCodeOfAnotherQuestionIsNotRedeemed(t *testing.T) {
	s := newStand(t)
	mine, theirs := s.consent(), s.consent()
	answer := s.browse(theirs.URL())
	if _, err := mine.Redeem(t.Context(), answer); !errors.Is(err, errNotOurs) {
		t.Errorf("another's answer: %v", err)
	}
	// The code of one question with the state of the other: PKCE alone is left to refuse it.
	u, err := url.Parse(answer)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("state", mine.state)
	var refusal *Error
	if _, err := mine.Redeem(t.Context(), "?"+q.Encode()); !errors.As(err, &refusal) ||
		refusal.Code != "invalid_grant" || strings.Contains(err.Error(), q.Get("code")) {
		t.Errorf("another's code: %v", err)
	}
}

func TestRefusedConsentIsToldWithItsMend(t *testing.T) {
	s := newStand(t)
	s.idp.Denied = true
	c := s.consent()
	var refusal *Error
	_, err := c.Redeem(t.Context(), s.browse(c.URL()))
	if !errors.As(err, &refusal) || refusal.Code != "access_denied" || refusal.Mend == "" {
		t.Errorf("got %v", err)
	}
	long := strings.Repeat("x", maxAnswer+1)
	for _, answer := range []string{"", "yes", "https://idp.example/", long} {
		if _, err := c.Redeem(t.Context(), answer); err == nil || errors.As(err, &refusal) {
			t.Errorf("%.20q: %v", answer, err)
		}
	}
}

func TestProvidersAreAskedAtTheirOwnPages(t *testing.T) {
	t.Parallel()
	keeper := NewKeeper(nil, nil, nil, nil)
	for provider, want := range map[string][]string{
		Microsoft: {
			"https://login.microsoftonline.com/common/oauth2/v2.0/authorize?", "offline_access",
			"IMAP.AccessAsUser.All", "SMTP.Send", "login_hint=" + url.QueryEscape(user),
		},
		Google: {
			"https://accounts.google.com/o/oauth2/v2/auth?", url.QueryEscape("https://mail.google.com/"),
			"access_type=offline", "prompt=consent",
		},
	} {
		cfg := Config{Provider: provider, ClientID: "x", Username: user}
		c, err := keeper.Consent(cfg, "", "http://localhost:1")
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range append(want, "code_challenge_method=S256", "response_type=code") {
			if !strings.Contains(c.URL(), part) {
				t.Errorf("%s: %s lacks %s", provider, c.URL(), part)
			}
		}
	}
	other := Config{Provider: Other, ClientID: "x", TokenURL: "https://x.example"}
	if _, err := keeper.Consent(other, "", ""); err == nil {
		t.Error("another provider's page is not known")
	}
}
