package smtpd

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"helpgate/internal/mailerr"
)

// smuggled is what must never be heard as commands, or taken as a second mail.
const smuggled = "MAIL FROM:<agent@example.org>\r\nRCPT TO:<support@example.org>\r\n" +
	"DATA\r\nforged\r\n.\r\n"

func TestS20OnlyCRLFDotCRLFEndsAMail(t *testing.T) {
	t.Parallel()
	for _, end := range []string{
		"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n", "\n.\r", "\r\n.\r\r\n",
		"\r\n\x00.\r\n", "\r\n.\x00\r\n", "\r\n..\r\n", "\r\n. \r\n",
	} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			door := &fakeDoor{}
			c := inData(t, serve(t, Config{}, door))
			c.say("text"+end+smuggled, "250")
			c.say("NOOP\r\n", "250")
			got := door.taken()
			if len(got) != 1 || !strings.Contains(got[0].text, "MAIL FROM:<agent@example.org>") {
				t.Fatalf("taken: %+v", got)
			}
		})
	}
}

func TestS20DoubledCRStillEnds(t *testing.T) {
	t.Parallel()
	door := &fakeDoor{}
	c := inData(t, serve(t, Config{}, door))
	c.say("a\r\r\nb\r\r\n.\r\n", "250")
	if got := door.taken(); len(got) != 1 || got[0].text != "a\r\nb\r\n" {
		t.Errorf("taken: %+v", got)
	}
}

func TestBareLineEndsInCommandsAreRefused(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{}, &fakeDoor{})
	for _, line := range []string{"NOOP\n", "NOOP\rRSET\r\n", "NOOP\r\r\n", "\n"} {
		c := hello(t, w)
		c.say(line, "500 5.5.2")
		c.say("NOOP\r\n", "250")
	}
}

// early is a Door that fails before it read the mail.
func early(context.Context, io.Reader) error { return errors.New("database away") }

func TestS21SilenceInDataClosesTheConnection(t *testing.T) {
	t.Parallel()
	for name, accept := range map[string]func(context.Context, io.Reader) error{
		"door reads": nil, "door failed before": early,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			door := &fakeDoor{accept: accept}
			w := serve(t, Config{IdleTimeout: 50 * time.Millisecond}, door)
			c := inData(t, w)
			c.send("half a ma")
			if rest := c.expectClosed(); !strings.HasPrefix(rest, "421 4.4.2") ||
				strings.Count(rest, "\n") != 1 {
				t.Errorf("read %q", rest)
			}
			_, _ = io.WriteString(c, smuggled) // the second mail of S21; nobody listens
			if got := door.taken(); len(got) != 0 {
				t.Errorf("taken: %+v", got)
			}
		})
	}
}

func TestSlowDataEndsAtTheMailTimeout(t *testing.T) {
	t.Parallel()
	door := &fakeDoor{}
	w := serve(t, Config{IdleTimeout: patience, MailTimeout: 100 * time.Millisecond}, door)
	c := inData(t, w)
	c.send("half a ma")
	if rest := c.expectClosed(); !strings.HasPrefix(rest, "421 4.4.2") {
		t.Errorf("read %q", rest)
	}
	if got := door.taken(); len(got) != 0 {
		t.Errorf("taken: %+v", got)
	}
}

func TestS21EarlyEndInDataTakesNothing(t *testing.T) {
	t.Parallel()
	door := &fakeDoor{}
	w := serve(t, Config{}, door)
	c := inData(t, w)
	c.send("half a mail\r\n" + strings.ReplaceAll(smuggled, "\r\n.\r\n", ""))
	closeWrite(t, c)
	c.expectClosed()
	if got := door.taken(); len(got) != 0 {
		t.Errorf("taken: %+v", got)
	}
}

func TestDoorThatFailsEarlyIsAnsweredBehindTheMail(t *testing.T) {
	t.Parallel()
	full := &mailerr.Error{Temporary: true, Code: 452, Enhanced: "4.3.1", Public: "disk full"}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"unknown error": {errors.New("secret"), "451 4.3.0 temporary trouble"},
		"known error":   {full, "452 4.3.1 disk full"},
		"yes too early": {nil, "451 4.3.0 temporary trouble"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			door := &fakeDoor{accept: func(context.Context, io.Reader) error { return test.err }}
			c := inData(t, serve(t, Config{}, door))
			c.say(strings.Repeat("some text\r\n", 10_000)+".\r\n", test.want)
			c.say("NOOP\r\n", "250")
		})
	}
}

func TestPanicInTheDoorIsAnsweredBehindTheMail(t *testing.T) {
	t.Parallel()
	door := &fakeDoor{accept: func(context.Context, io.Reader) error { panic("door") }}
	w := serve(t, Config{}, door)
	c := inData(t, w)
	c.say(strings.Repeat("some text\r\n", 10_000)+".\r\n", "451 4.3.0")
	if rest := c.expectClosed(); rest != "" || w.count.of(EventPanic) != 1 {
		t.Errorf("read %q, counted %v", rest, w.count.n)
	}
}

func TestMessageSizeIsExact(t *testing.T) {
	t.Parallel()
	const limit = 1000
	text := strings.Repeat("x", limit-4) + "\r\n"
	for name, test := range map[string]struct{ data, want string }{
		"limit":          {".." + text[:limit-3] + "\r\n.\r\n", "250"},
		"one byte above": {text + "abc\r\n.\r\n", "552 5.3.4"},
		"twice":          {text + text + ".\r\n", "552 5.3.4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			door := &fakeDoor{}
			c := inData(t, serve(t, Config{MaxMessageBytes: limit}, door))
			c.say(test.data, test.want)
			c.say("NOOP\r\n", "250")
			for _, m := range door.taken() {
				if test.want != "250" || len(m.text) > limit {
					t.Errorf("taken: %d bytes", len(m.text))
				}
			}
		})
	}
}

func TestEndlessMailIsCut(t *testing.T) {
	t.Parallel()
	c := inData(t, serve(t, Config{MaxMessageBytes: 1000}, &fakeDoor{}))
	chunk := strings.Repeat("x", 99) + "\r\n"
	for range 1_000_000 {
		if _, err := io.WriteString(c, chunk); err != nil {
			return
		}
	}
	t.Error("100 MB were read")
}

func TestLongLinesInMail(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		line int
		want string
	}{
		"longest":  {DefaultMaxBodyLine - len("\r\n") + 1, "250"},
		"too long": {DefaultMaxBodyLine + 2, "554 5.6.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := inData(t, serve(t, Config{}, &fakeDoor{}))
			c.say(strings.Repeat("x", test.line)+"\r\nmore\r\n.\r\n", test.want)
			c.say("NOOP\r\n", "250")
		})
	}
}

// closeWrite ends the client's side only, so that answers can still be read.
func closeWrite(t *testing.T, c *client) {
	t.Helper()
	if err := c.Conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
}
