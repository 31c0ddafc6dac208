package imapin

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"helpgate/internal/mailerr"
	"helpgate/internal/testkit"
)

// TestOnDovecot reads mailboxes of one Dovecot, each test its own.
func TestOnDovecot(t *testing.T) {
	t.Parallel()
	s := &shared{users: make(chan string, 100)}
	var users []string
	for i := range cap(s.users) {
		users = append(users, fmt.Sprintf("user%d@desk.example", i))
		s.users <- users[i]
	}
	s.Dovecot = testkit.StartDovecot(t, users...)
	for name, test := range map[string]func(*testing.T){
		"Mail is read and then moved flagged or left": s.mailIsReadAndThenMovedFlaggedOrLeft,
		"First contact begins where from says":        s.firstContactBeginsWhereFromSays,
		"A dead poller is followed by one that knows": s.aDeadPollerIsFollowedByOneThatKnows,
		"Trouble at the door stops the round":         s.troubleAtTheDoorStopsTheRound,
		"Mail that the door never takes is set aside": s.mailThatTheDoorNeverTakesIsSetAside,
		"A folder that is numbered anew is history":   s.aFolderThatIsNumberedAnewIsHistory,
		"Trouble is told with its mend":               s.troubleIsToldWithItsMend,
		"Folder in any script is read":                s.folderInAnyScriptIsRead,
		"Sent mail waits for what it answers":         s.sentMailWaitsForWhatItAnswers,
		"A lookout sees what is new":                  s.aLookoutSeesWhatIsNew,
	} {
		t.Run(name, test)
	}
}

// shared is a Dovecot with users that no test has yet.
type shared struct {
	*testkit.Dovecot
	users chan string
}

// account is a mailbox on it, with a hand in it.
type account struct {
	t    *testing.T
	user string
	*testkit.Dovecot
	hand *imapclient.Client
}

func (s *shared) account(t *testing.T) *account {
	t.Helper()
	a := &account{t: t, user: <-s.users, Dovecot: s.Dovecot}
	a.login()
	return a
}

func (a *account) login() {
	a.t.Helper()
	var err error
	if a.hand, err = imapclient.DialInsecure(a.IMAP, nil); err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = a.hand.Close() })
	a.must(a.hand.Login(a.user, testkit.MailPassword).Wait())
}

func (a *account) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *account) server() Server {
	return Server{Address: a.IMAP, TLS: TLSNone, Username: a.user, Password: testkit.MailPassword}
}

// put lays mails into a folder that came at the time.
func (a *account) put(folder string, at time.Time, subjects ...string) {
	a.t.Helper()
	for _, s := range subjects {
		raw := letter(s)
		cmd := a.hand.Append(folder, int64(len(raw)), &imap.AppendOptions{Time: at})
		_, err := cmd.Write([]byte(raw))
		a.must(err)
		a.must(cmd.Close())
		_, err = cmd.Wait()
		a.must(err)
	}
}

func letter(subject string) string {
	return fmt.Sprintf("From: alice@customer.example\r\nTo: %s\r\nSubject: %s\r\n"+
		"Message-ID: <%[2]s@customer.example>\r\n\r\nHello.\r\n", support, subject)
}

// holds gives how many mails the folder has, and how many of them with the flag.
func (a *account) holds(folder string, flag imap.Flag) (all, with int) {
	a.t.Helper()
	data, err := a.hand.Select(folder, nil).Wait()
	a.must(err)
	found, err := a.hand.Search(&imap.SearchCriteria{Flag: []imap.Flag{flag}}, nil).Wait()
	a.must(err)
	return int(data.NumMessages), len(found.AllSeqNums())
}

func (s *shared) mailIsReadAndThenMovedFlaggedOrLeft(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after                 After
		inbox, seen, archived int
	}{
		"move":  {After{Move: "Saved Mail.已处理 & Ü"}, 0, 0, 3},
		"flag":  {After{Flag: true}, 3, 3, 0},
		"leave": {After{}, 3, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, d := s.account(t), newDoor()
			a.put("INBOX", time.Time{}, "one", "two")
			run(t, d.poller(t, a.server(), func(c *Config) { c.After = test.after }))
			d.subjects(t, 2)
			a.put("INBOX", time.Time{}, "three")
			if got := d.subjects(t, 3); got != "one two three" {
				t.Errorf("read %q", got)
			}
			d.round(t)
			if all, seen := a.holds("INBOX", imap.FlagSeen); all != test.inbox || seen != test.seen {
				t.Errorf("the inbox has %d mails, %d seen", all, seen)
			}
			if test.after.Move != "" {
				if all, _ := a.holds(test.after.Move, imap.FlagSeen); all != test.archived {
					t.Errorf("the other folder has %d mails", all)
				}
			}
			for _, m := range d.mails {
				if m.Road != "imap" || m.To[0] != support || m.Mark.Key != "imap:"+support+":INBOX" {
					t.Errorf("envelope: %+v", m.Envelope)
				}
			}
			if !strings.HasPrefix(d.mails[0].text, "From: alice") ||
				!strings.HasSuffix(d.mails[0].text, "Hello.\r\n") {
				t.Errorf("read %q", d.mails[0].text)
			}
		})
	}
}

