package dkim_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	msgauth "github.com/emersion/go-msgauth/dkim"

	"helpgate/mailout/dkim"
)

const mail = "From: Support <support@example.org>\r\nTo: ann@example.net\r\nSubject: Re: hi\r\n" +
	"Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n\r\nHello  Ann,\r\n\r\n..\r\n"

func pkcs8(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func rsaKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func ed25519Key(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// verify checks a mail against the signer's own record and gives the one result.
func verify(t *testing.T, s *dkim.Signer, msg []byte) *msgauth.Verification {
	t.Helper()
	name, txt := s.DNSRecord()
	found, err := msgauth.VerifyWithOptions(bytes.NewReader(msg), &msgauth.VerifyOptions{
		LookupTXT: func(domain string) ([]string, error) {
			if domain != name {
				return nil, errors.New("looked up " + domain)
			}
			return []string{txt}, nil
		},
	})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d signatures, %v", len(found), err)
	}
	return found[0]
}

func TestSignatureVerifiesAndBreaksWhenWhatIsReadChanges(t *testing.T) {
	t.Parallel()
	key := rsaKey(t)
	pkcs1 := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	for name, pemKey := range map[string][]byte{
		"RSA in PKCS #1":     pem.EncodeToMemory(pkcs1),
		"RSA in PKCS #8":     pkcs8(t, key),
		"Ed25519 in PKCS #8": pkcs8(t, ed25519Key(t)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := dkim.Load("example.org", "gate", pemKey)
			if err != nil {
				t.Fatal(err)
			}
			signed, err := s.Sign([]byte(mail))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.HasPrefix(signed, []byte("DKIM-Signature:")) ||
				!bytes.HasSuffix(signed, []byte(mail)) || bytes.Contains(signed, []byte(" l=")) {
				t.Errorf("signed mail is %q", signed)
			}
			if v := verify(t, s, signed); v.Err != nil || v.Domain != "example.org" {
				t.Errorf("got %+v", v)
			}
			for _, change := range []string{
				"From: Boss <boss@example.org>\r\n", "Reply-To: e@vil.test\r\n",
				"Subject: pay\r\n", "Cc: e@vil.test\r\n", "Content-Type: text/html\r\n",
			} {
				if v := verify(t, s, append([]byte(change), signed...)); v.Err == nil {
					t.Errorf("verifies with an added %q", change)
				}
			}
			if v := verify(t, s, append(signed, "more\r\n"...)); v.Err == nil {
				t.Error("verifies with a longer body")
			}
		})
	}
}

func TestLinesAreMendedBeforeTheyAreSigned(t *testing.T) {
	t.Parallel()
	s, err := dkim.Load("example.org", "gate", pkcs8(t, ed25519Key(t)))
	if err != nil {
		t.Fatal(err)
	}
	loose := strings.NewReplacer("Ann,\r\n", "Ann,\n", "..\r\n", "..\r", "hi\r\n", "hi\n")
	signed, err := s.Sign([]byte(loose.Replace(mail)))
	if err != nil {
		t.Fatal(err)
	}
	if v := verify(t, s, signed); v.Err != nil || !bytes.HasSuffix(signed, []byte(mail)) {
		t.Errorf("got %+v of %q", v, signed)
	}
}

func TestMailThatCannotBeSignedIsRefused(t *testing.T) {
	t.Parallel()
	s, err := dkim.Load("example.org", "gate", pkcs8(t, ed25519Key(t)))
	if err != nil {
		t.Fatal(err)
	}
	for name, msg := range map[string]string{
		"no From":   strings.Replace(mail, "From:", "Form:", 1),
		"two From":  "From: a@example.org\r\n" + mail,
		"no header": "",
	} {
		if _, err := s.Sign([]byte(msg)); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
}

func TestKeyThatNobodyWouldTrustIsRefused(t *testing.T) {
	t.Parallel()
	good := pkcs8(t, ed25519Key(t))
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		domain, selector string
		key              []byte
		want             string
	}{
		"no key":         {"example.org", "gate", []byte("secret"), "no PEM block"},
		"weak RSA":       {"example.org", "gate", []byte(weakRSA), "of 512 bits is too weak"},
		"other kind":     {"example.org", "gate", pkcs8(t, curve), "only RSA and Ed25519"},
		"certificate":    {"example.org", "gate", []byte(certificate), `"CERTIFICATE"`},
		"domain in UTF8": {"bücher.example", "gate", good, "not a domain name"},
		"tag injected":   {"example.org", "gate; l=0", good, "not a DNS label"},
	}
	for name, test := range tests {
		_, err := dkim.Load(test.domain, test.selector, test.key)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the key stands in %v", name, err)
		}
	}
}

const certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

// weakRSA was made with openssl, since Go makes none so short.
const weakRSA = `-----BEGIN RSA PRIVATE KEY-----
MIIBPQIBAAJBAM+4+o6tqhWC7sxdTS/yRmIUZMvWlXhpBsd5zRkKldSDppKLEC0K
7l+LvgZPqEXdquIoMgFaHmTjpixiTRLRSV0CAwEAAQJBAIp7DHcQKeK7bk3KKco8
H1YFuIj4Hp+ujPlxJx15pBePFJYghdzSDwrStxXvm/CzR70VpB0wBXHLPcMjdqYb
H4ECIQD5UdtV4gDzqI6CUrYdR+rK7NvQKGurcBTfGywUZt3mfQIhANVJzAvA3V4B
+PNYw62Yar4Q0UJKQAZZTA19ASwYHwRhAiEAsgwFCPYXG+qZqvQKXirHwBcaezMC
gTHPley/s+oqObkCIQDFRDnqbPjQ57YfK+vfdObU360LSK0qshB7MTCSXcTiQQIh
AMnsS7FYgxmVF1UVu2U2vhCPlaNPrh+x/od6Lvfr+2CR
-----END RSA PRIVATE KEY-----`
