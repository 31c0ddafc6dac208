package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/store/blob"
	"helpgate/tickets"
)

// errClosed meets whoever comes after Close.
var errClosed = errors.New("store is closed")

// Options are what a store is opened with; all but Files and Around are needed.
type Options struct {
	// URL is "sqlite:/absolute/path.db", taken as it stands, or "postgres://…" as libpq reads it.
	URL string
	// Blobs is where large blobs lie: "file:/absolute/path".
	Blobs string
	// Files are what blobs are written to; nil for the operating system's.
	Files blob.Files
	// Node names the process that sends: rows that it leases are its own, and free at once when it
	// starts anew (Rows.Reclaim). "" for one that sends nothing.
	Node   string
	Clock  clock.Clock
	Logger *slog.Logger
	// Around is nil but in tests.
	Around Around
}

// Around is called for each statement, or trip of statements, in place of the database: run has
// the database do it. So tests can let any step fail. text is that of the last statement.
type Around func(text string, run func() error) error

// DB is an open store. It is safe for use by several goroutines, and other processes may use the
// same database at the same time.
type DB struct {
	// Created tells that Open found no tables and made them.
	Created bool

	engine engine
	blobs  *blob.Dir
	// buffers holds *[]byte of blobs that are done.
	buffers   sync.Pool
	clock     clock.Clock
	node      string
	committed chan struct{}
	// pruned is when old budgets and keys were last dropped, in microseconds.
	pruned atomic.Int64
	// proven is when an update of the kind that mails need was last made durable, in microseconds; 0
	// when one has failed since.
	proven atomic.Int64
}

var _ tickets.Store = (*DB)(nil)

// engine runs transactions. What it lets fn do to the tx must be undone whole when fn fails.
type engine interface {
	// update runs fn and makes it durable; serializable, but where a level of the database's own
	// is enough, which is given then.
	update(ctx context.Context, level sql.IsolationLevel, fn func(*tx) error) error
	// view runs fn on one consistent state that it cannot change.
	view(ctx context.Context, fn func(*tx) error) error
	dialect() dialect
	ping(ctx context.Context) error
	close() error
}

// Open opens the database, makes its folder and itself when missing, and brings its schema up to
// date under a lock that other processes keep too. A schema that is newer than this program is
// refused with ErrNewerSchema.
func Open(ctx context.Context, o Options) (*DB, error) {
	blobs, err := blob.Open(o.Blobs, o.Files)
	if err != nil {
		return nil, err
	}
	d := &DB{blobs: blobs, clock: o.Clock, node: o.Node, committed: make(chan struct{}, 1)}
	path, sqlite, err := readURL(o.URL)
	if err != nil {
		return nil, err
	}
	name := "database" // of PostgreSQL, whose URL holds a password
	words := postgresDialect()
	if sqlite {
		name += " " + path
		words = sqliteDialect(filepath.Dir(path))
		d.engine, d.Created, err = openSQLite(ctx, path, o, d.newTx)
	} else {
		d.engine, d.Created, err = openPostgres(ctx, o, d.newTx)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, words.explain(err))
	}
	return d, nil
}

// Exists tells whether the database has tables of helpgate's. It changes nothing.
func Exists(ctx context.Context, url string) (bool, error) {
	path, sqlite, err := readURL(url)
	if err != nil {
		return false, err
	}
	if sqlite {
		return existsSQLite(ctx, path)
	}
	return existsPostgres(ctx, url)
}

// Update implements tickets.Store. fn must not use the store but by its tx: on SQLite everybody
// waits for it.
func (d *DB) Update(ctx context.Context, fn func(tickets.Tx) error) error {
	return d.update(ctx, sql.LevelSerializable, func(t *tx) error { return fn(t) })
}

// View implements tickets.Store. fn must not use the store but by its tx: there are few readers.
func (d *DB) View(ctx context.Context, fn func(tickets.Tx) error) error {
	return d.view(ctx, func(t *tx) error { return fn(t) })
}

// LastUpdate gives when Update last ended well; the zero time when it never did, or failed since.
func (d *DB) LastUpdate() time.Time {
	if at := d.proven.Load(); at != 0 {
		return time.UnixMicro(at)
	}
	return time.Time{}
}

// Committed gives a signal after a commit that may have made rows of the outbox due, so that the
// queue of this process need not wait for its timer. Signals that nobody has taken yet become one;
// what another process queues gives none.
func (d *DB) Committed() <-chan struct{} { return d.committed }

// Close waits for what runs, refuses what comes after, and closes the database.
func (d *DB) Close() error {
	err := d.engine.close()
	d.blobs.Close()
	return err
}

// view is View for the package's own use.
func (d *DB) view(ctx context.Context, fn func(*tx) error) error {
	return d.engine.dialect().explain(d.engine.view(ctx, fn))
}

// update is Update for the package's own use.
func (d *DB) update(ctx context.Context, level sql.IsolationLevel, fn func(*tx) error) error {
	var queued bool
	err := d.engine.update(ctx, level, func(t *tx) error {
		err := fn(t)
		queued = t.queued
		return err
	})
	if err != nil {
		d.proven.Store(0)
		return d.engine.dialect().explain(err)
	}
	if level == sql.LevelSerializable {
		d.proven.Store(d.clock.Now().UnixMicro())
	}
	if queued {
		select {
		case d.committed <- struct{}{}:
		default:
		}
	}
	return nil
}

func (d *DB) newTx(r runner) *tx { return &tx{run: r, db: d} }

// readURL gives the path of an SQLite database, or false for PostgreSQL.
func readURL(url string) (path string, sqlite bool, err error) {
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		return path, true, nil
	}
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		return "", false, nil
	}
	// Without the URL: it may hold a password.
	return "", false, errors.New("read database url: want sqlite:/absolute/path or postgres://…")
}
