package token

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const (
	firstKeyID  = 'a'
	maxFileSize = 64 << 10 // bytes of a secret file: hundreds of keys more than rotation needs

	fileHead = `# helpgate secret keys, newest first: the first signs, all verify.
# One line a key: its id (one character of a-z, 2-7) and the secret in base32.
# Whoever reads this file can forge reply addresses. Whoever loses it breaks every thread.
`
)

// LoadFile reads the keys of the secret file. Its errors name the file and the line, never a
// secret.
func LoadFile(path string) (*Keyring, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open secret file: %w", err)
	}
	defer f.Close()
	keys, err := readKeys(io.LimitReader(f, maxFileSize))
	if err != nil {
		return nil, fmt.Errorf("read secret file %s: %w", path, err)
	}
	ring, err := NewKeyring(keys...)
	if err != nil {
		return nil, fmt.Errorf("read secret file %s: %w", path, err)
	}
	return ring, nil
}

func readKeys(r io.Reader) ([]Key, error) {
	var keys []Key
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 || len(fields[0]) != 1 {
			return nil, fmt.Errorf("line %d is not an id of one character and a secret", n)
		}
		secret, err := encoding.DecodeString(strings.ToLower(fields[1]))
		if err != nil {
			return nil, fmt.Errorf("secret of line %d is not base32", n)
		}
		keys = append(keys, Key{ID: fields[0][0], Secret: secret})
	}
	return keys, lines.Err()
}

// CreateFile writes a new secret file with one key of 32 bytes from rand, mode 0600, and returns
// when it is durable. It never touches an existing file: the error then is fs.ErrExist.
func CreateFile(path string, rand io.Reader) error {
	secret := make([]byte, minSecret)
	if _, err := io.ReadFull(rand, secret); err != nil {
		return fmt.Errorf("make secret: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("create secret file: %w", err)
	}
	text := fmt.Sprintf("%s%c %s\n", fileHead, firstKeyID, encoding.EncodeToString(secret))
	if err := writeDurably(f, text); err != nil {
		// An empty file would pass for a secret that was lost, and block the next start.
		_ = os.Remove(path)
		return fmt.Errorf("write secret file: %w", err)
	}
	return nil
}

// writeDurably writes and closes f; the folder is synced too, else the name may be lost with
// the power although the bytes are safe.
func writeDurably(f *os.File, text string) error {
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(f.Name()))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
