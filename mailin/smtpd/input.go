package smtpd

import (
	"bytes"
	"io"
	"sync"
)

// textBuffer is what a conn borrows while it reads a mail: a mail of usual size in few system
// calls. Commands need less, and most connections are between two of them.
const textBuffer = 32 << 10

// newText makes one for the pool.
func newText() any { return new([textBuffer]byte) }

// maxEmptyReads bounds the reads of a source that gives neither bytes nor an error.
const maxEmptyReads = 100

// input holds what came over the wire and was not taken yet. What it gives is good until it is
// asked for more.
type input struct {
	src   io.Reader
	small []byte // its own buffer, for commands
	buf   []byte // small, or a borrowed one
	r, w  int    // buf[r:w] is not taken yet
	err   error  // of src, behind what is buffered

	texts    *sync.Pool
	borrowed *[textBuffer]byte // nil while buf is small
}

// newInput makes an input whose lines have a most of maxLine bytes.
func newInput(src io.Reader, maxLine int, texts *sync.Pool) *input {
	small := make([]byte, maxLine)
	return &input{src: src, small: small, buf: small, texts: texts}
}

// line takes one line with its LF; errLongCommand when it is longer than the limit.
func (in *input) line() ([]byte, error) {
	in.narrow()
	seen := 0
	for {
		if i := bytes.IndexByte(in.buf[in.r+seen:in.w], '\n'); i >= 0 && seen+i < len(in.small) {
			line := in.buf[in.r : in.r+seen+i+1]
			in.r += len(line)
			return line, nil
		}
		if seen = in.w - in.r; seen >= len(in.small) {
			return nil, errLongCommand
		}
		if err := in.fill(); err != nil {
			return nil, err
		}
	}
}

// peek gives what is at hand, and waits for it when that is nothing.
func (in *input) peek() ([]byte, error) {
	if in.r == in.w {
		if err := in.fill(); err != nil {
			return nil, err
		}
	}
	return in.buf[in.r:in.w], nil
}

// take takes n bytes of what peek gave.
func (in *input) take(n int) { in.r += n }

// skip takes n bytes, whatever they are.
func (in *input) skip(n int64) error {
	for n > 0 {
		b, err := in.peek()
		if err != nil {
			return err
		}
		k := min(int64(len(b)), n)
		in.take(int(k))
		n -= k
	}
	return nil
}

// fill reads at least one byte more. There is room: line and peek do not ask with a full buffer.
func (in *input) fill() error {
	if in.r > 0 {
		in.w = copy(in.buf, in.buf[in.r:in.w])
		in.r = 0
	}
	for range maxEmptyReads {
		if in.err != nil {
			return in.err
		}
		var n int
		n, in.err = in.src.Read(in.buf[in.w:])
		in.w += n
		if n > 0 {
			return nil
		}
	}
	return io.ErrNoProgress
}

// widen borrows a large buffer for a mail's text.
func (in *input) widen() {
	if in.borrowed != nil || len(in.small) >= textBuffer {
		return
	}
	in.borrowed = in.texts.Get().(*[textBuffer]byte)
	in.move(in.borrowed[:])
}

// narrow gives the large buffer back as soon as what it holds fits into the small one.
func (in *input) narrow() {
	if in.borrowed == nil || in.w-in.r > len(in.small) {
		return
	}
	in.move(in.small)
	in.texts.Put(in.borrowed)
	in.borrowed = nil
}

func (in *input) move(to []byte) {
	in.w = copy(to, in.buf[in.r:in.w])
	in.r, in.buf = 0, to
}

// forget drops what was buffered.
func (in *input) forget() { in.r, in.w = 0, 0 }
