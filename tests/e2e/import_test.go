package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helpgate/internal/testkit"
)

// importLife is how long an import lives before it is killed.
const importLife = 300 * time.Millisecond

// archived gives an mbox of so many mails, four a conversation.
func archived(n int) string {
	var b strings.Builder
	for i := range n {
		m := archivedMail(i)
		fmt.Fprintf(&b, "From %s %s\n%s\n", m.from, m.date.Format(time.ANSIC), m)
	}
	return b.String()
}

// archivedMail gives one of them.
func archivedMail(i int) mail {
	m := mail{
		from: fmt.Sprintf("person%d@customer.example", i/4), to: support,
		date:    time.Date(2020, 5, 2, 10, i, 0, 0, time.UTC),
		subject: fmt.Sprintf("Question %d", i/4), id: archivedID(i), text: fmt.Sprintf("Word %d", i),
	}
	if i%4 > 0 {
		m.inReplyTo, m.references = archivedID(i-1), []string{archivedID(i / 4 * 4)}
	}
	return m
}

func archivedID(i int) string { return fmt.Sprintf("old%d@customer", i) }

// TestKilledImportGoesOn: an import is killed again and again, beside a server that takes mail of
// its own. In the end each mail is there once, in its conversation, and nobody was written to.
func TestKilledImportGoesOn(t *testing.T) {
	t.Parallel()
	const n = 1200
	o := options{}
	g := start(t, o)
	path := filepath.Join(g.dir, "old.mbox")
	if err := os.WriteFile(path, []byte(archived(n)), 0o600); err != nil {
		t.Fatal(err)
	}
	kills := 0
	g.inLives(func() {
		kills++
		g.accept(alice, []string{support}, question(fmt.Sprintf("q%d@customer", kills)).String())
	}, "import", "mbox", path)
	checkArchived(t, messageIDs(t, g, o), n)
	conversations := 0
	for _, tk := range g.tickets() {
		if strings.HasPrefix(tk.Requester.Address, "person") {
			conversations++
			if tk.MessageCount != 4 {
				t.Errorf("ticket %d has %d messages", tk.Number, tk.MessageCount)
			}
		}
	}
	if conversations != n/4 {
		t.Errorf("%d conversations, want %d", conversations, n/4)
	}
	for _, r := range ask[[]row](g, "queue", "list") {
		if strings.HasPrefix(r.Recipient, "person") {
			t.Errorf("went out: %+v", r)
		}
	}
}

// inLives calls a verb again and again, kills it, each time after a longer life, and does something
// in between, until it comes to its end. It gives what the last one said.
func (g *gateway) inLives(between func(), args ...string) string {
	g.t.Helper()
	for life := importLife; ; life += importLife {
		cmd := exec.Command(testkit.Binary(g.t), append([]string{"-c", g.config}, args...)...)
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			g.t.Fatal(err)
		}
		timer := time.AfterFunc(life, func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		if err == nil {
			g.t.Logf("killed %d times", life/importLife-1)
			return said.String()
		}
		if cmd.ProcessState.Exited() {
			g.t.Fatalf("%v: %s", err, said.String())
		}
		between()
	}
}

// checkArchived asks that each of archived is there once.
func checkArchived(t *testing.T, times map[string]int, n int) {
	t.Helper()
	for i := range n {
		if id := archivedID(i); times[id] != 1 {
			t.Errorf("mail %s is there %d times", id, times[id])
		}
	}
}

// TestImportBesideAServer: what was imported answers to the server's mail at once.
func TestImportBesideAServer(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	root := filepath.Join(g.dir, "Maildir")
	first := question("q1@customer")
	for _, dir := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(root, "cur", "1588413600.M1.host:2,S")
	if err := os.WriteFile(path, []byte(first.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	type report struct{ Taken, Duplicates, Tickets, Refused int }
	want := report{Taken: 1, Tickets: 1}
	if r := ask[report](g, "import", "maildir", root); r != want {
		t.Errorf("%+v, want %+v", r, want)
	}
	again := question("q2@customer")
	again.references = []string{"q1@customer"}
	g.accept(alice, []string{support}, again.String())
	g.accept(alice, []string{support}, first.String())
	tk := g.ticket(1)
	if len(tk.Messages) != 2 || tk.Messages[1].Rule != "known-message-id" {
		t.Errorf("%d messages: %+v", len(tk.Messages), tk.Messages)
	}
	g.sent(ann, 1) // of the second alone
}

// TestRehearsalTellsWhatAnImportMakes, and leaves nothing behind, in the store or on the disk.
func TestRehearsalTellsWhatAnImportMakes(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	path := filepath.Join(g.dir, "old.mbox")
	if err := os.WriteFile(path, []byte(archived(40)), 0o600); err != nil {
		t.Fatal(err)
	}
	type report struct {
		Taken, Tickets, Acknowledgements int
		Queued                           map[string]int
	}
	temporary := t.TempDir()
	cmd := exec.Command(testkit.Binary(t), "-c", g.config, "rehearse", path, "--json")
	cmd.Env = append(os.Environ(), "TMPDIR="+temporary)
	out, err := cmd.Output()
	var v report
	if err := errors.Join(err, json.Unmarshal(out, &v)); err != nil {
		t.Fatal(err)
	}
	if v.Taken != 40 || v.Tickets != 10 || v.Acknowledgements != 10 || v.Queued["notification"] != 40 {
		t.Errorf("%+v", v)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if all := g.tickets(); len(all) != 0 {
		t.Errorf("%d tickets", len(all))
	}
	g.run("import", "mbox", path)
	if all := g.tickets(); len(all) != v.Tickets {
		t.Errorf("%d tickets, the rehearsal had %d", len(all), v.Tickets)
	}
}

// TestReplayReadsTheKeptSource of a running server's mail: what is unreadable is listed with the
// reason and stays a ticket, what was read reads the same.
func TestReplayReadsTheKeptSource(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	g.accept(alice, []string{support}, "From: "+alice+"\nTo: "+support+"\n"+manyParts(2000))
	g.accept(alice, []string{support}, question("q1@customer").String())
	type replayed struct {
		ID           string
		Ticket       int64
		Mended, Same bool
		Error        string
	}
	all := ask[[]replayed](g, "replay", "--failed")
	if len(all) != 1 || all[0].Ticket != 1 || all[0].Error == "" || all[0].Mended || !all[0].Same {
		t.Errorf("failed: %+v", all)
	}
	good := ask[replayed](g, "replay", g.ticket(2).Messages[0].ID)
	if good.Ticket != 2 || !good.Same || good.Mended || good.Error != "" {
		t.Errorf("good: %+v", good)
	}
	if n := len(g.tickets()); n != 2 {
		t.Errorf("%d tickets", n)
	}
}
