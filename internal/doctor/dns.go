package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Resolver asks DNS; a *net.Resolver is one.
type Resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupHost(ctx context.Context, host string) ([]string, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// DNS asks about names.
type DNS struct {
	Resolver Resolver
	Hostname string // ours, by which we greet and to which an MX may lead
}

// Way is how mail of a domain comes and goes.
type Way struct {
	Polled bool   // it is fetched from a provider
	Listen bool   // it is taken from other servers
	Relay  string // the host that takes what goes out; "" sends it directly
}

// name is ours in a record, or stands for it as long as others cannot look it up.
func (d DNS) name() string {
	if !strings.Contains(d.Hostname, ".") {
		return "NAME-OF-THIS-HOST"
	}
	return d.Hostname
}

// failed tells of a question that got no answer, unless the answer is that there is nothing.
func failed(name string, err error) (Finding, bool) {
	var dns *net.DNSError
	if err == nil || errors.As(err, &dns) && dns.IsNotFound {
		return Finding{}, false
	}
	reason := err.Error()
	if dns != nil { // which would name a server that a resolver of ours did not ask
		reason = dns.Err
	}
	return bad(Warn, "check this host's DNS, or [verify] resolver, and ask again",
		"DNS gives no answer for %s: %s", name, reason), true
}

// MX looks where mail for the domain goes (RFC 5321 section 5.1).
func (d DNS) MX(ctx context.Context, domain string, way Way) Finding {
	found, err := d.Resolver.LookupMX(ctx, absolute(domain))
	if f, is := failed(domain, err); is && len(found) == 0 {
		return f
	}
	slices.SortFunc(found, func(a, b *net.MX) int { return int(a.Pref) - int(b.Pref) })
	var hosts []string
	for _, mx := range found {
		hosts = append(hosts, bare(mx.Host))
	}
	record := fmt.Sprintf("publish the record: %s. MX 10 %s.", domain, d.name())
	switch {
	case len(hosts) == 1 && hosts[0] == "": // RFC 7505
		return bad(Fail, "remove the null MX of "+domain, "%s says that it takes no mail", domain)
	case len(hosts) > 0:
	case way.Polled:
		return bad(Fail, "publish the MX records that the provider names",
			"%s has no MX: mail does not find the provider", domain)
	default:
		return bad(Fail, record, "%s has no MX: mail does not find this host", domain)
	}
	shown := strings.Join(hosts, ", ")
	switch {
	case way.Polled:
		return good("mail goes to %s, from where it is fetched", shown)
	case d.ours(ctx, hosts):
		return good("mail goes to %s, which is this host", shown)
	case !way.Listen:
		return good("mail goes to %s, which must hand it over here", shown)
	}
	return bad(Warn, record+" Leave it if that server hands mail over to this one",
		"mail goes to %s, not to %s", shown, d.Hostname)
}

// ours tells whether one of the hosts is we, by name or by address.
func (d DNS) ours(ctx context.Context, hosts []string) bool {
	if slices.Contains(hosts, bare(d.Hostname)) {
		return true
	}
	own, err := d.Resolver.LookupHost(ctx, absolute(d.Hostname))
	if err != nil {
		return false
	}
	for _, host := range hosts {
		theirs, err := d.Resolver.LookupHost(ctx, absolute(host))
		if err == nil && slices.ContainsFunc(theirs, func(a string) bool {
			return slices.Contains(own, a)
		}) {
			return true
		}
	}
	return false
}

// SPF looks for the record that says who may send for the domain (RFC 7208). Whether it names the
// relay's own hosts only its owner knows; without a relay it must name ours.
func (d DNS) SPF(ctx context.Context, domain string, way Way) Finding {
	records, f, is := d.texts(ctx, domain, "v=spf1")
	if is {
		return f
	}
	who := "a:" + d.name()
	if way.Relay != "" {
		who = "include:NAME (the name that the owner of " + way.Relay + " tells)"
	}
	record := fmt.Sprintf("publish the record: %s. TXT \"v=spf1 %s ~all\"", domain, who)
	switch {
	case len(records) == 0:
		return bad(Fail, record, "%s has no SPF record: its mail looks forged", domain)
	case len(records) > 1: // section 4.5: permerror
		return bad(Fail, "join the SPF records of "+domain+" to one",
			"%s has %d SPF records, so that none counts", domain, len(records))
	case lookups(records[0]) > maxLookups:
		return bad(Fail, "name fewer hosts in it: addresses cost nothing",
			"the SPF record of %s asks for more than %d lookups", domain, maxLookups)
	case way.Relay == "" && !d.names(ctx, domain, records[0]):
		return bad(Warn, "add a:"+d.Hostname+" to it",
			"%s does not name this host by itself: %s", domain, records[0])
	}
	return good("%s", records[0])
}

// maxLookups is how often a record may send its reader to DNS (RFC 7208 section 4.6.4).
const maxLookups = 10

func lookups(record string) (n int) {
	for term := range strings.FieldsSeq(strings.ToLower(record)) {
		term = strings.TrimLeft(term, "+-~?")
		name, _, _ := strings.Cut(term, ":")
		name, _, _ = strings.Cut(name, "/")
		switch {
		case name == "a", name == "mx", name == "ptr", name == "include", name == "exists",
			strings.HasPrefix(term, "redirect="):
			n++
		}
	}
	return n
}

// names tells whether the record itself names us, by a name or an address. What lies behind an
// include or a redirect is not followed, and believed.
func (d DNS) names(ctx context.Context, domain, record string) bool {
	own, _ := d.Resolver.LookupHost(ctx, absolute(d.Hostname))
	for term := range strings.FieldsSeq(strings.ToLower(record)) {
		term = strings.TrimPrefix(term, "+")
		name, value, _ := strings.Cut(term, ":")
		switch {
		case name == "include", name == "exists", strings.HasPrefix(term, "redirect="), term == "?all":
			return true
		case name == "a":
			if value == "" {
				value = domain
			}
			if d.ours(ctx, []string{bare(value)}) {
				return true
			}
		case name == "mx":
			mxs, _ := d.Resolver.LookupMX(ctx, absolute(or(value, domain)))
			for _, mx := range mxs {
				if d.ours(ctx, []string{bare(mx.Host)}) {
					return true
				}
			}
		case name == "ip4", name == "ip6":
			if slices.ContainsFunc(own, func(a string) bool { return within(a, value) }) {
				return true
			}
		}
	}
	return false
}

// within tells whether an address is, or lies in, what stands behind ip4 or ip6.
func within(address, network string) bool {
	ip := net.ParseIP(address)
	if _, block, err := net.ParseCIDR(network); err == nil {
		return block.Contains(ip)
	}
	return ip.Equal(net.ParseIP(network))
}

// DKIM looks whether the record at name belongs to our key (RFC 6376 section 3.6.1).
func (d DNS) DKIM(ctx context.Context, name, want string) Finding {
	records, f, is := d.texts(ctx, name, "")
	if is {
		return f
	}
	record := fmt.Sprintf("publish the record: %s. TXT %q", name, want)
	ours, _ := tag(want, "p")
	for _, r := range records {
		switch key, is := tag(r, "p"); {
		case is && key == "":
			return bad(Fail, record, "the key at %s is revoked", name)
		case is && key == ours:
			return good("the key at %s is ours", name)
		}
	}
	if len(records) == 0 {
		return bad(Fail, record, "there is no key at %s: signatures of ours cannot be checked", name)
	}
	return bad(Fail, record, "the key at %s is another: signatures of ours are taken as forged", name)
}

// tag gives a value of a list of tags (RFC 6376 section 3.2), without white space.
func tag(record, name string) (string, bool) {
	for part := range strings.SplitSeq(record, ";") {
		key, value, is := strings.Cut(part, "=")
		if is && strings.TrimSpace(key) == name {
			return strings.Join(strings.Fields(value), ""), true
		}
	}
	return "", false
}

// DMARC looks for the policy of the domain, else of its organisation (RFC 7489 section 6.6.3).
func (d DNS) DMARC(ctx context.Context, domain, reports string) Finding {
	for _, name := range []string{domain, organisation(domain)} {
		records, f, is := d.texts(ctx, "_dmarc."+name, "v=DMARC1")
		switch {
		case is:
			return f
		case len(records) > 1:
			return bad(Fail, "remove all DMARC records of "+name+" but one",
				"%s has %d DMARC records, so that none counts", name, len(records))
		case len(records) == 1:
			return good("%s", records[0])
		}
	}
	if reports != "" {
		reports = "; rua=mailto:" + reports
	}
	return bad(Warn,
		fmt.Sprintf("publish the record: _dmarc.%s. TXT \"v=DMARC1; p=none%s\"", domain, reports),
		"%s has no DMARC record, which large providers ask for", domain)
}

func organisation(domain string) string {
	if name, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return name
	}
	return domain
}

