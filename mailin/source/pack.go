package source

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// A packed source begins with one byte for its form. What follows, compressed or not, is: the
// number of files and the 32 bytes of each one's SHA-256; the number of cuts and, for each, the
// distance from the one before, the file, From, Size, and Line times two, plus one for LF; then the
// text. Numbers are unsigned varints.
const (
	formPlain byte = 1
	formZstd  byte = 2
)

const (
	// minCompressed is how many bytes make compression pay: half a kilobyte of header becomes not
	// much smaller, and a row costs more than its bytes.
	minCompressed = 1 << 10
	// window is how far back the compressor looks. A source is header and text, so that more
	// finds little and costs every encoder its memory.
	window = 256 << 10
	// maxUnpacked bounds what a packed source may become, so that a damaged one is an error.
	maxUnpacked = 1 << 30
)

// errDamaged is an error of Unpack.
var errDamaged = errors.New("source is damaged")

// Packer packs and unpacks sources. It is safe for use by several goroutines, which do not wait for
// one another while there are as many as processors.
type Packer struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

// NewPacker makes a Packer.
func NewPacker() (*Packer, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithWindowSize(window), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, fmt.Errorf("prepare compression: %w", err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0),
		zstd.WithDecoderMaxMemory(maxUnpacked), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("prepare compression: %w", err)
	}
	return &Packer{enc, dec}, nil
}

// Pack gives the source as it is kept. sums are the SHA-256 of the files by their numbers, in
// hexadecimal digits.
func (p *Packer) Pack(m *Mail, sums []string) ([]byte, error) {
	plain := make([]byte, 1, 1+2*binary.MaxVarintLen64+len(sums)*40+len(m.Cuts)*24+len(m.Text))
	plain[0] = formPlain
	plain = binary.AppendUvarint(plain, uint64(len(sums)))
	for _, sum := range sums {
		b, err := hex.DecodeString(sum)
		if err != nil || len(b) != sumSize {
			return nil, fmt.Errorf("pack source: %q is no SHA-256", sum)
		}
		plain = append(plain, b...)
	}
	plain = binary.AppendUvarint(plain, uint64(len(m.Cuts)))
	at := 0
	for _, c := range m.Cuts {
		line := uint64(c.Line) << 1
		if c.LF {
			line |= 1
		}
		for _, n := range []uint64{
			uint64(c.At - at), uint64(c.File), uint64(c.From), uint64(c.Size), line,
		} {
			plain = binary.AppendUvarint(plain, n)
		}
		at = c.At
	}
	plain = append(plain, m.Text...)
	if len(plain) < minCompressed {
		return plain, nil
	}
	return p.enc.EncodeAll(plain[1:], []byte{formZstd}), nil
}

// Unpack gives a source back, and the SHA-256 of its files, in hexadecimal digits, by their
// numbers. Text may be a part of packed.
func (p *Packer) Unpack(packed []byte) (*Mail, []string, error) {
	if len(packed) == 0 {
		return nil, nil, fmt.Errorf("unpack source: %w", errDamaged)
	}
	plain := packed[1:]
	switch packed[0] {
	case formPlain:
	case formZstd:
		var err error
		if plain, err = p.dec.DecodeAll(plain, nil); err != nil {
			return nil, nil, fmt.Errorf("unpack source: %w", err)
		}
	default:
		return nil, nil, fmt.Errorf("unpack source: form %d is unknown", packed[0])
	}
	r := table{rest: plain}
	m, sums := r.read()
	if r.bad {
		return nil, nil, fmt.Errorf("unpack source: %w", errDamaged)
	}
	return m, sums, nil
}

// sumSize is the size of a SHA-256 in bytes.
const sumSize = 32

// table reads the numbers before the text.
type table struct {
	rest []byte
	bad  bool
}

func (t *table) read() (*Mail, []string) {
	var sums []string
	for range t.number(len(t.rest) / sumSize) {
		if len(t.rest) < sumSize {
			t.bad = true
			return nil, nil
		}
		sums = append(sums, hex.EncodeToString(t.rest[:sumSize]))
		t.rest = t.rest[sumSize:]
	}
	m := &Mail{}
	at := 0
	for range t.number(len(t.rest)) {
		c := Cut{
			At: t.number(maxUnpacked), File: t.number(len(sums) - 1),
			From: int64(t.number(maxUnpacked)), Size: int64(t.number(maxUnpacked)),
		}
		line := t.number(2*MaxLine + 1)
		c.Line, c.LF = line>>1, line&1 == 1
		if t.bad || c.Line%4 != 0 {
			t.bad = true
			return nil, nil
		}
		c.At += at
		at = c.At
		m.Cuts = append(m.Cuts, c)
	}
	m.Text = t.rest
	t.bad = t.bad || at > len(m.Text)
	return m, sums
}

// number reads a number of at most limit.
func (t *table) number(limit int) int {
	v, n := binary.Uvarint(t.rest)
	if t.bad || n <= 0 || limit < 0 || v > uint64(limit) {
		t.bad = true
		return 0
	}
	t.rest = t.rest[n:]
	return int(v)
}
