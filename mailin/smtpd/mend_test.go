package smtpd

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

// inputOf makes an input of what r gives.
func inputOf(r io.Reader) *input {
	in := newInput(r, DefaultMaxCommandLine, &sync.Pool{New: newText})
	in.widen()
	return in
}

// left takes the rest of an input.
func left(in *input) string {
	var all strings.Builder
	for {
		b, err := in.peek()
		if err != nil {
			return all.String()
		}
		all.Write(b)
		in.take(len(b))
	}
}

func TestMend(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ wire, want, rest string }{
		{".\r\n", "", ""},
		{"a\r\n.\r\nQUIT\r\n", "a\r\n", "QUIT\r\n"},
		{"..a\r\n.b\r\n...\r\n.\r\n", ".a\r\nb\r\n..\r\n", ""},
		{"a\nb\rc\r\n.\r\n", "a\r\nb\r\nc\r\n", ""},
		{"a\r\r\nb\r\n.\r\n", "a\r\nb\r\n", ""},
		{"a\r\rb\r\n.\r\n", "a\r\n\r\nb\r\n", ""},
		{"a\n\n\nb\r\n.\r\n", "a\r\n\r\n\r\nb\r\n", ""},
		// A line that the mend began keeps its dots.
		{"a\n.\nb\r\n.\r\n", "a\r\n.\r\nb\r\n", ""},
		{"a\n..b\r\n.\r\n", "a\r\n..b\r\n", ""},
		{"a\r.\r\nb\r\n.\r\n", "a\r\n.\r\nb\r\n", ""},
		// So does one that the mend ended, when it is nothing but the dot.
		{"a\r\n.\nb\r\n.\r\n", "a\r\n.\r\nb\r\n", ""},
		{"a\r\n.\rb\r\n.\r\n", "a\r\n.\r\nb\r\n", ""},
		{"a\r\n.\r\r\nb\r\n.\r\n", "a\r\n.\r\nb\r\n", ""},
		{"a\r\n..\nb\r\n.\r\n", "a\r\n.\r\nb\r\n", ""},
		{"a\r\n.x\nb\r\n.\r\n", "a\r\nx\r\nb\r\n", ""},
		{"a\x00b\r\n.\r\n", "a\x00b\r\n", ""},
	} {
		src := inputOf(strings.NewReader(test.wire))
		got, err := io.ReadAll(newMender(src, true))
		if rest := left(src); err != nil || string(got) != test.want || rest != test.rest {
			t.Errorf("%q: got %q, %v, rest %q", test.wire, got, err, rest)
		}
	}
}

func TestMendTakesAnEarlyEndForAnAccident(t *testing.T) {
	t.Parallel()
	for _, wire := range []string{"", "a", "a\r", "a\r\n", "a\r\n.", "a\r\n.\r"} {
		m := newMender(inputOf(strings.NewReader(wire)), true)
		if _, err := io.ReadAll(m); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %v", wire, err)
		}
		m = newMender(inputOf(strings.NewReader(wire)), false)
		if _, err := io.ReadAll(m); err != nil {
			t.Errorf("%q in chunks: %v", wire, err)
		}
	}
}

// FuzzMend holds the mender to what makes it safe: the end is where RFC 5321 says and not a byte
// elsewhere, only CRLF ends lines, clean text is what it was, and how the bytes arrive changes
// nothing.
func FuzzMend(f *testing.F) {
	for _, seed := range []string{
		"a\r\n.\r\nQUIT\r\n", "a\r\r\n.\r\n",
		"\n.\n\r.\r\r\n.\n\r\n.\r\n", "..\r\n.\r\r.\r\n.\r\n", "\r", ".",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		src := inputOf(bytes.NewReader(wire))
		got, err := io.ReadAll(newMender(src, true))
		text, rest, ended := bytes.Cut(append([]byte("\r\n"), wire...), []byte("\r\n.\r\n"))
		if ended != (err == nil) {
			t.Fatalf("ended %v, err %v", ended, err)
		}
		if got := left(src); ended && got != string(rest) {
			t.Fatalf("left %q, want %q", got, rest)
		}
		bare := bytes.ReplaceAll(got, []byte("\r\n"), nil)
		if ended && bytes.ContainsAny(bare, "\r\n") {
			t.Fatalf("bare line end in %q", got)
		}
		if want, clean := unstuffed(text); ended && clean && !bytes.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
		slow := newMender(inputOf(iotest.OneByteReader(bytes.NewReader(wire))), true)
		again, err2 := io.ReadAll(iotest.OneByteReader(slow))
		if !bytes.Equal(got, again) || !errors.Is(err2, err) {
			t.Fatalf("byte by byte %q, %v; at once %q, %v", again, err2, got, err)
		}
	})
}

// unstuffed is the mail in a transfer whose lines, each behind its CRLF, were clean; else false.
func unstuffed(lines []byte) ([]byte, bool) {
	if bytes.ContainsAny(bytes.ReplaceAll(lines, []byte("\r\n"), nil), "\r\n") {
		return nil, false
	}
	text := append(bytes.ReplaceAll(lines, []byte("\r\n."), []byte("\r\n")), "\r\n"...)
	return text[len("\r\n"):], true
}

// BenchmarkMend shows that a mail which needs all the mending costs no more than some times as much.
func BenchmarkMend(b *testing.B) {
	for name, line := range map[string]string{
		"lines": strings.Repeat("x", 70) + "\r\n", "bare CRs": "\rx", "bare LFs": "\nx",
	} {
		b.Run(name, func(b *testing.B) {
			wire := []byte(strings.Repeat(line, 1<<20/len(line)) + "\r\n.\r\n")
			b.SetBytes(int64(len(wire)))
			for b.Loop() {
				m := newMender(inputOf(bytes.NewReader(wire)), true)
				if _, err := io.Copy(io.Discard, m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
