package smtpd

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/mailin"
)

func TestMailReachesTheDoorWithItsEnvelope(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	door := &fakeDoor{}
	w := serve(t, Config{Clock: clock.NewFake(at)}, door)
	c := hello(t, w)
	c.say("MAIL FROM:<a@example.net> SIZE=20 BODY=8BITMIME\r\n", "250 2.")
	c.say("RCPT TO:<support@example.org>\r\n", "250 2.")
	c.say("RCPT TO:<support@example.com>\r\n", "250 2.")
	c.say("DATA\r\n", "354")
	c.say("Subject: x\r\n\r\n..dot\r\n.\r\n", "250 2.")
	c.say("QUIT\r\n", "221")
	if rest := c.expectClosed(); rest != "" {
		t.Errorf("behind QUIT: %q", rest)
	}
	want := []mail{{
		env: mailin.Envelope{
			Road: mailin.RoadSMTP, From: "a@example.net", FromKnown: true,
			To: []string{"support@example.org", "support@example.com"}, Helo: "client.example.net",
			RemoteAddr: "127.0.0.1", ReceivedAt: at,
		},
		text: "Subject: x\r\n\r\n.dot\r\n",
	}}
	if got := door.taken(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if w.count.of(EventMail) != 1 || w.count.of(EventConnection) != 1 {
		t.Errorf("counts %v", w.count.n)
	}
}

func TestExtensionsAreAdvertised(t *testing.T) {
	t.Parallel()
	c := dial(t, serve(t, Config{MaxMessageBytes: 1234}, &fakeDoor{}))
	c.expect("220 mx.example.org ")
	ehlo := c.say("EHLO x\r\n", "250")
	for _, want := range []string{
		"PIPELINING", "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES", "SIZE 1234",
	} {
		if !strings.Contains(ehlo, want+"\r\n") {
			t.Errorf("no %s in %q", want, ehlo)
		}
	}
	for _, no := range []string{"STARTTLS", "AUTH", "BINARYMIME"} {
		if strings.Contains(ehlo, no) {
			t.Errorf("%s in %q", no, ehlo)
		}
	}
}

func TestPipelinedCommandsAreAnsweredInOrder(t *testing.T) {
	t.Parallel()
	door := &fakeDoor{}
	c := hello(t, serve(t, Config{}, door))
	c.send("MAIL FROM:<>\r\nRCPT TO:<nobody@example.org>\r\nRCPT TO:<support@example.org>\r\nDATA\r\n")
	for _, want := range []string{"250", "550 5.1.1", "250", "354"} {
		c.expect(want)
	}
	c.send("one\r\n.\r\nMAIL FROM:<b@example.net>\r\nRCPT TO:<support@example.org>\r\nDATA\r\n")
	for _, want := range []string{"250", "250", "250", "354"} {
		c.expect(want)
	}
	c.say("two\r\n.\r\n", "250")
	got := door.taken()
	if len(got) != 2 || got[0].env.From != "" || got[1].text != "two\r\n" {
		t.Errorf("got %+v", got)
	}
}

func TestSecondMailIsRefusedAndTheFirstGoesOn(t *testing.T) {
	t.Parallel()
	door := &fakeDoor{}
	c := mailTo(t, serve(t, Config{}, door))
	c.say("MAIL FROM:<b@example.net>\r\n", "503 5.5.1")
	c.say("DATA\r\n", "354")
	c.say(".\r\n", "250")
	got := door.taken()
	if len(got) != 1 || got[0].env.From != "a@example.net" || len(got[0].env.To) != 1 {
		t.Errorf("taken: %+v", got)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{MaxRefused: 100}, &fakeDoor{})
	for _, test := range []struct{ line, want string }{
		{"MAIL FROM:<>", "250"},
		{"MAIL FROM:<ü@example.net> SMTPUTF8", "250"},
		{"MAIL FROM:<ü@example.net>", "553 5.6.7"},
		{"MAIL FROM:<a\x00@example.net>", "500 5.5.2"},
		{"MAIL FROM:<a\x1b@example.net>", "500 5.5.2"},
		{"MAIL FROM:<\xff@example.net>", "500 5.5.2"},
		{"MAIL FROM:<" + strings.Repeat("a", 70) + "@example.net>", "501 5.1.7"},
		{"MAIL FROM:<a@example.net> SIZE=99999999999", "501"},
		{"MAIL FROM:<a@example.net> SIZE=99999999", "552 5.3.4"},
		{"RCPT TO:<support@example.org>", "250"},
		{"RCPT TO:<Postmaster>", "250"},
		{"RCPT TO:<nobody@example.org>", "550 5.1.1 no such recipient"},
		{"RCPT TO:<away@example.org>", "451 4.3.0 temporary trouble"},
		{"RCPT TO:<support%other.net@example.org>", "550 5.7.1"},
		{"RCPT TO:<other.net!x@example.org>", "550 5.7.1"},
		{`RCPT TO:<"x@other.net"@example.org>`, "550 5.7.1"},
		{"RCPT TO:<@example.org:x@other.net>", "550 5.7.1"},
		{"RCPT TO:<@relay.net:support@example.org>", "250"},
		{"RCPT TO:<x@[127.0.0.1]>", "550 5.7.1"},
		{"RCPT TO:<support@[127.0.0.1]>", "250"},
		{`RCPT TO:<"a b"@example.org>`, "501 5.1.3"},
		{"RCPT TO:<>", "501"},
		{"RCPT TO:<ü@example.org>", "553 5.6.7"},
		{"VRFY support", "252"},
		{"EXPN support", "502"},
	} {
		t.Run(test.line, func(t *testing.T) {
			t.Parallel()
			c := hello(t, w)
			if strings.HasPrefix(test.line, "RCPT") {
				c.say("MAIL FROM:<a@example.net>\r\n", "250")
			}
			if got := c.say(test.line+"\r\n", test.want); strings.Contains(got, "secret") {
				t.Errorf("inner text in %q", got)
			}
			c.say("NOOP\r\n", "250")
		})
	}
}

func TestPanicIsAnsweredCountedAndCloses(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{}, &fakeDoor{})
	c := hello(t, w)
	c.say("MAIL FROM:<a@example.net>\r\n", "250")
	c.say("RCPT TO:<panic@example.org>\r\n", "451 4.3.0")
	c.send("NOOP\r\n")
	if rest := c.expectClosed(); rest != "" {
		t.Errorf("read %q", rest)
	}
	if n := w.count.of(EventPanic); n != 1 {
		t.Errorf("%d panics counted", n)
	}
}

