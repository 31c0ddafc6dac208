package smtpd

import (
	"context"
	"encoding/base64"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/mailin"
)

// The one account of the tests.
const (
	annName     = "ann@agents.example"
	annPassword = "correct horse"
)

// fakeAccounts knows Ann.
type fakeAccounts struct{}

func (fakeAccounts) Login(_ context.Context, name, password string) (Account, error) {
	switch {
	case name == annName && password == annPassword:
		return Account{Agent: 7, Addresses: []string{annName, "ann@home.example"}}, nil
	case name == "away":
		return Account{}, errors.New("secret database text")
	case name == "panic":
		panic("accounts")
	}
	return Account{}, ErrPassword
}

// submission is a client behind STARTTLS and EHLO of a submission listener.
func submission(t *testing.T, w *world) *client {
	t.Helper()
	c := hello(t, w)
	c.say("STARTTLS\r\n", "220")
	upgrade(t, c)
	c.say("EHLO client.example.net\r\n", "250")
	return c
}

func forAgents(t *testing.T) Config {
	return Config{Road: mailin.RoadSubmission, TLS: serverTLS(t), Accounts: fakeAccounts{}}
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// plainLogin is AUTH PLAIN in one line.
func plainLogin(identity, name, password string) string {
	return "AUTH PLAIN " + b64(identity+"\x00"+name+"\x00"+password) + "\r\n"
}

func TestAgentLogsInAndHandsMailIn(t *testing.T) {
	t.Parallel()
	for name, logIn := range map[string]func(c *client){
		"PLAIN": func(c *client) { c.say(plainLogin("", annName, annPassword), "235 2.7.0") },
		"PLAIN in two steps, as itself": func(c *client) {
			c.say("auth plain\r\n", "334 \r\n")
			c.say(b64(annName+"\x00"+annName+"\x00"+annPassword)+"\r\n", "235 2.7.0")
		},
		"LOGIN": func(c *client) {
			c.say("AUTH LOGIN\r\n", "334 "+b64("Username:"))
			c.say(b64(annName)+"\r\n", "334 "+b64("Password:"))
			c.say(b64(annPassword)+"\r\n", "235 2.7.0")
		},
		"LOGIN with the name at once": func(c *client) {
			c.say("AUTH LOGIN "+b64(annName)+"\r\n", "334 "+b64("Password:"))
			c.say(b64(annPassword)+"\r\n", "235 2.7.0")
		},
		"at the second try": func(c *client) {
			c.say(plainLogin("", annName, "wrong"), "535 5.7.8")
			c.say(plainLogin("", annName, annPassword), "235 2.7.0")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			door := &fakeDoor{}
			c := submission(t, serve(t, forAgents(t), door))
			logIn(c)
			c.say(plainLogin("", annName, annPassword), "503 5.5.1")
			c.say("EHLO client.example.net\r\n", "250") // forgets a mail, not who it is
			c.say("MAIL FROM:<Ann@HOME.example>\r\n", "250")
			c.say("RCPT TO:<bob@example.net>\r\n", "550 5.1.1") // no relay for agents either
			c.say("RCPT TO:<support@example.org>\r\n", "250")
			c.say("DATA\r\n", "354")
			c.say("text\r\n.\r\n", "250")
			got := door.taken()
			if len(got) != 1 || got[0].env.Agent != 7 || got[0].env.Road != mailin.RoadSubmission {
				t.Errorf("taken: %+v", got)
			}
		})
	}
}

func TestMailIsForWhoHasLoggedInAndFromOwnAddresses(t *testing.T) {
	t.Parallel()
	c := submission(t, serve(t, forAgents(t), &fakeDoor{}))
	c.say("MAIL FROM:<"+annName+">\r\n", "530 5.7.0")
	c.say("RCPT TO:<support@example.org>\r\n", "503 5.5.1")
	c.say(plainLogin("", annName, annPassword), "235")
	c.say("MAIL FROM:<ben@agents.example>\r\n", "553 5.7.1")
	c.say("MAIL FROM:<>\r\n", "553 5.7.1")
	c.say("MAIL FROM:<"+annName+">\r\n", "250")
	c.say(plainLogin("", annName, annPassword), "503")
}

