package relay_test

import (
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/foxcpp/go-mockdns"

	"helpgate/internal/testkit"
	"helpgate/internal/testkit/sink"
	"helpgate/mailout/relay"
)

// toHosts makes an MX whose resolver knows the domain of hello, with its MX hosts first and
// 127.0.0.x as their addresses, all on the port of addr.
func toHosts(t *testing.T, addr string, domain mockdns.Zone) *relay.MX {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	return relay.NewMX(relay.MXConfig{
		Port: port,
		Resolver: &mockdns.Resolver{Zones: map[string]mockdns.Zone{
			"example.net.": domain,
			"one.test.":    {A: []string{"127.0.0.1"}},
			"two.test.":    {A: []string{"127.0.0.2"}},
			"broken.test.": {Err: &net.DNSError{Err: "server failure", IsTemporary: true}},
		}},
		Timeout: 5 * time.Second,
	})
}

// second starts a sink on 127.0.0.2 and the port of the first.
func second(t *testing.T, first *testkit.Sink) *testkit.Sink {
	t.Helper()
	_, port, _ := net.SplitHostPort(first.Addr())
	return testkit.NewSink(t, sink.Options{Address: "127.0.0.2:" + port})
}

func TestBestHostThatWorksTakesTheMail(t *testing.T) {
	t.Parallel()
	mx := func(hosts ...string) (zone mockdns.Zone) {
		for i, host := range hosts {
			record := net.MX{Host: host, Pref: uint16(100 - i)}
			zone.MX = append(zone.MX, record) // worst first: the order is ours to make
		}
		return zone
	}
	tests := map[string]mockdns.Zone{
		"one host":                   mx("one.test."),
		"the best refuses to talk":   mx("one.test.", "two.test."),
		"the best has no address":    mx("one.test.", "gone.test."),
		"the best cannot be found":   mx("one.test.", "broken.test."),
		"no MX but an address":       {A: []string{"127.0.0.1"}},
		"one of a host's two is up":  {A: []string{"127.0.0.2", "127.0.0.1"}},
		"a null MX beside a true MX": mx("one.test.", "."),
	}
	for name, zone := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testkit.NewSink(t)
			if _, err := toHosts(t, s.Addr(), zone).Deliver(t.Context(), hello); err != nil {
				t.Fatal(err)
			}
			if n := len(s.Mails()); n != 1 {
				t.Errorf("%d mails, want 1", n)
			}
		})
	}
}

func TestDomainThatTakesNoMailIsFinalAndDNSTroubleIsNot(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		zone      mockdns.Zone
		temporary bool
		code      int
		enhanced  string
	}{
		"null MX": {mockdns.Zone{MX: []net.MX{{Host: "."}}}, false, 556, "5.1.10"},
		"nothing": {mockdns.Zone{}, false, 0, "5.1.2"},
		"server failure": {
			mockdns.Zone{Err: &net.DNSError{Err: "server failure"}}, true, 0, "4.4.3",
		},
		"lost host":   {mockdns.Zone{MX: []net.MX{{Host: "gone.test."}}}, true, 0, "4.4.3"},
		"closed port": {mockdns.Zone{A: []string{"127.0.0.3"}}, true, 0, "4.4.1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testkit.NewSink(t)
			_, err := toHosts(t, s.Addr(), test.zone).Deliver(t.Context(), hello)
			fault(t, err, test.temporary, test.code, test.enhanced)
		})
	}
}

func TestMailToAnIPAddressIsNotSent(t *testing.T) {
	t.Parallel()
	m := hello
	m.To = "root@[127.0.0.1]"
	_, err := relay.NewMX(relay.MXConfig{}).Deliver(t.Context(), m)
	fault(t, err, false, 0, "5.1.2")
}

func TestNextHostIsAskedAfter4xxButNotAfter5xxOrTheData(t *testing.T) {
	t.Parallel()
	both := mockdns.Zone{MX: []net.MX{{Host: "one.test.", Pref: 1}, {Host: "two.test.", Pref: 2}}}
	tests := map[string]struct {
		spoil func(*testkit.Sink)
		next  int // mails that the second host gets
	}{
		"4xx": {func(s *testkit.Sink) { s.Refuse(hello.To, &smtp.SMTPError{Code: 451}) }, 1},
		"5xx": {func(s *testkit.Sink) { s.Refuse(hello.To, &smtp.SMTPError{Code: 550}) }, 0},
		"cut": {func(s *testkit.Sink) { s.CutAfterData(1) }, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one := testkit.NewSink(t)
			two := second(t, one)
			test.spoil(one)
			_, err := toHosts(t, one.Addr(), both).Deliver(t.Context(), hello)
			if (err == nil) != (test.next == 1) || len(two.Mails()) != test.next {
				t.Errorf("got %v, second host has %d mails", err, len(two.Mails()))
			}
		})
	}
}

func TestTLSIsTakenWithAnyCertificateAndLeftWhereItFails(t *testing.T) {
	t.Parallel()
	config, _ := testkit.Certificate(t)
	broken := &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return nil, errors.New("no certificate")
	}}
	for name, test := range map[string]struct {
		config *tls.Config
		want   bool
	}{"any": {config, true}, "broken": {broken, false}, "none": {nil, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testkit.NewSink(t, sink.Options{TLS: test.config})
			x := toHosts(t, s.Addr(), mockdns.Zone{A: []string{"127.0.0.1"}})
			if _, err := x.Deliver(t.Context(), hello); err != nil {
				t.Fatal(err)
			}
			if m := s.Mails(); len(m) != 1 || m[0].TLS != test.want {
				t.Errorf("kept %+v", m)
			}
		})
	}
}

func TestServerThatKnowsOnlyHELOIsServed(t *testing.T) {
	t.Parallel()
	s := newScripted(t, map[string]string{"EHLO": "502 what", "DATA": "550 enough"})
	_, err := toHosts(t, s.addr, mockdns.Zone{A: []string{"127.0.0.1"}}).Deliver(t.Context(), hello)
	fault(t, err, false, 550, "")
}

func TestTriesAreBounded(t *testing.T) {
	t.Parallel()
	s := newScripted(t, map[string]string{"": "421 busy"})
	zone := mockdns.Zone{A: strings.Fields(strings.Repeat("127.0.0.1 ", 50))}
	_, err := toHosts(t, s.addr, zone).Deliver(t.Context(), hello)
	fault(t, err, true, 421, "")
}
