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

// kept is what a gateway's database holds.
type kept struct {
	tickets, messages, acknowledgements, notifications int
}

// count looks into the database of a gateway, which may have ended.
func (g *gateway) count(ctx context.Context) (k kept, err error) {
	driver, source := "pgx", g.database
	if path, ok := strings.CutPrefix(g.database, "sqlite:"); ok {
		driver = "sqlite3"
		if !filepath.IsAbs(path) {
			path = filepath.Join(g.dir, "data", path)
		}
		source = "file:" + path
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return k, err
	}
	defer db.Close()
	row := db.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM ticket),
		(SELECT COUNT(*) FROM message),
		(SELECT COUNT(*) FROM outbox WHERE kind = 'acknowledgement'),
		(SELECT COUNT(*) FROM outbox WHERE kind = 'notification')`)
	err = row.Scan(&k.tickets, &k.messages, &k.acknowledgements, &k.notifications)
	if err != nil {
		return k, fmt.Errorf("count what was kept: %w", err)
	}
	return k, nil
}

// check wants a ticket, an acknowledgement and a notification of each mail that got 250.
func (g *gateway) check(ctx context.Context, accepted int) error {
	got, err := g.count(ctx)
	if err != nil {
		return err
	}
	if want := (kept{accepted, accepted, accepted, accepted}); got != want {
		return fmt.Errorf("%d mails got 250, and the database holds %+v", accepted, got)
	}
	return nil
}
