// Package oauth gets access tokens for mailboxes and relays (OAuth 2.0, RFC 6749) and makes the
// log-ins of them (SASL XOAUTH2, and OAUTHBEARER of RFC 7628).
//
// Three grants are known: client credentials (RFC 6749 section 4.4; Microsoft's application
// permissions), a refresh token that a person's consent gave (section 6), and a service account's
// signed assertion (RFC 7523; Google). What is got is sealed and kept in the store: a provider may
// change the refresh token at every use, and one that is lost then takes a person to consent anew.
// Such a consent is asked for by a Consent, in the person's browser. The package does not retry: it
// remembers when it may ask again, and the log-ins before that fail at once with the same error.
//
// cmd/helpgate makes one Keeper; mailin/imapin and mailout/relay ask its Sources for a Client at
// each log-in, from any goroutine. The package starts none.
package oauth

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

// The providers of a Config, as the configuration spells them.
const (
	Microsoft = "microsoft"
	Google    = "google"
	Other     = "other" // whoever keeps RFC 6749; "" is the same
)

const (
	// askTimeout bounds one answer of a provider. It is not cut short by the end of the program,
	// or a changed refresh token would be lost: so it lies within what the end may take.
	askTimeout = 8 * time.Second
	// margin is how much of its life a token must have left at a log-in.
	margin = 5 * time.Minute
)

// Config says whose access is asked for, and by which proof: ServiceAccount, else RefreshToken,
// else the client credentials.
type Config struct {
	Provider string // Microsoft, Google or Other
	// Tenant is Microsoft's name of the organisation; "" is "common", which a refresh token may use.
	Tenant                 string
	ClientID, ClientSecret string
	RefreshToken           string
	// ServiceAccount is the key of a Google service account: the JSON text of its file.
	ServiceAccount string
	// TokenURL is where tokens are asked for; "" is the provider's own. It must be https, except on
	// a loopback address.
	TokenURL string
	// Scopes are the rights that are asked for; nil is those of mail at the provider, or with a
	// refresh token those of its consent.
	Scopes []string
	// Username names the mailbox, both to the provider and at the log-in.
	Username string
}

// Marks keeps texts under keys, as the store does. Each call is a transaction of its own, and
// SetMark returns when the value is durable.
type Marks interface {
	Mark(ctx context.Context, key string) (string, error) // "" when there is none
	SetMark(ctx context.Context, key, value string) error
}

// Sealer encrypts what Marks keeps; a *token.Keyring is one.
type Sealer interface {
	Seal(name string, plain []byte) string
	Open(name, sealed string) ([]byte, error)
}

// Keeper hands out Sources, and is what they have in common.
type Keeper struct {
	marks  Marks
	sealer Sealer
	now    func() time.Time
	http   *http.Client

	mu      sync.Mutex
	sources map[string]*Source
}

// NewKeeper makes a Keeper. transport carries the requests; nil is the standard one.
func NewKeeper(
	marks Marks, sealer Sealer, now func() time.Time, transport http.RoundTripper,
) *Keeper {
	return &Keeper{
		marks: marks, sealer: sealer, now: now, sources: map[string]*Source{},
		http: &http.Client{
			Transport: transport, Timeout: askTimeout,
			// A secret goes to the address of the configuration, and to no other.
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			},
		},
	}
}

// Source gives the tokens of one log-in. Equal Configs share a Source, so that a mailbox and its
// relay do not take a changed refresh token from each other. The error tells what cannot work.
func (k *Keeper) Source(cfg Config) (*Source, error) {
	g, err := newGrant(cfg)
	if err != nil {
		return nil, fmt.Errorf("prepare the OAuth2 log-in of %q: %w", cfg.Username, err)
	}
	name := strings.Join([]string{
		g.name(), cfg.ClientSecret, cfg.RefreshToken, cfg.ServiceAccount, cfg.Provider,
	}, "\x00")
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.sources[name]
	if s == nil {
		s = &Source{keeper: k, grant: g, turn: make(chan struct{}, 1)}
		k.sources[name] = s
	}
	return s, nil
}

// endpoint gives where tokens are asked for.
func (c *Config) endpoint() (string, error) {
	address := c.TokenURL
	switch {
	case address != "":
	case c.Provider == Microsoft:
		tenant := url.PathEscape(cmp.Or(c.Tenant, "common"))
		address = "https://login.microsoftonline.com/" + tenant + "/oauth2/v2.0/token"
	case c.Provider == Google:
		address = "https://oauth2.googleapis.com/token"
	default:
		return "", fmt.Errorf("no token_url is set")
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("token_url is no address of the web")
	}
	ip, _ := netip.ParseAddr(u.Hostname())
	if u.Scheme != "https" && u.Hostname() != "localhost" && !ip.IsLoopback() {
		return "", fmt.Errorf("token_url would send secrets in the clear: it must begin with https")
	}
	return address, nil
}
