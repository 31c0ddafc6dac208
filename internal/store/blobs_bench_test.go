package store

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"helpgate/tickets"
)

// BenchmarkBlobs keeps blobs of 100 KB, each in an update of its own, from 50 goroutines: what a
// mail with an attachment costs the disk.
func BenchmarkBlobs(b *testing.B) {
	const writers, size = 50, 100_000
	db := openTest(b, engines["sqlite"](b))
	noise := make([]byte, size)
	rand.NewChaCha8([32]byte{}).Read(noise)
	var kept atomic.Int64
	b.SetBytes(size)
	b.ResetTimer()
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			data := append([]byte{}, noise...)
			for n := kept.Add(1); n <= int64(b.N); n = kept.Add(1) {
				binary.BigEndian.PutUint64(data, uint64(n))
				blob, err := db.Blobs().Stage(b.Context(), data)
				if err == nil {
					err = db.Update(b.Context(), func(tx tickets.Tx) error {
						return tx.PutBlob(b.Context(), blob)
					})
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "blobs/s")
}
