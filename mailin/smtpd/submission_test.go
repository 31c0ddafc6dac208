package smtpd

import (
	"strings"
	"testing"
	"time"

	"helpgate/mailin"
)

func TestSubmissionTakesNothingOfStrangers(t *testing.T) {
	t.Parallel()
	c := hello(t, serve(t, Config{Road: mailin.RoadSubmission, TLS: serverTLS(t)}, &fakeDoor{}))
	c.say("MAIL FROM:<agent@example.org>\r\n", "530 5.7.0")
	c.say("RCPT TO:<support@example.org>\r\n", "503 5.5.1")
	c.say("STARTTLS\r\n", "220")
	upgrade(t, c)
	c.say("EHLO y\r\n", "250")
	c.say("MAIL FROM:<agent@example.org>\r\n", "530 5.7.0")
}

func TestImplicitTLSComesBeforeTheGreeting(t *testing.T) {
	t.Parallel()
	door := &fakeDoor{}
	cfg := Config{TLS: serverTLS(t), ImplicitTLS: true, ProxyNetworks: loopback}
	c := dial(t, serve(t, cfg, door))
	c.send(proxied4)
	upgrade(t, c)
	c.expect("220")
	if ehlo := c.say("EHLO x\r\n", "250"); strings.Contains(ehlo, "STARTTLS") {
		t.Errorf("offered: %q", ehlo)
	}
	c.say("STARTTLS\r\n", "502")
	c.send("MAIL FROM:<>\r\nRCPT TO:<support@example.org>\r\nDATA\r\n.\r\nQUIT\r\n")
	for _, want := range []string{"250", "250", "354", "250", "221"} {
		c.expect(want)
	}
	c.expectClosed()
	if got := door.taken(); len(got) != 1 || got[0].env.RemoteAddr != "192.0.2.1" {
		t.Errorf("taken: %+v", got)
	}
}

func TestImplicitTLSSaysNothingInTheClear(t *testing.T) {
	t.Parallel()
	cfg := Config{
		TLS: serverTLS(t), ImplicitTLS: true, MaxConnectionsPerIP: 2,
		IdleTimeout: 50 * time.Millisecond,
	}
	w := serve(t, cfg, &fakeDoor{})
	for _, said := range []string{"", "EHLO x\r\n"} {
		c := dial(t, w)
		c.send(said)
		if rest := c.expectClosed(); strings.Contains(rest, "0 ") {
			t.Errorf("read %q", rest)
		}
	}
}
