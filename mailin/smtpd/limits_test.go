package smtpd

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestConnectionsOfOneAddressAreLimited(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{MaxConnectionsPerIP: 2}, &fakeDoor{})
	first, second := hello(t, w), hello(t, w)
	third := dial(t, w)
	third.expect("421 4.7.0")
	third.expectClosed()
	second.say("NOOP\r\n", "250")
	first.say("QUIT\r\n", "221")
	first.expectClosed()
	freed(t, w, 1)
	hello(t, w)
	if n := w.count.of(EventRefusedConnection); n != 1 {
		t.Errorf("%d refused", n)
	}
}

func TestAllConnectionsAreLimited(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{MaxConnections: 1}, &fakeDoor{})
	hello(t, w)
	c := dial(t, w)
	c.expect("421 4.3.2")
	c.expectClosed()
}

// freed waits until the server has forgotten closed connections but want of them.
func freed(t *testing.T, w *world, want int) {
	t.Helper()
	for end := time.Now().Add(patience); ; runtime.Gosched() {
		w.reg.mu.Lock()
		n := len(w.reg.conns)
		w.reg.mu.Unlock()
		if n == want {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d connections, want %d", n, want)
		}
	}
}

func TestCommandsOfOneConnectionAreLimited(t *testing.T) {
	t.Parallel()
	c := hello(t, serve(t, Config{MaxCommands: 3}, &fakeDoor{}))
	c.say("NOOP\r\n", "250")
	c.say("NOOP\r\n", "250")
	c.say("NOOP\r\n", "421 4.7.0")
	c.expectClosed()
}

func TestMailsOfOneConnectionAreLimited(t *testing.T) {
	t.Parallel()
	c := hello(t, serve(t, Config{MaxMails: 2}, &fakeDoor{}))
	for range 2 {
		c.say("MAIL FROM:<a@example.net>\r\n", "250")
		c.say("RSET\r\n", "250")
	}
	c.say("MAIL FROM:<a@example.net>\r\n", "421 4.7.0")
	c.expectClosed()
}

// TestConnectionEndsBehindItsLastMail: a sender that keeps connections asks between two mails
// whether this one is still good, and takes another one; one that is refused at MAIL tries again
// much later.
func TestConnectionEndsBehindItsLastMail(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{MaxMails: 1}, &fakeDoor{})
	for next, want := range map[string]string{"RSET": "421 4.7.0", "QUIT": "221"} {
		c := mailTo(t, w)
		c.say("NOOP\r\n", "250")
		c.say("DATA\r\n", "354")
		c.say(".\r\n", "250")
		c.say(next+"\r\n", want)
		c.expectClosed()
	}
}

func TestRefusedRecipientsAreLimited(t *testing.T) {
	t.Parallel()
	c := mailTo(t, serve(t, Config{MaxRefused: 2}, &fakeDoor{}))
	c.say("RCPT TO:<away@example.org>\r\n", "451")
	c.say("RCPT TO:<x@example.org>\r\n", "550 5.1.1")
	c.say("RCPT TO:<y@example.org>\r\n", "550 5.1.1")
	c.say("RCPT TO:<z@example.org>\r\n", "421 4.7.0")
	c.expectClosed()
}

func TestRecipientsOfOneMailAreLimited(t *testing.T) {
	t.Parallel()
	c := mailTo(t, serve(t, Config{MaxRecipients: 2}, &fakeDoor{}))
	c.say("RCPT TO:<support@example.org>\r\n", "250")
	c.say("RCPT TO:<support@example.org>\r\n", "452 4.5.3")
	c.say("DATA\r\n", "354")
	c.say(".\r\n", "250")
}

func TestLongestCommandLine(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{}, &fakeDoor{})
	fill := func(n int) string { return "NOOP " + strings.Repeat("x", n-len("NOOP \r\n")) + "\r\n" }
	c := hello(t, w)
	c.say(fill(DefaultMaxCommandLine), "250")
	c.say(fill(DefaultMaxCommandLine+1), "500 5.5.2")
	c.expectClosed()
}

func TestNameOfThePeerIsLimited(t *testing.T) {
	t.Parallel()
	c := dial(t, serve(t, Config{}, &fakeDoor{}))
	c.expect("220")
	c.say("EHLO "+strings.Repeat("x", 256)+"\r\n", "501 5.5.2")
	c.say("MAIL FROM:<a@example.net>\r\n", "503 5.5.1")
	c.say("EHLO "+strings.Repeat("x", 255)+"\r\n", "250")
}

func TestLinesAreLimitedAsConfigured(t *testing.T) {
	t.Parallel()
	c := mailTo(t, serve(t, Config{MaxCommandLine: 100, MaxBodyLine: 200}, &fakeDoor{}))
	c.say("DATA\r\n", "354")
	c.say(strings.Repeat("x", 200)+"\r\n.\r\n", "554 5.6.0")
	c.say("NOOP "+strings.Repeat("x", 100)+"\r\n", "500 5.5.2")
	c.expectClosed()
}

func TestSilenceEndsTheConnection(t *testing.T) {
	t.Parallel()
	c := hello(t, serve(t, Config{IdleTimeout: 50 * time.Millisecond}, &fakeDoor{}))
	c.send("NOO")
	c.expect("421 4.4.2")
	c.expectClosed()
}

func TestMailThatNeverComesEndsTheConnection(t *testing.T) {
	t.Parallel()
	c := mailTo(t, serve(t, Config{MailTimeout: 100 * time.Millisecond}, &fakeDoor{}))
	c.expect("421 4.4.2")
	c.expectClosed()
}
