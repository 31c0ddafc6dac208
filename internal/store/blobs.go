package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"

	"helpgate/tickets"
)

// SmallBlob is how many bytes a blob may have to be a row. Rows share the commit's flush; a file
// costs two of its own, but does not swell the database and its backups.
const SmallBlob = 64 << 10

// Blobs implements tickets.Blobs.
type Blobs struct{ db *DB }

var _ tickets.Blobs = Blobs{}

// Blobs gives the store's blobs.
func (d *DB) Blobs() Blobs { return Blobs{d} }

// Stage implements tickets.Blobs. It keeps data when that is small: do not change it afterwards.
func (b Blobs) Stage(ctx context.Context, data []byte) (tickets.Blob, error) {
	sum := sha256.Sum256(data)
	staged := tickets.Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}
	if len(data) <= SmallBlob {
		staged.Data = data
		return staged, nil
	}
	if err := ctx.Err(); err != nil {
		return tickets.Blob{}, err
	}
	return staged, b.db.blobs.Put(staged.SHA256, data)
}

// Create implements tickets.Blobs.
func (b Blobs) Create(ctx context.Context) (tickets.BlobWriter, error) {
	return &blobWriter{ctx: ctx, blobs: b}, nil
}

// blobWriter implements tickets.BlobWriter.
type blobWriter struct {
	ctx   context.Context
	blobs Blobs
	bytes.Buffer
}

// Done implements tickets.BlobWriter.
func (w *blobWriter) Done() (tickets.Blob, error) { return w.blobs.Stage(w.ctx, w.Bytes()) }

// Abort implements tickets.BlobWriter.
func (w *blobWriter) Abort() {}

// PutBlob implements tickets.MessageTx.
func (t *tx) PutBlob(ctx context.Context, b tickets.Blob) error {
	var data any // NULL for what lies in a file
	if b.Size <= SmallBlob {
		data = append([]byte{}, b.Data...) // not nil when empty, which would be NULL
	}
	return t.do(ctx, "put blob "+b.SHA256, `
		INSERT INTO blob (sha256, size, data) VALUES ($1, $2, $3)
		ON CONFLICT (sha256) DO NOTHING`, b.SHA256, b.Size, data)
}

// Open implements tickets.Blobs. It must not be called within an Update or a View.
func (b Blobs) Open(ctx context.Context, sha256 string) (io.ReadCloser, error) {
	scan := func(s scanner) (data sql.Null[[]byte], err error) { return data, s.Scan(&data) }
	var row sql.Null[[]byte]
	err := b.db.engine.view(ctx, func(t *tx) (err error) {
		row, err = one(ctx, t, "open blob "+sha256, scan,
			`SELECT data FROM blob WHERE sha256 = $1`, sha256)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !row.Valid {
		file, err := b.db.blobs.Open(sha256)
		if err != nil {
			return nil, fmt.Errorf("open kept blob: %w", err)
		}
		return file, nil
	}
	return io.NopCloser(bytes.NewReader(row.V)), nil
}
