package e2e

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"helpgate/internal/testkit"
)

// leak is how many bytes a connection to the provider brings before it is lost.
const leak = 300 << 10

// TestKilledImportOfAnAccountGoesOn: an account is taken in over a line that does not last, and the
// import is killed again and again. In the end each mail is there once, in its conversation, and
// nobody was written to.
func TestKilledImportOfAnAccountGoesOn(t *testing.T) {
	t.Parallel()
	const n = 1200
	const user = "old@provider.example"
	o := options{}
	g := start(t, o)
	dovecot := testkit.StartDovecot(t, user)
	archiveMails(t, dovecot, user, "INBOX", n/2, 0)
	archiveMails(t, dovecot, user, "Archive", n/2, n/2)
	archiveMails(t, dovecot, user, "Spam", 4, n)
	secret := filepath.Join(g.dir, "password")
	if err := os.WriteFile(secret, []byte(testkit.MailPassword+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	url := "imap+insecure://" + user + "@" + leaking(t, dovecot.IMAP)
	said := g.inLives(func() {}, "import", "imap", url, "--password-file", secret)
	if !strings.HasPrefix(said, "reads Archive, INBOX\nleaves out Spam\n") {
		t.Errorf("said %q", said)
	}
	times := messageIDs(t, g, o)
	checkArchived(t, times, n)
	if all := g.tickets(); len(all) != n/4 || len(times) != n {
		t.Errorf("%d mails on %d tickets", len(times), len(all))
	}
	if rows := ask[[]row](g, "queue", "list"); len(rows) != 0 {
		t.Errorf("went out: %+v", rows)
	}
	type report struct{ Taken, Duplicates, Tickets, Refused int }
	again := []string{"import", "imap", url, "--password-file", secret}
	if r := ask[report](g, again...); r != (report{}) {
		t.Errorf("read again: %+v", r)
	}
	again[2] += "/Spam"
	if r := ask[report](g, again...); r.Taken != 4 || r.Tickets != 1 {
		t.Errorf("a folder that is named: %+v", r)
	}
}

// archiveMails lays those of archived from the first on into a folder.
func archiveMails(t *testing.T, d *testkit.Dovecot, user, folder string, n, first int) {
	t.Helper()
	c := loggedIn(t, d, user)
	defer c.Close()
	_ = c.Create(folder, nil).Wait() // an inbox is there
	for i := first; i < first+n; i++ {
		put(t, c, folder, archivedMail(i).String())
	}
}

// leaking gives an address that leads to another one by connections that do not last.
func leaking(t *testing.T, to string) string {
	return testkit.Listen(t, func(conn net.Conn) {
		defer conn.Close()
		server, err := net.Dial("tcp", to)
		if err != nil {
			return
		}
		var both sync.WaitGroup
		both.Go(func() { _, _ = io.Copy(server, conn); _ = server.Close() })
		both.Go(func() { _, _ = io.CopyN(conn, server, leak); _ = conn.Close() })
		both.Wait()
	})
}

// TestImportOfAMailboxOfOurs is of the folders at its provider, by its imap section.
func TestImportOfAMailboxOfOurs(t *testing.T) {
	t.Parallel()
	dovecot := testkit.StartDovecot(t, support)
	archiveMails(t, dovecot, support, "Archive", 8, 0)
	g := start(t, options{more: imap(dovecot)})
	type report struct{ Taken, Duplicates, Tickets, Refused int }
	if r := ask[report](g, "import", "imap", support); r.Taken != 8 || r.Tickets != 2 {
		t.Errorf("%+v", r)
	}
	if rows := ask[[]row](g, "queue", "list"); len(rows) != 0 {
		t.Errorf("went out: %+v", rows)
	}
	if left := count(t, dovecot, "Archive"); left != 8 {
		t.Errorf("%d mails are left in the account", left)
	}
}
