package e2e

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"

	"helpgate/internal/testkit"
)

func TestLockedDatabase(t *testing.T) {
	t.Parallel()
	fault{
		strike: func(t *testing.T, g *gateway) func() {
			return lock(t, filepath.Join(g.data, "helpgate.db"))
		},
		reply: "451 4.3.", says: "end the program that keeps it locked", broken: "write to database",
	}.ride(t)
}

// lock holds a database as a program does that works long in it, or forgot it.
func lock(t *testing.T, path string) (unlock func()) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_txlock=exclusive&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLostDatabaseIsNamedAtTheStart: helpgate makes a new one, for it cannot know; the operator
// can.
func TestLostDatabaseIsNamedAtTheStart(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	g.kill()
	for _, end := range []string{"", "-wal", "-shm"} {
		remove(t, filepath.Join(g.data, "helpgate.db"+end))
	}
	const words = "was it lost?"
	if strings.Contains(g.logged(), words) {
		t.Errorf("a first start says %q", words)
	}
	g.serve()
	g.logs(words)
}

// TestStartNamesTheMend: a database that is in trouble then ends the process with the same words.
func TestStartNamesTheMend(t *testing.T) {
	t.Parallel()
	g := start(t, options{})
	g.kill()
	defer lock(t, filepath.Join(g.data, "helpgate.db"))()
	if code, text := g.serveInVain(); code != 1 || !strings.Contains(text, "keeps it locked") {
		t.Errorf("exit code %d: %s", code, text)
	}
}

func TestPostgresStopped(t *testing.T) {
	t.Parallel()
	server := testkit.StartPostgres(t)
	fault{
		o: options{database: server.URL},
		strike: func(t *testing.T, _ *gateway) func() {
			server.Stop()
			return func() { server.Start(t) }
		},
		reply: "451 4.3.", says: "see to it that PostgreSQL runs", broken: "PostgreSQL",
	}.ride(t)
}

// TestPostgresRestartedUnderSenders: who is cut off comes again; nothing is lost or doubled.
func TestPostgresRestartedUnderSenders(t *testing.T) {
	t.Parallel()
	const restarts = 2
	server := testkit.StartPostgres(t)
	o := options{database: server.URL, config: noBudgets}
	g, got := start(t, o), &accepted{ids: map[string]bool{}}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var senders sync.WaitGroup
	for i := range crashSenders {
		senders.Go(func() { sendAll(ctx, g, got, i) })
	}
	for range restarts {
		g.sends("")
		server.Stop()
		server.Start(t)
	}
	g.sends("Do it, ")
	stop()
	senders.Wait()
	g.hurried()
	checkKept(t, messageIDs(t, g, o), got)
	checkAnswers(t, g, got, restarts)
}

// hurried waits until nothing waits in the outbox. What met trouble of ours between lease and
// delivery would wait a minute, as after a relay's 4xx, and is tried at once.
func (g *gateway) hurried() {
	g.t.Helper()
	for deadline := time.Now().Add(2 * patience); time.Now().Before(deadline); {
		busy := false
		for _, r := range ask[[]row](g, "queue", "list") {
			busy = busy || r.Status != "sent"
			if r.Status == "waiting" && r.Attempts > 0 {
				_, _ = g.try("", "queue", "retry", r.ID) // one that goes this instant needs no help
			}
		}
		if !busy {
			return
		}
	}
	g.t.Fatalf("the outbox does not come to rest:\n%s", g.logged())
}
