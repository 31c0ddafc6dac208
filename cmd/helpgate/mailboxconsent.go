package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"helpgate/internal/config"
	"helpgate/internal/oauth"
	"helpgate/internal/provider"
)

// consentTimeout is how long a person may take to consent.
const consentTimeout = 15 * time.Minute

// way is how it is logged in: provider.Password, or whose tokens are used.
func (c *connect) way() provider.Proof {
	known := provider.Password
	if k := c.found.Known; k != nil {
		known = k.Proof
	}
	switch {
	case c.oauth2 != "":
		return provider.Proof(c.oauth2)
	case c.service != "":
		return provider.Google
	case known == provider.Microsoft && c.passwordFile == "":
		return provider.Microsoft
	case c.clientID != "" && known == provider.Google:
		return provider.Google
	case c.clientID != "":
		return oauth.Other
	}
	return provider.Password
}

// tokens gets what tokens are asked for with: a service account's key, an application's secret, or
// a person's consent.
func (c *connect) tokens(ctx context.Context, whose string) (*config.OAuth2, error) {
	clear(c.secrets.typed) // what a try before was refused with
	o := &config.OAuth2{Provider: whose, Tenant: c.tenant, ClientID: c.clientID}
	var err error
	if c.tokenURL != "" {
		if o.TokenURL, err = url.Parse(c.tokenURL); err != nil {
			return nil, usageError{fmt.Errorf("--token-url: %w", err)}
		}
	}
	if c.service != "" {
		text, err := c.secrets.read(ofService, c.service)
		o.ServiceAccount = config.Secret(text)
		return o, err
	}
	if err := c.application(ctx, o); err != nil {
		return nil, err
	}
	if c.needsConsent(o) {
		refresh, err := c.consent(ctx, o)
		if err != nil {
			return nil, err
		}
		o.RefreshToken = config.Secret(refresh)
		c.secrets.keep(ofRefresh, refresh)
	}
	return o, nil
}

// application asks for what no flag says of the application.
func (c *connect) application(ctx context.Context, o *config.OAuth2) (err error) {
	if o.ClientID == "" {
		o.ClientID, err = c.ask.word(ctx, "Application (client) ID: ")
		if err == nil && o.Provider == oauth.Microsoft && o.Tenant == "" {
			o.Tenant, err = c.ask.word(ctx, "Directory (tenant) ID (empty: a personal account): ")
		}
		if err == nil && c.clientSecret == "" {
			var text string
			text, err = c.ask.secret(ctx, "Client secret (empty: it has none): ")
			if text != "" {
				o.ClientSecret = config.Secret(text)
				c.secrets.keep(ofClient, text)
			}
		}
	}
	if errors.Is(err, errNobody) {
		return fmt.Errorf("%w: name the application with --client-id", err)
	}
	if err == nil && c.clientSecret != "" {
		var text string
		text, err = c.secrets.read(ofClient, c.clientSecret)
		o.ClientSecret = config.Secret(text)
	}
	return err
}

// needsConsent tells that the application cannot open the mailbox by itself.
func (c *connect) needsConsent(o *config.OAuth2) bool {
	switch o.Provider {
	case oauth.Microsoft:
		return o.ClientSecret == "" || o.Tenant == ""
	case oauth.Google:
		return true
	}
	return c.authURL != "" || o.ClientSecret == ""
}

// consent gets a refresh token from a person.
func (c *connect) consent(ctx context.Context, o *config.OAuth2) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, consentTimeout)
	defer cancel()
	cfg := oauthConfig(o, c.box.IMAP.Username)
	if c.paste {
		asked, err := c.w.tokens.Consent(cfg, c.authURL, "http://"+loopback(o.Provider))
		if err != nil {
			return "", err
		}
		answer, err := c.ask.line(ctx, fmt.Sprintf("Open this page and consent as %s:\n\n%s\n\n"+
			"The browser then finds no page. Paste the address that it shows: ", cfg.Username, asked.URL()))
		if err != nil {
			return "", err
		}
		return asked.Redeem(ctx, answer)
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("wait for the browser: %w", err)
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	asked, err := c.w.tokens.Consent(cfg, c.authURL,
		"http://"+net.JoinHostPort(loopback(o.Provider), port))
	if err != nil {
		return "", errors.Join(err, ln.Close())
	}
	c.say("Open this page in a browser on this machine and consent as %s (with a browser "+
		"elsewhere, stop this and call it with --paste):\n\n%s\n", cfg.Username, asked.URL())
	answer, err := awaitBrowser(ctx, ln, asked)
	if err != nil {
		return "", err
	}
	return asked.Redeem(ctx, answer)
}

// loopback is this machine's name as registrations spell it: Microsoft allows any port of
// localhost, and of the numbers only by hand.
func loopback(whose string) string {
	if whose == oauth.Microsoft {
		return "localhost"
	}
	return "127.0.0.1"
}

// awaitBrowser serves the one page to which the browser comes back, and gives its query. Others
// that ask on this port are not heard.
func awaitBrowser(ctx context.Context, ln net.Listener, asked *oauth.Consent) (string, error) {
	came := make(chan string, 1)
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			if r.Method != http.MethodGet || !asked.Answers(r.URL.Query()) {
				http.Error(w, "This page belongs to another question.", http.StatusNotFound)
				return
			}
			fmt.Fprintln(w, "Thank you. This page can be closed: helpgate goes on in the terminal.")
			select {
			case came <- r.URL.RawQuery:
			default: // the page was loaded twice
			}
		}),
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(ln) }()
	var query string
	var err error
	select {
	case query = <-came:
	case <-ctx.Done():
		err = fmt.Errorf("wait for the browser: %w", context.Cause(ctx))
	}
	bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if server.Shutdown(bound) != nil { // the page is still on its way to somebody
		_ = server.Close()
	}
	<-done
	return "?" + query, err
}
