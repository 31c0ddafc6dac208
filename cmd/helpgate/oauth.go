package main

import (
	"helpgate/internal/config"
	"helpgate/internal/oauth"
)

// login gives the tokens of a log-in; nil where the configuration names none.
func (w *world) login(o *config.OAuth2, username string) (*oauth.Source, error) {
	if o == nil {
		return nil, nil
	}
	return w.tokens.Source(oauthConfig(o, username))
}

// oauthConfig is the configuration as internal/oauth has it.
func oauthConfig(o *config.OAuth2, username string) oauth.Config {
	cfg := oauth.Config{
		Provider: o.Provider, Tenant: o.Tenant, ClientID: o.ClientID,
		ClientSecret: o.ClientSecret.Reveal(), RefreshToken: o.RefreshToken.Reveal(),
		ServiceAccount: o.ServiceAccount.Reveal(), Scopes: o.Scopes, Username: username,
	}
	if o.TokenURL != nil {
		cfg.TokenURL = o.TokenURL.String()
	}
	return cfg
}
