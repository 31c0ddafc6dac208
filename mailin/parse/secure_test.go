package parse

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"helpgate/internal/testkit/cputime"
)

// der makes an element of definite length.
func der(tag byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	n := len(body)
	if n < 0x80 {
		return append([]byte{tag, byte(n)}, body...)
	}
	return append([]byte{tag, 0x83, byte(n >> 16), byte(n >> 8), byte(n)}, body...)
}

// open makes an element of open length (X.690 section 8.1.3.6).
func open(tag byte, parts ...[]byte) []byte {
	return bytes.Join([][]byte{{tag, 0x80}, bytes.Join(parts, nil), {0, 0}}, nil)
}

// element makes an element in one of the two forms.
type element func(tag byte, parts ...[]byte) []byte

// signedCMS makes what a signing program writes; make is for what is not primitive.
func signedCMS(make element, content ...[]byte) []byte {
	data := der(tagOID, []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1})
	pieces := der(tagOctets, bytes.Join(content, nil))
	if len(content) > 1 {
		var all [][]byte
		for _, piece := range content {
			all = append(all, der(tagOctets, piece))
		}
		pieces = make(tagOctets|constructed, all...)
	}
	digests := make(tagSet, make(tagSequence, der(tagOID, []byte{1, 2}), der(0x05)))
	return make(tagSequence, der(tagOID, oidSigned), make(tagContext0, make(tagSequence,
		der(tagInteger, []byte{1}), digests, make(tagSequence, data, make(tagContext0, pieces)),
		make(0x31, []byte("signers are not looked at")))))
}

func smime(cms []byte, kind string) []byte {
	return mail("Content-Type: "+kind, "Content-Transfer-Encoding: base64", "",
		base64.StdEncoding.EncodeToString(cms))
}

// Whoever signs a mail still wants it read, however his program wraps it.
func TestSignedMailShowsItsText(t *testing.T) {
	t.Parallel()
	inner := "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nSigned words\r\n" +
		"--i\r\nContent-Type: image/png; name=a.png\r\n\r\npng\r\n--i--\r\n"
	half := len(inner) / 2
	pieces := [][]byte{[]byte(inner[:half]), []byte(inner[half:])}
	for name, cms := range map[string][]byte{
		"definite": signedCMS(der, []byte(inner)), "open": signedCMS(open, []byte(inner)),
		"pieces": signedCMS(der, pieces...), "open pieces": signedCMS(open, pieces...),
		"signed twice": signedCMS(der, smime(signedCMS(open, []byte(inner)), "application/pkcs7-mime")),
		"cut off":      signedCMS(open, []byte(inner))[:len(inner)+60],
	} {
		for _, kind := range []string{
			"application/pkcs7-mime; smime-type=signed-data", "application/x-pkcs7-mime",
			"application/octet-stream; name=smime.P7M",
		} {
			m := read(t, smime(cms, kind))
			var names []string
			for _, a := range m.Attachments {
				names = append(names, strings.ToLower(a.Filename))
			}
			if strings.TrimSpace(m.Text) != "Signed words" || m.Encrypted != "" ||
				!strings.HasPrefix(strings.Join(names, " "), "smime.p7m") ||
				!strings.HasSuffix(strings.Join(names, " "), "a.png") {
				t.Errorf("%s, %s: text %q, files %q, encrypted %q", name, kind, m.Text, names, m.Encrypted)
			}
		}
	}
	m := read(t, multi("multipart/signed; protocol=x", "\nSigned words", "Content-Type: "+
		"application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----"))
	if m.Text != "Signed words" || m.Attachments[0].Filename != "signature.asc" {
		t.Errorf("%q, %+v", m.Text, m.Attachments)
	}
}

// What cannot be read is kept, and said.
func TestEncryptedMailIsKept(t *testing.T) {
	t.Parallel()
	envelope := der(tagSequence, der(tagOID, oidEnveloped), der(tagContext0, []byte("secret")))
	armour := "-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----\n"
	for _, c := range []struct {
		name, encrypted, text, file string
		raw                         []byte
	}{
		{"smime", "smime", "", "smime.p7m", smime(envelope, "application/pkcs7-mime")},
		{
			"pgp/mime", "pgp", "", "encrypted.asc", multi("multipart/encrypted; "+
				"protocol=\"application/pgp-encrypted\"", "Content-Type: application/pgp-encrypted\n\n"+
				"Version: 1", "Content-Type: application/octet-stream; name=encrypted.asc\n\n"+armour),
		},
		{
			"pgp/mime, mixed by Exchange", "pgp", "", "PGPMIME version identification.asc",
			multi("multipart/mixed", "\n", "Content-Type: application/pgp-encrypted; "+
				"name=\"PGPMIME version identification.asc\"\n\nVersion: 1",
				"Content-Type: application/octet-stream; name=encrypted.asc\n\n"+armour),
		},
		{"in a text", "pgp", "Hello,\nbye\n", "message.asc", mail("From: a@x", "", "Hello,", armour+"bye")},
		{"not ended", "pgp", "Hello,\n", "message.asc", mail("From: a@x", "", "Hello,", armour[:30], "x")},
		{"quoted", "", "> " + pgpMessage + "\n", "", mail("From: a@x", "", "> "+pgpMessage)},
		{
			"clear signed", "", "- a list\nof words\n", "signature.asc", mail("From: a@x", "",
				"-----BEGIN PGP SIGNED MESSAGE-----", "Hash: SHA512", "", "- - a list", "of words",
				"-----BEGIN PGP SIGNATURE-----", "", "iQ", "-----END PGP SIGNATURE-----"),
		},
	} {
		m := read(t, c.raw)
		text, file := strings.ReplaceAll(strings.TrimLeft(m.Text, "\n"), "\r", ""), ""
		if len(m.Attachments) > 0 {
			file = m.Attachments[0].Filename
		}
		if m.Encrypted != c.encrypted || text != c.text || file != c.file {
			t.Errorf("%s: encrypted %q, text %q, file %q", c.name, m.Encrypted, text, file)
		}
	}
}

// Elements without end, and a great many of them, cost little.
func TestHostileBERIsBounded(t *testing.T) {
	t.Parallel()
	for name, cms := range map[string][]byte{
		"nested":   bytes.Repeat([]byte{tagOctets | constructed, 0x80}, 1<<18),
		"many":     bytes.Repeat([]byte{tagOctets, 0}, 1<<19),
		"long tag": bytes.Repeat([]byte{0x1F, 0x81}, 1<<18),
	} {
		for _, hostile := range [][]byte{cms, signedCMS(open, cms), signedCMS(open, nil, cms)} {
			var m *Mail
			took := cputime.Of(t, func() {
				m = Parse(smime(hostile, "application/pkcs7-mime"), DefaultLimits())
			})
			if took > cputime.Bound(time.Second) || len(m.Attachments) == 0 {
				t.Errorf("%s: %v, %d files", name, took, len(m.Attachments))
			}
		}
	}
}

func FuzzSignedContent(f *testing.F) {
	f.Add(signedCMS(der, []byte("words")))
	f.Add(signedCMS(open, []byte("wo"), []byte("rds")))
	f.Add(signedCMS(der, []byte("wo"), []byte("rds"))[:40])
	f.Add(der(tagSequence, der(tagOID, oidEnveloped)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if content := signedContent(raw); len(content) > len(raw) {
			t.Fatalf("%d bytes of %d", len(content), len(raw))
		}
		if encryptedCMS(raw) && signedContent(raw) != nil {
			t.Fatal("signed and encrypted")
		}
	})
}
