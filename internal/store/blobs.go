package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"helpgate/internal/store/blob"
	"helpgate/tickets"
)

const (
	// SmallBlob is how many bytes a blob may have to be a row. Rows share the commit's flush;
	// others need one more, but do not swell the database and its backups.
	SmallBlob = 64 << 10
	// PackedBlob is how many it may have to be appended to a pack, whose flush a group shares. A
	// larger one streams into a file of its own, so that a mail's memory is bounded by this; its
	// own two flushes weigh little against its size.
	PackedBlob = 1 << 20
)

// Blobs implements tickets.Blobs.
type Blobs struct{ db *DB }

var _ tickets.Blobs = Blobs{}

// Blobs gives the store's blobs.
func (d *DB) Blobs() Blobs { return Blobs{d} }

// Stage implements tickets.Blobs.
func (b Blobs) Stage(ctx context.Context, data []byte) (tickets.Blob, error) {
	if len(data) <= PackedBlob {
		return b.stage(ctx, data)
	}
	w, err := b.Create(ctx)
	if err != nil {
		return tickets.Blob{}, err
	}
	defer w.Abort()
	if _, err := w.Write(data); err != nil {
		return tickets.Blob{}, err
	}
	return w.Done()
}

// stage makes data ready to become a row, or appends it to the pack.
func (b Blobs) stage(ctx context.Context, data []byte) (tickets.Blob, error) {
	sum := sha256.Sum256(data)
	staged := tickets.Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}
	if len(data) <= SmallBlob {
		staged.Data = data
		return staged, nil
	}
	known, err := b.known(ctx, staged.SHA256)
	if err != nil || known {
		return staged, err
	}
	place, err := b.db.blobs.Append(data)
	staged.File, staged.Offset = place.File, place.Offset
	return staged, err
}

// known tells whether the blob is kept already, so that it need not be stored once more.
func (b Blobs) known(ctx context.Context, sha256 string) (known bool, err error) {
	err = b.db.view(ctx, func(t *tx) error {
		known, err = t.hasBlob(ctx, sha256)
		return err
	})
	return known, err
}

// Open implements tickets.Blobs. It must not be called within an Update or a View.
func (b Blobs) Open(ctx context.Context, sha256 string) (io.ReadCloser, error) {
	type row struct {
		data  sql.Null[[]byte]
		place blob.Place
	}
	scan := func(s scanner) (r row, err error) {
		return r, s.Scan(&r.data, &r.place.File, &r.place.Offset, &r.place.Size)
	}
	var found row
	err := b.db.view(ctx, func(t *tx) (err error) {
		found, err = one(ctx, t, "open blob "+sha256, scan,
			`SELECT data, file, file_offset, size FROM blob WHERE sha256 = $1`, sha256)
		return err
	})
	if err != nil {
		return nil, err
	}
	if found.data.Valid {
		return io.NopCloser(bytes.NewReader(found.data.V)), nil
	}
	file, err := b.db.blobs.Open(found.place)
	if err != nil {
		return nil, fmt.Errorf("open blob %s: %w", sha256, err)
	}
	return file, nil
}

// sweepMark is the mark of when the blobs were first swept.
const sweepMark = "blobs-swept-since"

// Sweep removes the files outside the database that no row has named for a week. It leaves alone
// what is older than the database's first sweep: that belongs to a database that was here before,
// and may come back from a backup. It gives the number of files removed.
func (b Blobs) Sweep(ctx context.Context) (int, error) {
	now := b.db.clock.Now()
	since := now
	err := b.db.Update(ctx, func(tx tickets.Tx) error {
		mark, err := tx.Mark(ctx, sweepMark)
		if err != nil {
			return err
		}
		if mark == "" {
			return tx.SetMark(ctx, sweepMark, now.Format(time.RFC3339))
		}
		since, err = time.Parse(time.RFC3339, mark)
		return err
	})
	if err != nil {
		return 0, err
	}
	return b.db.blobs.Sweep(ctx, now, since, func(file string) (named bool, err error) {
		err = b.db.view(ctx, func(t *tx) error {
			named, err = exists(ctx, t, "look for blobs of "+file,
				`SELECT 1 FROM blob WHERE file = $1 AND file <> '' LIMIT 1`, file)
			return err
		})
		return named, err
	})
}

// PutBlob implements tickets.MessageTx.
func (t *tx) PutBlob(ctx context.Context, b tickets.Blob) error {
	op := "put blob " + b.SHA256
	var data any // NULL for what lies in a file
	switch {
	case b.Size <= SmallBlob:
		if data = b.Data; len(b.Data) == 0 {
			data = []byte{} // nil would be NULL
		}
	case b.File != "":
		t.places = append(t.places, blob.Place{File: b.File, Offset: b.Offset, Size: b.Size})
	default: // it was known when it was staged
		kept, err := t.hasBlob(ctx, b.SHA256)
		if err == nil && !kept {
			err = fmt.Errorf("%s: it was deleted since it was staged", op)
		}
		return err
	}
	return t.do(ctx, op, `
		INSERT INTO blob (sha256, size, data, file, file_offset) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (sha256) DO NOTHING`, b.SHA256, b.Size, data, b.File, b.Offset)
}

func (t *tx) hasBlob(ctx context.Context, sha256 string) (bool, error) {
	return exists(ctx, t, "look for blob "+sha256, `SELECT 1 FROM blob WHERE sha256 = $1`, sha256)
}

// syncBlobs makes durable what lies outside the database and is named by rows of this transaction.
// It comes before the commit: no row may outlive its bytes. What another transaction has synced
// meanwhile costs nothing more.
func (t *tx) syncBlobs() error {
	for _, place := range t.places {
		if err := t.db.blobs.Sync(place); err != nil {
			return fmt.Errorf("keep blobs: %w", err)
		}
	}
	return nil
}

// exists tells whether the query gives a row with a number.
func exists(ctx context.Context, t *tx, op, query string, args ...any) (bool, error) {
	_, err := one(ctx, t, op, scanInt, query, args...)
	if errors.Is(err, tickets.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
