package testkit

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"
)

// certificateLife is how long a certificate is valid before and after now: a test with a fake clock
// near the present still verifies.
const certificateLife = 365 * 24 * time.Hour

// Certificate makes, in memory, a TLS server configuration for 127.0.0.1, localhost and names, and
// the pool with which a client trusts it.
func Certificate(t testing.TB, names ...string) (*tls.Config, *x509.CertPool) {
	t.Helper()
	certificate := SelfSigned(t, time.Now().Add(certificateLife), "127.0.0.1", names...)
	pool := x509.NewCertPool()
	pool.AddCert(certificate.Leaf)
	return &tls.Config{Certificates: []tls.Certificate{certificate}}, pool
}

// SelfSigned makes a certificate for the IP address, localhost and names that vouches for itself
// until then.
func SelfSigned(
	t testing.TB, until time.Time, address string, names ...string,
) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "helpgate test"},
		NotBefore:             time.Now().Add(-certificateLife),
		NotAfter:              until,
		DNSNames:              append([]string{"localhost"}, names...),
		IPAddresses:           []net.IP{net.ParseIP(address)},
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}
