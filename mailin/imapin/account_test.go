package imapin

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"helpgate/internal/testkit"
)

// newAccount gives one that is read in the test.
func newAccount(t *testing.T, s Server, change func(*Limits)) *Account {
	t.Helper()
	l := quick()
	if change != nil {
		change(&l)
	}
	a := NewAccount(s, l, t.TempDir(), slog.New(slog.DiscardHandler))
	t.Cleanup(a.Close)
	return a
}

// told reads a folder behind a place and gives each subject, "!" for a mail that cannot be read.
func told(t *testing.T, a *Account, behind Place) (subjects string, last Place, err error) {
	t.Helper()
	var all []string
	for l, err := range a.Letters(t.Context(), "INBOX", behind) {
		if err != nil {
			return strings.Join(all, " "), last, err
		}
		last = l.Place
		if l.Err != nil {
			all = append(all, "!")
			continue
		}
		text, err := io.ReadAll(l.Open())
		if l.Done(); err != nil {
			t.Fatal(err)
		}
		all = append(all, taken{text: string(text)}.subject())
	}
	return strings.Join(all, " "), last, nil
}

// TestAnAccountIsReadWhatEverHappens: what passes is waited for, what cannot be read is told, and
// each other mail comes once, in order.
func TestAnAccountIsReadWhatEverHappens(t *testing.T) {
	t.Parallel()
	body := func(command string) bool { return strings.Contains(command, "BODY.PEEK[]") }
	for name, test := range map[string]struct {
		on   func(c *talk, command string) bool
		want string
	}{
		"well": {nil, "one two three"},
		"the connection ends within a mail": {func(c *talk, command string) bool {
			if c.n > 1 || !body(command) {
				return false
			}
			c.mail(1, command)
			c.say("* 2 FETCH (UID 2 BODY[] {100}\r\nSubject: half")
			return c.Close() == nil
		}, "one two three"},
		"a mail always ends the connection": {func(c *talk, command string) bool {
			asked := slices.Contains(c.asked(command), 2)
			return body(command) && asked && c.Close() == nil
		}, "one ! three"},
		"a mail is not given out": {func(c *talk, command string) bool {
			if !body(command) || !slices.Contains(c.asked(command), 2) {
				return false
			}
			c.say("%s NO it is broken", c.tag)
			return true
		}, "one ! three"},
		"the server has enough for now": {func(c *talk, command string) bool {
			if c.n > 2 || !body(command) {
				return false
			}
			c.say("%s NO Request is throttled. Suggested Backoff Time: 1 milliseconds", c.tag)
			return true
		}, "one two three"},
		"the server is in use": {func(c *talk, command string) bool {
			if c.n > 2 || !strings.HasPrefix(command, "EXAMINE") {
				return false
			}
			c.say("%s NO [INUSE] later", c.tag)
			return true
		}, "one two three"},
		"a mail is too big": {func(c *talk, command string) bool {
			if !body(command) || !slices.Contains(c.asked(command), 2) {
				return false
			}
			c.say("* 2 FETCH (UID 2 BODY[] {%d}\r\nSubject: endless", 3<<20)
			return true
		}, "one ! three"},
		"a mail is gone meanwhile": {func(c *talk, command string) bool {
			if !body(command) {
				return false
			}
			c.each("2", func(uid int) { c.gone[uid] = true })
			for _, uid := range c.asked(command) {
				if uid != 2 {
					c.mail(uid, command)
				}
			}
			c.ok()
			return true
		}, "one three"},
		"the server says no UIDNEXT": {func(c *talk, command string) bool {
			switch {
			case strings.HasPrefix(command, "EXAMINE"):
				c.say("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x")
			case strings.HasSuffix(command, "UID *"):
				c.say("* SEARCH 3")
			default:
				return false
			}
			c.ok()
			return true
		}, "one two three"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{on: test.on}
			got, last, err := told(t, newAccount(t, s.serve(t), nil), Place{})
			if got != test.want || err != nil || last != (Place{7, 3}) {
				t.Errorf("%q up to %s, %v; want %q", got, last, err, test.want)
			}
			if s.hears("SELECT") || s.hears("STORE") {
				t.Errorf("the folder is changed: %q", s.commands())
			}
		})
	}
}

// asked gives the mails that a FETCH names.
func (c *talk) asked(command string) (uids []int) {
	word := strings.Fields(command)
	if word[0] == "UID" {
		word = word[1:]
	}
	if word[0] == "FETCH" {
		c.each(word[1], func(uid int) { uids = append(uids, uid) })
	}
	return uids
}

func TestAnAccountIsReadBehindAPlace(t *testing.T) {
	t.Parallel()
	for behind, want := range map[string]string{
		"": "one two three", "7-1": "two three", "7-3": "", "8-2": "one two three",
		"7-x": "one two three",
	} {
		s := &script{}
		a := newAccount(t, s.serve(t), func(l *Limits) { l.Listed = 1 })
		got, _, err := told(t, a, ParsePlace(behind))
		n, wrong := a.Count(t.Context(), "INBOX", ParsePlace(behind))
		if got != want || err != nil || wrong != nil || n != int64(len(strings.Fields(want))) {
			t.Errorf("behind %q: %q, %v, want %q; counted %d, %v", behind, got, err, want, n, wrong)
		}
	}
}

