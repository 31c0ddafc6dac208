package provider

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/foxcpp/go-mockdns"

	"helpgate/internal/testkit"
)

// world is what a Finder can ask: names, pages by their URL, and ports that answer.
type world struct {
	zones map[string]mockdns.Zone
	pages map[string]string // a page that begins with https:// leads there
	ports []string          // host:port; those with a certificate have "tls " before it

	mu    sync.Mutex
	asked []string
}

func (w *world) finder(t *testing.T) *Finder {
	t.Helper()
	config, roots := testkit.Certificate(t, slices.Collect(w.hosts())...)
	web := httptest.NewUnstartedServer(w)
	web.TLS = config
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.StartTLS()
	t.Cleanup(web.Close)
	return &Finder{
		DNS: &mockdns.Resolver{Zones: w.zones}, Roots: roots,
		HTTP: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, web.Listener.Addr().String())
			},
		},
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if slices.Contains(w.ports, "tls "+address) {
				return (&net.Dialer{}).DialContext(ctx, network, web.Listener.Addr().String())
			}
			if slices.Contains(w.ports, address) {
				here, there := net.Pipe()
				_ = there.Close()
				return here, nil
			}
			return nil, errors.New("nobody there")
		},
	}
}

// hosts are those with a certificate.
func (w *world) hosts() func(func(string) bool) {
	return func(yield func(string) bool) {
		for page := range maps.Keys(w.pages) {
			host, _, _ := strings.Cut(strings.TrimPrefix(page, "https://"), "/")
			if !yield(host) {
				return
			}
		}
		for _, port := range w.ports {
			if at, ok := strings.CutPrefix(port, "tls "); ok {
				host, _, _ := net.SplitHostPort(at)
				if !yield(host) {
					return
				}
			}
		}
	}
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	address := "https://" + r.Host + r.URL.String()
	w.mu.Lock()
	w.asked = append(w.asked, address)
	w.mu.Unlock()
	page, ok := w.pages["https://"+r.Host+r.URL.Path]
	switch {
	case !ok:
		http.NotFound(rw, r)
	case strings.HasPrefix(page, "http"):
		http.Redirect(rw, r, page, http.StatusFound)
	default:
		fmt.Fprint(rw, page)
	}
}

// config is an answer of autoconfig with these servers, "type host port socket username" each.
func config(servers ...string) string {
	text := `<?xml version="1.0" encoding="UTF-8"?><clientConfig version="1.1"><emailProvider id="x">`
	for _, s := range servers {
		f := append(strings.Fields(s), "", "")
		tag := "incomingServer"
		if f[0] == "smtp" {
			tag = "outgoingServer"
		}
		text += fmt.Sprintf(`<%s type="%s"><hostname>%s</hostname><port>%s</port>`+
			`<socketType>%s</socketType><username>%s</username></%[1]s>`, tag, f[0], f[1], f[2], f[3], f[4])
	}
	return text + "</emailProvider></clientConfig>"
}

