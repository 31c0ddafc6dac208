package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/mattn/go-sqlite3"
)

// readers is how many Views run at once. They are short, and each costs a connection with its own
// page cache.
const readers = 4

// checkpointPages is how many pages of 4 KiB the log may have before they are copied into the
// database: a page that is written by many mails meanwhile is copied once.
const checkpointPages = 8000

// sqlite is the engine on a file: one connection that writes, owned by the writer, and a few that
// read.
type sqlite struct {
	words   dialect
	folder  string
	files   files
	writer  *writer
	readers chan *conn
	conns   []*conn
	newTx   func(runner) *tx
	closing chan struct{}
	once    sync.Once
}

func openSQLite(
	ctx context.Context, path string, o Options, newTx func(runner) *tx,
) (_ *sqlite, created bool, err error) {
	if !filepath.IsAbs(path) {
		return nil, false, fmt.Errorf("%q is not an absolute path", path)
	}
	s := &sqlite{
		words:   sqliteDialect(filepath.Dir(path)),
		folder:  filepath.Dir(path),
		readers: make(chan *conn, readers),
		newTx:   newTx,
		closing: make(chan struct{}),
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.disconnect())
		}
	}()
	if err := createFile(path); err != nil {
		return nil, false, err
	}
	if created, err = s.migrate(ctx, path, o.Logger); err != nil {
		return nil, false, err
	}
	for range readers {
		c, err := s.conn(path, reading, o.Around)
		if err != nil {
			return nil, false, err
		}
		s.readers <- c
	}
	c, err := s.conn(path, writing, o.Around)
	if err != nil {
		return nil, false, err
	}
	if err := prepareToWrite(c); err != nil {
		return nil, false, err
	}
	if s.files, err = filesOf(path); err != nil {
		return nil, false, err
	}
	s.writer = newWriter(fileLink{c, s.files, new(int64)}, newTx, s.closing)
	return s, created, nil
}

func prepareToWrite(c *conn) error {
	for _, query := range []string{
		// What a savepoint saves of each page goes into a file otherwise: ten times what is kept.
		`PRAGMA temp_store = MEMORY`,
		fmt.Sprintf(`PRAGMA wal_autocheckpoint = %d`, checkpointPages),
		`BEGIN IMMEDIATE`, // the first transaction makes the log, whose file is looked up then
		`ROLLBACK`,
		`PRAGMA busy_timeout = 0`, // fileLink.begin waits itself
	} {
		if err := c.do(query); err != nil {
			return fmt.Errorf("prepare to write: %w", err)
		}
	}
	return nil
}

// migrate uses a connection of database/sql, as the migration tool asks.
func (s *sqlite) migrate(ctx context.Context, path string, log *slog.Logger) (bool, error) {
	db, err := connectSQLite(path, writing)
	if err != nil {
		return false, err
	}
	created, err := migrate(ctx, db, s.words, log)
	return created, errors.Join(err, db.Close())
}

func existsSQLite(ctx context.Context, path string) (bool, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	db, err := connectSQLite(path, reading)
	if err != nil {
		return false, err
	}
	defer db.Close()
	return hasSchema(ctx, db, sqliteDialect(filepath.Dir(path)))
}

// update leaves the level aside: one writer is serializable.
func (s *sqlite) update(ctx context.Context, _ sql.IsolationLevel, fn func(*tx) error) error {
	return s.writer.update(ctx, fn)
}

func (s *sqlite) view(ctx context.Context, fn func(*tx) error) error {
	var c *conn
	select {
	case c = <-s.readers:
	case <-s.closing:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	// Deferred, in this order: ROLLBACK ends the state even when fn panics, or BEGIN has failed half.
	defer func() { s.readers <- c }()
	defer c.do(`ROLLBACK`)
	if err := c.do(`BEGIN`); err != nil {
		return fmt.Errorf("begin view: %w", err)
	}
	return fn(s.newTx(c))
}

func (s *sqlite) dialect() dialect { return s.words }

func (s *sqlite) ping(ctx context.Context) error {
	if err := errors.Join(s.files.there(), room(s.folder)); err != nil {
		return err
	}
	return s.view(ctx, func(t *tx) error {
		_, err := t.Mark(ctx, "")
		return err
	})
}

func (s *sqlite) close() (err error) {
	s.once.Do(func() {
		close(s.closing)
		s.writer.stop()
		for range readers {
			<-s.readers
		}
		err = s.disconnect()
	})
	return err
}

// disconnect closes what is open.
func (s *sqlite) disconnect() error {
	var errs []error
	for _, c := range s.conns {
		errs = append(errs, c.close())
	}
	return errors.Join(errs...)
}

// conn opens a connection that disconnect closes.
func (s *sqlite) conn(path, options string, around Around) (*conn, error) {
	c, err := openConn(path, options, s.words.rewrite)
	if err != nil {
		return nil, err
	}
	c.around = around
	s.conns = append(s.conns, c)
	return c, nil
}

// lockPatience is how long an update waits for another process, such as the CLI beside the server;
// it asks first after the shortest pause, and then less and less often.
const (
	lockPatience  = 5 * time.Second
	shortestPause = time.Millisecond
	longestPause  = 50 * time.Millisecond
)

// fileLink implements link.
type fileLink struct {
	*conn
	files   files
	version *int64 // of the database, which other connections' commits change
}

// begin implements link.
func (l fileLink) begin(ctx context.Context) (alone bool, err error) {
	if err := l.lock(ctx); err != nil {
		return false, err
	}
	last := *l.version
	err = l.query(context.WithoutCancel(ctx), `PRAGMA data_version`, func(s scanner) error {
		return s.Scan(l.version)
	}, []any{})
	return *l.version == last, err
}

// lock asks again and again for the lock: SQLite, when it is told to wait, does not know of ctx.
func (l fileLink) lock(ctx context.Context) error {
	waited, pause := time.Duration(0), shortestPause
	for {
		err := l.do(`BEGIN IMMEDIATE`)
		if err == nil {
			return nil
		}
		l.rollback()
		var known sqlite3.Error
		if !errors.As(err, &known) || known.Code != sqlite3.ErrBusy || waited >= lockPatience {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
		waited, pause = waited+pause, min(2*pause, longestPause)
	}
}

// settle has nothing to do: no statement waits.
func (l fileLink) settle() error { return nil }

func (l fileLink) undo() error {
	return errors.Join(l.do(`ROLLBACK TO one`), l.do(`RELEASE one`))
}

func (l fileLink) commit() error {
	if err := l.do(`COMMIT`); err != nil {
		return err
	}
	return l.files.there()
}

// rollback fails without a transaction left, and then nothing is left to undo.
func (l fileLink) rollback() { _ = l.do(`ROLLBACK`) }

// createFile makes an empty database that only its owner may read: SQLite gives its files the
// rights of the first one, and without this the umask would decide who reads the mail.
func createFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// What a connection is for, in the driver's words.
const (
	// writing: FULL, because a mail that got its 250 must outlive a power cut; immediate, because
	// a transaction that turns from reading to writing fails at once when another has written.
	writing = "_busy_timeout=5000&_foreign_keys=1&_journal_mode=WAL&_synchronous=FULL" +
		"&_txlock=immediate&_mutex=no&_cache_size=-4096"
	reading = "_busy_timeout=5000&_query_only=1&mode=rw&_mutex=no&_cache_size=-1024"
)

func connectSQLite(path, options string) (*sql.DB, error) {
	db, err := sql.Open("sqlite3", dsn(path, options))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return db, nil
}

func dsn(path, options string) string {
	return (&url.URL{Scheme: "file", Path: path, RawQuery: options}).String()
}
