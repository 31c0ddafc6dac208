package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// tripTimeout bounds a trip to the server, so that one that vanished without a word, and does not
// come back, holds nobody up for ever.
const tripTimeout = 30 * time.Second

// beginGroup starts the group's transaction. Of all nodes' groups one runs at a time, because each
// takes the lock first, and sees what the one before it has written, because a transaction's state
// is that of its first query, which LOCK is not. Nobody else needs this lock: the table is read
// freely, seldom written, and small, so that it can do without VACUUM. A node that does not get the
// lock in time tells its senders to come again.
const beginGroup = `BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = '5s';
	LOCK TABLE agent IN EXCLUSIVE MODE`

// errAbortedCommit tells that the server has undone what it was asked to commit.
var errAbortedCommit = errors.New("a statement of the transaction has failed")

// session runs one transaction after another on connections to PostgreSQL, and is used by one
// goroutine at a time. A trip to the server costs more than the statement, so that those that give
// nothing travel with the next that does.
type session struct {
	pool    *pgxpool.Pool
	around  Around
	conn    *pgxpool.Conn // nil between transactions
	waiting []statement
	row     row
	// steady asks a context between statements only: pgx cuts the connection when it ends within
	// one, and so everybody's update of the group.
	steady bool
}

// opBegin is the op of what begins a transaction.
const opBegin = "begin"

// statement is one that waits to be sent. op is for its error.
type statement struct {
	op, query string
	args      []any
}

// exec implements runner.
func (s *session) exec(ctx context.Context, query string, args []any) (n int64, err error) {
	err = s.send(ctx, []statement{{"", query, args}}, func(r pgx.BatchResults) error {
		tag, err := r.Exec()
		n = tag.RowsAffected()
		return err
	})
	return n, err
}

// insert implements runner.
func (s *session) insert(ctx context.Context, query string, args []any) (id int64, err error) {
	err = s.query(ctx, query, func(row scanner) error { return row.Scan(&id) }, args)
	return id, err
}

// query implements runner.
func (s *session) query(
	ctx context.Context, query string, scan func(scanner) error, args ...[]any,
) error {
	if len(args) == 0 {
		return nil
	}
	asked := make([]statement, len(args))
	for i := range args {
		asked[i] = statement{"", query, args[i]}
	}
	return s.send(ctx, asked, func(r pgx.BatchResults) error {
		for range asked {
			if err := s.rows(r, scan); err != nil {
				return err
			}
		}
		return nil
	})
}

// rows hands the rows of the next result to scan.
func (s *session) rows(r pgx.BatchResults, scan func(scanner) error) error {
	rows, err := r.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := s.read(rows); err != nil {
			return err
		}
		if err := scan(s.row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// read puts the values of a row into s.row.
func (s *session) read(rows pgx.Rows) error {
	values, err := rows.Values()
	s.row = s.row[:0]
	for _, value := range values {
		if n, ok := value.(int32); ok { // a number that stands in a query is one
			value = int64(n)
		}
		s.row = append(s.row, driver.Value(value))
	}
	return err
}

// later implements runner.
func (s *session) later(ctx context.Context, op, query string, args []any) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	s.waiting = append(s.waiting, statement{op, query, args})
	return nil
}

// send sends what waits and what is asked, and has the results of that read.
func (s *session) send(
	ctx context.Context, asked []statement, read func(pgx.BatchResults) error,
) error {
	if s.around != nil {
		text := asked[len(asked)-1].query
		return s.around(text, func() error { return s.trip(ctx, asked, read) })
	}
	return s.trip(ctx, asked, read)
}

// trip goes to the server. Of one that was restarted meanwhile no connection is left: a transaction
// that was to begin with this trip then begins on a new one.
func (s *session) trip(
	ctx context.Context, asked []statement, read func(pgx.BatchResults) error,
) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.steady {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, tripTimeout)
	defer cancel()
	before := s.waiting
	s.waiting = nil
	done, err := s.exchange(ctx, before, asked, read)
	begins := len(before) > 0 && before[0].op == opBegin
	if err == nil || done > 0 || !begins || !s.conn.Conn().IsClosed() || ctx.Err() != nil {
		return err
	}
	s.pool.Reset()
	fresh, again := s.pool.Acquire(ctx)
	if again != nil {
		return again
	}
	s.conn.Release()
	s.conn = fresh
	_, err = s.exchange(ctx, before, asked, read)
	return err
}

