package imapin

import (
	"context"
	"crypto/tls"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"

	"helpgate/internal/oauth"
	"helpgate/internal/testkit"
)

// for2 answers a FETCH of whole mails: f in place of the second one, where that is asked for. When
// f gives false, the answer ends there.
func for2(f func(c *talk) bool) func(*talk, string) bool {
	return func(c *talk, command string) bool {
		verb := strings.Fields(command)
		if !strings.Contains(command, "BODY.PEEK[]") {
			return false
		}
		set := verb[1]
		if verb[0] == "UID" {
			set = verb[2]
		}
		var uids []int
		c.each(set, func(uid int) { uids = append(uids, uid) })
		for _, uid := range uids {
			if uid != 2 {
				c.mail(uid, command)
			} else if !f(c) {
				return true
			}
		}
		c.ok()
		return true
	}
}

// TestABadMailHoldsUpNoOther plays each known way of go-imap and of servers to lose or stall mail,
// in the middle of two good ones.
func TestABadMailHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	second := letter("two")
	once := true
	for name, test := range map[string]struct {
		on    func(c *talk, command string) bool
		taken bool   // the mail comes in all the same
		says  string // in its place
	}{
		"silence in a literal": {on: for2(func(c *talk) bool {
			c.say("* 2 FETCH (UID 2 BODY[] {500}\r\nFrom: a")
			return !c.silent()
		})},
		"literal cut by the end of the connection": {on: for2(func(c *talk) bool {
			c.say("* 2 FETCH (UID 2 BODY[] {500}\r\nFrom: a")
			_ = c.Close()
			return false
		})},
		"a byte at a time": {on: for2(func(c *talk) bool {
			c.say("* 2 FETCH (UID 2 BODY[] {1000000}")
			for {
				if _, err := c.Write([]byte{'x'}); err != nil {
					return false
				}
				<-time.After(2 * time.Millisecond)
			}
		})},
		"UID behind the literal": {taken: true, on: for2(func(c *talk) bool {
			c.say("* 2 FETCH (BODY[] {%d}\r\n%s UID 2)", len(second), second)
			return true
		})},
		"no UID": {taken: true, on: for2(func(c *talk) bool {
			c.say("* 2 FETCH (BODY[] {%d}\r\n%s)", len(second), second)
			return true
		})},
		"flags first": {taken: true, on: for2(func(c *talk) bool {
			if once {
				once = false
				c.say("* 2 FETCH (UID 2 FLAGS (\\Seen))")
			}
			c.mail(2, "BODY.PEEK[]")
			return true
		})},
		"flags alone": {on: for2(func(c *talk) bool {
			c.say("* 2 FETCH (UID 2 FLAGS (\\Seen))")
			return true
		})},
		"body NIL": {on: for2(func(c *talk) bool {
			c.say("* 2 FETCH (UID 2 BODY[] NIL)")
			return true
		})},
		"not returned": {on: for2(func(*talk) bool { return true })},
		"partial NO": {on: for2(func(c *talk) bool {
			c.mail(3, "BODY.PEEK[]")
			c.say("%s NO some messages could not be fetched", c.tag)
			return false
		})},
		"literal too large": {says: "too-big", on: for2(func(c *talk) bool {
			c.say("* 2 FETCH (UID 2 RFC822.SIZE 100 BODY[] {99999999999}")
			for {
				if _, err := c.Write(make([]byte, 1<<16)); err != nil {
					return false
				}
			}
		})},
		"line without end": {on: for2(func(c *talk) bool {
			c.say("* 2 FETCH (UID 2 FLAGS (")
			for {
				if _, err := c.Write([]byte(strings.Repeat("x", 1<<16))); err != nil {
					return false
				}
			}
		})},
		"lists in lists": {on: for2(func(c *talk) bool {
			c.say("* 2 FETCH (UID 2 BODYSTRUCTURE %s", strings.Repeat("(", 60<<10))
			return true
		})},
		"bad envelope that nobody asked for": {on: for2(func(c *talk) bool {
			c.say("* 2 FETCH (UID 2 ENVELOPE (17 NIL))")
			return true
		})},
		"bad date": {taken: true, on: func(c *talk, command string) bool {
			if !strings.Contains(command, "INTERNALDATE") || !strings.Contains(command, "BODY.PEEK[]") {
				return false
			}
			c.say("* 2 FETCH (UID 2 INTERNALDATE \"yesterday\" BODY[] NIL)")
			return true
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, d := &script{on: test.on}, newDoor()
			run(t, d.poller(t, s.serve(t), func(c *Config) {
				c.Limits.Silence, c.Limits.Fetch = 100*time.Millisecond, 300*time.Millisecond
				c.Limits.Answer = 64 << 10
			}))
			got := strings.Fields(d.subjects(t, 3))
			if slices.Sort(got); !slices.Equal(got, []string{"one", "three", "two"}) {
				t.Errorf("read %q", got)
			}
			d.round(t)
			for _, m := range d.mails {
				says := "stand-in en " + or(test.says, "unreadable")
				if m.subject() == "two" && strings.Contains(m.text, says) == test.taken {
					t.Errorf("the second mail is %q", m.text)
				}
			}
			if len(d.mails) != 3 || d.aside == 1 == test.taken {
				t.Errorf("%d mails, %d set aside", len(d.mails), d.aside)
			}
			for _, word := range []string{"ENVELOPE", "BODYSTRUCTURE", "RETURN", "BODY[]"} {
				if s.hears(word) {
					t.Errorf("%s was asked for", word)
				}
			}
		})
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// TestASilentServerIsLeft lets the first connection die at each command in turn.
func TestASilentServerIsLeft(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{
		"greeting", "CAPABILITY", "LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "IDLE", "UID MOVE",
	} {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			s, d := &script{caps: "MOVE IDLE"}, newDoor()
			s.on = func(c *talk, command string) bool {
				if command == "IDLE" && c.n > 1 {
					c.say("%s NO not today", c.tag)
					return true
				}
				return strings.HasPrefix(command, verb) && c.n == 1 && c.silent()
			}
			run(t, d.poller(t, s.serve(t), func(c *Config) {
				c.Limits.Silence, c.After.Move = 50*time.Millisecond, "Processed"
			}))
			if got := d.subjects(t, 3); got != "one two three" {
				t.Errorf("read %q", got)
			}
			d.says(t, "fell silent")
			d.wait(t, "the move", func() bool { return s.hears("UID MOVE 1:3 ") })
		})
	}
}

