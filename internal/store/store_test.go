package store

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"helpgate/internal/clock"
	"helpgate/internal/store/storetest"
	"helpgate/internal/testkit"
)

// engines are the URLs of empty databases, one for each engine.
var engines = map[string]func(t testing.TB) string{
	"sqlite":   func(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "h?lp %.db") },
	"postgres": testkit.Postgres,
}

func TestStore(t *testing.T) {
	t.Parallel()
	for name, url := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, func(t *testing.T) storetest.Store {
				db := openTest(t, url(t))
				return storetest.Store{
					Store: db, Blobs: db.Blobs(), Rows: db.Rows(), Committed: db.Committed(),
				}
			})
		})
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
