package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"

	"helpgate/tickets"
)

// spool implements tickets.BlobWriter for a mail that is only looked at: a file without a name,
// gone with the process, because a mail that breaks a limit is put together from it again.
type spool struct {
	file *os.File
	sum  hash.Hash
	size int64
}

// newSpool is a parse.Create.
func newSpool() (tickets.BlobWriter, error) {
	f, err := os.CreateTemp("", "helpgate-inspect-")
	if err != nil {
		return nil, fmt.Errorf("spool file of mail: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, fmt.Errorf("spool file of mail: %w", err)
	}
	return &spool{file: f, sum: sha256.New()}, nil
}

// Write implements io.Writer.
func (s *spool) Write(p []byte) (int, error) {
	n, err := s.file.Write(p)
	s.sum.Write(p[:n])
	s.size += int64(n)
	return n, err
}

// Written implements tickets.BlobWriter.
func (s *spool) Written() io.Reader { return io.NewSectionReader(s.file, 0, s.size) }

// Done implements tickets.BlobWriter: it names the bytes and keeps none.
func (s *spool) Done() (tickets.Blob, error) {
	s.Abort()
	return tickets.Blob{SHA256: hex.EncodeToString(s.sum.Sum(nil)), Size: s.size}, nil
}

// Abort implements tickets.BlobWriter.
func (s *spool) Abort() { s.file.Close() }
