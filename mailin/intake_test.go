package mailin

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"helpgate/internal/mailerr"
	"helpgate/tickets"
	"helpgate/tickets/desk"
)

// withFile is a mail with a file of n bytes.
func withFile(id string, n int, fields ...string) string {
	var b strings.Builder
	letters := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte(id+" is a file\n"), n)[:n])
	for len(letters) > 0 {
		k := min(len(letters), 76)
		b.WriteString(letters[:k] + "\r\n")
		letters = letters[k:]
	}
	return strings.Join(append(fields,
		"From: alice@customer.example", "To: "+support, "Subject: File "+id,
		"Message-ID: <"+id+"@customer.example>", "Content-Type: multipart/mixed; boundary=b", "",
		"--b", "", "See the file.",
		"--b", "Content-Type: application/pdf; name=a.pdf", "Content-Transfer-Encoding: base64", "",
		b.String()+"--b--", ""), "\r\n")
}

// staged notes what the door hands to the desk.
type staged struct {
	Desk
	mail *tickets.Mail
}

func (s *staged) Receive(ctx context.Context, m *tickets.Mail) (desk.Receipt, error) {
	s.mail = m
	return s.Desk.Receive(ctx, m)
}

// The kept source gives the mail back byte for byte and does not hold the file once more, also of a
// mail that only its source is kept of.
func TestSourceIsKeptOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.MaxSize = 8 << 20
	seen := &staged{Desk: h.Gate.Desk}
	h.Gate.Desk = seen
	report := "Auto-Submitted: auto-replied\r\nX-MS-Exchange-Inbox-Rules-Loop: a@b.example"
	deep := ""
	for i := range 30 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=x%d.\r\n\r\n--x%d.\r\n", i, i)
	}
	parts := strings.Repeat("--b\r\n\r\n", 1100)
	late := strings.Replace(withFile("late", 3_000_000), "--b--", parts, 1)
	quoted := strings.Replace(strings.Replace(withFile("quoted", 500), "base64", "quoted-printable", 1),
		"--b--", strings.Repeat("=C3=BC and more =\r\n", 100_000)+"--b--", 1)
	for name, c := range map[string]struct {
		raw   string
		kept  int64
		files int
	}{
		"small":    {withFile("small", 500), 2000, 1},
		"row":      {withFile("row", 50_000), 1000, 1},
		"pack":     {withFile("pack", 100_000), 1000, 1},
		"own":      {withFile("own", 3_000_000), 1000, 1},
		"recorded": {withFile("recorded", 100_000, report), 1000, 1},
		"late":     {late, 1000, 1},
		"quoted":   {quoted, 600_000, 1},
		"unparsed": {deep + strings.Repeat("a line\r\n", 100_000), 1000, 1},
	} {
		if err := h.accept(t, RoadSMTP, c.raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m := seen.mail
		if m.Source.Size > c.kept || len(m.Attachments) != c.files {
			t.Errorf("%s: a source of %d bytes, %d files", name, m.Source.Size, len(m.Attachments))
		}
		packed := readBlob(t, h, m.Source.SHA256)
		src, sums, err := h.packer.Unpack(packed)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		back, err := io.ReadAll(src.Reader(func(file int) (io.ReadCloser, error) {
			return h.Blobs.Open(t.Context(), sums[file])
		}))
		if err != nil || string(back) != c.raw {
			t.Errorf("%s: %d bytes came back of %d (%v)", name, len(back), len(c.raw), err)
		}
	}
}

func readBlob(t *testing.T, h house, sum string) []byte {
	t.Helper()
	r, err := h.Blobs.Open(t.Context(), sum)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// full is a store of blobs whose disk is full.
type full struct{ tickets.Blobs }

func (full) Create(context.Context) (tickets.BlobWriter, error) {
	return nil, errors.New("no space left on device")
}

// A mail whose file finds no place may come again, and one whose sender hangs up is his affair.
func TestLargeFilesThatFail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	raw := withFile("x", 500_000)
	broken := errors.New("connection lost")
	err := h.Accept(t.Context(), Envelope{Road: RoadSMTP, To: []string{support}},
		io.MultiReader(strings.NewReader(raw[:300_000]), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || errors.As(err, new(*mailerr.Error)) {
		t.Errorf("a sender who hangs up: %v", err)
	}
	h.Blobs = full{h.Blobs}
	var refused *mailerr.Error
	if err := h.accept(t, RoadSMTP, raw); !errors.As(err, &refused) || !refused.Temporary {
		t.Errorf("no space: %v", err)
	}
}

func BenchmarkAccept100KBFile(b *testing.B) { benchmarkAccept(b, withFile("bench", 100_000)) }

func BenchmarkAccept2KB(b *testing.B) {
	benchmarkAccept(b, "From: Alice <alice@customer.example>\r\nTo: "+support+"\r\n"+
		"Subject: Printer\r\nMessage-ID: <1@c>\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\n\r\n"+
		strings.Repeat("The printer says that it is on fire again.\r\n", 45))
}

// idleDesk takes every mail and does nothing.
type idleDesk struct{}

func (idleDesk) Look(context.Context, *tickets.Mail) (s desk.Sight, err error) { return s, nil }

func (idleDesk) Receive(context.Context, *tickets.Mail) (desk.Receipt, error) {
	return desk.Receipt{}, nil
}

// forgetful hashes blobs and keeps nothing.
type forgetful struct{ tickets.Blobs }

func (forgetful) Stage(_ context.Context, data []byte) (tickets.Blob, error) {
	sum := sha256.Sum256(data)
	return tickets.Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))}, nil
}

func (forgetful) Create(context.Context) (tickets.BlobWriter, error) {
	return hasher{sha256.New()}, nil
}

type hasher struct{ hash.Hash }

func (hasher) Written() io.Reader { return nil }

func (h hasher) Done() (tickets.Blob, error) {
	return tickets.Blob{SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

func (hasher) Abort() {}

// benchmarkAccept measures the door without desk and store.
func benchmarkAccept(b *testing.B, raw string) {
	h := newHouse(b)
	h.Gate.Desk, h.Blobs = idleDesk{}, forgetful{}
	env := Envelope{Road: RoadSMTP, From: "a@b.example", FromKnown: true, To: []string{support}}
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if err := h.Accept(b.Context(), env, strings.NewReader(raw)); err != nil {
			b.Fatal(err)
		}
	}
}
