package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"helpgate/internal/store/blob"
	"helpgate/tickets"
)

// blobWriter implements tickets.BlobWriter. It holds a blob in memory until that is too large for
// a pack, and then writes it to a file as it comes.
type blobWriter struct {
	ctx   context.Context // of the blob, which begins and ends in different calls
	blobs Blobs
	data  []byte // in a buffer of the store's
	// file is not nil from the moment that the blob is large; sum and size are then of all that
	// was written to it.
	file *blob.Writer
	sum  hash.Hash
	size int64
}

// Create implements tickets.Blobs.
func (b Blobs) Create(ctx context.Context) (tickets.BlobWriter, error) {
	w := &blobWriter{ctx: ctx, blobs: b}
	// Growing a new buffer for each would cost several times the blob.
	if spare, ok := b.db.buffers.Get().(*[]byte); ok {
		w.data = (*spare)[:0]
	}
	return w, nil
}

// Write implements io.Writer.
func (w *blobWriter) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	if w.file == nil && len(w.data)+len(p) <= PackedBlob {
		w.data = append(w.data, p...)
		return len(p), nil
	}
	if w.file == nil {
		if err := w.spill(); err != nil {
			return 0, err
		}
	}
	return w.writeFile(p)
}

// spill moves what is in memory to a file.
func (w *blobWriter) spill() (err error) {
	if w.file, err = w.blobs.db.blobs.Create(); err != nil {
		return err
	}
	w.sum = sha256.New()
	_, err = w.writeFile(w.data)
	w.giveBack()
	return err
}

func (w *blobWriter) writeFile(p []byte) (int, error) {
	n, err := w.file.Write(p)
	w.sum.Write(p[:n])
	w.size += int64(n)
	return n, err
}

// Written implements tickets.BlobWriter.
func (w *blobWriter) Written() io.Reader {
	if w.file != nil {
		return w.file.Written()
	}
	return bytes.NewReader(w.data)
}

// Done implements tickets.BlobWriter.
func (w *blobWriter) Done() (tickets.Blob, error) {
	defer w.Abort() // does nothing to what is kept
	if w.file == nil {
		staged, err := w.blobs.stage(w.ctx, w.data)
		staged.Data = bytes.Clone(staged.Data)
		return staged, err
	}
	staged := tickets.Blob{SHA256: hex.EncodeToString(w.sum.Sum(nil)), Size: w.size}
	known, err := w.blobs.known(w.ctx, staged.SHA256)
	if err != nil || known {
		return staged, err
	}
	place, err := w.file.Done(staged.SHA256)
	staged.File = place.File
	return staged, err
}

// Abort implements tickets.BlobWriter.
func (w *blobWriter) Abort() {
	w.giveBack()
	if w.file != nil {
		w.file.Abort()
	}
}

func (w *blobWriter) giveBack() {
	if data := w.data; data != nil {
		w.blobs.db.buffers.Put(&data)
	}
	w.data = nil
}