// TestLessServersAreEnough cuts the capabilities down to plain IMAP4rev1.
func TestLessServersAreEnough(t *testing.T) {
	t.Parallel()
	for caps, test := range map[string]struct{ heard, never, said []string }{
		"": {
			[]string{"UID COPY 1:3 \"Done\"", "UID STORE 1:3 +FLAGS.SILENT (\\Seen \\Deleted)"},
			[]string{"MOVE", "EXPUNGE", "IDLE", "ENABLE", "ID ("},
			[]string{"IDLE", "\"MOVE, UIDPLUS\""},
		},
		"UIDPLUS": {
			[]string{"UID COPY 1:3 \"Done\"", "UID EXPUNGE 1:3"},
			[]string{"MOVE", "IDLE"},
			[]string{"IDLE"},
		},
		"MOVE ID ENABLE IMAP4rev2": {
			[]string{"UID MOVE 1:3 \"Done\"", "ID (", "ENABLE IMAP4rev2"}, []string{"COPY", "EXPUNGE"}, nil,
		},
	} {
		t.Run(caps, func(t *testing.T) {
			t.Parallel()
			s, d := &script{caps: caps}, newDoor()
			if strings.Contains(caps, "IMAP4rev2") {
				s.on = func(c *talk, command string) bool {
					if command == "IDLE" {
						c.say("%s BAD no", c.tag)
					}
					return command == "IDLE"
				}
			}
			run(t, d.poller(t, s.serve(t), func(c *Config) { c.After.Move = "Done" }))
			d.subjects(t, 3)
			d.round(t)
			d.round(t)
			for _, word := range test.said {
				d.says(t, "without="+word)
			}
			if n := strings.Count(d.log.String(), "without="); n != len(test.said) {
				t.Errorf("%d lacks are told", n)
			}
			for _, word := range test.heard {
				if !s.hears(word) {
					t.Errorf("the server never heard %q: %q", word, s.commands())
				}
			}
			for _, word := range test.never {
				if s.hears(word) {
					t.Errorf("the server heard %q: %q", word, s.commands())
				}
			}
			copies := 0
			for _, command := range s.commands() {
				if strings.HasPrefix(command, "UID COPY") {
					copies++
				}
			}
			if copies > 1 {
				t.Errorf("%d copies", copies)
			}
		})
	}
}

