package faults

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/store"
	"helpgate/internal/testkit"
	"helpgate/internal/token"
	"helpgate/mailin"
	"helpgate/tickets"
	"helpgate/tickets/desk"
)

const (
	support = "support@desk.example"
	ann     = "ann@agents.example" // the agent
	// unbounded is more than a test sends.
	unbounded = 1_000_000
)

// house is a door with a real desk and store behind it, and a second look into the database.
type house struct {
	t        *testing.T
	fault    fault
	clock    *clock.Fake
	door     *mailin.Gate
	db       *store.DB
	keyring  *token.Keyring
	sql      *sql.DB
	counting string // the query of census
	letters  int    // how many were written
}

// newHouse opens a house; options lets its fault strike.
func newHouse(t *testing.T, engine string, options func(*house, *store.Options)) *house {
	t.Helper()
	h := &house{
		t: t, clock: clock.NewFake(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)),
	}
	o := store.Options{
		Blobs: "file:" + filepath.Join(t.TempDir(), "blobs"), Clock: h.clock,
		Logger: slog.New(slog.DiscardHandler),
	}
	options(h, &o)
	var listing string
	var err error
	switch engine {
	case "sqlite":
		path := filepath.Join(t.TempDir(), "helpgate.db")
		o.URL = "sqlite:" + path
		h.sql, err = sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: path}).String())
		listing = `SELECT name FROM sqlite_master
			WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%' AND name <> 'budget'`
	case "postgres":
		o.URL = testkit.Postgres(t)
		h.sql, err = sql.Open("pgx", o.URL)
		listing = `SELECT table_name FROM information_schema.tables
			WHERE table_schema = current_schema() AND table_name NOT LIKE 'goose%'
				AND table_name <> 'budget'`
	}
	if err == nil {
		h.db, err = store.Open(t.Context(), o)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = h.sql.Close()
		if err := h.db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	h.prepareCensus(listing)
	h.furnish(o)
	return h
}

// furnish puts desk and door into the house, and an agent.
func (h *house) furnish(o store.Options) {
	h.t.Helper()
	boxes := tickets.Mailboxes{{Address: support, Locale: "en", Tokens: token.RoadPlus}}
	var err error
	h.keyring, err = token.NewKeyring(token.Key{ID: 'a', Secret: bytes.Repeat([]byte{7}, 32)})
	if err != nil {
		h.t.Fatal(err)
	}
	d := desk.New(desk.Config{
		Store: h.db, Mailboxes: boxes, Keyring: h.keyring, Hostname: "mx.desk.example", Clock: o.Clock,
		Logger: o.Logger, Policy: desk.Policy{
			AutoPerHour: unbounded, NotificationsPerMinute: unbounded, AgentAuth: desk.AuthToken,
			Locale: "en",
		},
	})
	h.door, err = mailin.NewGate(mailin.GateConfig{
		Desk: d, Blobs: h.db.Blobs(), Mailboxes: boxes, Keyring: h.keyring, Hostname: "mx.desk.example",
		MaxSize: 16 << 20, Clock: o.Clock, Logger: o.Logger, Meter: uncounted{},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	err = h.db.Update(h.t.Context(), func(tx tickets.Tx) error {
		return tx.SaveAgent(h.t.Context(), &tickets.Agent{
			Name: "Ann", Addresses: []string{ann}, Active: true,
		})
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// uncounted is a mailin.Meter that forgets.
type uncounted struct{}

func (uncounted) MailAccepted(string) {}
func (uncounted) Duplicate()          {}
func (uncounted) TicketCreated()      {}

// accept hands a letter to the door.
func (h *house) accept(l letter) error {
	return h.door.Accept(h.t.Context(), mailin.Envelope{
		Road: mailin.RoadSMTP, From: l.from, FromKnown: true, To: []string{l.to},
		ReceivedAt: h.door.Clock.Now(),
	}, strings.NewReader(l.String()))
}

// census counts the rows of every table but those of budgets, which are counted together and
// forgotten by and by.
func (h *house) census() map[string]int {
	h.t.Helper()
	count := map[string]int{}
	h.rows(h.counting, func(rows *sql.Rows) error {
		var table string
		var n int
		err := rows.Scan(&table, &n)
		count[table] = n
		return err
	})
	return count
}

// prepareCensus makes the query of census out of that for the tables' names.
func (h *house) prepareCensus(listing string) {
	h.t.Helper()
	var counts []string
	h.rows(listing, func(rows *sql.Rows) error {
		var table string
		err := rows.Scan(&table)
		counts = append(counts, fmt.Sprintf(`SELECT '%s', COUNT(*) FROM %[1]s`, table))
		return err
	})
	h.counting = strings.Join(counts, " UNION ALL ")
}

// rows asks the database beside the store.
func (h *house) rows(query string, scan func(*sql.Rows) error) {
	h.t.Helper()
	rows, err := h.sql.QueryContext(h.t.Context(), query)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			h.t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		h.t.Fatal(err)
	}
}

// file reads a kept file.
func (h *house) file(sha256 string) ([]byte, error) {
	r, err := h.db.Blobs().Open(h.t.Context(), sha256)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