func TestNoPasswordIsAskedForInClearText(t *testing.T) {
	t.Parallel()
	c := dial(t, serve(t, forAgents(t), &fakeDoor{}))
	c.expect("220")
	if ehlo := c.say("EHLO x\r\n", "250"); strings.Contains(ehlo, "AUTH") {
		t.Errorf("offered in clear text: %q", ehlo)
	}
	c.say(plainLogin("", annName, annPassword), "523 5.7.10")
	c.say("MAIL FROM:<"+annName+">\r\n", "530 5.7.0")
	c.say("STARTTLS\r\n", "220")
	upgrade(t, c)
	if ehlo := c.say("EHLO x\r\n", "250"); !strings.Contains(ehlo, "AUTH PLAIN LOGIN\r\n") {
		t.Errorf("not offered under TLS: %q", ehlo)
	}
	c.say("MAIL FROM:<"+annName+">\r\n", "530 5.7.0")
}

func TestNobodyLogsInWhereServersSend(t *testing.T) {
	t.Parallel()
	w := serve(t, Config{TLS: serverTLS(t)}, &fakeDoor{})
	c := hello(t, w)
	c.say(plainLogin("", annName, annPassword), "503 5.5.1")
	c = submission(t, w)
	if ehlo := c.say("EHLO x\r\n", "250"); strings.Contains(ehlo, "AUTH") {
		t.Errorf("offered: %q", ehlo)
	}
	c.say("AUTH LOGIN\r\n", "503 5.5.1")
	c.say("MAIL FROM:<a@example.net>\r\n", "250")
	c.say("AUTH LOGIN\r\n", "503 5.5.1")
}

func TestLogInThatDoesNotHold(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string][]string{
		"wrong password":          {plainLogin("", annName, "wrong"), "535 5.7.8"},
		"unknown name":            {plainLogin("", "bob", annPassword), "535 5.7.8"},
		"for somebody else":       {plainLogin("ben@agents.example", annName, annPassword), "535 5.7.8"},
		"no text":                 {"AUTH PLAIN =\r\n", "501 5.5.2"},
		"too few words":           {"AUTH PLAIN " + b64("\x00ann") + "\r\n", "501 5.5.2"},
		"no base64":               {"AUTH PLAIN !\r\n", "501 5.5.2"},
		"another mechanism":       {"AUTH CRAM-MD5\r\n", "504 5.5.4"},
		"no mechanism":            {"AUTH\r\n", "502 5.5.4"},
		"given up":                {"AUTH LOGIN\r\n", "334", "*\r\n", "501"},
		"our trouble":             {plainLogin("", "away", "x"), "451 4.3.0"},
		"password in two lines":   {"AUTH LOGIN " + b64(annName) + "\r\n", "334", "\r\n", "535"},
		"an answer like a verb":   {"AUTH LOGIN\r\n", "334", "BDAT\r\n", "334", "STARTTLS\r\n", "535"},
		"an answer that is bare":  {"AUTH LOGIN\r\n", "334", "BDAT\n", "334", "x\n", "535"},
		"words behind mechanism":  {"AUTH PLAIN = =\r\n", "501 5.5.2"},
		"a name of control marks": {plainLogin("", "\x01\r\n", annPassword), "535 5.7.8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := submission(t, serve(t, forAgents(t), &fakeDoor{}))
			for pair := range slices.Chunk(steps, 2) {
				if got := c.say(pair[0], pair[1]); strings.Contains(got, "secret") {
					t.Errorf("tells %q", got)
				}
			}
			c.say("MAIL FROM:<"+annName+">\r\n", "530 5.7.0")
			c.say(plainLogin("", annName, annPassword), "235")
		})
	}
}

func TestS24LogInsThatFailHaveAnEnd(t *testing.T) {
	t.Parallel()
	w := serve(t, forAgents(t), &fakeDoor{})
	c := submission(t, w)
	for range maxLogins {
		c.say(plainLogin("", annName, "wrong"), "535 5.7.8")
	}
	c.say(plainLogin("", annName, annPassword), "421 4.7.0")
	c.expectClosed()
	if n := w.count.of(EventRefusedLogin); n != maxLogins {
		t.Errorf("%d counted", n)
	}
	for range maxAddressFailures/maxLogins - 1 {
		c := submission(t, w)
		for range maxLogins {
			c.say(plainLogin("", "bob", "wrong"), "535 5.7.8")
		}
	}
	c = submission(t, w)
	for range maxAddressFailures % maxLogins {
		c.say(plainLogin("", "bob", "wrong"), "535 5.7.8")
	}
	c.say(plainLogin("", annName, annPassword), "454 4.7.0") // the address is known too well
}

