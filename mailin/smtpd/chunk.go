package smtpd

import (
	"bytes"
	"io"
	"strconv"
	"strings"
)

// bdat is the mail or the chunk that BDAT brings (RFC 3030). go-smtp is told DATA in its place: its
// own BDAT takes a chunk cut short for a whole mail, and may answer a mail with the outcome of the
// one that RSET ended before.
type bdat struct {
	on   bool  // the last command was BDAT, and go-smtp has not refused it
	left int64 // bytes of the chunk that are not read
	last bool  // no chunk follows this one
}

// begin reads a BDAT command. After one that cannot be read the connection ends: where its text
// ends is unknown, and nothing of it may be heard as commands.
func (b *bdat) begin(c *conn, command string) error {
	args := strings.Fields(command[len("BDAT"):])
	last := len(args) == 2 && strings.EqualFold(args[1], "LAST")
	if len(args) != 1 && !last || command[len("BDAT")] != ' ' {
		return errBadChunk
	}
	size, err := strconv.ParseUint(args[0], 10, 63)
	if err != nil {
		return errBadChunk
	}
	*b = bdat{on: true, left: int64(size), last: last}
	c.unitEnd = now().Add(c.srv.cfg.MailTimeout)
	return nil
}

// skip reads over a chunk that go-smtp refused, when it is not larger than what is read of a mail
// at most.
func (b *bdat) skip(c *conn) error {
	b.on = false
	if b.left > 2*c.srv.cfg.MaxMessageBytes {
		return errTooBig
	}
	err := c.in.skip(b.left)
	b.left = 0
	return err
}

// chunkReader reads a mail over all its chunks, answering each but the last. It is a mender's
// source: io.EOF is the end of the last chunk, errAborted a command between two.
type chunkReader struct{ c *conn }

func (r chunkReader) peek() ([]byte, error) {
	b := &r.c.bdat
	for b.left == 0 {
		if b.last {
			return nil, io.EOF
		}
		if err := r.next(); err != nil {
			return nil, err
		}
		r.c.in.widen()
	}
	text, err := r.c.in.peek()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return text[:min(int64(len(text)), b.left)], err
}

func (r chunkReader) take(n int) {
	r.c.bdat.left -= int64(n)
	r.c.in.take(n)
}

// next answers a chunk and waits for another one.
func (r chunkReader) next() error {
	if _, err := r.c.out.WriteString("250 2.0.0 Continue\r\n"); err != nil {
		return err
	}
	line, err := r.c.readLine()
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	text, ok := commandText(line)
	if !ok || len(text) < len("BDAT") || !strings.EqualFold(text[:len("BDAT")], "BDAT") {
		r.c.ahead = bytes.Clone(line)
		return errAborted
	}
	return r.c.bdat.begin(r.c, text)
}
