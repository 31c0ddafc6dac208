package doctor

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helpgate/internal/testkit"
)

// peer is a server that says its lines, one for each of ours, and goes over to TLS after the last.
// With implicit it begins so.
func peer(t *testing.T, cfg *tls.Config, implicit bool, lines ...string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { ln.Close(); <-done })
	go func() {
		defer close(done)
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		if implicit {
			conn = tls.Server(conn, cfg)
		}
		heard := bufio.NewReader(conn)
		for i, l := range lines {
			if _, err := io.WriteString(conn, l); err != nil {
				return
			}
			if i == len(lines)-1 {
				break
			}
			if _, err := heard.ReadString('\n'); err != nil {
				return
			}
		}
		if !implicit && len(lines) > 1 {
			_ = tls.Server(conn, cfg).HandshakeContext(t.Context())
		}
		_, _ = heard.ReadByte()
	}()
	return ln.Addr().String()
}

func TestPeersShowCertificateAndClock(t *testing.T) {
	t.Parallel()
	cfg, roots := testkit.Certificate(t)
	now := time.Now().UTC().Truncate(time.Second)
	clock := func() time.Time { return now }
	greeting := func(d time.Duration) string {
		return "220 mx.example ESMTP Exim 4.96 " + now.Add(d).Format(time.RFC1123Z) + "\r\n"
	}
	const ehlo, ready = "250-mx.example\r\n250 STARTTLS\r\n", "220 go ahead\r\n"
	for name, c := range map[string]struct {
		address            string
		protocol, tls      string
		certificate, clock string
	}{
		"implicit": {
			peer(t, cfg, true, greeting(0)), "smtp", "tls", "ok good until", "ok 0s",
		},
		"smtp upgraded": {
			peer(t, cfg, false, "220-mx\r\n"+greeting(0), ehlo, ready), "smtp", "starttls",
			"ok good until", "skipped does not tell",
		},
		"imap upgraded": {
			peer(t, cfg, false, "* OK hi\r\n", "* OK wait\r\nd1 OK go\r\n"), "imap", "starttls",
			"ok good until", "skipped does not tell",
		},
		"no upgrade": {
			peer(t, cfg, false, "* OK hi\r\n", "d1 BAD what?\r\n"), "imap", "starttls",
			"skipped the answer is \"d1 BAD what?\"", "skipped does not answer",
		},
		"in the clear": {
			peer(t, cfg, false, greeting(0)), "smtp", "none", "skipped not encrypted", "ok 0s",
		},
		"wrong clock": {
			peer(t, cfg, false, greeting(-time.Hour)), "smtp", "none", "skipped not encrypted",
			"warn timedatectl",
		},
		"endless line": {
			peer(t, cfg, false, strings.Repeat("x", maxGreeting+1)), "imap", "none",
			"skipped does not answer", "skipped does not answer",
		},
		"nobody": {"127.0.0.1:1", "imap", "none", "skipped refused", "skipped refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := Peer{c.protocol, c.address, c.tls, "help.example.org", roots}
			found := p.Look(t.Context(), clock)
			if len(found) != 2 {
				t.Fatalf("%+v", found)
			}
			expect(t, found[0], c.certificate)
			expect(t, found[1], c.clock)
		})
	}
}

func TestCertificatesAreJudged(t *testing.T) {
	t.Parallel()
	cfg, roots := testkit.Certificate(t, "mx.example")
	own := cfg.Certificates[0].Leaf
	for _, c := range []struct {
		chain []*x509.Certificate
		host  string
		roots *x509.CertPool
		now   time.Time
		want  string
	}{
		{[]*x509.Certificate{own}, "mx.example", roots, time.Now(), "ok good until"},
		{[]*x509.Certificate{own}, "mx.example", roots, own.NotAfter.Add(-soon + 1), "warn renew it"},
		{[]*x509.Certificate{own}, "mx.example", roots, own.NotAfter, "fail it ended on"},
		{[]*x509.Certificate{own}, "www.example", roots, time.Now(), "fail localhost, mx.example, not"},
		{[]*x509.Certificate{own}, "mx.example", x509.NewCertPool(), time.Now(), "fail not trusted"},
		{nil, "mx.example", roots, time.Now(), "fail no certificate"},
	} {
		expect(t, Chain(c.chain, c.host, c.roots, c.now, "renew it"), c.want)
	}
}

func TestOurOwnCertificateIsJudgedFromItsFiles(t *testing.T) {
	t.Parallel()
	cfg, roots := testkit.Certificate(t, host)
	pair := cfg.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		data := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c, k := write("cert", "CERTIFICATE", pair.Certificate[0]), write("key", "PRIVATE KEY", key)
	ends := pair.Leaf.NotAfter
	expect(t, OwnCertificate(c, k, host, roots, time.Now()), "ok good until")
	expect(t, OwnCertificate(c, k, "www.example", roots, time.Now()), "warn not for www.example")
	expect(t, OwnCertificate(c, k, host, x509.NewCertPool(), time.Now()), "warn not trusted")
	expect(t, OwnCertificate(c, k, host, roots, ends), "fail renew "+c)
	expect(t, OwnCertificate(c, c, host, roots, time.Now()), "fail tls_cert and tls_key")
	expect(t, OwnCertificate(dir+"/none", k, host, roots, time.Now()), "fail no such file")
}
