package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/store/storetest"
	"helpgate/tickets"
)

// openFile gives a store on an SQLite file whose path is known.
func openFile(t *testing.T) (db *DB, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "helpgate.db")
	return openTest(t, "sqlite:"+path), path
}

// TestNothingIsKeptInAFileThatIsGone: SQLite would go on in what it holds open, and say so.
func TestNothingIsKeptInAFileThatIsGone(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"", "-wal"} {
		t.Run("helpgate.db"+end, func(t *testing.T) {
			t.Parallel()
			db, path := openFile(t)
			if err := os.Rename(path+end, path+".away"); err != nil {
				t.Fatal(err)
			}
			for what, err := range map[string]error{
				"update": db.update(t.Context(), 0, setMark("a")), "ping": db.Ping(t.Context()),
			} {
				if err == nil || !strings.Contains(err.Error(), "put it back") {
					t.Errorf("%s: %v", what, err)
				}
			}
			if err := os.Rename(path+".away", path+end); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(db.Ping(t.Context()), db.update(t.Context(), 0, setMark("b"))); err != nil {
				t.Errorf("it is back: %v", err)
			}
		})
	}
}

// TestPingWritesWhatNothingElseProves: seldom, and always after something went wrong.
func TestPingWritesWhatNothingElseProves(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		o := testOptions(t, url)
		now := clock.NewFake(storetest.Now)
		o.Clock = now
		db, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		written := func() (value string) {
			t.Helper()
			err := db.Ping(t.Context())
			err = errors.Join(err, db.View(t.Context(), func(tx tickets.Tx) (err error) {
				value, err = tx.Mark(t.Context(), aliveMark)
				return err
			}))
			if err != nil {
				t.Fatal(err)
			}
			return value
		}
		first := written()
		if first == "" {
			t.Error("nothing was proven, and nothing written")
		}
		now.Advance(proofLife - time.Second)
		if written() != first {
			t.Error("it was written again at once")
		}
		now.Advance(time.Second)
		second := written()
		if second == first {
			t.Error("an old proof was enough")
		}
		now.Advance(time.Second)
		refused := errors.New("refused")
		_ = db.update(t.Context(), 0, func(*tx) error { return refused })
		if written() == second {
			t.Error("a failed update left the proof standing")
		}
	})
}

// TestLockedDatabaseKeepsNobodyLongerThanHeWaits, though SQLite itself waits for seconds.
func TestLockedDatabaseKeepsNobodyLongerThanHeWaits(t *testing.T) {
	t.Parallel()
	db, path := openFile(t)
	other, err := sql.Open("sqlite3", "file:"+path+"?_txlock=exclusive")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lock, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if err := db.Ping(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("it took %s", took)
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("unlocked: %v", err)
	}
}

func TestDatabaseTroubleNamesItsMend(t *testing.T) {
	t.Parallel()
	db, path := openFile(t)
	other, err := sql.Open("sqlite3", "file:"+path+"?_txlock=exclusive&_busy_timeout=0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	err = db.update(t.Context(), 0, func(*tx) error {
		_, err := other.BeginTx(t.Context(), nil)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "fuser "+filepath.Dir(path)) {
		t.Errorf("locked: %v", err)
	}
}
