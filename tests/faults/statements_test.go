package faults

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"helpgate/internal/store"
)

// errCut lets a statement fail because the server has ended all connections.
var errCut = errors.New("cut")

// TestEveryStatement fails on the way of each kind of letter: before it runs, and behind it, as
// when only the answer is lost; alone, and with all that follow. A question meets every strike, the
// others the first two.
func TestEveryStatement(t *testing.T) {
	t.Parallel()
	broken := sqlite3.Error{Code: sqlite3.ErrIoErr}
	down := &pgconn.PgError{Severity: "FATAL", Code: "57P01"}
	for engine, strikes := range map[string][]strike{
		"sqlite": {
			{err: sqlite3.Error{Code: sqlite3.ErrFull}, full: true},
			{err: broken, late: true},
			{err: broken, lasting: true},
		},
		"postgres": {
			{err: &pgconn.PgError{Code: "53100"}, full: true},
			{err: errCut},
			{err: &pgconn.PgError{Code: "40001"}},
			{err: down, late: true},
			{err: down, lasting: true},
		},
	} {
		for kind, n := range map[string]int{"question": len(strikes), "reply": 2, "answer": 2} {
			t.Run(engine+"/"+kind, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t, engine, inStatements)
				h.ride(kind, strikes[:n]...)
			})
		}
	}
}

// inStatements lets the fault strike in what the database is asked.
func inStatements(h *house, o *store.Options) {
	o.Around = func(text string, run func() error) error {
		s, struck := h.fault.step()
		switch {
		case !struck:
			return run()
		case s.err == errCut:
			h.cut()
			return run()
		case s.late || strings.HasPrefix(text, "ROLLBACK"): // which fails when it was done already
			return errors.Join(run(), s.err)
		}
		return s.err
	}
}

// cut ends all connections of the store to PostgreSQL.
func (h *house) cut() {
	_, err := h.sql.ExecContext(h.t.Context(), `SELECT pg_terminate_backend(pid)
		FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	if err != nil {
		h.t.Errorf("cut connections: %v", err)
	}
}
