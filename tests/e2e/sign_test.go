package e2e

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	authdkim "github.com/emersion/go-msgauth/dkim"

	"helpgate/internal/testkit/sink"
	"helpgate/mailout/dkim"
)

// TestWhatGoesOutIsSigned: with a [dkim] key every mail carries a signature that others verify,
// and a retry carries the same one.
func TestWhatGoesOutIsSigned(t *testing.T) {
	t.Parallel()
	for name, newKey := range map[string]func() (any, error){
		"rsa": func() (any, error) { return rsa.GenerateKey(rand.Reader, 2048) },
		"ed25519": func() (any, error) {
			_, key, err := ed25519.GenerateKey(rand.Reader)
			return key, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := newKey()
			if err != nil {
				t.Fatal(err)
			}
			der, err := x509.MarshalPKCS8PrivateKey(key)
			if err != nil {
				t.Fatal(err)
			}
			text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
			path := filepath.Join(t.TempDir(), "dkim.pem")
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			g := start(t, options{config: fmt.Sprintf(
				"[dkim]\ndomain = \"desk.example\"\nselector = \"s1\"\nkey_file = %q\n", path)})
			g.accept(alice, []string{support}, question("q1@customer").String())
			g.sent(ann, 1)
			g.settled()
			verifyAll(t, g.relay.Mails(), text)
		})
	}
}

func verifyAll(t *testing.T, mails []sink.Mail, key []byte) {
	t.Helper()
	signer, err := dkim.Load("desk.example", "s1", key)
	if err != nil {
		t.Fatal(err)
	}
	name, record := signer.DNSRecord()
	lookup := func(domain string) ([]string, error) {
		if domain != name {
			return nil, fmt.Errorf("no record at %s", domain)
		}
		return []string{record}, nil
	}
	for _, m := range mails {
		found, err := authdkim.VerifyWithOptions(bytes.NewReader(m.Data),
			&authdkim.VerifyOptions{LookupTXT: lookup})
		if err != nil || len(found) != 1 || found[0].Err != nil {
			t.Errorf("mail to %v: signatures %+v, %v", m.To, found, err)
		}
	}
	if len(mails) != 2 {
		t.Errorf("%d mails went out, want 2", len(mails))
	}
}
