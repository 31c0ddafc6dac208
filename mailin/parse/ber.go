package parse

import (
	"bytes"
	"errors"
)

// Content types of a Cryptographic Message Syntax (RFC 5652 sections 4 to 8, RFC 5083), as the
// bytes of their object identifiers.
var (
	oidSigned        = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2}
	oidEnveloped     = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 3}
	oidEncrypted     = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 6}
	oidAuthEnveloped = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 16, 1, 23}
)

// Tags of the elements on the way to the signed content (X.690 section 8.1.2).
const (
	tagInteger  = 0x02
	tagOctets   = 0x04
	tagOID      = 0x06
	tagSequence = 0x30
	tagSet      = 0x31
	tagContext0 = 0xA0 // [0], constructed
	constructed = 0x20
)

const (
	// maxElements bounds the elements of a signed mail that are read. Programs that stream cut the
	// content into octet strings of a thousand bytes and more.
	maxElements = 1 << 18
	// maxNesting bounds how deep elements stand in one another.
	maxNesting = 16
)

// errBER says that the bytes are not what a signed mail is made of.
var errBER = errors.New("not BER as expected")

// encryptedCMS tells whether der is encrypted: of the cryptographic messages, what is not signed.
func encryptedCMS(der []byte) bool {
	r := ber{b: der, left: maxElements}
	r.enter(tagSequence)
	kind := r.primitive(tagOID)
	return r.err == nil && (bytes.Equal(kind, oidEnveloped) || bytes.Equal(kind, oidEncrypted) ||
		bytes.Equal(kind, oidAuthEnveloped))
}

// signedContent gives what was signed of an opaque signed mail (RFC 8551 section 3.5.2: SignedData
// with its content), nil when der is none. Nothing is verified. Of a message that ends early it
// gives what is there.
func signedContent(der []byte) []byte {
	r := ber{b: der, left: maxElements}
	r.enter(tagSequence)
	if kind := r.primitive(tagOID); r.err != nil || !bytes.Equal(kind, oidSigned) {
		return nil
	}
	r.enter(tagContext0)
	r.enter(tagSequence)
	r.primitive(tagInteger) // version
	r.skip(tagSet)          // digest algorithms
	r.enter(tagSequence)
	r.primitive(tagOID) // the content's type
	r.enter(tagContext0)
	content := r.octets()
	if r.err != nil {
		return nil
	}
	return content
}

// ber reads elements of the Basic Encoding Rules one behind the other (X.690 section 8), of which
// DER is a part. It goes down to what it looks for and never searches for the end of what it is in,
// so that a mail is read once. After an error it reads nothing more.
type ber struct {
	b    []byte
	left int // elements that may still be read
	err  error
}

// head reads tag and length; size is -1 when the length is open and an end mark follows.
func (r *ber) head() (tag byte, size int) {
	if r.left--; r.err != nil || len(r.b) < 2 || r.left < 0 || r.b[0]&0x1F == 0x1F {
		r.err = errBER
		return 0, 0
	}
	tag, size = r.b[0], int(r.b[1])
	r.b = r.b[2:]
	if size == 0x80 && tag&constructed != 0 {
		return tag, -1
	}
	if size >= 0x80 {
		n := size & 0x7F
		if n == 0 || n > 4 || n > len(r.b) {
			r.err = errBER
			return 0, 0
		}
		size = 0
		for _, c := range r.b[:n] {
			size = size<<8 | int(c)
		}
		r.b = r.b[n:]
	}
	return tag, min(size, len(r.b))
}

// want reads the head of an element that must have that tag.
func (r *ber) want(tag byte) (size int) {
	got, size := r.head()
	if r.err == nil && got != tag {
		r.err = errBER
	}
	return size
}

// enter goes into an element.
func (r *ber) enter(tag byte) {
	if size := r.want(tag); r.err == nil && size >= 0 {
		r.b = r.b[:size]
	}
}

// primitive reads an element that holds no others.
func (r *ber) primitive(tag byte) []byte {
	size := r.want(tag)
	if r.err != nil {
		return nil
	}
	value := r.b[:size]
	r.b = r.b[size:]
	return value
}

// skip passes over an element with all in it.
func (r *ber) skip(tag byte) {
	size := r.want(tag)
	r.pass(size, 0)
}

func (r *ber) pass(size, depth int) {
	switch {
	case r.err != nil:
	case size >= 0:
		r.b = r.b[size:]
	case depth > maxNesting:
		r.err = errBER
	default:
		for !r.ended() {
			_, size := r.head()
			r.pass(size, depth+1)
		}
	}
}

// ended takes the mark that ends an element of open length, if it is next. What ends without one is
// ended too.
func (r *ber) ended() bool {
	if r.err != nil || len(r.b) == 0 {
		return true
	}
	if len(r.b) < 2 || r.b[0] != 0 || r.b[1] != 0 {
		return false
	}
	r.b = r.b[2:]
	return true
}

// octets reads an octet string, whole or in pieces (X.690 section 8.7).
func (r *ber) octets() []byte {
	tag, size := r.head()
	switch {
	case r.err != nil:
		return nil
	case tag == tagOctets:
		return r.b[:size]
	case tag != tagOctets|constructed:
		r.err = errBER
		return nil
	}
	var out []byte
	r.pieces(&out, size, 0)
	if len(out) > 0 {
		r.err = nil // damage behind the first pieces costs only what is behind
	}
	return out
}

func (r *ber) pieces(out *[]byte, size, depth int) {
	behind := []byte(nil)
	if size >= 0 {
		r.b, behind = r.b[:size], r.b[size:]
	}
	for !r.ended() {
		tag, size := r.head()
		switch {
		case r.err != nil:
		case tag == tagOctets:
			*out = append(*out, r.b[:size]...)
			r.b = r.b[size:]
		case tag == tagOctets|constructed && depth < maxNesting:
			r.pieces(out, size, depth+1)
		default:
			r.err = errBER
		}
	}
	if size >= 0 {
		r.b = behind
	}
}
