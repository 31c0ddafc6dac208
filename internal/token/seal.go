package token

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// sealInfo binds the sealing key to its use: from it nobody learns the keys that sign.
const sealInfo = "helpgate seal v1"

// errSealed tells that a text was not sealed by one of the keys, under that name.
var errSealed = errors.New("open sealed text: not sealed under this name by a key of the secret file")

// sealer makes the cipher of a master key: AES-256-GCM under a key of HKDF-SHA256 (RFC 5869), a
// random nonce before each text.
func sealer(secret []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, sealInfo, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Seal encrypts what has to lie in the store and be secret there. The text opens under the same
// name only, so that one kept secret cannot be put in the place of another.
func (k *Keyring) Seal(name string, plain []byte) string {
	sealed := k.sealers[k.signer].Seal(nil, nil, plain, []byte(name))
	return string(rune(k.signer)) + base64.RawStdEncoding.EncodeToString(sealed)
}

// Open decrypts what Seal made, with whichever key it was. Its error tells nothing of the content.
func (k *Keyring) Open(name, sealed string) ([]byte, error) {
	if sealed == "" || k.sealers[sealed[0]] == nil {
		return nil, errSealed
	}
	raw, err := base64.RawStdEncoding.DecodeString(sealed[1:])
	if err != nil {
		return nil, errSealed
	}
	plain, err := k.sealers[sealed[0]].Open(nil, nil, raw, []byte(name))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}