// TestAnAccountThatIsNotReadTellsWhy, and does not try for ever.
func TestAnAccountThatIsNotReadTellsWhy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		on   func(c *talk, command string) bool
		want string
	}{
		"numbered anew": {func(c *talk, command string) bool {
			switch {
			case c.n > 1 && strings.HasPrefix(command, "EXAMINE"):
				c.say("* 3 EXISTS\r\n* OK [UIDVALIDITY 8] x\r\n* OK [UIDNEXT 4] x")
				c.ok()
				return true
			case strings.Contains(command, "BODY"):
				return c.Close() == nil
			}
			return false
		}, "numbered the folder's mails anew"},
		"wrong password": {func(c *talk, command string) bool {
			if c.n > 1 {
				return c.Close() == nil
			}
			if strings.HasPrefix(command, "LOGIN") {
				c.say("%s NO [AUTHENTICATIONFAILED] no", c.tag)
				return true
			}
			return false
		}, "check username and password"},
		"dead": {func(c *talk, command string) bool {
			return strings.Contains(command, "EXAMINE") && c.Close() == nil
		}, `read folder "INBOX": open folder "INBOX": `},
		"no such folder": {func(c *talk, command string) bool {
			if strings.HasPrefix(command, "EXAMINE") {
				c.say("%s NO what?", c.tag)
				return true
			}
			if strings.HasPrefix(command, "LIST") {
				c.say(`* LIST () "/" "Kept"`)
			}
			return false
		}, `there are ["Kept"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{on: test.on}
			_, _, err := told(t, newAccount(t, s.serve(t), nil), Place{})
			if err == nil || !strings.Contains(err.Error(), test.want) ||
				strings.Contains(err.Error(), byItself) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

// TestNoMoreIsFetchedThanIsDoneWith, so that no more than some files of mails lie about.
func TestNoMoreIsFetchedThanIsDoneWith(t *testing.T) {
	t.Parallel()
	a := newAccount(t, (&script{}).serve(t), nil)
	var held []*shelf
	for range spools {
		s, err := a.shelf(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, s)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.shelf(over); !errors.Is(err, context.Canceled) {
		t.Errorf("one more spool than there may be: %v", err)
	}
	l := held[1].letter(Place{}, piece{})
	held[1].done()
	if _, err := a.shelf(over); err == nil {
		t.Error("a spool is free though a letter lies in it")
	}
	l.Done()
	if s, err := a.shelf(over); err != nil || s.spool != held[1].spool {
		t.Errorf("the spool is not free again: %v", err)
	}
}

func TestFoldersOfWhatCameIn(t *testing.T) {
	t.Parallel()
	folder := func(name string, attrs ...imap.MailboxAttr) *imap.ListData {
		return &imap.ListData{Mailbox: name, Delim: '/', Attrs: attrs}
	}
	var got []string
	for _, f := range chosen([]*imap.ListData{
		folder("Inbox"), folder("INBOX/Archives"), folder("INBOX/Archives/2019"), folder("Work"),
		folder("Kept", imap.MailboxAttrArchive), folder("Kept/Bin", imap.MailboxAttrTrash),
		folder("存档"), folder("Archive", imap.MailboxAttrNoSelect), folder("Archive/Old"),
		folder("Sent", imap.MailboxAttrSent), folder("All", imap.MailboxAttrAll),
		folder("Archived by me"),
		folder("Archiv", imap.MailboxAttrDrafts), folder("Gone", imap.MailboxAttrNonExistent),
	}) {
		if f.Past {
			got = append(got, f.Name)
		}
	}
	want := []string{"Archive/Old", "INBOX/Archives", "INBOX/Archives/2019", "Inbox", "Kept", "存档"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestAnAccountOnDovecotStaysAsItIs: neither seen nor taken from whoever looks for what is recent.
func TestAnAccountOnDovecotStaysAsItIs(t *testing.T) {
	t.Parallel()
	s := &shared{users: make(chan string, 1)}
	s.users <- support
	s.Dovecot = testkit.StartDovecot(t, support)
	hand := s.account(t)
	hand.must(hand.hand.Create("Archive", nil).Wait())
	hand.must(hand.hand.Create("Sent", &imap.CreateOptions{}).Wait())
	var want []string
	for range 30 {
		hand.put("INBOX", time.Now(), subjects...)
		want = append(want, subjects...)
	}
	a := newAccount(t, hand.server(), func(l *Limits) { l.BatchMails, l.Listed = 7, 20 })
	folders, err := a.Folders(t.Context())
	if !reflect.DeepEqual(folders, []Folder{{"Archive", true}, {"INBOX", true}, {"Sent", false}}) ||
		err != nil {
		t.Errorf("%+v, %v", folders, err)
	}
	got, last, err := told(t, a, Place{})
	if got != strings.Join(want, " ") || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, _, err := told(t, a, last); got != "" || err != nil {
		t.Errorf("behind the last: %q, %v", got, err)
	}
	if all, seen := hand.holds("INBOX", imap.FlagSeen); all != len(want) || seen != 0 {
		t.Errorf("%d mails, %d seen", all, seen)
	}
}
