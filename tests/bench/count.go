package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "github.com/mattn/go-sqlite3"    // the driver "sqlite3"
)

// kept is what a gateway's database holds of a turn.
type kept struct {
	tickets, messages, acknowledgements, notifications int
}

// marks are the newest rows before a turn: a large database is not counted whole.
type marks struct{ ticket, message, outbox int64 }

// open opens the database of a gateway, which may have ended.
func (g *gateway) open() (*sql.DB, error) {
	path, sqlite := strings.CutPrefix(g.database, "sqlite:")
	if !sqlite {
		return sql.Open("pgx", g.database)
	}
	return sql.Open("sqlite3", "file:"+filepath.Join(g.dir, "data", path))
}

// mark gives the newest rows.
func (g *gateway) mark(ctx context.Context) (m marks, err error) {
	db, err := g.open()
	if err != nil {
		return m, err
	}
	defer db.Close()
	row := db.QueryRowContext(ctx, `SELECT (SELECT COALESCE(MAX(number), 0) FROM ticket),
		(SELECT COALESCE(MAX(id), 0) FROM message), (SELECT COALESCE(MAX(id), 0) FROM outbox)`)
	if err := row.Scan(&m.ticket, &m.message, &m.outbox); err != nil {
		return m, fmt.Errorf("look for the newest rows: %w", err)
	}
	return m, nil
}

// count tells what was kept since the gateway started.
func (g *gateway) count(ctx context.Context) (k kept, err error) {
	db, err := g.open()
	if err != nil {
		return k, err
	}
	defer db.Close()
	row := db.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM ticket WHERE number > $1),
		(SELECT COUNT(*) FROM message WHERE id > $2),
		(SELECT COUNT(*) FROM outbox WHERE id > $3 AND kind = 'acknowledgement'),
		(SELECT COUNT(*) FROM outbox WHERE id > $3 AND kind = 'notification')`,
		g.before.ticket, g.before.message, g.before.outbox)
	err = row.Scan(&k.tickets, &k.messages, &k.acknowledgements, &k.notifications)
	if err != nil {
		return k, fmt.Errorf("count what was kept: %w", err)
	}
	return k, nil
}

// check wants a notification of each mail that got 250, and of each that was no reply a ticket and
// an acknowledgement.
func (g *gateway) check(ctx context.Context, accepted, replies int) error {
	got, err := g.count(ctx)
	if err != nil {
		return err
	}
	opened := accepted - replies
	if g.fewSenders {
		got.acknowledgements = opened // an address gets a few only (RULES 3)
	}
	if want := (kept{opened, accepted, opened, accepted}); got != want {
		return fmt.Errorf("%d mails got 250, %d of them replies, and the database holds %+v",
			accepted, replies, got)
	}
	return nil
}

// forget takes what still waits in the outbox for sent, so that the next turn on the same database
// does not deliver what this one left.
func (g *gateway) forget(ctx context.Context) error {
	db, err := g.open()
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx,
		`UPDATE outbox SET status = 'sent' WHERE status IN ('waiting', 'sending')`)
	if err != nil {
		return fmt.Errorf("empty the outbox: %w", err)
	}
	return nil
}
