package smtpd

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func TestChunksMakeOneMail(t *testing.T) {
	t.Parallel()
	door := &fakeDoor{}
	c := mailTo(t, serve(t, Config{}, door))
	c.say("BDAT 7\r\none\r\n.\r", "250")
	c.say("BDAT 5 LAST\r\n\n..\nx", "250")
	c.say("BDAT 2 LAST\r\nno", "503")
	c.say("NOOP\r\n", "250")
	// Dots are not stuffed here, and CRLF.CRLF ends nothing (RFC 3030 section 3).
	if got := door.taken(); len(got) != 1 || got[0].text != "one\r\n.\r\n..\r\nx" {
		t.Errorf("taken: %+v", got)
	}
}

func TestChunkCutShortTakesNothing(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*testing.T, *client){
		"end":     closeWrite,
		"silence": func(*testing.T, *client) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			door := &fakeDoor{}
			c := mailTo(t, serve(t, Config{IdleTimeout: 50 * time.Millisecond}, door))
			c.send("BDAT 100 LAST\r\nhalf")
			end(t, c)
			if rest := c.expectClosed(); !strings.HasPrefix(rest, "421 4.4.2") ||
				strings.Count(rest, "\n") != 1 {
				t.Errorf("read %q", rest)
			}
			if got := door.taken(); len(got) != 0 {
				t.Errorf("taken: %+v", got)
			}
		})
	}
}

func TestCommandBetweenChunksEndsTheMail(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"RSET": "250", "EHLO y": "250", "NOOP": "250", "DATA": "503", "QUI\x00T": "500",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			door := &fakeDoor{}
			c := mailTo(t, serve(t, Config{}, door))
			c.say("BDAT 3\r\none", "250")
			c.say(line+"\r\n", want)
			c.say("MAIL FROM:<a@example.net>\r\n", "250")
			c.say("RCPT TO:<support@example.org>\r\n", "250")
			c.say("BDAT 3 LAST\r\ntwo", "250")
			if got := door.taken(); len(got) != 1 || got[0].text != "two" {
				t.Errorf("taken: %+v", got)
			}
		})
	}
}

func TestS24EndlessLineBehindAChunkIsRefused(t *testing.T) {
	t.Parallel()
	c := mailTo(t, serve(t, Config{}, &fakeDoor{}))
	c.say("BDAT 1\r\nx", "250")
	c.say(strings.Repeat("x", DefaultMaxCommandLine+1), "500 5.5.2")
	c.expectClosed()
}

func TestChunkSizes(t *testing.T) {
	t.Parallel()
	const limit = 1000
	w := serve(t, Config{MaxMessageBytes: limit}, &fakeDoor{})
	for size, want := range map[int]string{limit: "250", limit + 1: "552 5.3.4"} {
		c := mailTo(t, w)
		c.say(fmt.Sprintf("BDAT %d LAST\r\n%s", size, strings.Repeat("x", size)), want)
		c.say("NOOP\r\n", "250")
	}
	c := mailTo(t, w)
	c.say("BDAT 4000000000 LAST\r\n"+strings.Repeat("x", 4*limit), "552 5.3.4")
	c.expectClosed()
	c = hello(t, w)
	c.say("BDAT 4000000000 LAST\r\n", "503")
	c.expect("552 5.3.4")
	c.expectClosed()
}

func TestChunkThatCannotBeFramedCloses(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{}, &fakeDoor{})
	for _, line := range []string{
		"BDAT", "BDAT x", "BDAT -1", "BDAT 5 FIRST", "BDAT 1 LAST x", "BDATX5",
	} {
		c := mailTo(t, w)
		c.say(line+"\r\nNOOP\r\n", "50")
		if rest := c.expectClosed(); rest != "" {
			t.Errorf("%s: read %q", line, rest)
		}
	}
}

func TestRefusedChunkIsNotHeardAsCommands(t *testing.T) {
	t.Parallel()
	door := &fakeDoor{}
	c := hello(t, serve(t, Config{}, door))
	text := smuggled + strings.Repeat("x", 2*DefaultMaxCommandLine)
	c.say(fmt.Sprintf("BDAT %d LAST\r\n%sNOOP\r\n", len(text), text), "503")
	c.expect("250")
	if got := door.taken(); len(got) != 0 {
		t.Errorf("taken: %+v", got)
	}
	_, _ = io.WriteString(c, "QUIT\r\n")
}
