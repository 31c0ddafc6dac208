package store

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helpgate/internal/clock"
	"helpgate/internal/testkit"
)

func TestADatabaseIsExaminedBesideItsStore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "helpgate.db")
	for engine, url := range map[string]string{
		"SQLite 3.": "sqlite:" + path, "PostgreSQL ": testkit.Postgres(t),
	} {
		db, err := Open(t.Context(), Options{
			URL: url, Blobs: "file:" + t.TempDir(), Clock: clock.System{},
			Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		c, err := Examine(t.Context(), url)
		if err != nil || !strings.HasPrefix(c.Engine, engine) || c.Size < 100_000 || c.Faults != nil {
			t.Errorf("%+v, %v", c, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestABrokenDatabaseIsToldSo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "helpgate.db")
	url := "sqlite:" + path
	db, err := Open(t.Context(), Options{
		URL: url, Blobs: "file:" + t.TempDir(), Clock: clock.System{},
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 3 * 4096; i < len(data); i++ { // page 1 holds the schema
		data[i] = 0xff
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := Examine(t.Context(), url); err == nil && len(c.Faults) == 0 {
		t.Errorf("nothing was found: %+v", c)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Examine(ended, url); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