func TestPanicInALogInEndsTheConnection(t *testing.T) {
	t.Parallel()
	w := serve(t, forAgents(t), &fakeDoor{})
	c := submission(t, w)
	c.say(plainLogin("", "panic", "x"), "451 4.3.0")
	c.expectClosed()
	if w.count.of(EventPanic) != 1 {
		t.Error("not counted")
	}
}

func TestFailuresEndByThemselvesAndStopNobodyElse(t *testing.T) {
	t.Parallel()
	now := clock.NewFake(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC))
	here, there := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	last := netip.MustParseAddr("203.0.113.1")
	others := make([]netip.Addr, maxAccountFailures-1)
	for i := range others {
		others[i] = netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})
	}
	f := newFailures(now)
	for !apart(f.slot, append(others, here, there, last)...) {
		f = newFailures(now) // another seed: two addresses on one slot share its count
	}
	for i := range maxAddressFailures {
		if !f.begin(here, strings.Repeat("x", i)) {
			t.Fatalf("refused after %d", i)
		}
	}
	if f.begin(here, annName) {
		t.Error("one address fails as often as it likes")
	}
	if !f.begin(there, annName) {
		t.Error("another address is stopped too")
	}
	for _, address := range others {
		if !f.begin(address, annName) {
			t.Fatal("refused before the account's limit")
		}
	}
	if f.begin(last, "ANN@agents.example") {
		t.Error("one account is tried from many addresses without end")
	}
	f.undo(there, annName)
	if !f.begin(there, annName) {
		t.Error("what did not fail counts as failed")
	}
	now.Advance(failureSpan)
	f.undo(here, annName) // of a log-in that took long
	if !f.begin(here, annName) {
		t.Error("refused after the span")
	}
}

// apart tells that no two addresses fall on one slot.
func apart(slot func(string) uint64, addresses ...netip.Addr) bool {
	taken := map[uint64]bool{}
	for _, a := range addresses {
		taken[slot(a.String())] = true
	}
	return len(taken) == len(addresses)
}

// FuzzAuthAnswers plays any answers to PLAIN and LOGIN: only the right ones log anybody in.
func FuzzAuthAnswers(f *testing.F) {
	f.Add([]byte("\x00"+annName+"\x00"+annPassword), []byte(annName), []byte(annPassword))
	f.Add([]byte(annName+"\x00"+annName+"\x00"+annPassword+"\x00"), []byte(""), []byte("\x00"))
	f.Add([]byte("\x00\x00"), []byte("away"), []byte("\xff"))
	srv := New(Config{Accounts: fakeAccounts{}}, &fakeDoor{})
	f.Fuzz(func(t *testing.T, text, name, password []byte) {
		srv.failures.accounts = [failureSlots]failureSlot{}
		srv.failures.addresses = srv.failures.accounts
		s := &session{srv: srv, conn: &conn{ctx: t.Context()}, log: srv.cfg.Logger}
		plain := &exchange{s, s.plainStep}
		_, done, err := plain.Next(text)
		words := strings.Split(string(text), "\x00")
		right := len(words) == 3 && words[1] == annName && words[2] == annPassword &&
			(words[0] == "" || strings.EqualFold(words[0], annName))
		if in := err == nil && done; in && !right || in != (s.account.Agent != 0) {
			t.Errorf("PLAIN %q: %t, %v, account %+v", text, done, err, s.account)
		}
		s.account = Account{}
		login := &exchange{s, s.loginStep()}
		if _, done, err := login.Next(name); done || err != nil {
			t.Fatalf("LOGIN ends behind the name: %v", err)
		}
		_, done, err = login.Next(password)
		right = string(name) == annName && string(password) == annPassword
		if in := err == nil && done; in && !right || in != (s.account.Agent != 0) {
			t.Errorf("LOGIN %q, %q: %t, %v, account %+v", name, password, done, err, s.account)
		}
	})
}