// Host looks whether our name leads to an address, and that back to our name, as receivers of mail
// ask of whoever sends it.
func (d DNS) Host(ctx context.Context, sends bool) Finding {
	if !strings.Contains(d.Hostname, ".") {
		return bad(Fail, "set [site] hostname to the full name of this host",
			"%q is no name that others can look up", d.Hostname)
	}
	addresses, err := d.Resolver.LookupHost(ctx, absolute(d.Hostname))
	if f, is := failed(d.Hostname, err); is && len(addresses) == 0 {
		return f
	}
	if slices.ContainsFunc(addresses, loopback) {
		return skipped("/etc/hosts hides here what DNS says of %s: ask on another host", d.Hostname)
	}
	if len(addresses) == 0 {
		return bad(Fail, fmt.Sprintf("publish the record: %s. A ADDRESS of this host", d.Hostname),
			"%s has no address", d.Hostname)
	}
	if !sends {
		return good("%s is %s", d.Hostname, strings.Join(addresses, ", "))
	}
	for _, address := range addresses {
		names, err := d.Resolver.LookupAddr(ctx, address)
		if f, is := failed(address, err); is {
			return f
		}
		for i := range names {
			names[i] = bare(names[i])
		}
		if !slices.Contains(names, bare(d.Hostname)) {
			mend := fmt.Sprintf("let whoever gave you %s set its PTR record to %s", address, d.Hostname)
			return bad(Fail, mend, "%s leads back to %s", address,
				or(strings.Join(names, ", "), "no name"))
		}
	}
	return good("%s is %s, and back", d.Hostname, strings.Join(addresses, ", "))
}

func loopback(address string) bool { return net.ParseIP(address).IsLoopback() }

// texts gives the TXT records of a name that begin so, or the finding that there is no answer.
func (d DNS) texts(ctx context.Context, name, prefix string) ([]string, Finding, bool) {
	all, err := d.Resolver.LookupTXT(ctx, absolute(name))
	if f, is := failed(name, err); is {
		return nil, f, true
	}
	other := func(r string) bool {
		return !strings.HasPrefix(strings.ToLower(r), strings.ToLower(prefix))
	}
	return slices.DeleteFunc(all, other), Finding{}, false
}

// absolute keeps the resolver from trying the name below the domains of this host.
func absolute(name string) string { return strings.TrimSuffix(name, ".") + "." }

// bare is a name as it is compared: lower case, without the final dot.
func bare(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
