package store

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/store/storetest"
	"helpgate/tickets"
)

// onEngines runs the test with the URL of an empty database of each engine.
func onEngines(t *testing.T, test func(t *testing.T, url string)) {
	t.Parallel()
	for name, url := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, url(t))
		})
	}
}

func TestOpenMakesTheDatabaseOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		for _, want := range []bool{false, true, true} {
			if there, err := Exists(t.Context(), url); there != want || err != nil {
				t.Errorf("Exists gives %v, %v; want %v", there, err, want)
			}
			db, err := Open(t.Context(), testOptions(t, url))
			if err != nil {
				t.Fatal(err)
			}
			if db.Created == want {
				t.Errorf("Created is %v", db.Created)
			}
			if err := errors.Join(db.Ping(t.Context()), db.Close()); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestOpenAtOnce: of several processes that come first at once, one makes the tables.
func TestOpenAtOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		var group sync.WaitGroup
		var mu sync.Mutex
		created := 0
		for i := range 5 {
			group.Go(func() {
				db, err := Open(context.Background(), testOptions(t, url))
				if err != nil {
					t.Error(err)
					return
				}
				err = db.Update(t.Context(), func(tx tickets.Tx) error {
					return tx.SetMark(t.Context(), strconv.Itoa(i), "done")
				})
				if err := errors.Join(err, db.Close()); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if db.Created {
					created++
				}
			})
		}
		group.Wait()
		if created != 1 {
			t.Errorf("created %d times", created)
		}
		if found := marks(t, openTest(t, url), "0", "1", "2", "3", "4"); len(found) != 5 {
			t.Errorf("only %v are there", found)
		}
	})
}

func TestOpenRefusesNewerSchema(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		err := openTest(t, url).update(t.Context(), 0, func(tx *tx) error {
			return tx.do(t.Context(), "pretend",
				`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, '1')`)
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), testOptions(t, url)); !errors.Is(err, ErrNewerSchema) {
			t.Errorf("got %v, want ErrNewerSchema", err)
		}
	})
}

// TestOpenBringsAnOlderDatabaseUpToDate: what stood in it stays.
func TestOpenBringsAnOlderDatabaseUpToDate(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		old := openTest(t, url)
		ann := tickets.Agent{Name: "Ann", Addresses: []string{"ann@example.org"}, Active: true}
		err := old.update(t.Context(), 0, func(tx *tx) error {
			return errors.Join(tx.SaveAgent(t.Context(), &ann), toFirstSchema(t, tx))
		})
		if err != nil {
			t.Fatal(err)
		}
		db := openTest(t, url)
		err = db.update(t.Context(), 0, func(tx *tx) error {
			return tx.SetPasswordHash(t.Context(), ann.ID, "$hash$")
		})
		if err != nil || db.Created {
			t.Errorf("Created is %v, error %v", db.Created, err)
		}
	})
}

