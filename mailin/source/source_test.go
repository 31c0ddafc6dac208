package source

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// opener gives files of the given bytes, and counts those that are open.
func opener(open *int, files ...string) Open {
	return func(file int) (io.ReadCloser, error) {
		*open++
		return closer{strings.NewReader(files[file]), open}, nil
	}
}

type closer struct {
	io.Reader
	open *int
}

func (c closer) Close() error { *c.open--; return nil }

func packer(t testing.TB) *Packer {
	t.Helper()
	p, err := NewPacker()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// two is a mail with a body of base64 that is cut out in two runs, and one sent as it is.
var two = Mail{
	Text: []byte("Subject: s\r\n\r\n!\r\nend\r\n"),
	Cuts: []Cut{
		{At: 14, File: 1, From: 0, Size: 6, Line: 4},
		{At: 17, File: 1, From: 7, Size: 4, Line: 8, LF: true},
		{At: 17, File: 0, From: 1, Size: 2},
	},
}

const twoWhole = "Subject: s\r\n\r\nYWJj\r\nZGVm\r\n!\r\naGlqaw==\nBCend\r\n"

func TestSourceComesBack(t *testing.T) {
	t.Parallel()
	open := 0
	files := opener(&open, "ABC", "abcdefghijk")
	for _, wrap := range []func(io.Reader) io.Reader{
		func(r io.Reader) io.Reader { return r }, iotest.OneByteReader,
	} {
		r := two.Reader(files)
		got, err := io.ReadAll(wrap(r))
		if err != nil || string(got) != twoWhole {
			t.Errorf("got %q, %v", got, err)
		}
		if open != 0 {
			t.Errorf("%d files are open", open)
		}
		r.Close()
	}
}

// A file larger than what is read of it at a time is encoded in whole lines.
func TestLargeFileComesBack(t *testing.T) {
	t.Parallel()
	file := strings.Repeat("0123456789", 10_000)
	for _, line := range []int{4, 60, 76, 1000, MaxLine} {
		m := Mail{Cuts: []Cut{{Size: int64(len(file)), Line: line}}}
		open := 0
		got, err := io.ReadAll(m.Reader(opener(&open, file)))
		if err != nil {
			t.Fatal(err)
		}
		var want strings.Builder
		for rest := file; rest != ""; {
			n := min(len(rest), line/4*3)
			want.WriteString(encode(rest[:n]) + "\r\n")
			rest = rest[n:]
		}
		if string(got) != want.String() {
			t.Errorf("lines of %d: %d bytes, want %d", line, len(got), want.Len())
		}
	}
}

func encode(s string) string {
	r := run{cut: Cut{Line: len(s)/3*4 + 4, LF: true}}
	r.encode([]byte(s))
	return strings.TrimSuffix(string(r.out), "\n")
}

// A source whose files are gone or too short says so, and leaves none open.
func TestMissingFilesAreErrors(t *testing.T) {
	t.Parallel()
	open := 0
	r := two.Reader(opener(&open, "ABC", "abcdefgh"))
	if _, err := io.ReadAll(r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a short file: %v", err)
	}
	if r.Close(); open != 0 {
		t.Errorf("%d files are open", open)
	}
	gone := func(int) (io.ReadCloser, error) { return nil, io.ErrClosedPipe }
	if _, err := io.ReadAll(two.Reader(gone)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a file that is gone: %v", err)
	}
}

func TestPackedSourceIsUnpacked(t *testing.T) {
	t.Parallel()
	p := packer(t)
	sums := []string{strings.Repeat("0a", 32), strings.Repeat("f1", 32)}
	long := two
	long.Text = slices.Concat(two.Text, bytes.Repeat([]byte("text\r\n"), 1000))
	for _, m := range []Mail{two, long, {Text: []byte{}}} {
		known := sums[:min(2, len(m.Cuts))]
		packed, err := p.Pack(&m, known)
		if err != nil {
			t.Fatal(err)
		}
		got, gotSums, err := p.Unpack(packed)
		if err != nil || !reflect.DeepEqual(*got, m) || !slices.Equal(gotSums, known) {
			t.Errorf("got %+v %v, %v", got, gotSums, err)
		}
		if len(m.Text) > 5000 && len(packed) > 300 {
			t.Errorf("%d bytes were packed into %d", len(m.Text), len(packed))
		}
	}
	if _, err := p.Pack(&two, []string{"abc"}); err == nil {
		t.Error("a hash that is none was packed")
	}
}

// FuzzUnpack: damaged sources are errors, and what is unpacked can be read and packed again.
func FuzzUnpack(f *testing.F) {
	p := packer(f)
	sum := strings.Repeat("00", 32)
	seed, err := p.Pack(&two, []string{sum, sum})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte{formZstd, 0x28, 0xB5, 0x2F, 0xFD})
	f.Add([]byte{formPlain, 0, 1, 9})
	f.Fuzz(func(t *testing.T, packed []byte) {
		m, sums, err := p.Unpack(packed)
		if err != nil {
			return
		}
		for _, s := range sums {
			if b, err := hex.DecodeString(s); err != nil || len(b) != sumSize {
				t.Fatalf("hash %q", s)
			}
		}
		again, err := p.Pack(m, sums)
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := p.Unpack(again)
		if err != nil || !reflect.DeepEqual(back.Cuts, m.Cuts) || !bytes.Equal(back.Text, m.Text) {
			t.Fatalf("%+v became %+v, %v", m, back, err)
		}
		open := 0
		r := m.Reader(opener(&open, make([]string, len(sums))...))
		_, _ = io.Copy(io.Discard, r)
		if r.Close(); open != 0 {
			t.Fatalf("%d files are open", open)
		}
	})
}

func BenchmarkPack2KB(b *testing.B) {
	p := packer(b)
	m := Mail{Text: []byte(strings.Repeat("A line of text that says a thing.\r\n", 60))}
	b.SetBytes(int64(len(m.Text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Pack(&m, nil); err != nil {
			b.Fatal(err)
		}
	}
}
