package imapin

import (
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"helpgate/internal/testkit"
)

// TestAFolderOfVeryManyMailsIsReadStepByStep, so that no answer of the server has to list them all.
func TestAFolderOfVeryManyMailsIsReadStepByStep(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"all", "unseen"} {
		s, d := &script{}, newDoor()
		server := s.serve(t)
		s.gone[1], s.gone[2] = true, true
		run(t, d.poller(t, server, func(c *Config) { c.From, c.Limits.Listed = from, 1 }))
		d.subjects(t, 1)
		d.round(t)
		if got := d.subjects(t, 1); got != "three" || s.hears(":*") {
			t.Errorf("%s: read %q by %q", from, got, s.commands())
		}
	}
}

// TestTheLongestAnswerHasRoom that is asked for: UIDs of ten digits and a space.
func TestTheLongestAnswerHasRoom(t *testing.T) {
	t.Parallel()
	l := DefaultLimits()
	if int64(l.Listed)*11 > l.Answer {
		t.Errorf("%d UIDs do not fit in %d bytes", l.Listed, l.Answer)
	}
}

// TestAConnectionIsNeverTrustedForLong: middleboxes forget a silent one within minutes.
func TestAConnectionIsNeverTrustedForLong(t *testing.T) {
	t.Parallel()
	if poll := DefaultLimits().Poll; poll > 9*time.Minute {
		t.Errorf("IDLE is renewed after %s", poll)
	}
	address := testkit.Listen(t, func(net.Conn) {})
	w, err := connect(t.Context(), Server{Address: address, TLS: TLSNone}, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	raw, err := w.below.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	err = raw.Control(func(fd uintptr) {
		kept, err = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_KEEPALIVE)
	})
	if kept == 0 || err != nil {
		t.Errorf("TCP does not ask for signs of life: %v", err)
	}
}

// TestAProviderThatAsksToWaitIsNotTakenForARefusal of the password.
func TestAProviderThatAsksToWaitIsNotTakenForARefusal(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{
		"Gmail":    "NO [ALERT] Too many simultaneous connections. (Failure)",
		"Exchange": "NO Server Busy. Suggested Backoff Time: 20 milliseconds",
		"a code":   "NO [UNAVAILABLE] Not now.",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, d := &script{}, newDoor()
			s.on = func(c *talk, command string) bool {
				refuses := c.n == 1 && strings.HasPrefix(command, "LOGIN")
				if refuses {
					c.say("%s %s", c.tag, says)
				}
				return refuses
			}
			run(t, d.poller(t, s.serve(t), nil))
			d.subjects(t, 3)
			d.says(t, "asks to wait")
			if strings.Contains(d.logged(), "check username") {
				t.Errorf("the password is blamed:\n%s", d.logged())
			}
		})
	}
}

// TestAMailThatIsGivenOutAtLastComesIn, and no other one waits for it; what a server says of being
// busy is not counted against the mail.
func TestAMailThatIsGivenOutAtLastComesIn(t *testing.T) {
	t.Parallel()
	s, d := &script{}, newDoor()
	var well atomic.Bool
	var asked atomic.Int32
	s.on = for2(func(c *talk) bool {
		switch {
		case well.Load():
			c.mail(2, "BODY.PEEK[]")
			return true
		case asked.Add(1) <= 3:
			c.say("%s NO Server Busy. Suggested Backoff Time: 1 milliseconds", c.tag)
			return false
		}
		c.say("%s NO [SERVERBUG] internal error", c.tag)
		return false
	})
	run(t, d.poller(t, s.serve(t), func(c *Config) { c.Limits.Again = time.Millisecond }))
	d.wait(t, "the stand-in", func() bool { return d.aside == 1 })
	d.subjects(t, 3)
	well.Store(true)
	d.subjects(t, 4)
	d.wait(t, "none set aside", func() bool { return d.aside == 0 })
	d.mu.Lock()
	defer d.mu.Unlock()
	if last := d.mails[3]; last.subject() != "two" || strings.Contains(last.text, "stand-in") {
		t.Errorf("at last came %q", last.text)
	}
	if n := strings.Count(d.log.String(), "those behind it do not wait"); n != 3 {
		t.Errorf("%d tries", n)
	}
}

func TestTheProvidersAdviceIsHeeded(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"Server Busy. Suggested Backoff Time: 600000 milliseconds": 10 * time.Minute,
		"too many connections": DefaultLimits().Refused,
		"no":                   DefaultLimits().Retry,
	} {
		err := fmt.Errorf("log in: %w", &imap.Error{Type: imap.StatusResponseTypeNo, Text: text})
		p := &Poller{Config: Config{Limits: DefaultLimits()}}
		if got := p.backoff(err); got < want || got > want*5/4 {
			t.Errorf("%q: %s, want %s and up to a quarter more", text, got, want)
		}
	}
}
