package imapin

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// spool is a file without a name, which holds mails between their literal and the door: a door that
// waits for the disk must not make the server wait, and no mail is held in memory.
type spool struct {
	file *os.File
	at   int64
}

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, "imap-*")
	if err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("unlink spool: %w", err), f.Close())
	}
	return &spool{file: f}, nil
}

// add appends all of r.
func (s *spool) add(r io.Reader) (off, n int64, err error) {
	off = s.at
	n, err = io.Copy(io.NewOffsetWriter(s.file, off), r)
	s.at += n
	return off, n, err
}

// read gives what was added. A file that ends before it is an error, never a shorter mail.
func (s *spool) read(p piece) io.Reader {
	return &exact{r: io.NewSectionReader(s.file, p.off, p.of), left: p.of}
}

type exact struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (e *exact) Read(b []byte) (int, error) {
	n, err := e.r.Read(b)
	if e.left -= int64(n); err == io.EOF && e.left > 0 {
		err = fmt.Errorf("read spool: %w", io.ErrUnexpectedEOF)
	}
	return n, err
}

// empty makes room for the next mails.
func (s *spool) empty() error {
	s.at = 0
	if err := s.file.Truncate(0); err != nil {
		return fmt.Errorf("empty spool: %w", err)
	}
	return nil
}

func (s *spool) close() { _ = s.file.Close() }
