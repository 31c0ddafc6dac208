package oauth

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/oauth2"

	"helpgate/internal/testkit/idp"
)

func TestErrorsCarryTheProvidersCodeAndTheMend(t *testing.T) {
	s := newStand(t)
	service := Config{Provider: Google, ServiceAccount: s.idp.ServiceAccount()}
	for _, c := range []struct {
		cfg                    Config
		status                 int
		code, description      string
		want, words, mend      string
		permanent, unexplained bool
	}{
		{
			client, 401, "invalid_client", "AADSTS7000222: The provided client secret keys for app " +
				"'1' are expired.\r\nTrace ID: 2\r\nCorrelation ID: 3", "AADSTS7000222",
			"The provided client secret keys for app '1' are expired.", "new client secret", true, false,
		},
		{
			client, 400, "unauthorized_client", "AADSTS700016: Application with identifier 'x' was not " +
				"found in the directory 'y'.", "AADSTS700016", "not found", "client_id", true, false,
		},
		{
			client, 400, "invalid_request", "AADSTS90002: Tenant 'x' not found.", "AADSTS90002", "x",
			"set tenant", true, false,
		},
		{
			client, 400, "invalid_request", "AADSTS99999999: Strange.", "AADSTS99999999", "Strange",
			"client_id", true, false,
		},
		{
			client, 400, "temporarily_unavailable", "AADSTS90033: try again", "AADSTS90033", "again", "",
			false, false,
		},
		{
			consent, 400, "invalid_grant", "Token has been expired or revoked.", "invalid_grant",
			"revoked", "consent again", true, false,
		},
		{consent, 400, "invalid_scope", "", "invalid_scope", "", "scopes", true, false},
		{
			service, 401, "unauthorized_client", "Client is unauthorized to retrieve access tokens",
			"unauthorized_client", "unauthorized", "Domain-wide delegation", true, false,
		},
		{
			service, 400, "invalid_grant", "Invalid email or User ID", "invalid_grant", "User ID",
			"clock", true, false,
		},
		{consent, 503, "", "", "503", "", "in trouble", false, false},
		{service, 429, "rate_limit_exceeded", "", "rate_limit_exceeded", "", "", false, false},
	} {
		body := "<html>"
		if c.code != "" {
			body = `{"error": "` + c.code + `", "error_description": "` +
				strings.ReplaceAll(c.description, "\r\n", `\r\n`) + `"}`
		}
		s.idp.Fail(&idp.Failure{Status: c.status, Body: body})
		e := s.bad(s.source(c.cfg))
		if e.Code != c.want || !strings.Contains(e.Words, c.words) || e.Permanent != c.permanent ||
			!strings.Contains(e.Mend, c.mend) || strings.Contains(e.Words, "Trace") {
			t.Errorf("%s %s: %+v", c.code, c.description, e)
		}
	}
}

func TestSecretsThatAServerGivesBackAreHidden(t *testing.T) {
	s := newStand(t)
	wrong := client
	wrong.ClientSecret = "c4nary & c4nary" // which the server puts into its words, as a form
	if e := s.bad(s.source(wrong)); e.Code != "invalid_client" ||
		!strings.Contains(e.Words, "client_secret=[hidden]") {
		t.Errorf("%+v", e)
	}
	s.idp.EndConsent()
	if e := s.bad(s.source(consent)); !strings.Contains(e.Words, "refresh_token=[hidden]") {
		t.Errorf("%+v", e)
	}
	s.idp.Fail(&idp.Failure{Status: 200, Body: `{"access_token": "c4nary\u0001x"}`})
	if e := s.bad(s.source(client)); !errors.Is(e, errNoToken) || e.Permanent {
		t.Errorf("%+v", e)
	}
}

func TestNobodyIsHammered(t *testing.T) {
	s := newStand(t)
	s.idp.EndConsent()
	source := s.source(consent)
	begun := s.clock.Now()
	for s.clock.Now().Sub(begun) < 24*time.Hour {
		s.bad(source)
		s.clock.Advance(10 * time.Second)
	}
	if n := len(s.idp.Asked()); n < 20 || n > 31 {
		t.Errorf("asked %d times in a day after the consent was taken back", n)
	}
	s.idp.Fail(&idp.Failure{Status: http.StatusTooManyRequests, RetryAfter: "120"})
	source = s.source(client)
	s.bad(source)
	s.idp.Fail(nil)
	s.clock.Advance(119 * time.Second)
	s.bad(source)
	s.clock.Advance(time.Second)
	s.good(source)
}

func TestAProviderThatCannotBeReachedIsTriedAgain(t *testing.T) {
	s := newStand(t)
	s.idp.URL = "http://127.0.0.1:1/" + strings.Repeat("tenant", 20) + "/token"
	for _, cfg := range []Config{client, {Provider: Google, ServiceAccount: s.idp.ServiceAccount()}} {
		e := s.bad(s.source(cfg))
		if e.Permanent || e.Code != "" || !strings.Contains(e.Error(), "127.0.0.1:1") ||
			!strings.Contains(e.Words, "token_url") || !strings.Contains(e.Words, "refused") {
			t.Errorf("%+v", e)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	s := newStand(t)
	s.idp.Fail(&idp.Failure{Status: http.StatusTemporaryRedirect, Body: "moved"})
	if e := s.bad(s.source(client)); e.Code != "307" || e.Permanent {
		t.Errorf("%+v", e)
	}
}

// FuzzFault reads answers of any provider: what becomes of them is one bounded line without a secret.
func FuzzFault(f *testing.F) {
	f.Add(400, `{"error":"invalid_grant","error_description":"AADSTS70008: c4nary-refresh\r\nTrace"}`)
	f.Add(200, `{"access_token":"x","token_type":"mac"}`)
	f.Add(503, "<html>\x00\xff")
	f.Add(429, `{"error":{"code":429}}`)
	f.Add(400, `{"error":"c4nary-client","error_description":"`+strings.Repeat("ä", 400)+`"}`)
	secrets := []string{"c4nary-client", "c4nary-refresh", "c4nary-rotated"}
	g, err := newGrant(Config{
		Provider: Microsoft, ClientID: "c", ClientSecret: secrets[0], RefreshToken: secrets[1],
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		reply := &oauth2.RetrieveError{
			Response: &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {body}}},
			Body:     []byte(body),
		}
		e := g.fault(reply, time.Unix(0, 0), secrets[2])
		text := e.Error()
		leaks := func(secret string) bool { return strings.Contains(text, secret) }
		if slices.ContainsFunc(secrets, leaks) || strings.ContainsAny(text, "\r\n\x00") ||
			len(e.Words) > maxWords || len(e.Code) > maxWords || !utf8.ValidString(text) {
			t.Errorf("%d %q: %q", status, body, text)
		}
		if p := pause(e, 3); p < 0 || p > maxLongPause {
			t.Errorf("%d %q: wait %v", status, body, p)
		}
	})
}
