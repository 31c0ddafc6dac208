package config

import (
	"net/netip"
)

// checkOAuth2 asks for all that one of the ways to a token needs.
func (l *loader) checkOAuth2(shown string, o *OAuth2) {
	if u := o.TokenURL; u != nil && u.Scheme != "https" && u.Hostname() != "localhost" {
		if ip, err := netip.ParseAddr(u.Hostname()); err != nil || !ip.IsLoopback() {
			l.fault(l.source, shown+".token_url", "sends secrets in clear text", "begin it with https")
		}
	}
	if o.Provider == "other" && o.TokenURL == nil {
		l.fault(l.source, shown+".token_url", "is missing", "set it, or set provider")
	}
	switch {
	case o.ServiceAccount != "":
		if o.ClientID != "" || o.ClientSecret != "" || o.RefreshToken != "" {
			l.fault(l.source, shown+".service_account", "is set beside another proof",
				"remove client_id, client_secret and refresh_token")
		}
	case o.ClientID == "":
		l.fault(l.source, shown+".client_id", "is missing", "set it, or service_account")
	case o.RefreshToken != "":
	case o.Provider == "google":
		l.fault(l.source, shown+".refresh_token",
			"is missing: Google gives an application no mailbox by itself",
			"set it, or service_account")
	case o.ClientSecret == "":
		l.fault(l.source, shown+".client_secret", "is missing", "set it, or refresh_token")
	case o.Provider == "microsoft" && o.Tenant == "" && o.TokenURL == nil:
		l.fault(l.source, shown+".tenant", "is missing", "set the Directory (tenant) ID")
	}
}
