package provider

import (
	"context"
	"net"
	"slices"
	"strconv"
	"strings"
)

// maxHosts bounds how many hosts of one answer of DNS are looked at.
const maxHosts = 10

// askMX gives the hosts that receive for the domain, best first. The dot at the end of a name keeps
// it from being looked for below this machine's own domain.
func (s *search) askMX(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	records, _ := s.DNS.LookupMX(ctx, s.domain+".") // what there is may come beside an error
	var hosts []string
	for _, mx := range records[:min(len(records), maxHosts)] {
		if host := cleanHost(mx.Host); host != "" {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// srv asks the records of RFC 6186 section 3.4 and RFC 8314 section 5.1: those with TLS from the
// first byte go first.
func (s *search) srv(ctx context.Context) {
	s.add(
		append(s.askSRV(ctx, "imaps", TLSImplicit), s.askSRV(ctx, "imap", TLSStart)...),
		append(s.askSRV(ctx, "submissions", TLSImplicit), s.askSRV(ctx, "submission", TLSStart)...))
}

func (s *search) askSRV(ctx context.Context, service, tls string) []Server {
	var servers []Server
	for _, r := range s.lookupSRV(ctx, service) {
		// A target of "." says that there is none (RFC 6186 section 3.4).
		if host := cleanHost(r.Target); host != "" && r.Port != 0 {
			servers = append(servers, Server{
				Address: net.JoinHostPort(host, strconv.Itoa(int(r.Port))), TLS: tls, Username: s.address,
				Source: "SRV _" + service + "._tcp." + s.domain, Confirm: s.foreign(host),
			})
		}
	}
	return servers
}

func (s *search) lookupSRV(ctx context.Context, service string) []*net.SRV {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	_, records, _ := s.DNS.LookupSRV(ctx, service, "tcp", s.domain+".")
	return records[:min(len(records), maxHosts)]
}

// exchangeHosts are the ends of names to which Microsoft has its customers' autodiscover lead.
// Other Exchange servers tell by autodiscover no address that IMAP can use.
var exchangeHosts = []string{".outlook.com", ".office365.com", ".office.com"}

// autodiscover looks for Microsoft 365 behind a filter that has the MX.
func (s *search) autodiscover(ctx context.Context) {
	var hosts []string
	for _, r := range s.lookupSRV(ctx, "autodiscover") {
		hosts = append(hosts, cleanHost(r.Target))
	}
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	if name, err := s.DNS.LookupCNAME(ctx, "autodiscover."+s.domain+"."); err == nil {
		hosts = append(hosts, cleanHost(name))
	}
	for _, host := range hosts {
		if !slices.ContainsFunc(exchangeHosts, func(end string) bool {
			return strings.HasSuffix(host, end)
		}) {
			continue
		}
		k := knownByMX("mail.protection.outlook.com")
		source := "autodiscover leads to " + host
		s.found.Known = k
		s.add(k.IMAP.servers(s.address, source), k.Relay.servers(s.address, source))
		return
	}
}

// cleanHost gives a name of DNS without its last dot, in lower case; "" for what is no host's.
func cleanHost(name string) string {
	host := strings.ToLower(strings.TrimSuffix(name, "."))
	if len(host) > 253 || !strings.Contains(host, ".") || net.ParseIP(host) != nil {
		return ""
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, hostRunes) != "" {
			return ""
		}
	}
	return host
}

const hostRunes = "abcdefghijklmnopqrstuvwxyz0123456789-_"
