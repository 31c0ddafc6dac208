// Package provider finds out where the mail of an address is kept: which servers its mailbox is
// read and sent by, and what its provider wants at the log-in.
//
// It asks, in this order: its own table of known providers, by the address's domain and by the MX
// (RFC 5321 section 5.1) that receives for it; what the domain says itself, by Thunderbird's
// autoconfig and by SRV records (RFC 6186, RFC 8314 section 5.1); the autodiscover records of
// Exchange, for Microsoft 365 alone; Thunderbird's database of providers (ISPDB), of the domain and
// of its MX's; and at last it tries the usual names. Why in this order: docs/decisions/0028.
//
// All of this comes from outside. Only https is asked, answers have a largest size before they are
// parsed, nothing without TLS is taken, and a server that only DNS names, outside the address's own
// domain, is marked as one that a person has to confirm: whoever forges an answer of DNS would be
// sent the password else (RFC 6186 section 6). It logs in nowhere and speaks neither IMAP nor SMTP.
//
// cmd/helpgate (mailbox connect) is its one user; the package starts no goroutine.
package provider

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"helpgate/internal/rfc"
)

// The ways to TLS of a Server, as the configuration spells them.
const (
	TLSStart    = "starttls" // STARTTLS, demanded
	TLSImplicit = "tls"      // from the first byte (RFC 8314 section 3)
)

// stepTimeout bounds each question: of DNS, of the web, of a port that is tried.
const stepTimeout = 5 * time.Second

// ispdb is where Thunderbird keeps what it knows of providers.
const ispdb = "https://autoconfig.thunderbird.net/v1.1/"

// Server is one of a provider's.
type Server struct {
	Address  string // host:port, the host in A-labels
	TLS      string // TLSStart or TLSImplicit
	Username string // to log in with
	// Source tells, in a few words, who named it.
	Source string
	// Confirm tells that it may be a forgery of DNS: a person is to look at its name before a
	// password goes there.
	Confirm bool
}

// Found is what there is to know of an address. Each list is best first, and may be empty.
type Found struct {
	IMAP, Relay []Server
	// Known is the provider, where it is in the table; else nil.
	Known *Known
}

// Resolver asks DNS; *net.Resolver is one.
type Resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
	LookupCNAME(ctx context.Context, host string) (string, error)
}

// Finder finds. Its fields are its ways out.
type Finder struct {
	DNS Resolver
	// HTTP carries the questions to the web.
	HTTP http.RoundTripper
	// Dial tries the ports of usual names.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Roots are who vouches for the certificates of those; nil: the system's.
	Roots *x509.CertPool
}

// New makes a Finder that asks the world.
func New() *Finder {
	return &Finder{
		DNS: net.DefaultResolver, HTTP: publicTransport(), Dial: (&net.Dialer{}).DialContext,
	}
}

// search is one run of Find.
type search struct {
	*Finder
	address, local, domain string
	mx                     []string // hosts, best first, without a dot at the end
	found                  Found
}

// Find asks until there is a server of each kind. What cannot be reached tells nothing; the error
// is that the address is none, or the end of ctx.
func (f *Finder) Find(ctx context.Context, address string) (Found, error) {
	if err := rfc.ValidAddress(address); err != nil {
		return Found{}, fmt.Errorf("find the servers of %q: %w", address, err)
	}
	_, _, domain := rfc.SplitPlus(address)
	local := address[:strings.LastIndexByte(address, '@')]
	s := &search{Finder: f, address: local + "@" + domain, local: local, domain: domain}
	s.mx = s.askMX(ctx)
	for _, step := range []func(context.Context){
		s.known, s.ownAutoconfig, s.srv, s.autodiscover, s.database, s.guess,
	} {
		if len(s.found.IMAP) > 0 && len(s.found.Relay) > 0 || s.found.sendsOnly() {
			break
		}
		if err := ctx.Err(); err != nil {
			return Found{}, fmt.Errorf("find the servers of %q: %w", address, err)
		}
		step(ctx)
	}
	if s.found.Known == nil {
		s.found.Known = Of(s.found.IMAP)
	}
	return s.found, nil
}

// sendsOnly tells that no mailbox will be found, however long it is looked for.
func (f *Found) sendsOnly() bool { return f.Known != nil && f.Known.IMAP == (Endpoint{}) }

// add takes what a source named, where nothing better is known.
func (s *search) add(imap, relay []Server) {
	if len(s.found.IMAP) == 0 {
		s.found.IMAP = imap
	}
	if len(s.found.Relay) == 0 {
		s.found.Relay = relay
	}
}

// foreign tells whether a host is of another domain than the address.
func (s *search) foreign(host string) bool {
	if host == s.domain || strings.HasSuffix(host, "."+s.domain) {
		return false
	}
	return organisation(host) != organisation(s.domain)
}

// organisation gives the domain that somebody registered; of what nobody could, the name itself.
func organisation(host string) string {
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}
