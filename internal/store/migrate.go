package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"

	"github.com/pressly/goose/v3"
)

// ErrNewerSchema tells that a newer helpgate has changed the database: this one would not know
// what it must keep true.
var ErrNewerSchema = errors.New("the database was made by a newer version of helpgate")

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrate brings the schema up to date and tells whether there was none.
func migrate(ctx context.Context, db *sql.DB, d dialect, log *slog.Logger) (bool, error) {
	unlock, err := d.lock(ctx, db)
	if err != nil {
		return false, err
	}
	defer unlock()
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return false, fmt.Errorf("read migrations: %w", err)
	}
	// The provider stays open: closing it would close db.
	provider, err := goose.NewProvider(d.goose, db, ddlFiles{files, d.ddl},
		goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return false, fmt.Errorf("read migrations: %w", err)
	}
	have, want, err := provider.GetVersions(ctx)
	if err != nil {
		return false, fmt.Errorf("read version of schema: %w", err)
	}
	if have > want {
		return false, fmt.Errorf("%w (its schema is %d, this one knows %d)",
			ErrNewerSchema, have, want)
	}
	if have == want {
		return false, nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return false, fmt.Errorf("migrate schema: %w", err)
	}
	log.InfoContext(ctx, "migrated database", "from", have, "to", want)
	return have == 0, nil
}

// hasSchema tells whether helpgate's tables are there.
func hasSchema(ctx context.Context, db *sql.DB, d dialect) (bool, error) {
	var n int
	err := db.QueryRowContext(ctx, d.rewrite(d.hasTable), "ticket").Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for tables: %w", err)
	}
	return n > 0, nil
}

// ddlFiles gives migrations in an engine's own words.
type ddlFiles struct {
	fs.FS
	ddl *strings.Replacer
}

// Open implements fs.FS.
func (d ddlFiles) Open(name string) (fs.File, error) {
	f, err := d.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return ddlFile{f, strings.NewReader(d.ddl.Replace(string(text)))}, nil
}

// ddlFile is a file with another text.
type ddlFile struct {
	fs.File
	text *strings.Reader
}

// Read implements fs.File.
func (f ddlFile) Read(p []byte) (int, error) { return f.text.Read(p) }
