package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postgres is a PostgreSQL server of the bench's own, as durable as it comes.
type postgres struct {
	*process
	dir   string
	admin *sql.DB
	made  int // databases
}

// postgres starts one: on a socket in its folder, as the account that the package made.
func (b *bench) postgres(ctx context.Context) (_ *postgres, err error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return nil, errors.New("PostgreSQL is missing: apt-get install postgresql")
	}
	bin := filepath.Dir(found[len(found)-1])
	p := &postgres{}
	if p.dir, err = b.folder("postgres"); err != nil {
		return nil, err
	}
	as, err := serverAccount(p.dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(p.dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "--pgdata="+data,
		"--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions")
	initdb.SysProcAttr, initdb.Dir = as, p.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make a cluster: %w: %s", err, out)
	}
	server := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", p.dir,
		"-c", "listen_addresses=", "-c", "max_connections=300")
	server.SysProcAttr, server.Dir = as, p.dir
	if p.process, err = start(server, p.dir); err != nil {
		return nil, err
	}
	if p.admin, err = sql.Open("pgx", p.url("postgres")); err != nil {
		return nil, err
	}
	return p, p.until(func() bool { return p.admin.PingContext(ctx) == nil })
}

// serverAccount gives root's servers that may not be root's an account, and the folder to it.
func serverAccount(dir string) (*syscall.SysProcAttr, error) {
	as := &syscall.SysProcAttr{Setsid: true}
	if os.Getuid() != 0 {
		return as, nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(who.Uid) // decimal on every Unix
	gid, _ := strconv.Atoi(who.Gid)
	as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return as, os.Chown(dir, uid, gid)
}

func (p *postgres) url(database string) string {
	return "postgres://postgres@/" + database + "?" + url.Values{"host": {p.dir}}.Encode()
}

// database makes an empty one.
func (p *postgres) database(ctx context.Context) (string, error) {
	p.made++
	name := fmt.Sprintf("bench%d", p.made)
	if _, err := p.admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return "", fmt.Errorf("create database: %w", err)
	}
	return name, nil
}

// stop ends it without waiting for its clients.
func (p *postgres) stop() error {
	p.end(syscall.SIGINT)
	return p.admin.Close()
}

// onPostgres runs the loads of 2 KB on PostgreSQL and tells where the time went.
func onPostgres(ctx context.Context, b *bench) (err error) {
	p, err := b.postgres(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	for _, conns := range []int{1, 50} {
		rival, ours, err := b.turnAbout(
			func() (result, error) { return b.postfixTurn(ctx, conns, newTemplate(plain)) },
			func() (result, error) { return b.postgresTurn(ctx, p, conns) },
		)
		if err != nil {
			return err
		}
		b.report.compare(fmt.Sprintf("postgres p%d", conns), rival, ours, 0, false)
	}
	return nil
}

func (b *bench) postgresTurn(ctx context.Context, p *postgres, conns int) (result, error) {
	name, err := p.database(ctx)
	if err != nil {
		return result{}, err
	}
	watch, stop := context.WithCancel(ctx)
	waits := make(chan string, 1)
	go func() { waits <- p.watch(watch, name) }()
	r, err := b.turn(ctx, setup{database: p.url(name)}, conns, newTemplate(plain))
	stop()
	text := <-waits
	if err != nil {
		return r, err
	}
	var commits, rollbacks float64
	err = p.admin.QueryRowContext(ctx, `SELECT xact_commit, xact_rollback FROM pg_stat_database
		WHERE datname = $1`, name).Scan(&commits, &rollbacks)
	r.note("%.0f commits, %.0f rolled back; its backends: %s", commits, rollbacks, text)
	progress("             %s", r.notes[len(r.notes)-1])
	return r, err
}

// watch asks again and again what the database's connections do, and gives the shares.
func (p *postgres) watch(ctx context.Context, database string) string {
	seen, all := map[string]int{}, 0
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		<-tick.C
		rows, err := p.admin.QueryContext(ctx, `SELECT CASE WHEN state = 'active'
				THEN COALESCE(wait_event, 'on the CPU') ELSE state END
			FROM pg_stat_activity WHERE datname = $1 AND state <> 'idle'`, database)
		if err != nil {
			continue
		}
		for rows.Next() {
			var what string
			if rows.Scan(&what) == nil {
				seen[what]++
				all++
			}
		}
		_ = rows.Close()
	}
	var shares []string
	for what, n := range seen {
		shares = append(shares, fmt.Sprintf("%3d %% %s", n*100/all, what))
	}
	slices.Sort(shares)
	slices.Reverse(shares)
	return strings.Join(shares[:min(5, len(shares))], ", ")
}
