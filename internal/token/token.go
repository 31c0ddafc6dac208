// Package token makes and checks the signed tokens that tell which ticket a mail belongs to:
// in reply addresses, return paths, Message-IDs, marker lines, the loop header; and which mails are
// probes of ours. With keys of the same secret file, and never the same keys, it seals what must
// lie in the store unread (Seal, Open).
//
// A token proves which ticket, never who wrote (RULES 2): nobody is trusted for holding one. The
// package keeps no state, revokes nothing and knows no expiry but a probe's; those are rules of the
// desk. It is called by the desk and the composer (sign), the wires and the door (verify), and owns
// no goroutine. A Keyring is safe for use by several goroutines.
//
// # Layout
//
// The text is a prefix that tells the purpose ("cmd" for commands, else its letter), the id of
// the key, and the base32 form (RFC 4648 section 6, lower case, unpadded) of these bytes:
//
//	uvarint ticket · uvarint person · uvarint delivery · 16 bytes of HMAC-SHA256
//
// Zero values at the end of the three are left out. The HMAC runs over prefix, key id and the
// values, under a key derived for the purpose: HMAC-SHA256(master, "helpgate token " + purpose).
// Everything lies in [a-z2-7], since mail systems change the case of addresses and some refuse
// other characters.
package token

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
)

const (
	// MaxAddressLen is the length in octets of the longest token of a reply address, as long as
	// tickets are below 2^28 and persons below 2^14, and of a return path that names either a
	// ticket and a delivery below 2^28, or only a delivery below 2^49. With it, the "+" and a
	// mailbox name of 21 octets fill the 64 of RFC 5321 section 4.5.3.1.1.
	MaxAddressLen = 44

	minSecret = 32 // bytes of a key: as many as SHA-256 gives
	macSize   = 16 // bytes of the HMAC that are kept: 128 bits
	minText   = 30 // purpose, key, one value of one byte
	maxText   = 73 // "cmd", key, three values of nine bytes
)

const alphabet = "abcdefghijklmnopqrstuvwxyz234567"

var encoding = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// Purpose is the one use a token is good for; each has a key of its own.
type Purpose byte

// The purposes; each value is the first letter of the token's text.
const (
	PurposeCustomer   Purpose = 'r' // a customer's reply address
	PurposeAgent      Purpose = 'a' // an agent's reply address
	PurposeReturnPath Purpose = 'b' // the envelope sender of one delivery
	PurposeMessageID  Purpose = 'm' // a Message-ID of ours
	PurposeMarker     Purpose = 'k' // the marker line in a body
	PurposeCommand    Purpose = 'c' // an agent's address for commands off any ticket
	PurposeLoop       Purpose = 'l' // the header that shows us our own mail
	PurposeProbe      Purpose = 'p' // a probe mail, which see SignProbe
)

const purposes = "rabmkclp"

func (p Purpose) prefix() string {
	if p == PurposeCommand {
		return "cmd" // people type this address: it tells what it is for
	}
	return string(rune(p))
}

// Claim is what a token says. The numbers are never negative; a token that was signed for a
// negative one is refused by Verify.
type Claim struct {
	Purpose  Purpose
	Ticket   int64 // 0 for none
	Person   int64 // an agent's id; 0 on the customers' side
	Delivery int64 // outbox row of a return path, random nonce of a Message-ID; 0 for none
}

// Key is a master key of the secret file.
type Key struct {
	ID     byte   // a character of [a-z2-7], which every token of the key carries
	Secret []byte // at least 32 random bytes
}

// Keyring signs with its first key and verifies with all, so that keys rotate while the tokens
// in people's mailboxes stay good.
type Keyring struct {
	signer  byte
	keys    map[byte]map[Purpose][]byte
	sealers map[byte]cipher.AEAD
}

