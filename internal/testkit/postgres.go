package testkit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// postgresBin is where Debian keeps the server's programs, out of PATH.
const postgresBin = "/usr/lib/postgresql/*/bin"

// postgresScript makes a cluster and becomes its server, in the current directory, with the
// programs in the folder $0: no durability, one superuser, no TCP.
const postgresScript = `"$0/initdb" --pgdata=data --username=postgres --auth=trust \
	--encoding=UTF8 --locale=C --no-sync --no-instructions &&
exec "$0/postgres" -D data -k "$PWD" -c listen_addresses= -c fsync=off \
	-c full_page_writes=off -c synchronous_commit=off \
	-c max_connections=300 -c shared_buffers=32MB`

// errNoPostgres tells that the machine has no PostgreSQL server.
var errNoPostgres = errors.New("postgres is not installed")

// sharedPostgres starts the one server of this test process: a start takes half a second, a
// database some milliseconds. It lives until the process ends, which is why it is a package
// variable.
var sharedPostgres = sync.OnceValues(startPostgres)

// postgres is a running server.
type postgres struct {
	leash *leash
	admin *sql.DB
	count atomic.Int64
}

// Postgres gives the URL of a new, empty database on a real PostgreSQL server, dropped when the
// test ends. The server is started once a test process and listens on a unix socket only: a socket
// in a directory of our own can never be taken by another process, as a free port can.
func Postgres(t testing.TB) string {
	t.Helper()
	server, err := sharedPostgres()
	if errors.Is(err, errNoPostgres) {
		missing(t, "PostgreSQL", "postgresql")
	}
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("test_%d", server.count.Add(1))
	if _, err := server.admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		drop := "DROP DATABASE " + name + " WITH (FORCE)"
		if _, err := server.admin.ExecContext(ctx, drop); err != nil {
			t.Errorf("drop database: %v", err)
		}
	})
	return server.url(name)
}

func startPostgres() (*postgres, error) {
	bin, err := findPostgres()
	if err != nil {
		return nil, err
	}
	l, err := newLeash("postgres")
	if err != nil {
		return nil, err
	}
	// QUIT ends the server without a checkpoint: nobody reads the data again.
	if err := l.run("QUIT", "/bin/sh", "-c", postgresScript, bin); err != nil {
		return nil, errors.Join(err, os.RemoveAll(l.dir))
	}
	p := &postgres{leash: l}
	if p.admin, err = sql.Open("pgx", p.url("postgres")); err != nil {
		return nil, err
	}
	return p, p.ready()
}

// findPostgres gives the folder of the newest server installed.
func findPostgres() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob(filepath.Join(postgresBin, "initdb"))
	if err != nil || len(found) == 0 {
		return "", errNoPostgres
	}
	newest := slices.MaxFunc(found, func(a, b string) int {
		if d := len(a) - len(b); d != 0 { // version 9 is older than version 15
			return d
		}
		return strings.Compare(a, b)
	})
	return filepath.Dir(newest), nil
}

// url is how clients reach a database of the server.
func (p *postgres) url(database string) string {
	query := url.Values{"host": {p.leash.dir}}
	return "postgres://postgres@/" + database + "?" + query.Encode()
}

// ready waits until the server takes queries.
func (p *postgres) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := poll(ctx, func() error { return p.admin.PingContext(ctx) })
	if err != nil {
		log, _ := os.ReadFile(p.leash.log())
		return fmt.Errorf("start PostgreSQL: %w: %s", err, log)
	}
	return nil
}

// poll calls try until it succeeds or ctx ends, and gives its last error then. Programs of others
// offer nothing better to wait on than their socket.
func poll(ctx context.Context, try func() error) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}