// TestOpenFindsTheBlobsOfTheFirstSchema: each had a file named by its hash.
func TestOpenFindsTheBlobsOfTheFirstSchema(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		o, sum := testOptions(t, url), strings.Repeat("ab", 32)
		folder := filepath.Join(strings.TrimPrefix(o.Blobs, "file:"), "ab")
		err := errors.Join(os.MkdirAll(folder, 0o700),
			os.WriteFile(filepath.Join(folder, sum), []byte("large"), 0o600),
			openTest(t, url).update(t.Context(), 0, func(tx *tx) error {
				return errors.Join(toFirstSchema(t, tx), tx.do(t.Context(), "put blob",
					`INSERT INTO blob (sha256, size, data) VALUES ($1, 5, NULL)`, sum))
			}))
		if err != nil {
			t.Fatal(err)
		}
		db, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		r, err := db.Blobs().Open(t.Context(), sum)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if got, err := io.ReadAll(r); string(got) != "large" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// toFirstSchema takes back what the migrations after the first have made.
func toFirstSchema(t *testing.T, tx *tx) (err error) {
	for _, query := range []string{
		`ALTER TABLE agent DROP COLUMN password`,
		`CREATE INDEX mail_key_by_message ON mail_key (message)`,
		`DROP INDEX blob_by_file`,
		`ALTER TABLE blob DROP COLUMN file`,
		`ALTER TABLE blob DROP COLUMN file_offset`,
		`DROP INDEX outbox_by_rank`,
		`DROP INDEX outbox_failed`,
		`CREATE INDEX outbox_by_status ON outbox (status, id)`,
		`CREATE INDEX budget_by_expires_at ON budget (expires_at)`,
		`ALTER TABLE message DROP COLUMN reply_end`,
		`DROP INDEX customer_suppressed`,
		`ALTER TABLE customer DROP COLUMN suppressed_until`,
		`DELETE FROM goose_db_version WHERE version_id > 1`,
	} {
		err = errors.Join(err, tx.do(t.Context(), "go back", query))
	}
	return err
}

// TestTwoProcesses: the CLI writes beside the server, and each sees the other's rows at once.
func TestTwoProcesses(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		server, cli := openTest(t, url), openTest(t, url)
		const each = 30
		var group sync.WaitGroup
		for _, db := range []*DB{server, cli} {
			for range each {
				group.Go(func() {
					err := db.Update(t.Context(), func(tx tickets.Tx) error {
						return tx.CreateTicket(t.Context(), &tickets.Ticket{})
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
		}
		group.Wait()
		for _, db := range []*DB{server, cli} {
			var all []tickets.Ticket
			err := db.View(t.Context(), func(tx tickets.Tx) (err error) {
				all, err = tx.Tickets(t.Context(), tickets.TicketFilter{})
				return err
			})
			if len(all) != 2*each || err != nil {
				t.Errorf("%d tickets, %v", len(all), err)
			}
		}
	})
}

func TestDatabaseIsItsOwnersOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "help.db")
	db := openTest(t, "sqlite:"+path)
	if err := db.update(t.Context(), 0, setMark("m")); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file, info.Mode(), err)
		}
	}
}

func TestOpenRefusesOtherURLs(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "help.db", "sqlite:help.db", "sqlite:", "mysql://me:secret@host/db",
	} {
		_, err := Open(t.Context(), testOptions(t, url))
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestOldCountsAndKeysGo(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		now := clock.NewFake(storetest.Now)
		options := testOptions(t, url)
		options.Clock = now
		db, err := Open(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		ctx := t.Context()
		var counts, keys int64
		spend := func(tx *tx) error { return tx.Spend(ctx, "k", now.Now(), time.Hour) }
		look := func(tx *tx) (err error) {
			counts, err = one(ctx, tx, "count", scanInt, `SELECT COUNT(*) FROM budget`)
			if err != nil {
				return err
			}
			keys, err = one(ctx, tx, "count", scanInt, `SELECT COUNT(*) FROM mail_key`)
			return err
		}
		err = db.update(ctx, 0, func(tx *tx) error {
			for _, life := range []time.Duration{time.Hour, 100 * time.Hour} {
				k := tickets.Key{Hash: "h", ExpiresAt: now.Now().Add(life)}
				if err := tx.AddKey(ctx, k); err != nil {
					return err
				}
			}
			return errors.Join(tx.AddKey(ctx, tickets.Key{Hash: "for ever"}), spend(tx))
		})
		if err = errors.Join(err, db.update(ctx, 0, look)); err != nil || counts != 1 || keys != 3 {
			t.Fatalf("%d counts, %d keys, %v", counts, keys, err)
		}
		now.Advance(2 * time.Hour)
		err = errors.Join(db.update(ctx, 0, spend), db.update(ctx, 0, look))
		if err != nil || counts != 1 || keys != 2 {
			t.Errorf("%d counts, %d keys, %v", counts, keys, err)
		}
	})
}
