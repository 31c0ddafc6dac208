package smtpd

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"helpgate/internal/clock"
	"helpgate/internal/testkit"
)

// renewals are two files that hold a certificate and its key, and what reads them.
type renewals struct {
	*Certificates
	t         *testing.T
	cert, key string
	clock     *clock.Fake
	log       bytes.Buffer
	writes    int
}

func newRenewals(t *testing.T) *renewals {
	t.Helper()
	dir := t.TempDir()
	r := &renewals{
		t: t, cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"),
		clock: clock.NewFake(time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)),
	}
	cert, key := makePair(t)
	r.write(r.cert, cert)
	r.write(r.key, key)
	var err error
	r.Certificates, err = LoadCertificates(r.cert, r.key, r.clock,
		slog.New(slog.NewTextHandler(&r.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// makePair gives a new certificate and its key as PEM.
func makePair(t *testing.T) (cert, key []byte) {
	t.Helper()
	config, _ := testkit.Certificate(t)
	pair := config.Certificates[0]
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// write replaces a file, each time with a time of its own, whatever the file system counts in.
func (r *renewals) write(name string, text []byte) {
	r.t.Helper()
	if err := os.WriteFile(name, text, 0o600); err != nil {
		r.t.Fatal(err)
	}
	r.writes++
	at := r.clock.Now().Add(time.Duration(r.writes) * time.Minute)
	if err := os.Chtimes(name, at, at); err != nil {
		r.t.Fatal(err)
	}
}

// shown gives the certificate that a handshake shows, a look after the one before.
func (r *renewals) shown() string {
	r.t.Helper()
	r.clock.Advance(lookEvery)
	return r.atOnce()
}

func (r *renewals) atOnce() string {
	r.t.Helper()
	pair, err := r.TLS().GetCertificate(&tls.ClientHelloInfo{})
	if err != nil {
		r.t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}))
}

func (r *renewals) warnings() int { return bytes.Count(r.log.Bytes(), []byte("not renewed")) }

func TestARenewedCertificateIsShownWithoutARestart(t *testing.T) {
	t.Parallel()
	r := newRenewals(t)
	old := r.shown()
	cert, key := makePair(t)
	r.write(r.cert, cert)
	if got := r.atOnce(); got != old {
		t.Error("the files were looked at twice within a second")
	}
	if got := r.shown(); got != old || r.warnings() != 1 {
		t.Errorf("with half of the new pair the old one is not shown, or %d warnings", r.warnings())
	}
	r.write(r.key, key)
	if got := r.shown(); got != string(cert) {
		t.Error("the new certificate is not shown")
	}
	if r.warnings() != 1 || bytes.Count(r.log.Bytes(), []byte("is renewed")) != 1 {
		t.Errorf("log:\n%s", r.log.String())
	}
}

func TestABrokenRenewalLeavesTheOldCertificate(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(r *renewals){
		"no PEM":      func(r *renewals) { r.write(r.cert, []byte("rubbish")) },
		"empty":       func(r *renewals) { r.write(r.key, nil) },
		"another key": func(r *renewals) { _, key := makePair(r.t); r.write(r.key, key) },
		"gone":        func(r *renewals) { os.Remove(r.cert) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRenewals(t)
			old := r.shown()
			spoil(r)
			for range 3 {
				if r.shown() != old {
					t.Fatal("the old certificate is not shown any more")
				}
			}
			if r.warnings() != 1 {
				t.Errorf("%d warnings, want one:\n%s", r.warnings(), r.log.String())
			}
			cert, key := makePair(t)
			r.write(r.cert, cert)
			r.write(r.key, key)
			if r.shown() != string(cert) {
				t.Error("a good pair is not taken after a bad one")
			}
		})
	}
}

func TestNoCertificateIsAnErrorAtTheStart(t *testing.T) {
	t.Parallel()
	r := newRenewals(t)
	_, other := makePair(t)
	r.write(r.key, other)
	_, err := LoadCertificates(r.cert, r.key, r.clock, slog.New(slog.DiscardHandler))
	if err == nil || !bytes.Contains([]byte(err.Error()), []byte(r.cert)) {
		t.Errorf("error %v, want one that names the file", err)
	}
}