func (s *shared) firstContactBeginsWhereFromSays(t *testing.T) {
	t.Parallel()
	for from, test := range map[string]struct {
		want         string
		late, silent bool
	}{
		"now":    {"new", false, false},
		"unseen": {"recent new", true, false},
		"14d":    {"seen recent new", true, false},
		"all":    {"old seen recent new", false, true},
	} {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			a, d := s.account(t), newDoor()
			now := time.Now()
			a.put("INBOX", now.AddDate(0, 0, -30), "old")
			a.put("INBOX", now.AddDate(0, 0, -2), "seen", "recent")
			_, err := a.hand.Select("INBOX", nil).Wait()
			a.must(err)
			a.must(a.hand.Store(imap.SeqSetNum(1, 2), &imap.StoreFlags{
				Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagSeen},
			}, nil).Close())
			run(t, d.poller(t, a.server(), func(c *Config) {
				if c.From = from; from == "14d" {
					c.Since = 14 * 24 * time.Hour
				}
			}))
			d.round(t)
			a.put("INBOX", time.Time{}, "new")
			n := len(strings.Fields(test.want))
			if got := d.subjects(t, n); got != test.want {
				t.Errorf("read %q, want %q", got, test.want)
			}
			for _, m := range d.mails[:n-1] {
				if m.Late != test.late || m.Silent != test.silent || m.ReceivedAt.After(now.AddDate(0, 0, -1)) {
					t.Errorf("%s: late %v, silent %v, came %s", m.subject(), m.Late, m.Silent, m.ReceivedAt)
				}
			}
			if m := d.mails[n-1]; m.Late || m.Silent {
				t.Errorf("what is new: late %v, silent %v", m.Late, m.Silent)
			}
		})
	}
}

// aDeadPollerIsFollowedByOneThatKnows stops in the middle, where a mail is stored and not
// moved.
func (s *shared) aDeadPollerIsFollowedByOneThatKnows(t *testing.T) {
	t.Parallel()
	a, d := s.account(t), newDoor()
	a.put("INBOX", time.Time{}, "one", "two", "three")
	stopped := make(chan struct{})
	d.refuse = func(n int, _ string) error {
		if n < 3 {
			return nil
		}
		<-stopped
		return &mailerr.Error{Temporary: true}
	}
	move := func(c *Config) { c.After.Move = "Processed" }
	p := d.poller(t, a.server(), move)
	stop := run(t, p)
	d.subjects(t, 2)
	go stop()
	close(stopped)
	stop()
	if all, _ := a.holds("INBOX", imap.FlagSeen); all != 3 {
		t.Fatalf("the inbox has %d mails before the restart", all)
	}
	d.mu.Lock()
	d.refuse = nil
	d.mu.Unlock()
	run(t, d.poller(t, a.server(), move))
	if got := d.subjects(t, 3); got != "one two three" {
		t.Errorf("read %q", got)
	}
	d.round(t)
	inbox, _ := a.holds("INBOX", imap.FlagSeen)
	processed, _ := a.holds("Processed", imap.FlagSeen)
	if inbox != 0 || processed != 3 {
		t.Errorf("%d mails in the inbox, %d in the other folder", inbox, processed)
	}
}

// troubleAtTheDoorStopsTheRound: nothing is passed over while the database is away.
func (s *shared) troubleAtTheDoorStopsTheRound(t *testing.T) {
	t.Parallel()
	a, d := s.account(t), newDoor()
	a.put("INBOX", time.Time{}, "one", "two", "three")
	left := 5
	d.refuse = func(n int, _ string) error {
		if n == 2 && left > 0 {
			left--
			return &mailerr.Error{Temporary: true, Code: 451, Public: "try again later"}
		}
		return nil
	}
	run(t, d.poller(t, a.server(), nil))
	if got := d.subjects(t, 3); got != "one two three" || left != 0 {
		t.Errorf("read %q", got)
	}
	d.says(t, "could not store the mail")
	if d.aside != 0 {
		t.Errorf("%d mails set aside", d.aside)
	}
}

