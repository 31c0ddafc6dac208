package e2e

import (
	"fmt"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"

	"helpgate/internal/testkit"
)

// The mailboxes of a basic run, beside support, and folders that a person named.
const (
	flagged = "flagged@desk.example"
	left    = "left@desk.example"
	locked  = "locked@desk.example" // its password is wrong
	inTray  = "客户来信 & Ü"
	archive = "已处理, après"
)

// heard is within what time a new mail is taken if the server told of it: without IDLE a mailbox is
// looked at every 15 s.
const heard = 10 * time.Second

// TestABasicRunOnEachServer is what holds with any server: mails come in once, as soon as the server
// tells of them, out of a folder in any script too, over a kill, and then lie where they should.
func TestABasicRunOnEachServer(t *testing.T) {
	t.Parallel()
	users := []string{support, flagged, left, locked}
	for name, started := range map[string]func(t *testing.T) mailServer{
		"dovecot": func(t *testing.T) mailServer { return testkit.StartDovecot(t, users...) },
		"cyrus":   func(t *testing.T) mailServer { return testkit.StartCyrus(t, users...) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			basicRun(t, started(t))
		})
	}
}

func basicRun(t *testing.T, s mailServer) {
	if err := loggedIn(t, s, support).Create(inTray, nil).Wait(); err != nil {
		t.Fatal(err)
	}
	more := func(user, password, after string) string {
		return fmt.Sprintf("[[mailbox]]\naddress = %q\n", user) +
			imapOf(s, user, password, fmt.Sprintf(", after = %q", after))
	}
	g := start(t, options{
		more: imapOf(s, support, testkit.MailPassword,
			fmt.Sprintf(", folder = [\"INBOX\", %q], after = %q", inTray, "move:"+archive)),
		config: noBudgets + more(flagged, testkit.MailPassword, "flag") +
			more(left, testkit.MailPassword, "leave") + more(locked, "guessed", "leave"),
	})
	g.logsTimes("first contact with the folder", 4)
	g.logs("check username and password")
	got := &accepted{ids: map[string]bool{}}
	begun := time.Now()
	g.fill(s, got, "alive")
	g.logsTimes("mail taken", len(got.ids))
	if d := time.Since(begun); d > heard {
		t.Errorf("new mails were taken after %s:\n%s", d, g.logged())
	}
	g.kill()
	g.fill(s, got, "dead")
	g.serve()
	g.fill(s, got, "again")
	for _, f := range []folder{
		{support, "INBOX", 0, 0},
		{support, inTray, 0, 0},
		{support, archive, 6, 0},
		{flagged, "INBOX", 3, 3},
		{left, "INBOX", 3, 0},
	} {
		f.wait(t, s, g)
	}
	g.logsTimes("mail taken", len(got.ids))
	checkKept(t, messageIDs(t, g, options{}), got)
}

// fill brings one mail into each folder that is read.
func (g *gateway) fill(s mailServer, got *accepted, when string) {
	g.t.Helper()
	for _, user := range []string{support, flagged, left} {
		q := question(fmt.Sprintf("%s.%s", when, user))
		q.to = user
		g.provideTo(user, s, alice, q.String())
		got.add(q.id)
	}
	q := question(when + ".in.tray")
	c := loggedIn(g.t, s, support)
	defer c.Close()
	put(g.t, c, inTray, q.String())
	got.add(q.id)
}

// folder is what a user's folder is to hold.
type folder struct {
	user, name  string
	mails, seen int
}

// wait returns when the folder holds it.
func (f folder) wait(t *testing.T, s mailServer, g *gateway) {
	t.Helper()
	c := loggedIn(t, s, f.user)
	defer c.Close()
	g.eventually(fmt.Sprintf("folder like %+v", f), func() bool {
		data, err := c.Select(f.name, nil).Wait()
		if err != nil {
			return false // not made yet
		}
		seen, err := c.Search(&goimap.SearchCriteria{Flag: []goimap.Flag{goimap.FlagSeen}}, nil).Wait()
		if err != nil {
			t.Fatal(err)
		}
		return int(data.NumMessages) == f.mails && len(seen.AllSeqNums()) == f.seen
	})
}
