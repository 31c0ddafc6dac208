package smtpd

import (
	"bytes"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// Version 2 headers: of a peer at 192.0.2.1, of one at 2001:db8::1 with an extension of three
// bytes, and of a proxy that speaks for itself.
const (
	proxied4 = proxySignature + "\x21\x11\x00\x0c\xc0\x00\x02\x01\xc0\x00\x02\x09\x10\x00\x00\x19"
	proxied6 = proxySignature + "\x21\x21\x00\x27" +
		"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01" +
		"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x10\x00\x00\x19" +
		"\x04\x00\x00"
	proxyItself = proxySignature + "\x20\x00\x00\x00"
)

func TestProxyHeaderTellsThePeer(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"PROXY TCP4 192.0.2.1 192.0.2.9 4096 25\r\n":               "192.0.2.1",
		"PROXY TCP6 2001:db8::1 2001:db8::2 4096 25\r\n":           "2001:db8::1",
		"PROXY TCP6 ::ffff:192.0.2.1 ::ffff:192.0.2.9 4096 25\r\n": "192.0.2.1",
		"PROXY UNKNOWN\r\n": "127.0.0.1",
		"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n": "127.0.0.1",
		proxied4: "192.0.2.1", proxied6: "2001:db8::1", proxyItself: "127.0.0.1",
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			door := &fakeDoor{}
			c := dial(t, serve(t, Config{ProxyNetworks: loopback}, door))
			c.send(header + "EHLO x\r\n")
			c.expect("220")
			c.expect("250")
			c.send("MAIL FROM:<>\r\nRCPT TO:<support@example.org>\r\nDATA\r\n.\r\n")
			for _, want := range []string{"250", "250", "354", "250"} {
				c.expect(want)
			}
			if got := door.taken(); len(got) != 1 || got[0].env.RemoteAddr != want {
				t.Errorf("taken: %+v", got)
			}
		})
	}
}

func TestBadProxyHeaderEndsTheConnection(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{ProxyNetworks: loopback}, &fakeDoor{})
	for _, header := range []string{
		"EHLO client.example.net\r\n",
		"PROXY TCP4 192.0.2.1 192.0.2.9 4096\r\n",
		"PROXY TCP4 192.0.2.1 192.0.2.9 4096 65536\r\n",
		"PROXY TCP4 192.0.2.1  192.0.2.9 4096 25\r\n",
		"PROXY TCP4 2001:db8::1 2001:db8::2 4096 25\r\n",
		"PROXY TCP6 fe80::1%lo 2001:db8::2 4096 25\r\n",
		"PROXY UDP4 192.0.2.1 192.0.2.9 4096 25\r\n",
		"PROXY TCP4 192.0.2.1 192.0.2.9 4096 25\n",
		"PROXY UNKNOWN" + strings.Repeat(" ", maxProxyLine) + "\r\n",
		strings.Replace(proxied4, "\x21\x11\x00\x0c", "\x31\x11\x00\x0c", 1),
		strings.Replace(proxied4, "\x21\x11\x00\x0c", "\x22\x11\x00\x0c", 1),
		strings.Replace(proxied4, "\x21\x11\x00\x0c", "\x21\x12\x00\x0c", 1),
		strings.Replace(proxied4, "\x21\x11\x00\x0c", "\x21\x21\x00\x0c", 1),
		strings.Replace(proxied4, "\x21\x11\x00\x0c", "\x21\x11\xff\xff", 1),
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			c := dial(t, w)
			c.send(header)
			if rest := c.expectClosed(); rest != "" {
				t.Errorf("read %q", rest)
			}
		})
	}
}

func TestProxyThatSendsNoHeaderIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	cfg := Config{ProxyNetworks: loopback, IdleTimeout: 50 * time.Millisecond}
	c := dial(t, serve(t, cfg, &fakeDoor{}))
	c.send("PROXY TCP4 ")
	if rest := c.expectClosed(); rest != "" {
		t.Errorf("read %q", rest)
	}
}

func TestProxyHeaderOfAStrangerIsNoHeader(t *testing.T) {
	t.Parallel()
	networks := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	door := &fakeDoor{}
	c := dial(t, serve(t, Config{ProxyNetworks: networks}, door))
	c.expect("220")
	c.say("PROXY TCP4 192.0.2.1 192.0.2.9 4096 25\r\n", "500 5.5.2")
	c.say("EHLO x\r\n", "250")
	c.send("MAIL FROM:<>\r\nRCPT TO:<support@example.org>\r\nDATA\r\n.\r\n")
	for _, want := range []string{"250", "250", "354", "250"} {
		c.expect(want)
	}
	if got := door.taken(); len(got) != 1 || got[0].env.RemoteAddr != "127.0.0.1" {
		t.Errorf("taken: %+v", got)
	}
}

func TestLimitsCountTheAddressBehindTheProxy(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{ProxyNetworks: loopback, MaxConnectionsPerIP: 1}, &fakeDoor{})
	for header, want := range map[string]string{proxied4: "220", proxied6: "220"} {
		c := dial(t, w)
		c.send(header)
		c.expect(want)
		again := dial(t, w)
		again.send(header)
		again.expect("421 4.7.0")
		again.expectClosed()
	}
}

func TestShutdownDoesNotWaitForAProxyHeader(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{ProxyNetworks: loopback}, &fakeDoor{})
	c := dial(t, w)
	freed(t, w, 1)
	if err := w.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.expectClosed()
}

// FuzzProxyHeader plays any bytes: whatever is taken is an address without a zone, and no byte
// behind the header is gone.
func FuzzProxyHeader(f *testing.F) {
	for _, seed := range []string{
		proxied4 + "EHLO x\r\n", proxied6, proxyItself, "PROXY UNKNOWN\r\nEHLO x\r\n", "PROXY \r\n",
		"PROXY TCP4 192.0.2.1 192.0.2.9 4096 25\r\n\x16\x03", "PROXY TCP6 ::1 ::2 1 2\r\n", "EHLO x\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		r := bytes.NewReader(wire)
		addr, err := readProxyHeader(r)
		if err != nil {
			return
		}
		rest, _ := io.ReadAll(r)
		header := wire[:len(wire)-len(rest)]
		if addr.Zone() != "" || addr.Is4In6() {
			t.Fatalf("address %s", addr)
		}
		text := bytes.HasPrefix(header, []byte("PROXY ")) && bytes.Count(header, []byte("\n")) == 1 &&
			bytes.HasSuffix(header, []byte("\r\n")) && len(header) <= maxProxyLine
		binary := bytes.HasPrefix(header, []byte(proxySignature)) &&
			len(header) <= len(proxySignature)+4+maxProxyTail
		if text == binary {
			t.Fatalf("took %q for a header", header)
		}
	})
}
