package smtpd

import (
	"bytes"
	"fmt"
	"io"
)

// body is one mail as the Door reads it: mended, and within its limits. An error other than io.EOF
// is kept, and is the answer to the mail whatever the Door makes of it.
type body struct {
	src  io.Reader
	max  int64 // bytes that a mail may have
	long int   // bytes that a line may have
	size int64
	line int // bytes of the line that is being read
	err  error
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.src.Read(p)
	b.size += int64(n)
	switch {
	case b.tooLong(p[:n]):
		b.err = errLongLine
	case b.size > b.max:
		b.err = errTooBig
	default:
		b.err = err
		return n, err
	}
	return 0, b.err
}

// tooLong follows the line lengths through p. A piece that is short enough for the line that it
// goes on with needs no look at those within it.
func (b *body) tooLong(p []byte) bool {
	for b.line+len(p) > b.long {
		i := bytes.IndexByte(p, '\n')
		if i < 0 || b.line+i > b.long {
			return true
		}
		b.line, p = 0, p[i+1:]
	}
	if i := bytes.LastIndexByte(p, '\n'); i >= 0 {
		b.line, p = 0, p[i+1:]
	}
	b.line += len(p)
	return false
}

// whole tells whether the mail was read to its end within its limits.
func (b *body) whole() bool { return b.err == io.EOF }

// drain reads what the Door left, so that the peer hears the answer and not a reset connection: at
// most another mail's worth. It returns nil when the mail's end was found.
func (b *body) drain() error {
	n, err := io.Copy(io.Discard, io.LimitReader(b.src, b.max+1))
	if err == nil && n > b.max {
		return errTooBig
	}
	return err
}

// verdict is the answer to the mail: what was wrong with it, else the Door's, which may say yes
// only to a mail that it read to the end.
func (b *body) verdict(door error) error {
	switch {
	case b.whole():
		return door
	case b.err != nil:
		return wireError(b.err)
	case door == nil:
		return fmt.Errorf("door took a mail before its end: %w", errUnknown)
	default:
		return door
	}
}
