package tnef

import (
	"encoding/binary"
	"hash/crc32"
)

// MaxRTF is how many bytes of RTF unpack out of a message. Compressed RTF cannot grow more than
// eightfold, so that a bomb needs its own weight.
const MaxRTF = 16 << 20

// dictionary is what compressed RTF may refer to from its beginning on (MS-OXRTFCP
// section 2.1.2.1).
const dictionary = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss ` +
	`\fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New RomanCourier` +
	`{\colortbl\red0\green0\blue0` + "\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// Marks of what follows the header, and the header's size in bytes (MS-OXRTFCP section 2.1.3.1.1).
const (
	marksCompressed = 0x75465A4C // LZFu
	marksPlain      = 0x414C454D // MELA
	rtfHeader       = 16
)

// window is how far back a reference reaches, in bytes.
const window = 4096

// decompress unpacks PidTagRtfCompressed. What is damaged is given as far as it goes, with the
// fault. The size that the header claims is not believed.
func decompress(b []byte) (rtf []byte, fault string) {
	if len(b) < rtfHeader {
		return nil, "the RTF text has no header"
	}
	mark, sum := binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])
	size := int64(binary.LittleEndian.Uint32(b)) - (rtfHeader - 4)
	b = b[rtfHeader:]
	if size < 0 || size > int64(len(b)) {
		fault, size = "the RTF text is cut short", int64(len(b))
	}
	b = b[:size]
	switch mark {
	case marksPlain:
		return b[:min(len(b), MaxRTF)], fault
	case marksCompressed:
	default:
		return nil, "the RTF text is packed in an unknown way"
	}
	// The checksum begins with zero and is not inverted, unlike package crc32's.
	if ^crc32.Update(^uint32(0), crc32.IEEETable, b) != sum && fault == "" {
		fault = "the RTF text has a wrong checksum"
	}
	rtf, whole := inflate(b)
	if !whole && fault == "" {
		fault = "the RTF text is cut short"
	}
	return rtf, fault
}

// inflate undoes LZFu: eight times a byte or a reference follow a byte of flags. whole tells that
// the end was marked.
func inflate(b []byte) (out []byte, whole bool) {
	out = append(make([]byte, 0, len(dictionary)+min(3*len(b), MaxRTF)), dictionary...)
	flags, left := byte(0), 0
	for len(b) > 0 && len(out) < MaxRTF {
		if left == 0 {
			flags, left, b = b[0], 8, b[1:]
			continue
		}
		if flags&1 == 0 {
			out, b = append(out, b[0]), b[1:]
		} else {
			if len(b) < 2 {
				break
			}
			word := int(b[0])<<8 | int(b[1])
			b = b[2:]
			// The place is one of a ring; back is how far behind the end of the text it lies.
			back := (len(out) - word>>4) & (window - 1)
			if back == 0 {
				return out[len(dictionary):], true
			}
			if back > len(out) {
				break // it refers to what was never written
			}
			for range word&0xF + 2 {
				out = append(out, out[len(out)-back])
			}
		}
		flags, left = flags>>1, left-1
	}
	return out[len(dictionary):], false
}
