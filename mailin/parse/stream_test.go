package parse

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"helpgate/tickets"
)

// memory is a blob in memory.
type memory struct {
	bytes.Buffer
	aborted bool
}

func newMemory() (tickets.BlobWriter, error) { return &memory{}, nil }

func (m *memory) Written() io.Reader { return bytes.NewReader(m.Bytes()) }

func (m *memory) Done() (tickets.Blob, error) {
	return tickets.Blob{Data: m.Bytes(), Size: int64(m.Len())}, nil
}

func (m *memory) Abort() { m.aborted = true }

// pieces is a reader that gives at most so many bytes at a time.
type pieces struct {
	io.Reader
	size int
}

func (p pieces) Read(b []byte) (int, error) { return p.Reader.Read(b[:min(len(b), p.size)]) }

// cutAt are the default limits, but that bodies of n encoded bytes are cut out.
func cutAt(n int) Limits {
	lim := DefaultLimits()
	lim.Cut, lim.Spill = n, 4*n
	return lim
}

// whole takes the files of a mail back into its attachments.
func whole(m *Mail) *Mail {
	for i := range m.Attachments {
		if a := &m.Attachments[i]; a.File != nil {
			a.Data, a.File = a.File.w.(*memory).Bytes(), nil
		}
		m.Attachments[i].Data = slices.Clip(append([]byte{}, m.Attachments[i].Data...))
	}
	return m
}

// shown gives all that was read of a mail, as text.
func shown(m *Mail) string {
	invitation, err := json.Marshal(m.Invitation) // which holds pointers
	m.Invitation = nil
	return fmt.Sprintf("%+v %s %v", whole(m), invitation, err)
}

// checkStream reads raw in pieces, with bodies from cut bytes on cut out: the mail must be the one
// that is read at once with all in it, and its source must come back byte for byte. It gives the
// number of cuts.
func checkStream(t *testing.T, raw []byte, size, cut int) int {
	t.Helper()
	lim := cutAt(cut)
	want := shown(Parse(raw, lim))
	m, src, err := Read(pieces{bytes.NewReader(raw), size}, lim, newMemory)
	if err != nil {
		t.Fatal(err)
	}
	back, err := io.ReadAll(src.Reader())
	if err != nil || !bytes.Equal(back, raw) {
		t.Fatalf("pieces of %d, cut at %d: the source is %q (%v)\nnot %q", size, cut, back, err, raw)
	}
	if got := shown(m); got != want {
		t.Fatalf("pieces of %d, cut at %d: read %s\nnot %s\nof %q", size, cut, got, want, raw)
	}
	return len(src.Cuts)
}

// encoded is n bytes in lines of base64.
func encoded(n, line int, lineEnd string) string {
	var b strings.Builder
	letters := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("a file "), n/7+1)[:n])
	for len(letters) > 0 {
		k := min(line, len(letters))
		b.WriteString(letters[:k] + lineEnd)
		letters = letters[k:]
	}
	return b.String()
}

const quoted = "Content-Type: application/json\nContent-Transfer-Encoding: quoted-printable\n\n"

const file = "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n"

