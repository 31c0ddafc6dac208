package testkit

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// clusterScript makes a cluster in the current directory with the programs in the folder $0.
const clusterScript = `exec "$0/initdb" --pgdata=data --username=postgres --auth=trust \
	--encoding=UTF8 --locale=C --no-sync --no-instructions`

// PostgresServer is a PostgreSQL server of a test's own, to be stopped and started again.
type PostgresServer struct {
	// URL leads to its one database while it runs.
	URL string

	bin   string
	home  *leash // keeps the folder with cluster and socket
	leash *leash // keeps the process; nil while it is stopped
}

// StartPostgres starts a server that ends with the test. What needs no restart of it is better off
// with a database of Postgres, which is there at once.
func StartPostgres(t testing.TB) *PostgresServer {
	t.Helper()
	bin, err := findPostgres()
	if errors.Is(err, errNoPostgres) {
		missing(t, "PostgreSQL", "postgresql")
	}
	home, err := newLeash("postgres")
	if err != nil {
		t.Fatal(err)
	}
	if err := home.run("TERM"); err != nil {
		t.Fatal(errors.Join(err, os.RemoveAll(home.dir)))
	}
	t.Cleanup(home.drop)
	if out, err := home.command("/bin/sh", "-c", clusterScript, bin).CombinedOutput(); err != nil {
		t.Fatalf("make a cluster: %v: %s", err, out)
	}
	s := &PostgresServer{URL: (&postgres{leash: home}).url("postgres"), bin: bin, home: home}
	t.Cleanup(s.Stop)
	s.Start(t)
	return s
}

// Start starts it and returns when it takes queries.
func (s *PostgresServer) Start(t testing.TB) {
	t.Helper()
	l, err := newLeash("postgres")
	if err != nil {
		t.Fatal(err)
	}
	// INT ends it without waiting for its clients.
	err = l.run("INT", filepath.Join(s.bin, "postgres"), "-D", filepath.Join(s.home.dir, "data"),
		"-k", s.home.dir, "-c", "listen_addresses=", "-c", "fsync=off")
	if err != nil {
		t.Fatal(errors.Join(err, os.RemoveAll(l.dir)))
	}
	s.leash = l
	db, err := sql.Open("pgx", s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := poll(ctx, func() error { return db.PingContext(ctx) }); err != nil {
		log, _ := os.ReadFile(l.log())
		t.Fatalf("start PostgreSQL: %v: %s", err, log)
	}
}

// Stop stops it, as an update of the package does; nothing that was committed is lost.
func (s *PostgresServer) Stop() {
	if s.leash != nil {
		s.leash.drop()
		s.leash = nil
	}
}
