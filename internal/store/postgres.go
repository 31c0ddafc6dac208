package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// connections is how many a process opens at most: a server allows some hundred to all nodes.
	connections = 16
	// conflictAttempts bounds how often an update is run when others come in its way.
	conflictAttempts = 40
	// uniqueAttempts does so when a key was there already, which may well be no chance.
	uniqueAttempts = 3
	// retryBase and retryMax bound the wait before the next attempt, which doubles each time.
	retryBase = 2 * time.Millisecond
	retryMax  = 200 * time.Millisecond
)

// SQLSTATE codes that tell that an update came in the way of another, and may pass when run again.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	// uniqueViolation: another has made the same customer this instant; run again, fn finds him.
	uniqueViolation = "23505"
)

// postgres is the engine on a PostgreSQL server. It leaves grouping of commits to the server.
type postgres struct {
	db    *sql.DB
	words dialect
	newTx func(runner) *tx
}

func openPostgres(
	ctx context.Context, url string, log *slog.Logger, newTx func(runner) *tx,
) (*postgres, bool, error) {
	db, err := connectPostgres(url)
	if err != nil {
		return nil, false, err
	}
	p := &postgres{db: db, words: postgresDialect(), newTx: newTx}
	created, err := migrate(ctx, db, p.words, log)
	if err != nil {
		return nil, false, errors.Join(err, db.Close())
	}
	return p, created, nil
}

func existsPostgres(ctx context.Context, url string) (bool, error) {
	db, err := connectPostgres(url)
	if err != nil {
		return false, err
	}
	defer db.Close()
	return hasSchema(ctx, db, postgresDialect())
}

func connectPostgres(url string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read database url: %w", err)
	}
	// A transaction that reads a whole table conflicts with everybody who writes in it, and that
	// is how the planner reads small ones.
	config.RuntimeParams["enable_seqscan"] = "off"
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

func (p *postgres) update(
	ctx context.Context, level sql.IsolationLevel, fn func(*tx) error,
) error {
	wait := retryBase
	for attempt := 1; ; attempt++ {
		err := p.once(ctx, &sql.TxOptions{Isolation: level}, fn)
		if err == nil || attempt >= attempts(err) {
			return err
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
		wait = min(2*wait, retryMax)
	}
}

func (p *postgres) view(ctx context.Context, fn func(*tx) error) error {
	return p.once(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, fn)
}

func (p *postgres) once(ctx context.Context, o *sql.TxOptions, fn func(*tx) error) error {
	sqlTx, err := p.db.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer sqlTx.Rollback() // does nothing after the commit
	t := p.newTx(sqlRunner{sqlTx})
	if err := fn(t); err != nil {
		return err
	}
	if err := t.syncBlobs(); err != nil {
		return err
	}
	if err := sqlTx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func (p *postgres) dialect() dialect { return p.words }

func (p *postgres) ping(ctx context.Context) error { return p.db.PingContext(ctx) }

func (p *postgres) close() error { return p.db.Close() }

// attempts gives how often an update may be run that ends with err.
func attempts(err error) int {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return 1
	}
	switch e.Code {
	case serializationFailure, deadlockDetected:
		return conflictAttempts
	case uniqueViolation:
		return uniqueAttempts
	}
	return 1
}

// pause waits up to wait: those who met must not meet again.
func pause(ctx context.Context, wait time.Duration) error {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(wait)))
	if err != nil {
		return fmt.Errorf("draw time to wait: %w", err)
	}
	timer := time.NewTimer(time.Duration(n.Int64()))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
