package smtpd

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"strings"
	"testing"
	"time"
)

func serverTLS(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// upgrade brings c behind the handshake.
func upgrade(t *testing.T, c *client) {
	t.Helper()
	s := tls.Client(c.Conn, &tls.Config{InsecureSkipVerify: true})
	if err := s.HandshakeContext(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.Conn, c.in = s, bufio.NewReader(s)
}

func TestStartTLSForgetsWhatWasSaidBefore(t *testing.T) {
	t.Parallel()
	door := &fakeDoor{}
	c := dial(t, serve(t, Config{TLS: serverTLS(t)}, door))
	c.expect("220")
	if ehlo := c.say("EHLO x\r\n", "250"); !strings.Contains(ehlo, "STARTTLS") {
		t.Errorf("not offered: %q", ehlo)
	}
	c.say("MAIL FROM:<a@example.net>\r\n", "250")
	c.say("STARTTLS\r\n", "220")
	upgrade(t, c)
	c.say("MAIL FROM:<a@example.net>\r\n", "503 5.5.1")
	if ehlo := c.say("EHLO y\r\n", "250"); strings.Contains(ehlo, "STARTTLS") {
		t.Errorf("offered again: %q", ehlo)
	}
	c.say("STARTTLS\r\n", "502")
	c.say("RCPT TO:<support@example.org>\r\n", "503 5.5.1")
	c.say("MAIL FROM:<a@example.net>\r\n", "250")
	c.say("RCPT TO:<support@example.org>\r\n", "250")
	c.say("DATA\r\n", "354")
	c.say("text\n.\nmore\r\n.\r\n", "250") // the frame holds above TLS too
	c.say("NOOP\n", "500 5.5.2")
	if got := door.taken(); len(got) != 1 || got[0].env.Helo != "y" {
		t.Errorf("taken: %+v", got)
	}
	c.say("QUIT\r\n", "221")
	c.expectClosed()
}

func TestS22CommandsSentBeforeTLSAreDropped(t *testing.T) {
	t.Parallel()
	c := hello(t, serve(t, Config{TLS: serverTLS(t)}, &fakeDoor{}))
	c.send("STARTTLS\r\nEHLO injected\r\nMAIL FROM:<a@example.net>\r\n")
	c.expect("220")
	upgrade(t, c)
	c.say("RCPT TO:<support@example.org>\r\n", "503 5.5.1")
	c.say("EHLO y\r\n", "250")
}

func TestFailedHandshakeCloses(t *testing.T) {
	t.Parallel()
	c := hello(t, serve(t, Config{TLS: serverTLS(t)}, &fakeDoor{}))
	c.say("STARTTLS\r\n", "220")
	c.send("EHLO y\r\nMAIL FROM:<a@example.net>\r\n")
	if rest := c.expectClosed(); strings.Contains(rest, "250") {
		t.Errorf("read %q", rest)
	}
}

func TestStalledHandshakeCloses(t *testing.T) {
	t.Parallel()
	cfg := Config{TLS: serverTLS(t), IdleTimeout: 50 * time.Millisecond}
	c := hello(t, serve(t, cfg, &fakeDoor{}))
	c.say("STARTTLS\r\n", "220")
	c.expectClosed()
}

func TestShutdownUnderTLS(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{TLS: serverTLS(t)}, &fakeDoor{})
	c := hello(t, w)
	c.say("STARTTLS\r\n", "220")
	upgrade(t, c)
	c.say("EHLO y\r\n", "250")
	if err := w.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	c.expect("421 4.3.2")
	c.expectClosed()
}
