package store

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"

	"helpgate/internal/clock"
	"helpgate/internal/store/storetest"
	"helpgate/internal/testkit"
)

// engines are the URLs of empty databases, one for each engine.
var engines = map[string]func(t testing.TB) string{
	"sqlite": func(t testing.TB) string {
		return "sqlite:" + filepath.Join(t.TempDir(), "h?lp %.db")
	},
	"postgres": testkit.Postgres,
}

func TestStore(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		storetest.Run(t, func(t *testing.T) storetest.Store {
			db := openTest(t, engines["sqlite"](t))
			t.Cleanup(func() { checkPlans(t, db) })
			return underTest(db)
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		pool := make(chan *DB, 2) // making the tables takes longer than all tests of the suite
		for range cap(pool) {
			pool <- openTest(t, testkit.Postgres(t))
		}
		storetest.Run(t, func(t *testing.T) storetest.Store {
			db := <-pool
			t.Cleanup(func() { pool <- db })
			emptyPostgres(t, db)
			return underTest(db)
		})
	})
}

func underTest(db *DB) storetest.Store {
	return storetest.Store{
		Store: db, Blobs: db.Blobs(), Rows: db.Rows(), Committed: db.Committed(),
	}
}

// emptyPostgres takes out what an earlier test has left.
func emptyPostgres(t *testing.T, db *DB) {
	t.Helper()
	ctx := t.Context()
	select {
	case <-db.Committed():
	default:
	}
	err := db.update(ctx, 0, func(tx *tx) error {
		tables, err := list(ctx, tx, "list tables", scanString, `SELECT tablename FROM pg_tables
			WHERE schemaname = current_schema() AND tablename <> 'goose_db_version'`)
		if err != nil {
			return err
		}
		// Without heed to references, and so in any order.
		err = tx.do(ctx, "relax", `SET LOCAL session_replication_role = replica`)
		for _, table := range tables {
			err = errors.Join(err, tx.do(ctx, "empty "+table, `DELETE FROM `+table))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// openTest opens a store that ends with the test.
func openTest(t testing.TB, url string) *DB {
	t.Helper()
	db, err := Open(context.Background(), testOptions(t, url))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func testOptions(t testing.TB, url string) Options {
	return Options{
		URL: url, Blobs: "file:" + filepath.Join(t.TempDir(), "blobs"),
		Clock: clock.NewFake(storetest.Now), Logger: slog.New(slog.DiscardHandler),
	}
}