// Whatever of a body can be made anew is cut out of the source, and nothing else.
func TestLargeBodiesAreCutOut(t *testing.T) {
	t.Parallel()
	lines := encoded(2000, 76, "\n")
	for _, c := range []struct {
		name, part string
		cuts       int
	}{
		{"base64", file + lines, 1},
		{"short lines", file + encoded(2000, 60, "\n"), 1},
		{"whole last line", file + encoded(57*40, 76, "\n"), 1},
		{"no line end behind it", file + strings.TrimSuffix(lines, "\n"), 1},
		{"blank lines behind it", file + lines + "\n\n", 1},
		{"footer behind it", file + lines + "____\nlist\n", 1},
		{"blank line before it", file + "\n" + lines, 1},
		{"letters before it", file + "QUJD\nQQ==\n" + lines, 0},
		{"two lengths of lines", file + encoded(57*40, 76, "\n") + encoded(2000, 60, "\n"), 2},
		{"junk within it", file + encoded(57*40, 76, "\n") + "!\n" + lines, 2},
		{"out of step", file + encoded(57*40, 76, "\n") + "QU\n" + lines, 1},
		{"hidden bits", file + encoded(57*40, 76, "\n") + "QUI=\n", 1},
		{"odd lines", file + strings.ReplaceAll(lines, "\n", " \n"), 0},
		{"not base64", file + strings.Repeat(strings.Repeat("?", 76)+"\n", 40), 0},
		{"short", file + encoded(300, 76, "\n"), 0},
		{"quoted-printable", strings.Replace(file, "base64", "quoted-printable", 1) + lines, 0},
		{"as it is", "Content-Type: application/pdf\n\n" + lines, 1},
		{"one long line", "Content-Type: image/png\n\n" + strings.Repeat("x", 100_000), 1},
		{"nested mail", "Content-Type: message/rfc822\n\nSubject: Inner\n\n" + lines, 1},
		{"attached text", "Content-Disposition: attachment; filename=a.txt\n\n" + lines, 1},
		{"text", "\n" + lines, 0},
		{"text in base64", strings.Replace(file, "image/png", "text/plain", 1) + lines, 0},
	} {
		parts := []string{"\nplain", c.part, "\nmore"}
		for _, size := range []int{1, 50, 1 << 20} {
			raw := multi("multipart/mixed", parts...)
			lf := bytes.ReplaceAll(raw, []byte("\r"), nil)
			open := bytes.TrimSuffix(multi("multipart/mixed", "\nplain", c.part), []byte("--=b--\r\n"))
			inner := "Content-Type: multipart/related; boundary=in\n\n--in\n" + c.part
			for i, raw := range [][]byte{raw, lf, open, multi("multipart/mixed", inner, "\nmore")} {
				if cuts := checkStream(t, raw, size, 1000); cuts != c.cuts {
					t.Errorf("%s, form %d: %d cuts, want %d", c.name, i, cuts, c.cuts)
				}
			}
		}
	}
}

// What cannot be made anew does not fill the memory either.
func TestLargeDamagedBodiesAreTakenOut(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{
		"junk":             file + strings.Repeat("QUJD\n!\n", 1500),
		"one line":         file + strings.TrimSpace(encoded(9000, 20_000, "")),
		"run within junk":  file + strings.Repeat("QU!\n", 1500) + encoded(3000, 76, "\n") + "!",
		"quoted-printable": quoted + strings.Repeat("a=3D=\n =C3=BC \n", 900),
	} {
		for _, size := range []int{1, 50, 1 << 20} {
			for _, raw := range [][]byte{
				multi("multipart/mixed", "\nplain", part, "\nmore"),
				bytes.TrimSuffix(multi("multipart/mixed", part), []byte("\r\n--=b--\r\n")),
			} {
				if cuts := checkStream(t, raw, size, 500); cuts == 0 {
					t.Errorf("%s: nothing is taken out", name)
				}
			}
		}
	}
}

