package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/stdlib"
)

// Checkup is how a database fares.
type Checkup struct {
	Engine string   // with its version
	Size   int64    // bytes
	Faults []string // what SQLite's quick_check found, at most maxFaults; PostgreSQL looks by itself
}

// maxFaults bounds how many faults of one database are named.
const maxFaults = 5

// Examine looks at a database without opening the store: also where that is refused, because the
// schema is newer or the secret lost. It reads all of an SQLite database, changes nothing, and
// hinders nobody; the end of ctx ends it.
func Examine(ctx context.Context, url string) (Checkup, error) {
	path, sqlite, err := readURL(url)
	if err != nil {
		return Checkup{}, err
	}
	if sqlite {
		db, err := connectSQLite(path, reading)
		if err != nil {
			return Checkup{}, err
		}
		c, err := examineSQLite(ctx, db)
		return c, errors.Join(err, db.Close())
	}
	pool, err := connectPostgres(ctx, url)
	if err != nil {
		return Checkup{}, postgresDialect().explain(err)
	}
	defer pool.Close()
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	c := Checkup{Engine: "PostgreSQL "}
	var version string
	err = db.QueryRowContext(ctx, `SELECT current_setting('server_version'),
		pg_database_size(current_database())`).Scan(&version, &c.Size)
	c.Engine += version
	return c, postgresDialect().explain(err)
}

func examineSQLite(ctx context.Context, db *sql.DB) (Checkup, error) {
	c := Checkup{Engine: "SQLite "}
	var version string
	err := db.QueryRowContext(ctx, `SELECT sqlite_version(), page_count * page_size
		FROM pragma_page_count(), pragma_page_size()`).Scan(&version, &c.Size)
	if err != nil {
		return c, fmt.Errorf("ask for version and size: %w", err)
	}
	c.Engine += version
	rows, err := db.QueryContext(ctx, fmt.Sprintf(`PRAGMA quick_check(%d)`, maxFaults))
	if err != nil {
		return c, fmt.Errorf("check database: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var fault string
		if err := rows.Scan(&fault); err != nil {
			return c, fmt.Errorf("check database: %w", err)
		}
		if fault != "ok" {
			c.Faults = append(c.Faults, fault)
		}
	}
	return c, rows.Err()
}