// NewKeyring makes a Keyring of one key or more, newest first. It refuses a short secret, and an
// id that is not of the alphabet or stands twice.
func NewKeyring(keys ...Key) (*Keyring, error) {
	if len(keys) == 0 {
		return nil, errors.New("make keyring: no key")
	}
	ring := &Keyring{
		signer: keys[0].ID, keys: map[byte]map[Purpose][]byte{}, sealers: map[byte]cipher.AEAD{},
	}
	for _, key := range keys {
		if strings.IndexByte(alphabet, key.ID) < 0 {
			return nil, fmt.Errorf("make keyring: key id %q is not one of a-z, 2-7", key.ID)
		}
		if ring.keys[key.ID] != nil {
			return nil, fmt.Errorf("make keyring: key id %q stands twice", key.ID)
		}
		if len(key.Secret) < minSecret {
			return nil, fmt.Errorf("make keyring: key %q has fewer than %d bytes",
				key.ID, minSecret)
		}
		ring.keys[key.ID] = derive(key.Secret)
		var err error
		if ring.sealers[key.ID], err = sealer(key.Secret); err != nil {
			return nil, fmt.Errorf("make keyring: %w", err)
		}
	}
	return ring, nil
}

func derive(secret []byte) map[Purpose][]byte {
	derived := make(map[Purpose][]byte, len(purposes))
	for _, p := range []byte(purposes) {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte("helpgate token "))
		mac.Write([]byte{p})
		derived[Purpose(p)] = mac.Sum(nil)
	}
	return derived
}

// Sign gives the text of a token for c, the same for the same claim until the keys rotate.
func (k *Keyring) Sign(c Claim) string { return k.sign(c, k.signer) }

func (k *Keyring) sign(c Claim, id byte) string {
	head := c.Purpose.prefix() + string(rune(id))
	values := appendValues(nil, c)
	mac := hmac.New(sha256.New, k.keys[id][c.Purpose])
	mac.Write([]byte(head))
	mac.Write(values)
	return head + encoding.EncodeToString(append(values, mac.Sum(nil)[:macSize]...))
}

// Verify reads a token in any case and tells whether one of the keys signed it. The caller still
// has to ask whether the claim's purpose is the one that the place of the token calls for.
func (k *Keyring) Verify(text string) (Claim, bool) {
	text, ok := normalise(text)
	if !ok {
		return Claim{}, false
	}
	c := Claim{Purpose: Purpose(text[0])}
	id, body := text[len(c.Purpose.prefix())], text[len(c.Purpose.prefix())+1:]
	raw, err := encoding.DecodeString(body)
	if err != nil || k.keys[id] == nil || len(raw) <= macSize {
		return Claim{}, false
	}
	if !readValues(&c, raw[:len(raw)-macSize]) {
		return Claim{}, false
	}
	// Signing anew and comparing the whole text also refuses what only decodes to the same
	// bytes: stray bits in the last character, overlong varints, zeros at the end.
	want := k.sign(c, id)
	return c, subtle.ConstantTimeCompare([]byte(want), []byte(text)) == 1
}

// normalise folds case and refuses by shape, before any cryptography, what is no token.
func normalise(text string) (string, bool) {
	if len(text) < minText || len(text) > maxText {
		return "", false
	}
	folded := strings.ToLower(text)
	if len(folded) != len(text) { // U+212A and U+0130 fold to ASCII letters
		return "", false
	}
	if strings.Trim(folded, alphabet) != "" || strings.IndexByte(purposes, folded[0]) < 0 {
		return "", false
	}
	return folded, strings.HasPrefix(folded, Purpose(folded[0]).prefix())
}

func appendValues(b []byte, c Claim) []byte {
	values := [...]int64{c.Ticket, c.Person, c.Delivery}
	last := len(values)
	for last > 1 && values[last-1] == 0 {
		last--
	}
	for _, v := range values[:last] {
		b = binary.AppendUvarint(b, uint64(v))
	}
	return b
}

func readValues(c *Claim, b []byte) bool {
	for _, field := range [...]*int64{&c.Ticket, &c.Person, &c.Delivery} {
		if len(b) == 0 {
			return true
		}
		v, n := binary.Uvarint(b)
		if n <= 0 || v > math.MaxInt64 {
			return false
		}
		*field, b = int64(v), b[n:]
	}
	return len(b) == 0
}
