package doctor

import (
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/foxcpp/go-mockdns"
)

const (
	host  = "help.example.org"
	inbox = "desk.example.com"
)

var (
	polled = Way{Polled: true, Relay: "smtp.provider.example"}
	direct = Way{Listen: true}
	behind = Way{}
)

// names gives the answers of DNS, beside our own host's.
func names(zones map[string]mockdns.Zone) DNS {
	all := map[string]mockdns.Zone{
		host + ".":                  {A: []string{"192.0.2.1"}},
		"1.2.0.192.in-addr.arpa.":   {PTR: []string{host + "."}},
		"mx.provider.example.":      {A: []string{"192.0.2.9"}},
		"other-name.example.org.":   {A: []string{"192.0.2.1"}},
		"_dmarc.published.example.": {TXT: []string{"v=DMARC1; p=reject"}},
	}
	for name, zone := range zones {
		all[name] = zone
	}
	return DNS{Resolver: &mockdns.Resolver{Zones: all}, Hostname: host}
}

func mx(hosts ...string) map[string]mockdns.Zone {
	var list []net.MX
	for i, h := range hosts {
		list = append(list, net.MX{Host: h, Pref: uint16(i)})
	}
	return map[string]mockdns.Zone{inbox + ".": {MX: list}}
}

func txt(name string, records ...string) map[string]mockdns.Zone {
	return map[string]mockdns.Zone{name + ".": {TXT: records}}
}

// away is DNS that does not answer.
func away(name string) map[string]mockdns.Zone {
	return map[string]mockdns.Zone{name + ".": {Err: errors.New("timeout")}}
}

func TestMXSaysWhereMailGoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zones map[string]mockdns.Zone
		way   Way
		want  string
	}{
		{mx("mx.provider.example."), polled, "ok mx.provider.example, from where it is fetched"},
		{mx(host + "."), direct, "ok this host"},
		{mx("HELP.Example.org."), direct, "ok this host"},
		{mx("other-name.example.org."), direct, "ok this host"},
		{mx("mx.provider.example."), behind, "ok must hand it over"},
		{mx("mx.provider.example."), direct, "warn desk.example.com. MX 10 help.example.org."},
		{nil, direct, "fail desk.example.com. MX 10 help.example.org."},
		{nil, polled, "fail publish the MX records that the provider names"},
		{mx("."), polled, "fail takes no mail"},
		{away(inbox), polled, "warn no answer"},
	} {
		expect(t, names(c.zones).MX(t.Context(), inbox, c.way), c.want)
	}
}

func TestSPFNamesWhoSends(t *testing.T) {
	t.Parallel()
	long := "v=spf1 " + strings.Repeat("include:a.example ", 11) + "-all"
	for _, c := range []struct {
		records []string
		way     Way
		want    string
	}{
		{[]string{"other", "v=spf1 include:_spf.provider.example ~all"}, polled, "ok include"},
		{[]string{"v=spf1 a:help.example.org -all"}, direct, "ok a:help"},
		{[]string{"v=spf1 ip4:192.0.2.0/24 -all"}, direct, "ok ip4"},
		{[]string{"v=spf1 include:elsewhere.example -all"}, direct, "ok include"},
		{[]string{"v=spf1 mx ip4:198.51.100.1 a -all"}, direct, "warn add a:help.example.org"},
		{nil, direct, `fail TXT "v=spf1 a:help.example.org ~all"`},
		{nil, polled, "fail include:NAME (the name that the owner of smtp.provider.example tells)"},
		{[]string{"v=spf1 -all", "v=spf1 a"}, polled, "fail 2 SPF records"},
		{[]string{long}, polled, "fail more than 10 lookups"},
	} {
		expect(t, names(txt(inbox, c.records...)).SPF(t.Context(), inbox, c.way), c.want)
	}
	expect(t, names(away(inbox)).SPF(t.Context(), inbox, polled), "warn no answer")
}

func TestSPFByMXOfOurs(t *testing.T) {
	t.Parallel()
	zones := mx(host + ".")
	zone := zones[inbox+"."]
	zone.TXT = []string{"v=spf1 mx -all"}
	zones[inbox+"."] = zone
	expect(t, names(zones).SPF(t.Context(), inbox, direct), "ok v=spf1 mx")
}

func TestTheKeyInDNSIsOurs(t *testing.T) {
	t.Parallel()
	const name, want = "hg._domainkey.desk.example.com", "v=DKIM1; k=rsa; p=QUJD"
	for _, c := range []struct {
		zones map[string]mockdns.Zone
		want  string
	}{
		{txt(name, "v=DKIM1; k=rsa; p=QU JD "), "ok ours"},
		{txt(name, "p=WFla"), `fail another`},
		{txt(name, "v=DKIM1; p="), "fail revoked"},
		{nil, `fail publish the record: hg._domainkey.desk.example.com. TXT "v=DKIM1; k=rsa; p=QUJD"`},
		{away(name), "warn no answer"},
	} {
		expect(t, names(c.zones).DKIM(t.Context(), name, want), c.want)
	}
}

func TestDMARCIsTheDomainsOrItsOrganisations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		domain string
		zones  map[string]mockdns.Zone
		want   string
	}{
		{"published.example", nil, "ok p=reject"},
		{"desk.published.example", nil, "ok p=reject"},
		{inbox, nil, `warn _dmarc.desk.example.com. TXT "v=DMARC1; p=none; rua=mailto:op@example.com"`},
		{inbox, txt("_dmarc."+inbox, "v=DMARC1; p=none", "v=DMARC1; p=reject"), "fail 2 DMARC records"},
		{inbox, away("_dmarc." + inbox), "warn no answer"},
	} {
		expect(t, names(c.zones).DMARC(t.Context(), c.domain, "op@example.com"), c.want)
	}
}

func TestOurNameLeadsToUsAndBack(t *testing.T) {
	t.Parallel()
	back := func(to ...string) map[string]mockdns.Zone {
		return map[string]mockdns.Zone{"1.2.0.192.in-addr.arpa.": {PTR: to}}
	}
	at := func(a ...string) map[string]mockdns.Zone {
		return map[string]mockdns.Zone{host + ".": {A: a}}
	}
	for _, c := range []struct {
		zones map[string]mockdns.Zone
		sends bool
		want  string
	}{
		{nil, true, "ok 192.0.2.1, and back"},
		{back("pool-7.isp.example."), true, "fail set its PTR record to help.example.org"},
		{back(), true, "fail no name"},
		{back("pool-7.isp.example."), false, "ok 192.0.2.1"},
		{at(), true, "fail help.example.org. A"},
		{at("127.0.1.1"), true, "skipped /etc/hosts"},
		{away(host), true, "warn no answer"},
	} {
		expect(t, names(c.zones).Host(t.Context(), c.sends), c.want)
	}
	local := names(nil)
	local.Hostname = "localhost"
	expect(t, local.Host(t.Context(), true), "fail set [site] hostname")
}
