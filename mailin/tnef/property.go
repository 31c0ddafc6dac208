package tnef

import (
	"bytes"
	"encoding/binary"
	"time"
)

// MAPI properties that are read (MS-OXPROPS).
const (
	pidSubject          = 0x0037
	pidSubmitTime       = 0x0039
	pidRepresentingName = 0x0042
	pidSenderName       = 0x0C1A
	pidSenderAddress    = 0x0C1F
	pidBody             = 0x1000
	pidRTF              = 0x1009
	pidHTML             = 0x1013
	pidDisplayName      = 0x3001
	pidAttachData       = 0x3701
	pidAttachExtension  = 0x3703
	pidAttachFilename   = 0x3704
	pidAttachLongName   = 0x3707
	pidAttachMIMETag    = 0x370E
	pidAttachContentID  = 0x3712
	pidMessageCodePage  = 0x3FFD
	pidInternetCodePage = 0x3FDE
	pidSenderSMTP       = 0x5D01
	pidRepresentingSMTP = 0x5D02
)

// Types of properties (MS-OXCDATA section 2.11.1).
const (
	typeInt16    = 0x0002
	typeInt64    = 0x0014
	typeString8  = 0x001E
	typeUnicode  = 0x001F
	typeTime     = 0x0040
	typeGUID     = 0x0048
	typeBinary   = 0x0102
	typeObject   = 0x000D
	typeDouble   = 0x0005
	typeCurrency = 0x0006
	typeAppTime  = 0x0007
	typeMany     = 0x1000 // a flag: several values
)

// property is one MAPI property; of several values, its first.
type property struct {
	id, kind uint16
	value    []byte // without padding
}

// properties reads a list of MAPI properties (MS-OXTNEF section 2.1.3.4) and gives each to take. A
// fault ends the list: nothing says where the next one begins.
func (r *reading) properties(b []byte, take func(property)) {
	s := &scanner{b: b}
	for n := s.uint32(); n > 0 && len(s.b) > 0; n-- {
		if !r.spend() {
			return
		}
		tag := s.uint32()
		p := property{id: uint16(tag >> 16), kind: uint16(tag)}
		if p.id >= 0x8000 {
			s.name()
		}
		many := 1
		if p.kind&typeMany != 0 || isLong(p.kind) {
			many = int(s.uint32())
		}
		p.kind &^= typeMany
		for i := 0; i < many && !s.bad; i++ {
			if i > 0 && !r.spend() {
				return
			}
			if v := s.value(p.kind); i == 0 {
				p.value = v
			}
		}
		if p.id < 0x8000 && p.value != nil {
			take(p)
		}
		if s.bad {
			break
		}
	}
	if s.bad {
		r.warn("a list of properties is damaged")
	}
}

// isLong tells whether values of the type say their own length.
func isLong(kind uint16) bool {
	switch kind &^ typeMany {
	case typeString8, typeUnicode, typeBinary, typeObject:
		return true
	}
	return false
}

// scanner takes a list of properties apart. Once it is bad it gives nothing but zeros.
type scanner struct {
	b   []byte
	bad bool
}

// bytes takes n bytes and the padding behind them, to a multiple of four. What is cut short is
// given as it is.
func (s *scanner) bytes(n uint32) []byte {
	if int64(n) > int64(len(s.b)) {
		v := s.b
		s.b, s.bad = nil, true
		return v
	}
	v := s.b[:n:n]
	s.b = s.b[min(int64(len(s.b)), (int64(n)+3)&^3):]
	return v
}

func (s *scanner) uint32() uint32 {
	if v := s.bytes(4); len(v) == 4 {
		return binary.LittleEndian.Uint32(v)
	}
	return 0
}

// name passes over the name of a named property: a GUID, and a number or one string. Some writers
// count their strings where the specification has the kind.
func (s *scanner) name() {
	s.bytes(16)
	strings := s.uint32()
	if strings == 0 {
		s.uint32()
	}
	for ; strings > 0 && !s.bad; strings-- {
		s.bytes(s.uint32())
	}
}

// value takes one value.
func (s *scanner) value(kind uint16) []byte {
	switch kind {
	case typeString8, typeUnicode, typeBinary, typeObject:
		return s.bytes(s.uint32())
	case typeInt64, typeTime, typeDouble, typeCurrency, typeAppTime:
		return s.bytes(8)
	case typeGUID:
		return s.bytes(16)
	case typeInt16:
		v := s.bytes(4) // with its padding
		return v[:min(len(v), 2)]
	}
	return s.bytes(4)
}

// text gives the value as text that is not decoded yet.
func (p property) text() text {
	switch p.kind {
	case typeUnicode:
		return text{b: p.value, wide: true}
	case typeString8, typeBinary:
		return text{b: p.value}
	}
	return text{}
}

func (p property) number() uint32 {
	if len(p.value) < 4 {
		return 0
	}
	return binary.LittleEndian.Uint32(p.value)
}

// epoch is how many ticks of 100 ns FILETIME's beginning, 1601, lies before Unix time.
const epoch = 116_444_736_000_000_000

func (p property) time() time.Time {
	if p.kind != typeTime || len(p.value) < 8 {
		return time.Time{}
	}
	ticks := int64(binary.LittleEndian.Uint64(p.value)) - epoch
	if ticks < 0 {
		return time.Time{}
	}
	return time.Unix(ticks/1e7, ticks%1e7*100).UTC()
}

// text is a string as it stands in the stream: UTF-16 when wide, else in the code page of the
// message, which may be named only later.
type text struct {
	b    []byte
	wide bool
}

func (t text) empty() bool { return len(bytes.Trim(t.b, "\x00")) == 0 }

// fill takes v when there is nothing yet.
func (t *text) fill(v text) {
	if t.empty() {
		*t = v
	}
}

// prefer takes v when it says as much as what there is, and more surely.
func (t *text) prefer(v text) {
	if t.empty() || v.wide && !v.empty() {
		*t = v
	}
}