func TestRepliesArePrintableASCII(t *testing.T) {
	t.Parallel()
	c := dial(t, serve(t, Config{}, &fakeDoor{}))
	c.expect("220")
	for _, line := range []string{
		"EHLO \u2028m\u00fcller\u202e", "MAIL FROM:<m\u00fcller@example.net> SMTPUTF8",
		"RCPT TO:<support@ex\u00e4mple.org>", "\u00fcber x", "RSET",
	} {
		c.send(line + "\r\n")
		if got := c.expect(""); strings.ContainsFunc(got, unspeakable) {
			t.Errorf("%s: %q", line, got)
		}
	}
}

func TestBrowserIsSentAway(t *testing.T) {
	t.Parallel()
	for _, request := range []string{"POST / HTTP/1.1", "get / HTTP/1.0", "CONNECT x:25 HTTP/1.1"} {
		door := &fakeDoor{}
		c := dial(t, serve(t, Config{}, door))
		c.expect("220")
		c.send(request + "\r\nHost: x\r\n\r\nEHLO x\r\n" + smuggled)
		c.expect("421 4.7.0")
		if rest := c.expectClosed(); rest != "" || len(door.taken()) > 0 {
			t.Errorf("%s: read %q", request, rest)
		}
	}
}

func TestUnknownCommandsAreRefusedAndLimited(t *testing.T) {
	t.Parallel()
	c := hello(t, serve(t, Config{}, &fakeDoor{}))
	for _, line := range []string{"XCLIENT ADDR=192.0.2.1", "c2VjcmV0", "MAI"} {
		c.say(line+"\r\n", "500 5.5.2")
	}
	c.send("HELO\tx\r\n")
	c.expect("500 5.5.2")
	c.expect("500 5.5.1")
	c.expectClosed()
}
