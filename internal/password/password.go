// Package password keeps people's passwords as hashes (argon2id, RFC 9106) and checks them. A
// password is prepared as RFC 8265 section 4.2 says, so that an é is the same on every keyboard.
//
// It does not store hashes, count attempts or know people. The desk calls it. It owns no
// goroutine.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/secure/precis"
)

// Bounds of a password that is set: MinLength in characters, MaxLength in bytes.
const (
	MinLength = 8
	MaxLength = 256
)

// What a hash costs, by OWASP's advice: about 25 ms of one core and 19 MiB. A change here holds
// for new hashes; each old one names its own cost.
const (
	passes    = 2
	memoryKiB = 19 << 10
	lanes     = 1
	saltBytes = 16
	keyBytes  = 32
)

// atOnce bounds how many hashes are made at the same time, for each takes its memory: whoever
// guesses passwords over many connections shall not fill the machine's.
const atOnce = 2

// nobody is a hash that no password has: its key is of zeros. It costs what any other costs.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1" +
	"$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// The faults of a password that somebody wants to set; match them with errors.Is.
var (
	ErrLength = fmt.Errorf("a password has at least %d characters and at most %d bytes",
		MinLength, MaxLength)
	ErrText = errors.New("a password has no control characters and is UTF-8")
)

// errForm never quotes the hash: it ends in the log.
var errForm = errors.New("stored password hash has an unknown form")

// Hasher makes and checks hashes. It is safe for use by several goroutines.
type Hasher struct{ slots chan struct{} }

// NewHasher makes a Hasher.
func NewHasher() *Hasher { return &Hasher{slots: make(chan struct{}, atOnce)} }

// Hash gives the hash of a new password in the customary form, "$argon2id$v=19$m=…", with a salt of
// its own. It waits for its turn until ctx is done.
func (h *Hasher) Hash(ctx context.Context, plain string) (string, error) {
	if utf8.RuneCountInString(plain) < MinLength || len(plain) > MaxLength {
		return "", ErrLength
	}
	text, err := prepare(plain)
	if err != nil {
		return "", err
	}
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails: crypto/rand ends the program instead
	f := form{passes: passes, memory: memoryKiB, lanes: lanes, salt: salt}
	if f.key, err = h.key(ctx, f, text, keyBytes); err != nil {
		return "", err
	}
	return f.String(), nil
}

// Check tells whether plain is the password of the hash. An empty hash is nobody's: the answer is
// no, and takes as long as any other. It waits for its turn until ctx is done.
func (h *Hasher) Check(ctx context.Context, hash, plain string) (bool, error) {
	if hash == "" {
		hash = nobody
	}
	f, err := parse(hash)
	if err != nil {
		return false, err
	}
	text, err := prepare(plain)
	if err != nil || len(plain) > MaxLength {
		return false, nil // it can be no one's
	}
	key, err := h.key(ctx, f, text, uint32(len(f.key)))
	return err == nil && subtle.ConstantTimeCompare(key, f.key) == 1, err
}

// prepare makes one text of all ways to type a password (RFC 8265 section 4.2).
func prepare(plain string) (string, error) {
	text, err := precis.OpaqueString.String(plain)
	if err != nil || !utf8.ValidString(plain) { // precis replaces what is no UTF-8
		return "", ErrText
	}
	return text, nil
}

// Generate gives a new password of 130 bits: 26 letters and digits, without those that are mixed up.
func Generate() string { return strings.ToLower(rand.Text()) }

func (h *Hasher) key(ctx context.Context, f form, text string, n uint32) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	return argon2.IDKey([]byte(text), f.salt, f.passes, f.memory, f.lanes, n), nil
}

// form is a hash taken apart.
type form struct {
	passes, memory uint32
	lanes          uint8
	salt, key      []byte
}

// layout is that of the reference implementation of argon2.
const layout = "$argon2id$v=19$m=%d,t=%d,p=%d$"

func (f form) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf(layout, f.memory, f.passes, f.lanes) + b64.EncodeToString(f.salt) + "$" +
		b64.EncodeToString(f.key)
}

// parse takes a hash of ours apart.
func parse(hash string) (f form, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v=19" {
		return f, errForm
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &f.memory, &f.passes, &f.lanes); err != nil {
		return f, errForm
	}
	var bad [2]error
	f.salt, bad[0] = base64.RawStdEncoding.DecodeString(parts[4])
	f.key, bad[1] = base64.RawStdEncoding.DecodeString(parts[5])
	if bad[0] != nil || bad[1] != nil || len(f.key) == 0 || f.passes == 0 || f.lanes == 0 {
		return f, errForm
	}
	return f, nil
}
