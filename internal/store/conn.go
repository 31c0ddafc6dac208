package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// runner runs statements inside a transaction.
type runner interface {
	// exec gives the number of rows that changed.
	exec(ctx context.Context, query string, args []any) (int64, error)
	// insert runs an INSERT that ends in RETURNING the row's number, and gives that.
	insert(ctx context.Context, query string, args []any) (int64, error)
	// query runs the query with one list of arguments after the other, hands each row to scan, and
	// has read all when it returns.
	query(ctx context.Context, query string, scan func(scanner) error, args ...[]any) error
	// later runs a statement that gives nothing, at the latest before the transaction ends, so that
	// its error may be the next statement's. op is for the error.
	later(ctx context.Context, op, query string, args []any) error
}

// scanner is the row of a query.
type scanner interface {
	Scan(into ...any) error
}

// conn is one connection to SQLite, used by one goroutine at a time, on which each statement is
// prepared once: preparing costs more than running. The texts are constants of this package, and a
// list's few filters, so there is no end to be put to their number.
//
// It speaks with the driver itself, because database/sql costs as much as the statement. No
// statement is interrupted, ctx is asked between them and between rows only: one that is
// interrupted while it writes takes the whole transaction with it, and so everybody's update of
// the group.
type conn struct {
	db       *sqlite3.SQLiteConn
	rewrite  func(string) string
	around   Around
	prepared map[string]*sqlite3.SQLiteStmt
	args     []driver.NamedValue
	row      row
}

func openConn(path, options string, rewrite func(string) string) (*conn, error) {
	db, err := new(sqlite3.SQLiteDriver).Open(dsn(path, options))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return &conn{
		db: db.(*sqlite3.SQLiteConn), rewrite: rewrite, prepared: map[string]*sqlite3.SQLiteStmt{},
	}, nil
}

// exec implements runner.
func (c *conn) exec(ctx context.Context, query string, args []any) (n int64, err error) {
	err = c.trip(query, func() error {
		result, err := c.run(ctx, query, args)
		if err != nil {
			return err
		}
		n, err = result.RowsAffected()
		return err
	})
	return n, err
}

// insert implements runner. SQLite knows the number without RETURNING, for which it would fill a
// table of its own.
func (c *conn) insert(ctx context.Context, query string, args []any) (id int64, err error) {
	query, _, _ = strings.Cut(query, "RETURNING")
	err = c.trip(query, func() error {
		result, err := c.run(ctx, query, args)
		if err != nil {
			return err
		}
		id, err = result.LastInsertId()
		return err
	})
	return id, err
}

// trip runs a statement, or lets a test do something in its place.
func (c *conn) trip(query string, run func() error) error {
	if c.around != nil {
		return c.around(query, run)
	}
	return run()
}

func (c *conn) run(ctx context.Context, query string, args []any) (driver.Result, error) {
	stmt, err := c.prepare(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(context.Background(), c.args)
}

// query implements runner.
func (c *conn) query(
	ctx context.Context, query string, scan func(scanner) error, args ...[]any,
) error {
	for _, one := range args {
		if err := c.trip(query, func() error { return c.read(ctx, query, one, scan) }); err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) read(
	ctx context.Context, query string, args []any, scan func(scanner) error,
) error {
	stmt, err := c.prepare(ctx, query, args)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(context.Background(), c.args)
	if err != nil {
		return err
	}
	err = c.each(ctx, rows.(*sqlite3.SQLiteRows), scan)
	return errors.Join(err, rows.Close())
}

// later implements runner.
func (c *conn) later(ctx context.Context, op, query string, args []any) error {
	err := c.query(ctx, query, func(scanner) error { return nil }, args)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

func (c *conn) each(ctx context.Context, rows *sqlite3.SQLiteRows, scan func(scanner) error) error {
	var columns int
	for first := true; ; first = false {
		if err := ctx.Err(); err != nil {
			return err
		}
		if first {
			columns = len(rows.Columns())
			if cap(c.row) < columns {
				c.row = make(row, columns)
			}
		}
		c.row = c.row[:columns]
		if err := rows.Next(c.row); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := scan(c.row); err != nil {
			return err
		}
	}
}

// prepare gives the statement, and puts its arguments into c.args.
func (c *conn) prepare(
	ctx context.Context, query string, args []any,
) (*sqlite3.SQLiteStmt, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.args = c.args[:0]
	for i, arg := range args {
		if n, ok := arg.(int); ok {
			arg = int64(n)
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: arg})
	}
	stmt, ok := c.prepared[query]
	if !ok {
		made, err := c.db.Prepare(c.rewrite(query))
		if err != nil {
			return nil, err
		}
		stmt = made.(*sqlite3.SQLiteStmt)
		c.prepared[query] = stmt
	}
	return stmt, nil
}

// do runs a statement that steers the transaction, whatever became of the one who asked for it.
func (c *conn) do(query string) error {
	return c.query(context.Background(), query, func(scanner) error { return nil }, nil)
}

// close ends the connection with its statements.
func (c *conn) close() error {
	var errs []error
	for _, stmt := range c.prepared {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, c.db.Close())...)
}

// row is one row as the driver gives it: int64, string, []byte or nil.
type row []driver.Value

// Scan implements scanner for the types that columns of this package are read into.
func (r row) Scan(into ...any) error {
	if len(into) != len(r) {
		return fmt.Errorf("%d columns for %d variables", len(r), len(into))
	}
	for i, target := range into {
		if err := scanValue(target, r[i]); err != nil {
			return fmt.Errorf("read column %d: %w", i, err)
		}
	}
	return nil
}

func scanValue(target any, value driver.Value) error {
	switch t := target.(type) {
	case sql.Scanner:
		return t.Scan(value)
	case *[]byte:
		bytes, ok := value.([]byte)
		*t = bytes
		return fits(ok || value == nil, target, value)
	}
	switch v := value.(type) {
	case string:
		if t, ok := target.(*string); ok {
			*t = v
			return nil
		}
		to := reflect.ValueOf(target).Elem()
		if to.Kind() == reflect.String {
			to.SetString(v)
			return nil
		}
	case int64:
		switch t := target.(type) {
		case *int64:
			*t = v
			return nil
		case *int:
			*t = int(v)
			return nil
		case *bool:
			*t = v != 0
			return nil
		}
	}
	return fits(false, target, value)
}

func fits(ok bool, target any, value driver.Value) error {
	if !ok {
		return fmt.Errorf("%T does not fit into %T", value, target)
	}
	return nil
}
