package token

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"strings"
	"time"
)

const (
	// probeBits is how much of a mailbox and of randomness stands in a probe's token: with the
	// minute, as many bytes as MaxAddressLen leaves.
	probeBits = 21
	// ProbeLife is how long the token of a probe is good.
	ProbeLife = 24 * time.Hour
	// probeAhead is how far the clock of the host that signed may be ahead of ours.
	probeAhead = 10 * time.Minute
)

// SignProbe gives a new token for a probe mail that is sent now to the mailbox. Its Ticket is a
// hash of the mailbox, its Person the minute, its Delivery random.
func (k *Keyring) SignProbe(mailbox string, now time.Time) (string, error) {
	nonce, err := rand.Int(rand.Reader, big.NewInt(1<<probeBits))
	if err != nil {
		return "", err
	}
	return k.Sign(Claim{
		Purpose: PurposeProbe, Ticket: probeMailbox(mailbox), Person: now.Unix() / 60,
		Delivery: nonce.Int64(),
	}), nil
}

// VerifyProbe tells whether the text is the token of a probe to that mailbox which arrived at the
// time, at most ProbeLife after it was sent.
func (k *Keyring) VerifyProbe(text, mailbox string, at time.Time) bool {
	c, ok := k.Verify(text)
	if !ok || c.Purpose != PurposeProbe || c.Ticket != probeMailbox(mailbox) {
		return false
	}
	age := at.Sub(time.Unix(c.Person*60, 0))
	return age >= -probeAhead && age <= ProbeLife
}

func probeMailbox(address string) int64 {
	sum := sha256.Sum256([]byte(strings.ToLower(address)))
	return int64(binary.BigEndian.Uint32(sum[:]) >> (32 - probeBits))
}

// maxProbes bounds how many words of a text are taken for a probe's token.
const maxProbes = 20

// FindProbes gives the words of a text that have the shape of a probe's token, lower case, at most
// 20 of them.
func FindProbes(text string) []string {
	var found []string
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), outside) {
		if tok, ok := normalise(word); ok && Purpose(tok[0]) == PurposeProbe {
			if found = append(found, tok); len(found) == maxProbes {
				break
			}
		}
	}
	return found
}

func outside(r rune) bool { return !strings.ContainsRune(alphabet, r) }
