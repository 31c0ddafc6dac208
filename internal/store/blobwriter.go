package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"

	"helpgate/internal/store/blob"
	"helpgate/tickets"
)

// blobWriter implements tickets.BlobWriter. It holds a blob in memory until that is too large for
// a pack, and then writes it to a file as it comes.
type blobWriter struct {
	ctx   context.Context // of the blob, which begins and ends in different calls
	blobs Blobs
	data  []byte
	// file is not nil from the moment that the blob is large; sum and size are then of all that
	// was written to it.
	file *blob.Writer
	sum  hash.Hash
	size int64
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
	return len(p), w.writeFile(p)
}

// spill moves what is in memory to a file.
func (w *blobWriter) spill() (err error) {
	if w.file, err = w.blobs.db.blobs.Create(); err != nil {
		return err
	}
	w.sum = sha256.New()
	err = w.writeFile(w.data)
	w.data = nil
	return err
}

func (w *blobWriter) writeFile(p []byte) error {
	w.sum.Write(p)
	w.size += int64(len(p))
	_, err := w.file.Write(p)
	return err
}

// Done implements tickets.BlobWriter.
func (w *blobWriter) Done() (tickets.Blob, error) {
	var sum []byte
	if w.file != nil {
		sum = w.sum.Sum(nil)
	} else {
		all := sha256.Sum256(w.data)
		sum, w.size = all[:], int64(len(w.data))
	}
	staged := tickets.Blob{SHA256: hex.EncodeToString(sum), Size: w.size}
	if w.size <= SmallBlob {
		staged.Data, w.data = w.data, nil
		return staged, nil
	}
	known, err := w.blobs.known(w.ctx, staged.SHA256)
	if err != nil || known {
		w.Abort()
		return staged, err
	}
	var place blob.Place
	if w.file != nil {
		place, err = w.file.Done(staged.SHA256)
	} else {
		place, err = w.blobs.db.blobs.Append(w.data)
	}
	if err != nil {
		return tickets.Blob{}, err
	}
	staged.File, staged.Offset = place.File, place.Offset
	return staged, nil
}

// Abort implements tickets.BlobWriter.
func (w *blobWriter) Abort() {
	w.data = nil
	if w.file != nil {
		w.file.Abort()
	}
}
