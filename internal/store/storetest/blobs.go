package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"

	"helpgate/tickets"
)

func testBlobs(b *bundle) {
	for _, data := range [][]byte{
		{},
		[]byte("\x00\xff not text"), bytes.Repeat([]byte("small"), 10_000),
		bytes.Repeat([]byte("large"), 100_000), bytes.Repeat([]byte("larger"), 300_000),
	} {
		for range 2 { // twice is once
			staged, err := b.Blobs.Stage(b.ctx, data)
			b.must(err)
			b.keeps(staged, data)
		}
	}
	_, err := b.Blobs.Open(b.ctx, strings.Repeat("0", 64))
	b.missing(err)
}

// testBlobWriter writes blobs in pieces: of every size of which the store may make something else,
// and one byte more and less.
func testBlobWriter(b *bundle) {
	for _, size := range []int{0, 10, 64 << 10, 64<<10 + 1, 300_000, 1 << 20, 1<<20 + 1, 3 << 20} {
		data := bytes.Repeat([]byte{byte(size), 'x', 'y', 'z'}, size/4+1)[:size]
		w, err := b.Blobs.Create(b.ctx)
		b.must(err)
		for piece := range slices.Chunk(bytes.Clone(data), 100_000) {
			n, err := w.Write(piece)
			b.must(err)
			b.equal(n, len(piece))
			clear(piece) // the writer has no hold of it
		}
		written, err := io.ReadAll(w.Written())
		b.must(err)
		if !bytes.Equal(written, data) {
			b.Errorf("of %d bytes %d other ones are written", size, len(written))
		}
		staged, err := w.Done()
		b.must(err)
		w.Abort() // comes too late
		b.keeps(staged, data)
	}
}

// testBlobAbort gives a blob up half-way, and then writes it after all.
func testBlobAbort(b *bundle) {
	for _, size := range []int{10, 300_000, 3 << 20} {
		data := bytes.Repeat([]byte{'a'}, size)
		for range 2 {
			w, err := b.Blobs.Create(b.ctx)
			b.must(err)
			_, err = w.Write(data[:size/2])
			b.must(err)
			w.Abort()
			w.Abort()
		}
		_, err := b.Blobs.Open(b.ctx, hash(data[:size/2]))
		b.missing(err)
		staged, err := b.Blobs.Stage(b.ctx, data)
		b.must(err)
		b.keeps(staged, data)
	}
	ctx, cancel := context.WithCancel(b.ctx)
	w, err := b.Blobs.Create(ctx)
	b.must(err)
	defer w.Abort()
	cancel()
	if _, err := w.Write([]byte("x")); !errors.Is(err, context.Canceled) {
		b.Errorf("after its context ended a blob says %v", err)
	}
}

func testBlobUncommitted(b *bundle) {
	for _, size := range []int{10, 300_000, 3 << 20} {
		staged, err := b.Blobs.Stage(b.ctx, make([]byte, size))
		b.must(err)
		_ = b.Update(b.ctx, func(tx tickets.Tx) error {
			b.must(tx.PutBlob(b.ctx, staged))
			return errRefused
		})
		_, err = b.Blobs.Open(b.ctx, staged.SHA256)
		b.missing(err)
		b.keeps(staged, make([]byte, size)) // the next transaction may have it
	}
}

// testBlobsAtOnce keeps blobs of all sizes beside each other, and each of them twice.
func testBlobsAtOnce(b *bundle) {
	data := func(i int) []byte {
		return bytes.Repeat([]byte{byte(i / 2)}, []int{10, 100_000, 200_000, 2 << 20}[i/2%4])
	}
	const n = 24
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			staged, err := b.Blobs.Stage(b.ctx, data(i))
			if err == nil {
				err = b.Update(b.ctx, func(tx tickets.Tx) error { return tx.PutBlob(b.ctx, staged) })
			}
			if err != nil {
				b.Error(err)
			}
		})
	}
	group.Wait()
	for i := range n {
		if !bytes.Equal(b.blob(hash(data(i))), data(i)) {
			b.Errorf("blob %d came back changed", i)
		}
	}
}

// keeps commits the staged blob and reads it.
func (b *bundle) keeps(staged tickets.Blob, data []byte) {
	b.Helper()
	b.equal(staged.SHA256, hash(data))
	b.equal(staged.Size, int64(len(data)))
	b.update(func(tx tickets.Tx) error { return tx.PutBlob(b.ctx, staged) })
	if !bytes.Equal(b.blob(staged.SHA256), data) {
		b.Errorf("a blob of %d bytes came back changed", len(data))
	}
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func (b *bundle) blob(sha256 string) []byte {
	b.Helper()
	r, err := b.Blobs.Open(b.ctx, sha256)
	b.must(err)
	defer r.Close()
	data, err := io.ReadAll(r)
	b.must(err)
	return data
}
