// Package dkim signs finished mails (RFC 6376) with an RSA or Ed25519 key (RFC 8463).
//
// It does not verify (mailin/verify does), make keys or publish them: DNSRecord gives the text to
// publish. mailout/queue calls Sign once a mail, when its bytes are fixed, so a retry carries the
// same signature. It owns no goroutine.
package dkim

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// minRSABits is the least that RFC 8301 section 3.2 lets a signer use; it recommends 2048.
const minRSABits = 1024

// dnsName is a domain as A-labels, or a selector: what stands in a signature unquoted.
var dnsName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?$`)

// lineEnds makes every line end a CRLF.
var lineEnds = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n")

// signed are the fields that are signed where they stand (RFC 6376 section 5.4.1). Those with true
// are signed once more than they stand, so that adding one breaks the signature: what a reader
// sees, what they answer to, and what says how to read the body.
var signed = []struct {
	name string
	over bool
}{
	{"From", true},
	{"Reply-To", true},
	{"Subject", true},
	{"Date", true},
	{"To", true},
	{"Cc", true},
	{"Content-Type", true},
	{"Message-ID", false},
	{"In-Reply-To", false},
	{"References", false},
	{"MIME-Version", false},
	{"Content-Transfer-Encoding", false},
	{"Auto-Submitted", false},
	{"List-Id", false},
	{"List-Unsubscribe", false},
	{"List-Unsubscribe-Post", false},
}

// Signer signs for one domain with one key. It is safe for use by several goroutines.
type Signer struct {
	domain, selector string
	key              crypto.Signer
}

// Load makes a Signer from a PEM private key, PKCS #1 or PKCS #8: RSA of at least 1024 bits (2048
// are advised) or Ed25519. domain is what the signature vouches for, as A-labels.
func Load(domain, selector string, pemKey []byte) (*Signer, error) {
	if !dnsName.MatchString(domain) {
		return nil, fmt.Errorf("read DKIM domain %q: not a domain name in ASCII", domain)
	}
	if !dnsName.MatchString(selector) {
		return nil, fmt.Errorf("read DKIM selector %q: not a DNS label", selector)
	}
	key, err := parseKey(pemKey)
	if err != nil {
		return nil, fmt.Errorf("read DKIM key of %s._domainkey.%s: %w", selector, domain, err)
	}
	return &Signer{domain: domain, selector: selector, key: key}, nil
}

// Sign gives msg with a DKIM-Signature before it: relaxed/relaxed, the whole body (no l=). A CR or
// LF that stands alone becomes CRLF first: mended only on its way, the mail would no longer fit its
// signature. It fails when the header cannot be read or has not exactly one From.
func (s *Signer) Sign(msg []byte) ([]byte, error) {
	if n := bytes.Count(msg, []byte("\r\n")); bytes.Count(msg, []byte("\n")) != n ||
		bytes.Count(msg, []byte("\r")) != n {
		msg = []byte(lineEnds.Replace(string(msg)))
	}
	keys, err := headerKeys(msg)
	if err != nil {
		return nil, fmt.Errorf("sign mail: %w", err)
	}
	var out bytes.Buffer
	err = dkim.Sign(&out, bytes.NewReader(msg), &dkim.SignOptions{
		Domain:                 s.domain,
		Selector:               s.selector,
		Signer:                 s.key,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed,
		BodyCanonicalization:   dkim.CanonicalizationRelaxed,
		HeaderKeys:             keys,
	})
	if err != nil {
		return nil, fmt.Errorf("sign mail: %w", err)
	}
	return out.Bytes(), nil
}

// DNSRecord gives the TXT record that lets others verify: its name, without a final dot, and its
// text, which a zone file splits into strings of at most 255 bytes.
func (s *Signer) DNSRecord() (name, txt string) {
	name = s.selector + "._domainkey." + s.domain
	if public, ok := s.key.Public().(ed25519.PublicKey); ok {
		return name, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	}
	der, err := x509.MarshalPKIXPublicKey(s.key.Public())
	if err != nil {
		panic(err) // parseKey gives no other kind than RSA, which always has this form
	}
	return name, "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
}

// headerKeys gives the h= of a mail: each signed field as often as it stands, and once more.
func headerKeys(msg []byte) ([]string, error) {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(msg)))
	header, err := r.ReadMIMEHeader()
	if err != nil {
		return nil, fmt.Errorf("read header: %w", err)
	}
	if len(header.Values("From")) != 1 {
		return nil, errors.New("the mail needs exactly one From")
	}
	var keys []string
	for _, field := range signed {
		count := len(header.Values(field.name))
		if field.over {
			count++
		}
		for range count {
			keys = append(keys, field.name)
		}
	}
	return keys, nil
}

// parseKey reads the first block of a PEM file.
func parseKey(pemKey []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(pemKey)
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	default:
		return nil, fmt.Errorf("a PEM block %q is no private key in PKCS #1 or PKCS #8", block.Type)
	}
	if err != nil {
		return nil, err
	}
	switch key := key.(type) {
	case ed25519.PrivateKey:
		return key, nil
	case *rsa.PrivateKey:
		if bits := key.N.BitLen(); bits < minRSABits {
			return nil, fmt.Errorf("an RSA key of %d bits is too weak, 2048 are advised", bits)
		}
		return key, nil
	}
	return nil, fmt.Errorf("a %T cannot sign mail, only RSA and Ed25519 can", key)
}
