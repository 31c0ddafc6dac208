package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/store"
	"helpgate/tickets"
)

// loadGroup is how many tickets the loader writes in one transaction: each commit flushes.
const loadGroup = 500

// millionFolder is where in -dir the full database is kept for later runs.
func (b *bench) millionFolder() string {
	return filepath.Join(b.dir, fmt.Sprintf("tickets-%d", b.tickets))
}

// million loads a helpgate on a database with many tickets and one on an empty database turn about,
// and times the two verbs that a person waits for. What the turns write stays: it is little beside
// what is there, and copying ten gigabytes takes longer than all the rest.
func million(ctx context.Context, b *bench) error {
	full, err := b.fill(ctx)
	if err != nil {
		return err
	}
	mail := newTemplate(plain)
	var empty, loaded []result
	for range b.rounds {
		r, err := b.turn(ctx, setup{}, 50, mail)
		if err != nil {
			return err
		}
		empty = append(empty, r)
		if r, err = b.turn(ctx, setup{dir: full}, 50, mail); err != nil {
			return err
		}
		loaded = append(loaded, r)
	}
	b.report.compare(fmt.Sprintf("%d tickets against none, p50", b.tickets), empty, loaded, 0.8,
		false)
	return b.verbs(ctx, full)
}

// verbs times `ticket list` and `ticket show` as a person does: from the call to the last line.
func (b *bench) verbs(ctx context.Context, dir string) error {
	const calls = 21
	g, err := b.gateway(ctx, setup{dir: dir})
	if err != nil {
		return err
	}
	for _, verb := range []struct {
		name string
		args func(i int) []string
	}{
		{"ticket list --limit 50", func(int) []string {
			return []string{"ticket", "list", "--limit", "50"}
		}},
		{"ticket list --status open --limit 50", func(int) []string {
			return []string{"ticket", "list", "--status", "open", "--limit", "50"}
		}},
		{"ticket show N", func(i int) []string {
			return []string{"ticket", "show", fmt.Sprint(1 + b.tickets*int64(i)/calls)}
		}},
	} {
		var took []float64
		for i := range calls {
			begun := time.Now()
			if _, err := g.verb(ctx, verb.args(i)...); err != nil {
				return errors.Join(err, g.kill())
			}
			took = append(took, ms(time.Since(begun)))
		}
		progress("  %s: %.0f ms", verb.name, median(took))
		b.report.add(verb.name, "-", fmt.Sprintf("median %.0f ms", median(took)), "-",
			"below 50 ms", verdict(median(took) < 50))
	}
	return g.kill()
}

// fill gives the folder of a gateway whose database holds so many tickets. It goes on where an
// earlier run stopped, at the end of a transaction.
func (b *bench) fill(ctx context.Context) (dir string, err error) {
	dir = b.millionFolder()
	g := &gateway{dir: dir, database: sqliteDatabase}
	if g.binary, err = b.build(ctx); err != nil {
		return "", err
	}
	if err := g.configure(ctx, "127.0.0.1:1", b.lanes, ""); err != nil {
		return "", err
	}
	db, err := store.Open(ctx, store.Options{
		URL: "sqlite:" + filepath.Join(dir, "data", "helpgate.db"), Clock: clock.System{},
		Blobs:  "file:" + filepath.Join(dir, "data", "blobs"),
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var newest []tickets.Ticket
	err = db.View(ctx, func(tx tickets.Tx) (err error) {
		newest, err = tx.Tickets(ctx, tickets.TicketFilter{Limit: 1, Merged: true})
		return err
	})
	if err != nil {
		return "", err
	}
	var from int64
	if len(newest) > 0 {
		from = newest[0].Number
	}
	return dir, b.write(ctx, db, from)
}

// write stores the tickets after that number, and tells how far it is.
func (b *bench) write(ctx context.Context, db *store.DB, from int64) error {
	begun, told := time.Now(), time.Now()
	first := from
	for from < b.tickets {
		to := min(from+loadGroup, b.tickets)
		err := db.Update(ctx, func(tx tickets.Tx) error {
			for n := from + 1; n <= to; n++ {
				if err := storeTicket(ctx, tx, n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("store tickets from %d: %w", from+1, err)
		}
		from = to
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			progress("  %d of %d tickets, %.0f a second", from, b.tickets,
				float64(from-first)/time.Since(begun).Seconds())
		}
	}
	return nil
}