// shown is what was found in one line a server.
func shown(f Found) string {
	var b strings.Builder
	for _, s := range append(slices.Clone(f.IMAP), f.Relay...) {
		fmt.Fprintf(&b, "%s %s %s", s.Address, s.TLS, s.Username)
		if s.Confirm {
			b.WriteString(" ?")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func mx(host string) mockdns.Zone { return mockdns.Zone{MX: []net.MX{{Host: host, Pref: 10}}} }

const (
	who       = "support@shop.example"
	wellKnown = "https://shop.example/.well-known/autoconfig/mail/config-v1.1.xml"
)

func TestServersAreFoundByEachSource(t *testing.T) {
	t.Parallel()
	const m365 = "outlook.office365.com:993 tls support@shop.example\n" +
		"smtp.office365.com:587 starttls support@shop.example\n"
	for name, test := range map[string]struct {
		*world
		address, want, source string
	}{
		"Microsoft by its MX": {
			&world{zones: map[string]mockdns.Zone{
				"shop.example.": mx("shop-example.mail.protection.outlook.com."),
			}},
			who, m365, "MX shop-example.mail.protection.outlook.com",
		},
		"Microsoft behind a filter": {
			&world{zones: map[string]mockdns.Zone{
				"shop.example.":              mx("mx.filter.example."),
				"autodiscover.shop.example.": {CNAME: "autodiscover.outlook.com."},
				"autodiscover.outlook.com.":  {A: []string{"192.0.2.1"}},
			}},
			who, m365, "autodiscover leads to autodiscover.outlook.com",
		},
		"Exmail, and not QQ": {
			&world{zones: map[string]mockdns.Zone{"shop.example.": mx("mxbiz1.qq.com.")}},
			who,
			"imap.exmail.qq.com:993 tls support@shop.example\n" +
				"smtp.exmail.qq.com:465 tls support@shop.example\n", "MX mxbiz1.qq.com",
		},
		"an address of the provider's own": {
			&world{},
			"me@qq.com",
			"imap.qq.com:993 tls me@qq.com\nsmtp.qq.com:465 tls me@qq.com\n", "the address's domain",
		},
		"autoconfig of the domain": {
			&world{pages: map[string]string{
				"https://autoconfig.shop.example/mail/config-v1.1.xml": config(
					"pop3 pop.host.example 995 SSL", "imap mail.%EMAILDOMAIN% 143 STARTTLS",
					"imap mail.host.example 993 SSL %EMAILLOCALPART%",
					"smtp mail.host.example 25 plain", "smtp mail.host.example 587 STARTTLS %EMAILADDRESS%"),
			}},
			who,
			"mail.host.example:993 tls support\nmail.shop.example:143 starttls support@shop.example\n" +
				"mail.host.example:587 starttls support@shop.example\n",
			"autoconfig of autoconfig.shop.example",
		},
		"autoconfig below the domain, by a redirect": {
			&world{pages: map[string]string{
				wellKnown: "https://host.example/c.xml",
				"https://host.example/c.xml": config(
					"imap a.example 993 SSL", "smtp b.example 465 SSL"),
			}},
			who,
			"a.example:993 tls support@shop.example\nb.example:465 tls support@shop.example\n",
			"autoconfig of shop.example",
		},
		"SRV records, a foreign one to be confirmed": {
			&world{zones: map[string]mockdns.Zone{
				"_imaps._tcp.shop.example.":       {SRV: []net.SRV{{Target: "imap.shop.example.", Port: 993}}},
				"_imap._tcp.shop.example.":        {SRV: []net.SRV{{Target: ".", Port: 0}}},
				"_submissions._tcp.shop.example.": {SRV: []net.SRV{{Target: "smtp.host.example.", Port: 465}}},
			}},
			who,
			"imap.shop.example:993 tls support@shop.example\n" +
				"smtp.host.example:465 tls support@shop.example ?\n", "SRV _imaps._tcp.shop.example",
		},
		"Thunderbird's database, by the MX's domain": {
			&world{
				zones: map[string]mockdns.Zone{"shop.example.": mx("mx1.host.example.")},
				pages: map[string]string{
					"https://autoconfig.thunderbird.net/v1.1/host.example": config(
						"imap imap.host.example 993 SSL", "smtp smtp.host.example 465 SSL"),
				},
			},
			who,
			"imap.host.example:993 tls support@shop.example\n" +
				"smtp.host.example:465 tls support@shop.example\n",
			"autoconfig of autoconfig.thunderbird.net",
		},
		"a host with the usual names": {
			&world{ports: []string{"tls mail.shop.example:993", "mail.shop.example:587"}},
			who,
			"mail.shop.example:993 tls support@shop.example\n" +
				"mail.shop.example:587 starttls support@shop.example\n", "the usual name mail.shop.example",
		},
		"nothing": {&world{}, who, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := test.finder(t).Find(t.Context(), test.address)
			if err != nil {
				t.Fatal(err)
			}
			if got := shown(found); got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
			if len(found.IMAP) > 0 && found.IMAP[0].Source != test.source {
				t.Errorf("source %q, want %q", found.IMAP[0].Source, test.source)
			}
		})
	}
}

func TestSESHasNoMailboxes(t *testing.T) {
	t.Parallel()
	w := world{zones: map[string]mockdns.Zone{
		"shop.example.": mx("inbound-smtp.eu-west-1.amazonaws.com."),
	}}
	found, err := w.finder(t).Find(t.Context(), who)
	if err != nil || len(found.IMAP) != 0 || found.Known == nil || found.Known.Hint == "" {
		t.Errorf("got %+v, %v", found, err)
	}
	if want := "email-smtp.eu-west-1.amazonaws.com:587"; found.Relay[0].Address != want {
		t.Errorf("relay %q, want %q", found.Relay[0].Address, want)
	}
}

func TestKnownProviderIsRecognisedByItsServer(t *testing.T) {
	t.Parallel()
	w := world{pages: map[string]string{
		"https://autoconfig.shop.example/mail/config-v1.1.xml": config(
			"imap imap.gmail.com 993 SSL", "smtp smtp.gmail.com 465 SSL"),
	}}
	found, err := w.finder(t).Find(t.Context(), who)
	if err != nil || found.Known == nil || found.Known.Proof != Google {
		t.Errorf("got %+v, %v", found.Known, err)
	}
}

func TestServerOfSeveralProvidersIsThatOfTheCommonOne(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"outlook.office365.com:993": "Microsoft 365", "imap.gmail.com:993": "Gmail",
	} {
		if k := Of([]Server{{Address: host}}); k == nil || k.Name != want {
			t.Errorf("%s is of %+v, want %s", host, k, want)
		}
	}
}

func TestDatabaseIsNotToldTheAddress(t *testing.T) {
	t.Parallel()
	w := &world{pages: map[string]string{"https://autoconfig.thunderbird.net/v1.1/": ""}}
	if _, err := w.finder(t).Find(t.Context(), who); err != nil {
		t.Fatal(err)
	}
	for _, address := range w.asked {
		if strings.Contains(address, "thunderbird") && strings.Contains(address, "support") {
			t.Errorf("asked %s", address)
		}
	}
}

func TestHostileAnswersAreNotTaken(t *testing.T) {
	t.Parallel()
	const at = "https://autoconfig.shop.example/mail/config-v1.1.xml"
	for name, pages := range map[string]map[string]string{
		"endless":      {at: strings.Repeat(" ", maxAnswer) + config("imap a.example 993 SSL")},
		"clear text":   {at: config("imap a.example 143 plain", "imap a.example 143 none")},
		"leaves https": {at: "http://autoconfig.shop.example/mail/config-v1.1.xml"},
		"round":        {at: at},
		"address":      {at: config("imap 127.0.0.1 993 SSL", "imap localhost 993 SSL")},
		"injection": {at: config("imap a.example&quot; 993 SSL", "imap a.example 993&#10;x SSL",
			"imap a.example 993 SSL a&#10;b", "imap a.example 99300 SSL", "imap a.example 0 SSL",
			"imap a.example 993 SSL a&#x9b;31m", "imap a.example 993 SSL a&#x202e;b")},
		"deep": {at: strings.Repeat("<a>", 20_000)},
		"html": {at: "<!DOCTYPE html><html><body>Welcome</body></html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{pages: pages}
			found, err := w.finder(t).Find(t.Context(), who)
			if err != nil || len(found.IMAP) > 0 {
				t.Errorf("got %+v, %v", found.IMAP, err)
			}
			if len(w.asked) > maxRedirects+10 {
				t.Errorf("asked %d times", len(w.asked))
			}
		})
	}
}