// exchange sends the statements, has the results of those asked read, and gives the number of those
// that were done before.
func (s *session) exchange(
	ctx context.Context, before, asked []statement, read func(pgx.BatchResults) error,
) (done int, err error) {
	var batch pgx.Batch
	for _, one := range slices.Concat(before, asked) {
		batch.Queue(one.query, one.args...)
	}
	results := s.conn.SendBatch(ctx, &batch)
	defer func() {
		if closed := results.Close(); err == nil {
			err = closed // else it is the same once more
		}
	}()
	for _, one := range before {
		if _, err := results.Exec(); err != nil {
			return done, fmt.Errorf("%s: %w", one.op, err)
		}
		done++
	}
	return done, read(results)
}

// raw sends statements that steer the transaction, past those that wait.
func (s *session) raw(ctx context.Context, statements string) error {
	ctx, cancel := context.WithTimeout(ctx, tripTimeout)
	defer cancel()
	run := func() error {
		_, err := s.conn.Conn().PgConn().Exec(ctx, statements).ReadAll()
		return err
	}
	if s.around != nil {
		return s.around(statements, run)
	}
	return run()
}

// open takes a connection, on which a transaction of its own begins with the first statement.
func (s *session) open(ctx context.Context, begin string) (err error) {
	if s.conn, err = s.pool.Acquire(ctx); err != nil {
		return err
	}
	return s.later(ctx, opBegin, begin, nil)
}

// begin implements link. Other nodes may always have written.
func (s *session) begin(ctx context.Context) (alone bool, err error) {
	return false, s.start(ctx)
}

// start is begin. Of a server that was restarted meanwhile no connection is left; nothing is lost by
// that, and new ones are made.
func (s *session) start(ctx context.Context) error {
	err := s.lock(ctx)
	if err == nil || s.conn == nil {
		return err
	}
	broken := s.conn.Conn().IsClosed()
	s.rollback()
	if !broken {
		return err
	}
	s.pool.Reset()
	if err = s.lock(ctx); err != nil && s.conn != nil {
		s.rollback()
	}
	return err
}

// lock takes a connection and starts a group's transaction on it.
func (s *session) lock(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, tripTimeout)
	defer cancel()
	if s.conn, err = s.pool.Acquire(ctx); err != nil {
		return err
	}
	return s.raw(ctx, beginGroup)
}

// settle implements link.
func (s *session) settle() error {
	if len(s.waiting) == 0 {
		return nil
	}
	last := s.waiting[len(s.waiting)-1]
	s.waiting = s.waiting[:len(s.waiting)-1]
	_, err := s.exec(context.Background(), last.query, last.args)
	if err != nil && last.op != "" {
		return fmt.Errorf("%s: %w", last.op, err)
	}
	return err
}

// do implements link.
func (s *session) do(query string) error {
	_, err := s.exec(context.Background(), query, nil)
	return err
}

// undo implements link.
func (s *session) undo() error {
	unsent := len(s.waiting) > 0 && s.waiting[0].query == savepoint
	s.waiting = nil
	if unsent {
		return nil // and so nothing of the update was
	}
	return s.raw(context.Background(), `ROLLBACK TO one; RELEASE one`)
}

// commit implements link.
func (s *session) commit() error {
	var tag pgconn.CommandTag
	end := []statement{{"", `COMMIT`, nil}}
	err := s.send(context.Background(), end, func(r pgx.BatchResults) (err error) {
		tag, err = r.Exec()
		return err
	})
	if err != nil {
		return err
	}
	s.release()
	if tag.String() != "COMMIT" {
		return errAbortedCommit
	}
	return nil
}

// rollback implements link. It does nothing without a transaction. A connection on which it fails
// is closed, and the server undoes the rest.
func (s *session) rollback() {
	if s.conn != nil {
		_ = s.raw(context.Background(), `ROLLBACK`)
		s.release()
	}
}

// release gives the connection back; the pool keeps none that is broken or in a transaction.
func (s *session) release() {
	s.waiting = nil
	s.conn.Release()
	s.conn = nil
}
