package storetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"helpgate/tickets"
)

func testBlobs(b *bundle) {
	for _, data := range [][]byte{
		{},
		[]byte("\x00\xff not text"), bytes.Repeat([]byte("small"), 10_000),
		bytes.Repeat([]byte("large"), 100_000),
	} {
		for range 2 { // twice is once
			staged, err := b.Blobs.Stage(b.ctx, data)
			b.must(err)
			sum := sha256.Sum256(data)
			b.equal(staged.SHA256, hex.EncodeToString(sum[:]))
			b.equal(staged.Size, int64(len(data)))
			b.update(func(tx tickets.Tx) error { return tx.PutBlob(b.ctx, staged) })
			if !bytes.Equal(b.blob(staged.SHA256), data) {
				b.Errorf("a blob of %d bytes came back changed", len(data))
			}
		}
	}
	_, err := b.Blobs.Open(b.ctx, strings.Repeat("0", 64))
	b.missing(err)
}

func testBlobUncommitted(b *bundle) {
	for _, size := range []int{10, 1_000_000} {
		staged, err := b.Blobs.Stage(b.ctx, make([]byte, size))
		b.must(err)
		_ = b.Update(b.ctx, func(tx tickets.Tx) error {
			b.must(tx.PutBlob(b.ctx, staged))
			return errRefused
		})
		_, err = b.Blobs.Open(b.ctx, staged.SHA256)
		b.missing(err)
	}
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
