package relay

import (
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"helpgate/internal/mailerr"
)

const (
	// smtpPort is where MX hosts listen.
	smtpPort = "25"
	// maxTries is how many addresses are tried for one mail before it waits for its next attempt.
	maxTries = 6
)

// Resolver looks names up; *net.Resolver is one. A name that does not exist, or has no such record,
// is a *net.DNSError with IsNotFound. Names are asked for with a final dot, which keeps the search
// list of the machine out.
type Resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupHost(ctx context.Context, host string) ([]string, error)
}

// MXConfig describes direct delivery.
type MXConfig struct {
	// Resolver finds the hosts; nil is the system's.
	Resolver Resolver
	// Port is where the hosts listen; "" is 25.
	Port string
	// HELO is our name, as in [site] hostname; "" is "localhost".
	HELO string
	// Timeout bounds a connect, a command or a write, and five times it the answer to a mail;
	// 0 is 2 minutes.
	Timeout time.Duration
}

// MX delivers each mail to the hosts of the recipient's domain (RFC 5321 section 5.1), encrypted
// where they offer it. It keeps no connection. Its methods are safe for use by several goroutines.
type MX struct {
	config MXConfig
}

// NewMX makes an MX.
func NewMX(cfg MXConfig) *MX {
	if cfg.Resolver == nil {
		cfg.Resolver = net.DefaultResolver
	}
	cfg.Port = cmp.Or(cfg.Port, smtpPort)
	cfg.HELO = cmp.Or(cfg.HELO, "localhost")
	cfg.Timeout = cmp.Or(cfg.Timeout, defaultTimeout)
	return &MX{config: cfg}
}

// Deliver hands one mail over and returns after a host's answer. Hosts are tried in order until one
// takes the mail, refuses it for good, or was sent its data. The error is a *mailerr.Error.
func (x *MX) Deliver(ctx context.Context, m Mail) (Receipt, error) {
	m, err := m.checked()
	if err != nil {
		return Receipt{}, err
	}
	hosts, err := x.hosts(ctx, domainOf(m.To))
	if err != nil {
		return Receipt{}, err
	}
	tries := 0
	for _, host := range hosts {
		addresses, lookupErr := x.config.Resolver.LookupHost(ctx, host+".")
		if lookupErr != nil {
			err = lookupFailure(host, lookupErr)
		}
		for _, address := range addresses {
			if tries++; tries > maxTries {
				return Receipt{}, err
			}
			var receipt Receipt
			var final bool
			receipt, final, err = x.try(ctx, host, address, m)
			if final || ctx.Err() != nil {
				return receipt, err
			}
		}
	}
	return Receipt{}, err
}

// hosts gives the names to try, best first.
func (x *MX) hosts(ctx context.Context, domain string) ([]string, error) {
	if strings.HasPrefix(domain, "[") {
		return nil, refused("find the host", "5.1.2", errors.New("an IP address is no mail host"))
	}
	records, err := x.config.Resolver.LookupMX(ctx, domain+".")
	// With bad names in an answer, net.Resolver gives the good ones together with an error.
	if err != nil && len(records) == 0 && !notFound(err) {
		return nil, lookupFailure(domain, err)
	}
	if len(records) == 0 {
		return x.implicit(ctx, domain)
	}
	slices.SortStableFunc(records, func(a, b *net.MX) int { return cmp.Compare(a.Pref, b.Pref) })
	var hosts []string
	for _, mx := range records {
		if host := strings.TrimSuffix(mx.Host, "."); host != "" {
			hosts = append(hosts, host)
		}
	}
	if len(hosts) == 0 { // null MX, RFC 7505 section 4.2
		return nil, &mailerr.Error{
			Code: 556, Enhanced: "5.1.10", Op: "find the host",
			Err: errors.New("the domain " + domain + " takes no mail"),
		}
	}
	return hosts, nil
}

// implicit gives a domain without MX as its own host when it has an address (RFC 5321 section 5.1).
func (x *MX) implicit(ctx context.Context, domain string) ([]string, error) {
	_, err := x.config.Resolver.LookupHost(ctx, domain+".")
	switch {
	case err == nil:
		return []string{domain}, nil
	case notFound(err):
		return nil, refused("find the host", "5.1.2", errors.New("no such domain: "+domain))
	}
	return nil, lookupFailure(domain, err)
}

// try sends the mail to one address of a host. final tells that no other may be tried: the mail was
// taken, refused for good, or its data was begun.
func (x *MX) try(
	ctx context.Context, host, address string, m Mail,
) (receipt Receipt, final bool, err error) {
	l := link{
		address: net.JoinHostPort(address, x.config.Port),
		name:    host,
		helo:    x.config.HELO,
		tls:     tlsIfOffered,
		timeout: x.config.Timeout,
	}
	s, err := l.open(ctx)
	if errors.Is(err, errTLS) {
		l.tls = TLSNone // the mail would go in the clear anyway had STARTTLS not been offered
		s, err = l.open(ctx)
	}
	if err != nil {
		return Receipt{}, false, err
	}
	defer s.close()
	receipt, err = s.send(ctx, m)
	return receipt, s.begun || !mailerr.IsTemporary(err), err
}

func notFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// lookupFailure is trouble of DNS: never a reason to give a mail up.
func lookupFailure(name string, err error) *mailerr.Error {
	return &mailerr.Error{Temporary: true, Enhanced: "4.4.3", Op: "look up " + name, Err: err}
}