func (s *shared) mailThatTheDoorNeverTakesIsSetAside(t *testing.T) {
	t.Parallel()
	a, d := s.account(t), newDoor()
	a.put("INBOX", time.Time{}, "one", "two", "three", "four")
	d.refuse = func(_ int, text string) error {
		switch {
		case strings.Contains(text, "stand-in"):
			return nil
		case strings.Contains(text, "Subject: two"):
			return &mailerr.Error{Code: 552, Enhanced: "5.3.4", Public: "mail is too big"}
		case strings.Contains(text, "Subject: three"):
			panic("a fault of ours")
		}
		return nil
	}
	run(t, d.poller(t, a.server(), func(c *Config) { c.After.Move = "Processed" }))
	if got := d.subjects(t, 4); !slices.Equal(
		slices.Sorted(slices.Values(strings.Fields(got))), []string{"four", "one", "three", "two"}) {
		t.Errorf("read %q", got)
	}
	d.round(t)
	for _, m := range d.mails {
		switch m.subject() {
		case "two":
			if !strings.Contains(m.text, "stand-in en too-big "+support+" INBOX 2") || !m.Silent ||
				!strings.Contains(m.text, "From: alice@customer.example\r\n") ||
				!strings.Contains(m.text, "\r\nAuto-Submitted: auto-generated\r\n") {
				t.Errorf("two: %+v", m)
			}
		case "three":
			if !strings.Contains(m.text, "stand-in en unreadable") {
				t.Errorf("three: %+v", m)
			}
		}
	}
	if got := strings.Join(d.alerts, "; "); strings.Count(got, support+" set-aside INBOX, UID ") != 2 {
		t.Errorf("of what is history the lead is told %q", d.alerts)
	}
	if all, _ := a.holds("INBOX", imap.FlagSeen); all != 2 || d.aside != 2 || d.panics != 3 {
		t.Errorf("%d mails left, %d set aside, %d panics", all, d.aside, d.panics)
	}
	// Whoever takes them away ends the count, with the next connection.
	a.must(a.hand.Store(imap.SeqSetNum(1, 2), &imap.StoreFlags{
		Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted},
	}, nil).Close())
	a.must(a.hand.Expunge().Close())
	run(t, d.poller(t, a.server(), nil))
	d.wait(t, "none set aside", func() bool { return d.aside == 0 })
}

// aFolderThatIsNumberedAnewIsHistory removes what Dovecot knows of the inbox.
func (s *shared) aFolderThatIsNumberedAnewIsHistory(t *testing.T) {
	t.Parallel()
	a, d := s.account(t), newDoor()
	stop := run(t, d.poller(t, a.server(), nil))
	d.round(t)
	a.put("INBOX", time.Time{}, "one", "two")
	d.subjects(t, 2)
	stop()
	a.must(a.hand.Logout().Wait())
	for _, name := range []string{
		"dovecot-uidlist", "dovecot-uidvalidity*", "dovecot.index*", "dovecot.list.index*",
	} {
		files, _ := filepath.Glob(filepath.Join(a.Maildir(a.user), name))
		for _, f := range files {
			a.must(os.Remove(f))
		}
	}
	// The new number is the time in seconds, and that must have gone on.
	uidvalidity := fmt.Sprintf("3 V%d N1 G0123456789abcdef0123456789abcdef\n", time.Now().Unix()+100)
	list := filepath.Join(a.Maildir(a.user), "dovecot-uidlist")
	a.must(os.WriteFile(list, []byte(uidvalidity), 0o666))
	a.must(os.Chmod(list, 0o666))
	a.login()
	run(t, d.poller(t, a.server(), nil))
	if got := d.subjects(t, 4); got != "one two one two" {
		t.Errorf("read %q", got)
	}
	d.says(t, "numbered the folder's mails anew")
	if len(d.alerts) != 1 || d.alerts[0] != support+" numbered-anew INBOX" {
		t.Errorf("the lead is told %q", d.alerts)
	}
	for i, m := range d.mails {
		if m.Silent != (i >= 2) {
			t.Errorf("mail %d: silent %v", i, m.Silent)
		}
	}
	a.put("INBOX", time.Time{}, "three")
	if d.subjects(t, 5); d.mails[4].Silent {
		t.Error("what is new is history")
	}
}

func (s *shared) troubleIsToldWithItsMend(t *testing.T) {
	t.Parallel()
	a := s.account(t)
	a.must(a.hand.Create("Support.中文", nil).Wait())
	for name, test := range map[string]struct {
		change func(*Config)
		says   []string
	}{
		"folder missing": {
			func(c *Config) { c.Folder = "Suport" },
			[]string{"no such folder", "Support.中文", "check folder"},
		},
		"wrong password": {
			func(c *Config) { c.Server.Password = "wrong" },
			[]string{"log-in refused", "check username and password"},
		},
		"no STARTTLS": {func(c *Config) { c.Server.TLS = TLSStart }, []string{"no TLS", "port 143"}},
		"no TLS":      {func(c *Config) { c.Server.TLS = TLSImplicit }, []string{"no TLS", "port 993"}},
		"nobody listens": {
			func(c *Config) { c.Server.Address = "127.0.0.1:1" }, []string{"nothing answers"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoor()
			run(t, d.poller(t, a.server(), test.change))
			for _, words := range test.says {
				d.says(t, words)
			}
		})
	}
}

func (s *shared) folderInAnyScriptIsRead(t *testing.T) {
	t.Parallel()
	a, d := s.account(t), newDoor()
	const folder = "Saved Mail.Ü & 客户支持"
	a.must(a.hand.Create(folder, nil).Wait())
	a.put(folder, time.Time{}, "one")
	run(t, d.poller(t, a.server(), func(c *Config) { c.Folder = folder }))
	d.subjects(t, 1)
}
