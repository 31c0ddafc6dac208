package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

const (
	// proofLife is how long a commit proves that mail can be kept: an idle server that is asked
	// all the time writes no more often than this.
	proofLife = 5 * time.Second
	// minFree is the room in bytes below which a disk counts as full. A little always seems to fit,
	// in pages that SQLite has already, when no mail does.
	minFree = 1 << 20
	// aliveMark is the key of the mark that Ping writes.
	aliveMark = "alive"
)

// Ping tells whether a mail could be kept now. A commit of the last seconds proves it as long as
// no update has failed since; otherwise Ping commits something small. So what goes wrong, and what
// is mended, shows without a mail.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.engine.ping(ctx); err != nil {
		return fmt.Errorf("ask database: %w", d.engine.dialect().explain(err))
	}
	if err := errors.Join(d.blobs.Check(), room(d.blobs.Root())); err != nil {
		return err
	}
	now := d.clock.Now()
	if proven := d.proven.Load(); now.UnixMicro()-proven < proofLife.Microseconds() {
		return nil
	}
	// By the way that mails go, which an update that needs no turn would pass by.
	err := d.update(ctx, sql.LevelSerializable, func(t *tx) error {
		return t.SetMark(ctx, aliveMark, now.Format(time.RFC3339Nano))
	})
	if err != nil {
		return fmt.Errorf("write to database: %w", err)
	}
	return nil
}

// explain adds to an error of the database what an operator can do about it. A full disk is
// syscall.ENOSPC whatever the engine calls it, because the wires have an answer of its own for it.
func (d dialect) explain(err error) error {
	if d.isFull(err) {
		err = fmt.Errorf("%w: %w", syscall.ENOSPC, err)
	}
	if mend := d.mend(err); mend != "" {
		err = fmt.Errorf("%w; %s", err, mend)
	}
	return err
}

// mendSQLite gives the mends of an SQLite database in the folder.
func mendSQLite(folder string) func(error) string {
	return func(err error) string {
		var e sqlite3.Error
		if !errors.As(err, &e) {
			return ""
		}
		switch e.Code {
		case sqlite3.ErrFull:
			return "free space on the disk of " + folder
		case sqlite3.ErrBusy, sqlite3.ErrLocked:
			return "end the program that keeps it locked: fuser " + folder + "/* names those that use it"
		case sqlite3.ErrReadonly, sqlite3.ErrIoErr, sqlite3.ErrPerm, sqlite3.ErrCantOpen:
			return "see to it that helpgate may write to " + folder + " and that its disk is well"
		case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
			return "stop helpgate and put back the backup of " + folder
		}
		return ""
	}
}

// mendPostgres gives the mends of a PostgreSQL server.
func mendPostgres(err error) string {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		if unreachable(err) {
			return "see to it that PostgreSQL runs and that [database] url leads to it"
		}
		return ""
	}
	switch e.Code {
	case diskFull:
		return "free space on the disk of PostgreSQL"
	case "25006": // read_only_sql_transaction
		return "PostgreSQL takes no writes: let [database] url lead to the primary"
	case "53300": // too_many_connections
		return "raise max_connections of PostgreSQL"
	case lockNotAvailable:
		return "end the program that keeps PostgreSQL's table agent locked: pg_locks names it"
	case "57P01", "57P02", "57P03": // shutdown, crash, starting up
		return "PostgreSQL is about to stop or to start"
	}
	return ""
}

// unreachable tells that the server is not there, or not any more.
func unreachable(err error) bool {
	var down *pgconn.ConnectError
	var cut *net.OpError
	return errors.As(err, &down) || errors.As(err, &cut) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.ErrUnexpectedEOF)
}

// files are those of an open SQLite database. A name that leads elsewhere, or nowhere, means that
// what is committed would be gone with the process: SQLite goes on writing to what it holds open.
type files map[string]os.FileInfo

// filesOf looks up the database's file and its log, which must be open.
func filesOf(path string) (files, error) {
	f := files{}
	for _, name := range []string{path, path + "-wal"} {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		f[name] = info
	}
	return f, nil
}

// there tells which of the files was taken away.
func (f files) there() error {
	for name, opened := range f {
		if now, err := os.Stat(name); err != nil || !os.SameFile(opened, now) {
			return fmt.Errorf("%s was taken away while it was in use; put it back, or stop helpgate "+
				"before you put another in its place", name)
		}
	}
	return nil
}

// room tells when the disk of a folder is as good as full. One that is not there yet has room.
func room(folder string) error {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("ask for room in %s: %w", folder, err)
	}
	if free := uint64(s.Bavail) * uint64(s.Bsize); free < minFree {
		return fmt.Errorf("%w: %d KiB are free; free space on the disk of %s", syscall.ENOSPC, free>>10,
			folder)
	}
	return nil
}
