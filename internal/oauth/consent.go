package oauth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/oauth2"
)

// byConsent asks a person. What it gives, byRefresh uses.
const byConsent way = "consent"

// maxAnswer bounds the address with which a browser comes back, in bytes.
const maxAnswer = 16 << 10

var (
	errNotOurs   = errors.New("the answer belongs to another question: begin anew")
	errNoRefresh = errors.New("the provider gave no refresh token: allow offline access")
)

// Consent asks a person, in a browser, for the right to a mailbox: the authorisation code of RFC
// 6749 section 4.1, bound to this program by PKCE (RFC 7636). The browser comes back to a loopback
// address (RFC 8252 section 7.3), or the person copies the address to which it would have come.
type Consent struct {
	keeper          *Keeper
	grant           *grant
	config          oauth2.Config
	options         []oauth2.AuthCodeOption
	state, verifier string
}

// Consent begins to ask. authURL is where the browser goes; "" is the provider's own. redirect is
// where it comes back to, one that the application's registration allows.
func (k *Keeper) Consent(cfg Config, authURL, redirect string) (*Consent, error) {
	if cfg.ClientID == "" {
		return nil, errors.New("ask for consent: no client_id is set")
	}
	c := &Consent{keeper: k, state: rand.Text(), verifier: oauth2.GenerateVerifier()}
	if err := c.address(&cfg, authURL); err != nil {
		return nil, fmt.Errorf("ask for consent: %w", err)
	}
	endpoint, err := cfg.endpoint()
	if err != nil {
		return nil, fmt.Errorf("ask for consent: %w", err)
	}
	c.grant = &grant{cfg: cfg, way: byConsent, url: endpoint}
	c.config.ClientID, c.config.ClientSecret = cfg.ClientID, cfg.ClientSecret
	c.config.RedirectURL, c.config.Scopes = redirect, cfg.Scopes
	c.config.Endpoint.TokenURL, c.config.Endpoint.AuthStyle = endpoint, c.grant.style()
	c.options = append(c.options, oauth2.S256ChallengeOption(c.verifier))
	if cfg.Username != "" {
		c.options = append(c.options, oauth2.SetAuthURLParam("login_hint", cfg.Username))
	}
	return c, nil
}

// address fills in where the person is asked, and for what.
func (c *Consent) address(cfg *Config, authURL string) error {
	scopes := cfg.Scopes
	switch cfg.Provider {
	case Microsoft:
		if cfg.Tenant == "" {
			cfg.Tenant = "common"
		}
		c.config.Endpoint.AuthURL = "https://login.microsoftonline.com/" + url.PathEscape(cfg.Tenant) +
			"/oauth2/v2.0/authorize"
		scopes = []string{
			"https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send",
			"offline_access",
		}
	case Google:
		c.config.Endpoint.AuthURL = "https://accounts.google.com/o/oauth2/v2/auth"
		scopes = usualScopes(Google)
		// Without "consent" a second asking gives no refresh token.
		c.options = append(c.options, oauth2.AccessTypeOffline,
			oauth2.SetAuthURLParam("prompt", "consent"))
	}
	if authURL != "" {
		c.config.Endpoint.AuthURL = authURL
	}
	if c.config.Endpoint.AuthURL == "" {
		return errors.New("it is not known where: name the provider's address for log-in")
	}
	if len(cfg.Scopes) == 0 {
		cfg.Scopes = scopes
	}
	return nil
}

// URL is the page that the person opens.
func (c *Consent) URL() string { return c.config.AuthCodeURL(c.state, c.options...) }

// Answers tells whether a query belongs to this question; on a loopback address anybody can ask.
func (c *Consent) Answers(query url.Values) bool {
	return subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(c.state)) == 1
}

// Redeem makes, of the address with which the browser came back, the refresh token. A provider's or
// person's no is an *Error.
func (c *Consent) Redeem(ctx context.Context, answer string) (refresh string, err error) {
	query, err := readAnswer(answer)
	if err != nil {
		return "", fmt.Errorf("read the answer to consent: %w", err)
	}
	if !c.Answers(query) {
		return "", fmt.Errorf("read the answer to consent: %w", errNotOurs)
	}
	if code := query.Get("error"); code != "" {
		return "", c.refused(code, query.Get("error_description"))
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, c.keeper.http)
	t, err := c.config.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(c.verifier))
	if err != nil {
		return "", c.grant.fault(err, c.keeper.now(), query.Get("code"))
	}
	if t.RefreshToken == "" {
		return "", fmt.Errorf("redeem the consent of %q: %w", c.grant.cfg.Username, errNoRefresh)
	}
	return t.RefreshToken, nil
}

// readAnswer takes a whole address or its query alone, as people copy it.
func readAnswer(answer string) (url.Values, error) {
	answer = strings.TrimSpace(answer)
	if len(answer) > maxAnswer {
		return nil, errors.New("it is too long")
	}
	if _, query, ok := strings.Cut(answer, "?"); ok {
		answer = query
	}
	answer, _, _ = strings.Cut(answer, "#")
	query, err := url.ParseQuery(answer)
	if err != nil || query.Get("state") == "" {
		return nil, errors.New("it is not the address to which the browser went at last")
	}
	return query, nil
}

// refused is a no that came by the browser (RFC 6749 section 4.1.2.1).
func (c *Consent) refused(code, words string) *Error {
	e := &Error{
		Op: "ask for consent to " + c.grant.cfg.Username, Code: c.grant.clean(code),
		Words: c.grant.clean(words), Permanent: !passing[code],
	}
	if own := aadsts.FindString(words); own != "" {
		e.Code, e.Words = own, strings.TrimPrefix(e.Words, own+": ")
	}
	e.Mend = c.grant.mend(e.Code, c.grant.clean(code))
	return e
}