// TestWhatSomebodyTookAwayIsNoTrouble: a mail that was seen and is gone makes no ticket.
func TestWhatSomebodyTookAwayIsNoTrouble(t *testing.T) {
	t.Parallel()
	s, d := &script{}, newDoor()
	s.on = for2(func(c *talk) bool {
		c.each("2", func(uid int) { c.gone[uid] = true })
		return true
	})
	run(t, d.poller(t, s.serve(t), nil))
	d.subjects(t, 2)
	d.round(t)
	if len(d.mails) != 2 || d.aside != 0 {
		t.Errorf("%d mails, %d set aside", len(d.mails), d.aside)
	}
}

func TestConnectionsAreEncryptedAndChecked(t *testing.T) {
	t.Parallel()
	config, roots := testkit.Certificate(t)
	other, _ := testkit.Certificate(t)
	for name, test := range map[string]struct {
		how  string
		with *tls.Config
		says string
	}{
		"starttls":                        {TLSStart, config, ""},
		"tls":                             {TLSImplicit, config, ""},
		"starttls, nobody vouches for it": {TLSStart, other, "certificate is not valid here"},
		"tls, nobody vouches for it":      {TLSImplicit, other, "certificate is not valid here"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, d := &script{}, newDoor()
			run(t, d.poller(t, s.encrypted(t, test.how, test.with), func(c *Config) {
				c.Server.Roots = roots
			}))
			if test.says != "" {
				d.says(t, test.says)
				if s.hears("LOGIN") {
					t.Error("the password was sent")
				}
				return
			}
			d.subjects(t, 3)
		})
	}
}

// TestAServerWithoutPasswordsIsNamedSo: Exchange Online's was called a fault of TLS.
func TestAServerWithoutPasswordsIsNamedSo(t *testing.T) {
	t.Parallel()
	config, roots := testkit.Certificate(t)
	s, d := &script{caps: "LOGINDISABLED AUTH=XOAUTH2"}, newDoor()
	server := s.encrypted(t, TLSImplicit, config)
	run(t, d.poller(t, server, func(c *Config) { c.Server.Roots = roots }))
	d.says(t, "set oauth2 in place of the password")
	if s.hears("LOGIN") {
		t.Error("the password was sent")
	}
}

// TestNothingIsSentBeforeTLS: what stands behind the answer to STARTTLS in the clear is whoever's
// on the way.
func TestNothingIsSentBeforeTLS(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ greeting, answer string }{
		"an open session":       {"* PREAUTH welcome", "%s OK begin"},
		"words behind STARTTLS": {"* OK here", "%s OK begin\r\n* CAPABILITY IMAP4rev1"},
		"no STARTTLS":           {"* OK here", "%s BAD what?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, d := &script{}, newDoor()
			s.on = func(c *talk, command string) bool {
				switch command {
				case "greeting":
					c.say("%s", test.greeting)
				case "STARTTLS":
					c.say(test.answer, c.tag)
				}
				return true
			}
			server := s.serve(t)
			server.TLS = TLSStart
			run(t, d.poller(t, server, nil))
			d.says(t, "no TLS")
			if s.hears("LOGIN") {
				t.Error("the password was sent")
			}
		})
	}
}

// pass is a token that the script's server refuses at first.
type pass struct{ refused chan error }

func (pass) Client(_ context.Context, offers func(string) bool) (sasl.Client, error) {
	if !offers(oauth.XOAuth2) {
		return nil, errors.New("not offered")
	}
	return sasl.NewPlainClient("", "u", "token"), nil
}

func (p pass) Refused(refusal error) error {
	p.refused <- refusal
	return &oauth.Error{Code: "token refused", Mend: "allow IMAP for this mailbox", Err: refusal}
}

func TestTokensLogInAndTheirRefusalIsTold(t *testing.T) {
	t.Parallel()
	s, d := &script{caps: "AUTH=XOAUTH2 SASL-IR"}, newDoor()
	s.on = func(c *talk, command string) bool {
		if c.n > 1 || !strings.HasPrefix(command, "AUTHENTICATE PLAIN ") {
			return false
		}
		c.say("%s NO AUTHENTICATE failed.", c.tag)
		return true
	}
	tokens := pass{refused: make(chan error, 1)}
	run(t, d.poller(t, s.serve(t), func(c *Config) { c.Server.Tokens = tokens }))
	d.subjects(t, 3)
	d.says(t, "allow IMAP for this mailbox")
	if err := <-tokens.refused; !strings.Contains(err.Error(), "AUTHENTICATE failed") {
		t.Errorf("told of %v", err)
	}
	if s.hears("LOGIN") {
		t.Error("a password was sent")
	}
}
