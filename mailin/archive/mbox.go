package archive

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mbox is a file that holds mails one after the other.
type Mbox struct {
	file *os.File
	name string
	// size is that at the opening: what is appended meanwhile is for the next run.
	size int64
	at   time.Time // when it was last changed: the date of a mail that has no other
	eol  byte      // ends its lines: LF, of CRLF too, or CR
	head []byte    // its first bytes, by which it is known again
}

// firstBytes is how much of the file is looked at to tell how its lines end.
const firstBytes = 4 << 10

// knownBytes is how much of the file must be the same if a place of it shall hold.
const knownBytes = 512

// OpenMbox opens an mbox. An empty file is one.
func OpenMbox(path string) (*Mbox, error) {
	real, err := filepath.EvalSymlinks(path) // the operator named it: this link is meant
	if err != nil {
		return nil, fmt.Errorf("open mbox: %w", err)
	}
	f, info, err := openFile(real)
	if err != nil {
		return nil, fmt.Errorf("open mbox: %w", err)
	}
	b := &Mbox{file: f, name: path, size: info.Size(), at: info.ModTime(), eol: '\n'}
	first := make([]byte, min(firstBytes, b.size))
	if _, err := f.ReadAt(first, 0); err != nil {
		f.Close()
		return nil, fmt.Errorf("read mbox: %w", err)
	}
	start := bytes.TrimLeft(first, "\r\n")
	if len(start) > 0 && !bytes.HasPrefix(start, fromWord) {
		f.Close()
		return nil, fmt.Errorf("open mbox: %s does not begin with a \"From \" line", path)
	}
	if bytes.IndexByte(first, '\n') < 0 && bytes.IndexByte(first, '\r') >= 0 {
		b.eol = '\r'
	}
	b.head = first[:min(knownBytes, len(first))]
	return b, nil
}

// Mails implements Archive.
func (b *Mbox) Mails(_ context.Context, behind string) iter.Seq2[Mail, error] {
	return func(yield func(Mail, error) bool) {
		offset, resumed := b.offset(behind)
		s := newScanner(io.NewSectionReader(b.file, offset, b.size-offset), offset, b.eol)
		for skip := resumed; ; skip = false {
			p, err := s.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Mail{}, fmt.Errorf("read mbox: %w", err))
				return
			}
			if !skip && !yield(b.mail(p), nil) {
				return
			}
		}
	}
}

func (b *Mbox) mail(p piece) Mail {
	if p.at.IsZero() {
		p.at = b.at
	}
	return Mail{
		Place: b.place(p.from),
		Name:  fmt.Sprintf("%s at byte %d", b.name, p.from),
		At:    p.at, Size: p.next - p.from,
		Open: func() (io.ReadCloser, error) {
			return io.NopCloser(newUnquoter(b.file, p, b.eol)), nil
		},
	}
}

// place names the mail at the offset: by it, by the file's beginning and by the mail's "From " line,
// so that one of a file that was changed before it is not believed.
func (b *Mbox) place(offset int64) string {
	line := make([]byte, min(maxFromLine, b.size-offset))
	n, _ := b.file.ReadAt(line, offset) // what cannot be read is another line
	line, _, _ = bytes.Cut(line[:n], []byte{b.eol})
	sum := sha256.Sum256(slices.Concat(b.head, line))
	return fmt.Sprintf("%d-%x", offset, sum[:8])
}

// offset gives where the mail at the place begins; a place that is not of this file is its start.
func (b *Mbox) offset(place string) (offset int64, ok bool) {
	digits, _, _ := strings.Cut(place, "-")
	offset, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || offset < 0 || offset >= b.size || b.place(offset) != place {
		return 0, false
	}
	return offset, true
}

// Left implements Archive, in bytes. The mail at the place is not counted.
func (b *Mbox) Left(_ context.Context, behind string) (int64, error) {
	offset, resumed := b.offset(behind)
	if !resumed {
		return b.size, nil
	}
	s := newScanner(io.NewSectionReader(b.file, offset, b.size-offset), offset, b.eol)
	p, err := s.next()
	if err != nil {
		return 0, fmt.Errorf("read mbox: %w", err)
	}
	return b.size - p.next, nil
}

// Bytes implements Archive.
func (b *Mbox) Bytes() bool { return true }

// Appends implements Archive.
func (b *Mbox) Appends() bool { return true }

// Close implements Archive.
func (b *Mbox) Close() error { return b.file.Close() }

// unquoter gives the lines of one mail without the > that the mbox put before them.
type unquoter struct {
	r    *bufio.Reader
	eol  byte
	rest []byte // read, in r's buffer, and not yet given
	mid  bool   // what follows goes on with a line
}

func newUnquoter(file io.ReaderAt, p piece, eol byte) *unquoter {
	size := p.end - p.body
	text := io.NewSectionReader(file, p.body, size)
	return &unquoter{r: bufio.NewReaderSize(text, int(min(size, lineBuffer))), eol: eol}
}

// Read implements io.Reader. Lines that end in CR come with LF.
func (u *unquoter) Read(p []byte) (int, error) {
	for len(u.rest) == 0 {
		line, err := u.r.ReadSlice(u.eol)
		if len(line) == 0 {
			return 0, err
		}
		if !u.mid && line[0] == '>' && bytes.HasPrefix(bytes.TrimLeft(line, ">"), fromWord) {
			line = line[1:]
		}
		if u.mid = err != nil; !u.mid {
			line[len(line)-1] = '\n'
		}
		u.rest = line
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}
