package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// connections is how many a process opens at most: a server allows some hundred to all nodes.
	connections = 16
	// conflictAttempts bounds how often an update is run that comes in the way of others.
	conflictAttempts = 10
)

// SQLSTATE codes that tell that an update came in the way of another, and may pass when run again.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
)

// lockNotAvailable is the SQLSTATE of a group that waited for its turn in vain.
const lockNotAvailable = "55P03"

// What a transaction of its own begins with.
const (
	beginView = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`
	beginAct  = `BEGIN ISOLATION LEVEL READ COMMITTED`
)

// postgres is the engine on a PostgreSQL server. Updates go through the writer, whose groups queue
// for a lock of the database's, so that updates of all nodes come one after the other and none is
// run in vain: every mail counts on the same few rows (docs/decisions/0011). Views, and acts of
// the outbox on rows that are leased to them, pass beside.
type postgres struct {
	pool    *pgxpool.Pool
	around  Around
	words   dialect
	writer  *writer
	newTx   func(runner) *tx
	closing chan struct{}
	once    sync.Once
}

func openPostgres(
	ctx context.Context, o Options, newTx func(runner) *tx,
) (*postgres, bool, error) {
	pool, err := connectPostgres(ctx, o.URL)
	if err != nil {
		return nil, false, err
	}
	p := &postgres{
		pool: pool, around: o.Around, words: postgresDialect(), newTx: newTx,
		closing: make(chan struct{}),
	}
	db := stdlib.OpenDBFromPool(pool) // as the migration tool asks
	created, err := migrate(ctx, db, p.words, o.Logger)
	if err := errors.Join(err, db.Close()); err != nil {
		pool.Close()
		return nil, false, err
	}
	s := &session{pool: pool, around: o.Around, steady: true}
	p.writer = newWriter(s, newTx, p.closing)
	return p, created, nil
}

func existsPostgres(ctx context.Context, url string) (bool, error) {
	pool, err := connectPostgres(ctx, url)
	if err != nil {
		return false, err
	}
	defer pool.Close()
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	return hasSchema(ctx, db, postgresDialect())
}

// parameters are what a connection begins with, where the URL says nothing else.
var parameters = map[string]string{
	// A prepared statement keeps its plan, and the first ones are made while the tables are empty.
	"enable_seqscan": "off",
	// A node that halts in the middle of a transaction must not halt the others. Between two
	// statements lies nothing but work in memory and the flush of a group's blobs.
	"idle_in_transaction_session_timeout": "30s",
}

func connectPostgres(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read database url: %w", err)
	}
	config.MaxConns = connections
	for name, value := range parameters {
		if _, given := config.ConnConfig.RuntimeParams[name]; !given {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	return pgxpool.NewWithConfig(ctx, config)
}

// update runs fn at READ COMMITTED beside the others where that is enough, else in a group. There
// it still meets the outbox, which may have changed a row since the group began.
func (p *postgres) update(
	ctx context.Context, level sql.IsolationLevel, fn func(*tx) error,
) error {
	for attempt := 1; ; attempt++ {
		var err error
		if level == sql.LevelReadCommitted {
			err = p.alone(ctx, beginAct, fn)
		} else {
			err = p.writer.update(ctx, fn)
		}
		if !isConflict(err) || attempt == conflictAttempts {
			return err
		}
	}
}

func (p *postgres) view(ctx context.Context, fn func(*tx) error) error {
	return p.alone(ctx, beginView, fn)
}

// alone runs fn in a transaction of its own.
func (p *postgres) alone(ctx context.Context, begin string, fn func(*tx) error) error {
	s := &session{pool: p.pool, around: p.around}
	defer s.rollback() // does nothing after the commit
	if err := s.open(ctx, begin); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	t := p.newTx(s)
	if err := fn(t); err != nil {
		return err
	}
	if err := t.syncBlobs(); err != nil {
		return err
	}
	if err := s.commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func (p *postgres) dialect() dialect { return p.words }

func (p *postgres) ping(ctx context.Context) error { return p.pool.Ping(ctx) }

func (p *postgres) close() error {
	p.once.Do(func() {
		close(p.closing)
		p.writer.stop()
		p.pool.Close()
	})
	return nil
}

func isConflict(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == serializationFailure || e.Code == deadlockDetected)
}