func TestWebOfThisMachineIsNotAsked(t *testing.T) {
	t.Parallel()
	address := testkit.Listen(t, func(conn net.Conn) {
		t.Error("this machine was asked")
		_ = conn.Close()
	})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := publicTransport().RoundTrip(request)
	if err == nil {
		_ = response.Body.Close()
	}
	if !errors.Is(err, errForbidden) {
		t.Errorf("got %v", err)
	}
}

func TestEveryKnownProviderIsWhole(t *testing.T) {
	t.Parallel()
	for _, k := range table {
		if k.Name == "" || k.Proof == "" || k.Relay.Address == "" || k.Hint == "" ||
			len(k.Domains)+len(k.MX) == 0 {
			t.Errorf("%+v is not whole", k)
		}
		for _, e := range []Endpoint{k.IMAP, k.Relay} {
			host, _, err := net.SplitHostPort(e.Address)
			if e != (Endpoint{}) && (err != nil || cleanHost(host) != host) {
				t.Errorf("%s: %q: %v", k.Name, e.Address, err)
			}
		}
	}
}

// FuzzAutoconfig lets any answer name only servers that a configuration can hold.
func FuzzAutoconfig(f *testing.F) {
	f.Add([]byte(config("imap mail.%EMAILDOMAIN% 993 SSL %EMAILLOCALPART%",
		"smtp s.example 587 STARTTLS")))
	f.Add([]byte(config("imap a 993 SSL", "pop3 b.example 110 plain")))
	f.Add([]byte(`<clientConfig><emailProvider/></clientConfig>`))
	f.Add([]byte(`<clientConfig><emailProvider><incomingServer type="imap"><hostname>&#x6d;.example` +
		`</hostname><port> 1 </port><socketType>ssl</socketType></incomingServer>`))
	f.Add([]byte("<?xml version='1.0' encoding='gb2312'?><clientConfig/>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseAutoconfig(data)
		if err != nil {
			return
		}
		s := &search{address: who, local: "support", domain: "shop.example"}
		for _, server := range slices.Concat(
			s.servers(c.Incoming, "imap", "x"), s.servers(c.Outgoing, "smtp", "x"),
		) {
			host, port, err := net.SplitHostPort(server.Address)
			if err != nil || cleanHost(host) != host || port == "0" || !printable(server.Username) ||
				server.TLS != TLSStart && server.TLS != TLSImplicit {
				t.Errorf("%q gave %+v", data, server)
			}
		}
	})
}