// What breaks a limit is whole in one file, also when bodies were cut out before, and it is read
// to its end.
func TestUnparsedSourceIsWhole(t *testing.T) {
	t.Parallel()
	lines := encoded(2000, 76, "\n")
	header := file + lines + "\n--=b\nX: " + strings.Repeat("y", 2<<20)
	parts := file + lines + strings.Repeat("\n--=b\n", 3000) + "\nend"
	running := strings.Replace(file, "base64", "8bit", 1) + lines
	for name, c := range map[string]struct {
		raw  []byte
		kept int
	}{
		"header": {multi("multipart/mixed", "\nplain", header), 16 << 20},
		"parts":  {multi("multipart/mixed", "\nplain", parts), 16 << 20},
		"text":   {multi("multipart/mixed", file+lines, "\n"+strings.Repeat("text\n", 9000)), 40_000},
		"files":  {multi("multipart/mixed", strings.Repeat("text\n", 9000), running), 40_000},
	} {
		lim := cutAt(1000)
		lim.Kept = c.kept
		var files []*memory
		m, src, err := Read(bytes.NewReader(c.raw), lim, func() (tickets.BlobWriter, error) {
			files = append(files, &memory{})
			return files[len(files)-1], nil
		})
		if err != nil {
			t.Fatal(err)
		}
		kept := src.Whole()
		if m.Unparsed == "" || kept == nil || kept.w != files[len(files)-1] || len(m.Attachments) > 0 {
			t.Fatalf("%s: %q, %d files of %d", name, m.Unparsed, len(src.Files), len(files))
		}
		back, err := io.ReadAll(src.Reader())
		if err != nil || !bytes.Equal(back, c.raw) || !bytes.Equal(kept.w.(*memory).Bytes(), c.raw) {
			t.Errorf("%s: %d bytes came back of %d (%v)", name, len(back), len(c.raw), err)
		}
		if !strings.HasPrefix(m.Text, "From: a@x.org\n") || len(m.Text) > lim.RawText {
			t.Errorf("%s: text of %d bytes", name, len(m.Text))
		}
		for i, f := range files[:len(files)-1] {
			if !f.aborted {
				t.Errorf("%s: file %d was not dropped", name, i)
			}
		}
	}
}

// broken is a file that fails.
type broken struct{ memory }

var errDisk = errors.New("disk is full")

func (*broken) Write([]byte) (int, error) { return 0, errDisk }

// What fails costs the mail, and leaves no file behind.
func TestFailuresDropTheFiles(t *testing.T) {
	t.Parallel()
	raw := multi("multipart/mixed", file+encoded(90_000, 76, "\n"))
	var last *memory
	create := func() (tickets.BlobWriter, error) { last = &memory{}; return last, nil }
	cut := io.MultiReader(bytes.NewReader(raw[:50_000]), iotest.ErrReader(io.ErrUnexpectedEOF))
	_, _, err := Read(cut, cutAt(1000), create)
	if !errors.Is(err, io.ErrUnexpectedEOF) || !last.aborted {
		t.Errorf("a mail that ends early: %v, dropped %v", err, last.aborted)
	}
	var disk *broken
	_, _, err = Read(bytes.NewReader(raw), cutAt(1000), func() (tickets.BlobWriter, error) {
		disk = &broken{}
		return disk, nil
	})
	if !errors.Is(err, errDisk) || !disk.aborted {
		t.Errorf("a file that cannot be written: %v, dropped %v", err, disk.aborted)
	}
	_, _, err = Read(bytes.NewReader(raw), cutAt(1000),
		func() (tickets.BlobWriter, error) { return nil, errDisk })
	if !errors.Is(err, errDisk) {
		t.Errorf("a file that cannot be made: %v", err)
	}
	idle := iotest.ErrReader(nil)
	if _, _, err := Read(idle, DefaultLimits(), nil); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a source that gives nothing: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	letters := encoded(120, 16, "\n")
	for _, body := range []string{
		letters, letters + "QUI=\nfooter\n", letters + "!!\n" + letters, letters + "QQ\n" + letters,
	} {
		f.Add(multi("multipart/mixed", "\nplain", file+body), uint8(7), uint8(20))
		f.Add(multi("multipart/digest", body, "Subject: x\n\n"+body), uint8(1), uint8(40))
		f.Add(multi("multipart/related", "Content-Type: multipart/mixed; boundary=in\n\n--in\n"+
			file+body+"--in--\nepilogue"), uint8(100), uint8(60))
	}
	f.Add(multi("multipart/mixed", quoted+strings.Repeat("a=3D=\n =C3\n", 20)), uint8(9), uint8(20))
	f.Add([]byte(">From x\r\n\r\n--"), uint8(1), uint8(1))
	f.Fuzz(func(t *testing.T, raw []byte, size, cut uint8) {
		checkStream(t, raw, int(size)+1, int(cut)+1)
	})
}
