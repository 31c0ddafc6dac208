package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/oauth2/jwt"
)

// A way is how a Config proves its right to a token.
type way string

const (
	byClient  way = "client credentials"
	byRefresh way = "refresh token"
	byService way = "service account"
)

const (
	// maxToken bounds an access token, in bytes: with a long user name and in base64 it still fits
	// into the 12,288 octets of RFC 4954 section 4.
	maxToken = 8 << 10
	// usualLife is the life of a token whose provider tells none (RFC 6749 section 5.1).
	usualLife = time.Hour
	// maxLife bounds what a provider tells: a token that it ends sooner is noticed at the log-in.
	maxLife = 24 * time.Hour
)

// errNoToken tells that a provider's answer was none.
var errNoToken = errors.New("the answer holds no usable token")

// grant knows how to ask for tokens.
type grant struct {
	cfg     Config
	way     way
	url     string
	service *jwt.Config // of byService
}

func newGrant(cfg Config) (*grant, error) {
	g := &grant{cfg: cfg, way: byClient}
	switch {
	case cfg.ServiceAccount != "":
		g.way = byService
	case cfg.ClientID == "":
		return nil, errors.New("no client_id is set")
	case cfg.RefreshToken != "":
		g.way = byRefresh
	case cfg.ClientSecret == "":
		return nil, errors.New("none of service_account, refresh_token and client_secret is set")
	}
	if len(cfg.Scopes) == 0 && g.way != byRefresh {
		g.cfg.Scopes = usualScopes(cfg.Provider)
	}
	if g.way == byService {
		if err := g.readServiceAccount(); err != nil {
			return nil, err
		}
	}
	var err error
	g.url, err = g.cfg.endpoint()
	if g.service != nil {
		g.service.TokenURL = g.url
	}
	return g, err
}

// usualScopes are the rights to mail. With a refresh token those of its consent hold, for asking for
// more than that is refused (RFC 6749 section 6).
func usualScopes(provider string) []string {
	switch provider {
	case Microsoft:
		return []string{"https://outlook.office365.com/.default"}
	case Google:
		return []string{"https://mail.google.com/"}
	}
	return nil
}

// readServiceAccount reads the key as Google's console gives it. Its errors quote nothing of it.
func (g *grant) readServiceAccount() error {
	var account struct {
		Type       string `json:"type"`
		Email      string `json:"client_email"`
		KeyID      string `json:"private_key_id"`
		PrivateKey string `json:"private_key"`
		TokenURL   string `json:"token_uri"`
	}
	if err := json.Unmarshal([]byte(g.cfg.ServiceAccount), &account); err != nil {
		return errors.New("service_account is not the JSON text of a key file")
	}
	if account.Type != "service_account" || account.Email == "" {
		return errors.New(`service_account is no key file of "type": "service_account"`)
	}
	if block, _ := pem.Decode([]byte(account.PrivateKey)); block == nil {
		return errors.New("service_account holds no private key")
	}
	if g.cfg.TokenURL == "" {
		g.cfg.TokenURL = account.TokenURL
	}
	g.service = &jwt.Config{
		Email: account.Email, PrivateKey: []byte(account.PrivateKey), PrivateKeyID: account.KeyID,
		Subject: g.cfg.Username, Scopes: g.cfg.Scopes,
	}
	return nil
}

// name tells this log-in from all others, without a secret: under it its tokens are kept.
func (g *grant) name() string {
	who := []string{string(g.way), g.url, g.cfg.ClientID, g.cfg.Username}
	if g.service != nil {
		who = append(who, g.service.Email)
	}
	sum := sha256.Sum256([]byte(strings.Join(append(who, g.cfg.Scopes...), "\x00")))
	return "oauth-" + base64.RawURLEncoding.EncodeToString(sum[:12])
}

// answer is what a provider gave.
type answer struct {
	access  string
	life    time.Duration
	refresh string // "" when it stays the same
}

// ask asks the provider once. refresh is used by byRefresh only.
func (g *grant) ask(ctx context.Context, client *http.Client, refresh string) (answer, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, client)
	t, err := g.source(ctx, refresh).Token()
	if err != nil {
		return answer{}, err
	}
	if !strings.EqualFold(t.Type(), "bearer") || len(t.AccessToken) > maxToken ||
		strings.ContainsFunc(t.AccessToken, notTokenCharacter) {
		return answer{}, errNoToken
	}
	a := answer{access: t.AccessToken, life: usualLife}
	if !t.Expiry.IsZero() {
		a.life = min(time.Until(t.Expiry), maxLife)
	}
	if t.RefreshToken != refresh {
		a.refresh = t.RefreshToken
	}
	return a, nil
}

func (g *grant) source(ctx context.Context, refresh string) oauth2.TokenSource {
	if g.way == byService {
		return g.service.TokenSource(ctx)
	}
	// The library's own refreshing cannot name scopes, which Microsoft needs where a consent
	// covers several of its services.
	cfg := clientcredentials.Config{
		ClientID: g.cfg.ClientID, ClientSecret: g.cfg.ClientSecret, TokenURL: g.url,
		Scopes: g.cfg.Scopes, AuthStyle: g.style(),
	}
	if g.way == byRefresh {
		cfg.EndpointParams = url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {refresh},
		}
	}
	return cfg.TokenSource(ctx)
}

// style is how the client's secret goes: in the body to Microsoft and Google, who want it there; to
// others in the header, which every server must take (RFC 6749 section 2.3.1). The library's own
// guess would ask twice.
func (g *grant) style() oauth2.AuthStyle {
	if g.cfg.Provider == Microsoft || g.cfg.Provider == Google || g.cfg.ClientSecret == "" {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// notTokenCharacter finds what is not of RFC 6750 section 2.1 and could end a token within a log-in.
func notTokenCharacter(r rune) bool { return r <= ' ' || r > '~' }
