package store

import (
	"context"
	"database/sql"
)

// runner runs statements inside a transaction; *sql.Tx is one.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// conn is one connection to SQLite, used by one goroutine at a time, on which each statement is
// prepared once: preparing costs more than running. The texts are constants of this package, and a
// list's few filters, so there is no end to be put to their number.
type conn struct {
	db       *sql.Conn
	rewrite  func(string) string
	prepared map[string]*sql.Stmt
	// steady runs statements to their end; ctx is asked between them only.
	steady bool
}

// ExecContext implements runner.
func (c *conn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, stmt, err := c.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

// QueryContext implements runner.
func (c *conn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, stmt, err := c.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

func (c *conn) prepare(ctx context.Context, query string) (context.Context, *sql.Stmt, error) {
	if err := ctx.Err(); err != nil {
		return ctx, nil, err
	}
	if c.steady {
		ctx = context.WithoutCancel(ctx)
	}
	stmt, ok := c.prepared[query]
	if !ok {
		var err error
		// It outlives this call, so it must not end with its context.
		stmt, err = c.db.PrepareContext(context.WithoutCancel(ctx), c.rewrite(query))
		if err != nil {
			return ctx, nil, err
		}
		c.prepared[query] = stmt
	}
	return ctx, stmt, nil
}

// do runs a statement that steers the transaction, whatever became of the one who asked for it.
func (c *conn) do(query string) error {
	_, err := c.ExecContext(context.Background(), query)
	return err
}
