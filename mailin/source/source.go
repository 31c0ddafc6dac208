// Package source holds the bytes of a received mail without storing anything twice: a body that was
// decoded and kept as a file is left out, and made anew from the file when the source is read.
//
// Only runs of which this gives the same bytes are left out: base64 in lines of one length (RFC
// 2045 section 6.8), and bytes that were sent as they are. mailin/parse finds them. A Packer makes
// of a source the blob that is kept, and of the blob the source: a source knows its files by
// number, the blob by SHA-256.
//
// The door packs; replay and whoever shows a source unpack. It is pure and owns no goroutine.
package source

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
)

// Mail is the source of one mail: Text, into which the cuts are to be put back.
type Mail struct {
	Text []byte
	Cuts []Cut // by At
}

// Cut is a run of the source that was left out.
type Cut struct {
	At   int   // offset in Text at which it stood
	File int   // the number of the file that holds its bytes
	From int64 // offset in the file
	Size int64 // in bytes, as they are in the file
	// Line is how many characters of base64 a full line has, a multiple of four: the run is whole
	// lines of it, of which only the last may be shorter or padded. 0 for bytes sent as they are.
	Line int
	// LF tells that the lines of base64 end in LF, not in CRLF.
	LF bool
}

// MaxLine bounds Cut.Line. RFC 2045 has 76; some mailers make lines of a thousand.
const MaxLine = 64 << 10

// Open gives a file by its number.
type Open func(file int) (io.ReadCloser, error)

// Reader gives the mail as it came, byte for byte. It opens the files one after the other, as their
// cuts are reached; closing it closes the one that is open.
func (m *Mail) Reader(open Open) io.ReadCloser {
	r := &reader{}
	var parts []io.Reader
	at := 0
	for _, c := range m.Cuts {
		parts = append(parts, bytes.NewReader(m.Text[at:c.At]), &run{cut: c, open: open, reader: r})
		at = c.At
	}
	r.Reader = io.MultiReader(append(parts, bytes.NewReader(m.Text[at:]))...)
	return r
}

// reader is the parts of a mail in a row.
type reader struct {
	io.Reader
	file io.Closer // of the run that is being read, or nil
}

func (r *reader) Close() error {
	if r.file == nil {
		return nil
	}
	file := r.file
	r.file = nil
	return file.Close()
}

// run makes the bytes of a cut anew.
type run struct {
	cut    Cut
	open   Open
	reader *reader
	src    io.Reader // nil before the first Read
	raw    []byte    // scratch for what is read of the file
	out    []byte    // encoded and not yet given
}

// chunk is how many bytes of a file are read at a time, if a line has no more.
const chunk = 12 << 10

// Read implements io.Reader.
func (r *run) Read(p []byte) (int, error) {
	if r.src == nil {
		if err := r.begin(); err != nil {
			return 0, fmt.Errorf("put a body back into its source: %w", err)
		}
	}
	if len(r.out) == 0 {
		n, err := io.ReadFull(r.src, r.raw[:min(int64(len(r.raw)), r.cut.Size)])
		r.cut.Size -= int64(n)
		switch {
		case n == 0 && r.cut.Size == 0:
			if err = r.reader.Close(); err == nil {
				err = io.EOF
			}
			return 0, err
		case err != nil:
			return 0, fmt.Errorf("put a body back into its source: %w", noEOF(err))
		}
		r.encode(r.raw[:n])
	}
	n := copy(p, r.out)
	r.out = r.out[n:]
	return n, nil
}

// begin opens the file where the run starts.
func (r *run) begin() error {
	f, err := r.open(r.cut.File)
	if err != nil {
		return err
	}
	r.reader.file, r.src = f, f
	size := chunk
	if r.cut.Line > 0 {
		line := r.cut.Line / 4 * 3
		size = line * max(1, chunk/line)
	}
	r.raw = make([]byte, min(int64(size), r.cut.Size))
	_, err = io.CopyN(io.Discard, f, r.cut.From)
	return noEOF(err)
}

// encode writes whole lines of base64, or the bytes as they are, into out.
func (r *run) encode(raw []byte) {
	if r.cut.Line == 0 {
		r.out = raw
		return
	}
	r.out = r.out[:0]
	for len(raw) > 0 {
		n := min(len(raw), r.cut.Line/4*3)
		r.out = base64.StdEncoding.AppendEncode(r.out, raw[:n])
		if !r.cut.LF {
			r.out = append(r.out, '\r')
		}
		r.out, raw = append(r.out, '\n'), raw[n:]
	}
}

// noEOF tells of a file that is shorter than its source says.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
