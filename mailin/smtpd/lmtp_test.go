package smtpd

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"helpgate/mailin"
)

// lmtp is a server for the operator's own mail server, and a client behind LHLO.
func lmtp(t *testing.T, cfg Config, door Door) *client {
	t.Helper()
	cfg.Road = mailin.RoadLMTP
	c := dial(t, serve(t, cfg, door))
	c.expect("220")
	c.say("EHLO x\r\n", "500 5.5.1")
	if lhlo := c.say("LHLO client.example.net\r\n", "250"); strings.Contains(lhlo, "STARTTLS") {
		t.Errorf("offered: %q", lhlo)
	}
	return c
}

func TestLMTPAnswersEachRecipientOfOneMail(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"data": "DATA\r\nhello\r\n.\r\n", "chunks": "BDAT 2\r\nheBDAT 5 LAST\r\nllo\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			door := &fakeDoor{}
			c := lmtp(t, Config{}, door)
			for range 2 {
				c.say("MAIL FROM:<a@example.net>\r\n", "250")
				c.say("RCPT TO:<support@example.org>\r\n", "250")
				c.say("RCPT TO:<nobody@example.org>\r\n", "550 5.1.1")
				c.say("RCPT TO:<support@example.com>\r\n", "250")
				c.say("RCPT TO:<support@example.org>\r\n", "250")
				c.send(text)
				if name == "data" {
					c.expect("354")
				} else {
					c.expect("250 2.0.0 Continue")
				}
				c.expect("250 2.0.0 <support@example.org>")
				c.expect("250 2.0.0 <support@example.com>")
				c.expect("250 2.0.0 <support@example.org>")
			}
			got := door.taken()
			if len(got) != 2 || got[0].text != "hello\r\n" || len(got[0].env.To) != 3 ||
				got[0].env.Road != mailin.RoadLMTP {
				t.Errorf("taken: %+v", got)
			}
		})
	}
}

func TestLMTPRefusalIsEachRecipients(t *testing.T) {
	t.Parallel()
	c := lmtp(t, Config{}, &fakeDoor{accept: func(context.Context, io.Reader) error {
		return errors.New("database away")
	}})
	c.say("MAIL FROM:<a@example.net>\r\n", "250")
	c.say("RCPT TO:<support@example.org>\r\n", "250")
	c.say("RCPT TO:<Postmaster>\r\n", "250")
	c.send("DATA\r\nhello\r\n.\r\nNOOP\r\n")
	for _, want := range []string{"354", "451 4.3.0", "451 4.3.0", "250"} {
		c.expect(want)
	}
}

func TestLMTPMailThatIsBrokenOffIsNotAnswered(t *testing.T) {
	t.Parallel()
	door := &fakeDoor{}
	c := lmtp(t, Config{}, door)
	c.say("MAIL FROM:<a@example.net>\r\n", "250")
	c.say("RCPT TO:<support@example.org>\r\n", "250")
	c.say("RCPT TO:<support@example.com>\r\n", "250")
	c.say("BDAT 2\r\nhe", "250 2.0.0 Continue")
	c.say("RSET\r\n", "250 2.0.0 Session reset")
	c.say("NOOP\r\n", "250 2.0.0 I have")
	if got := door.taken(); len(got) != 0 {
		t.Errorf("taken: %+v", got)
	}
}

func TestLMTPPeerIsNotLimitedByItsAddressNorByOthersRecipients(t *testing.T) {
	t.Parallel()
	cfg := Config{MaxConnectionsPerIP: 1, MaxRefused: 1, ConnectionsPerMinute: 1, MailsPerMinute: 1}
	cfg.Road = mailin.RoadLMTP
	w := serve(t, cfg, &fakeDoor{})
	for range 2 {
		c := dial(t, w)
		c.expect("220")
		c.say("LHLO client.example.net\r\n", "250")
		for range 2 {
			c.say("MAIL FROM:<a@example.net>\r\n", "250")
			c.say("RCPT TO:<nobody@example.org>\r\n", "550 5.1.1")
			c.say("RCPT TO:<nobody@example.org>\r\n", "550 5.1.1")
			c.say("DATA\r\n", "503") // nobody is left to answer for (RFC 2033 section 4.2)
			c.say("RSET\r\n", "250")
		}
	}
}

func TestLMTPOverASocket(t *testing.T) {
	t.Parallel()
	ln, err := listenAt(t, t.TempDir()+"/lmtp")
	if err != nil {
		t.Fatal(err)
	}
	door := &fakeDoor{}
	w := serveOn(t, ln, Config{Road: mailin.RoadLMTP}, door)
	c := dial(t, w)
	c.expect("220")
	c.say("LHLO x\r\n", "250")
	c.send("MAIL FROM:<>\r\nRCPT TO:<support@example.org>\r\nDATA\r\nhello\r\n.\r\nQUIT\r\n")
	for _, want := range []string{"250", "250", "354", "250 2.0.0 <support@example.org>", "221"} {
		c.expect(want)
	}
	if got := door.taken(); len(got) != 1 || got[0].env.RemoteAddr != "" {
		t.Errorf("taken: %+v", got)
	}
}
