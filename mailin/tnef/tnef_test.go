package tnef

import (
	"bytes"
	"errors"
	"fmt"
	"net/mail"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"helpgate/internal/testkit"
	"helpgate/internal/testkit/cputime"
)

func decoded(t *testing.T, b []byte) *Message {
	t.Helper()
	m, err := Decode(slices.Clip(b)) // so that reading on behind a cut is a fault
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func names(m *Message) (list []string) {
	for _, f := range m.Files {
		list = append(list, f.Name)
	}
	return list
}

func TestFilesHaveTheirBestName(t *testing.T) {
	t.Parallel()
	body := []byte("x")
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"title", stream(file("a.txt", body)), "a.txt"},
		{
			"long", stream(file("LONGNA~1.DOC", body, narrow(pidAttachLongName, "long name.doc"))),
			"long name.doc",
		},
		{
			"unicode", stream(file("__.doc", body, wide(pidAttachLongName, "合同 书.doc"))),
			"合同 书.doc",
		},
		{"code page", stream(codePage(936), file("\xba\xcf\xcd\xac.doc", body)), "合同.doc"},
		{
			"long in code page",
			stream(codePage(1251), file("A", body, narrow(pidAttachLongName, "\xe4\xee\xe3.txt"))),
			"дог.txt",
		},
		{"code page of DOS", stream(codePage(850), file("\x81ber.txt", body)), "über.txt"},
		{"8.3", stream(file("", body, narrow(pidAttachFilename, "A.TXT"))), "A.TXT"},
		{
			"display and extension",
			stream(file("", body, wide(pidDisplayName, "Plan"), narrow(pidAttachExtension, ".pdf"))),
			"Plan.pdf",
		},
		{"bidi mark", stream(file("a\xe2\x80\xaegpj.exe", body)), "agpj.exe"},
		{"none", stream(file("", body)), ""},
		{
			"code page behind the file",
			stream(file("\xba\xcf\xcd\xac.doc", body), codePage(936)), "合同.doc",
		},
	} {
		if got := names(decoded(t, c.b)); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestFilesKeepTypeAndContentID(t *testing.T) {
	t.Parallel()
	m := decoded(t, stream(
		file("a.png", []byte("1"), narrow(pidAttachMIMETag, "IMAGE/PNG"),
			wide(pidAttachContentID, "<i@x>")),
		file("b.PDF", []byte("2"), narrow(pidAttachMIMETag, "no type\r\n")),
		file("c", nil, long(pidAttachData, typeBinary, []byte("3"))),
		file("d", nil, long(pidAttachData, typeObject, append(bytes.Clone(formStorage), "4"...))),
		file("", nil), // a place in the text without a file
	))
	want := []File{
		{Name: "a.png", ContentType: "image/png", ContentID: "i@x", Data: []byte("1")},
		{Name: "b.PDF", ContentType: "application/pdf", Data: []byte("2")},
		{Name: "c", ContentType: "application/octet-stream", Data: []byte("3")},
		{Name: "d", ContentType: "application/octet-stream", Data: []byte("4")},
	}
	if !reflect.DeepEqual(m.Files, want) || len(m.Warnings) > 0 {
		t.Errorf("got %+v, %q", m.Files, m.Warnings)
	}
}

// Some writers leave the mark out that begins a file, or write its data before its title.
func TestFilesAreToldApart(t *testing.T) {
	t.Parallel()
	title := func(s string) []byte { return ofFile(writeTitle, []byte(s)) }
	data := func(s string) []byte { return ofFile(writeData, []byte(s)) }
	for _, b := range [][]byte{
		stream(title("a"), data("a"), title("b"), data("b")),
		stream(file("", []byte("a")), title("a"), file("", []byte("b")), title("b")),
	} {
		m := decoded(t, b)
		if got := names(m); !slices.Equal(got, []string{"a", "b"}) || string(m.Files[1].Data) != "b" {
			t.Errorf("got %q", got)
		}
	}
}

func TestTextStandsInTheBestForm(t *testing.T) {
	t.Parallel()
	plain := ofMessage(writeBody, []byte("Gr\xfc\xdfe\r\n\x00"))
	rtf := rtfProperty(`{\rtf1\ansi Hello\par World}`)
	html := long(pidHTML, typeBinary, []byte("<p>\xc4\xe3</p>"))
	for _, c := range []struct {
		name         string
		b            []byte
		text, html   string
		bodies, warn string
	}{
		{"plain", stream(plain), "Grüße\n", "", "[body.txt]", ""},
		{
			"unicode", append(withProperties(wide(pidBody, "Grüße 你")), plain...),
			"Grüße 你", "", "[body.txt]", "",
		},
		{"rtf", withProperties(rtf), "Hello\nWorld", "", "[body.rtf]", ""},
		{
			"plain before rtf", append(withProperties(rtf), plain...),
			"Grüße\n", "", "[body.txt body.rtf]", "",
		},
		{
			"html in its own code page", withProperties(short(pidInternetCodePage, 3, 936), html, rtf),
			"", "<p>你</p>", "[body.rtf body.html]", "",
		},
		{
			"rtf made from html",
			withProperties(rtfProperty(
				`{\rtf1\fromhtml1{\*\htmltag64 <p>}a\htmlrtf b\htmlrtf0 <}`,
			)),
			"", "<p>a&lt;", "[body.rtf]", "",
		},
	} {
		m := decoded(t, c.b)
		if m.Text != c.text || m.HTML != c.html || fmt.Sprint(m.Bodies) != c.bodies ||
			strings.Join(m.Warnings, ";") != c.warn {
			t.Errorf("%s: got %q, %q, %q, %q", c.name, m.Text, m.HTML, m.Bodies, m.Warnings)
		}
	}
}

func withProperties(properties ...[]byte) []byte {
	return stream(ofMessage(writeProperties, list(properties...)))
}

func inner(depth int) []byte {
	b := stream(ofMessage(writeSubject, []byte("Deep")), ofMessage(writeBody, []byte("deep")))
	for range depth {
		b = stream(file("Untitled", nil, nested(b)))
	}
	return b
}

func TestNestedMessagesBecomeMailsWithTheirFilesBeside(t *testing.T) {
	t.Parallel()
	m := decoded(t, stream(file("Untitled", nil, nested(stream(
		codePage(936), ofMessage(writeSubject, []byte("\xba\xcf\xcd\xac\x00")),
		ofMessage(writeProperties, list(
			wide(pidSenderName, "王伟"), narrow(pidSenderAddress, "/O=X/CN=WANG"),
			narrow(pidSenderSMTP, "wang@example.com"), wide(pidBody, "正文"),
		)),
		file("a.txt", []byte("a")),
	)))))
	if got := names(m); !slices.Equal(got, []string{"合同.eml", "a.txt"}) {
		t.Fatalf("got %q", got)
	}
	got, err := mail.ReadMessage(bytes.NewReader(m.Files[0].Data))
	if err != nil {
		t.Fatal(err)
	}
	from, err := got.Header.AddressList("From")
	if err != nil || from[0].Name != "王伟" || from[0].Address != "wang@example.com" {
		t.Errorf("from %v, %v", from, err)
	}
}

func TestNestingIsBounded(t *testing.T) {
	t.Parallel()
	m := decoded(t, inner(MaxDepth-1))
	if len(m.Warnings) > 0 || !slices.Contains(names(m), "Deep.eml") {
		t.Errorf("got %q, %q", names(m), m.Warnings)
	}
	m = decoded(t, inner(MaxDepth))
	if slices.Contains(names(m), "Deep.eml") || len(m.Warnings) != 1 || len(m.Files) != MaxDepth {
		t.Errorf("got %q, %q", names(m), m.Warnings)
	}
}

// Of each damaged stream the first file is there, and a warning says that it is damaged.
func TestDamagedStreamsGiveWhatCouldBeRead(t *testing.T) {
	t.Parallel()
	whole := stream(
		file("a.txt", []byte("first"), wide(pidAttachLongName, "first.txt")),
		file("b.txt", []byte("second"), wide(pidAttachLongName, "second.txt"),
			short(0x1234, typeInt16, 1)),
	)
	first := len(stream(file("a.txt", []byte("first"), wide(pidAttachLongName, "first.txt"))))
	for cut := first + 1; cut < len(whole); cut++ {
		m := decoded(t, whole[:cut])
		if names(m)[0] != "first.txt" || string(m.Files[0].Data) != "first" {
			t.Fatalf("cut at %d: got %+v", cut, m.Files)
		}
		if len(m.Warnings) == 0 && names(m)[len(m.Files)-1] == "second.txt" {
			t.Fatalf("cut at %d: no warning", cut)
		}
	}
	m := decoded(t, append(bytes.Clone(whole), "garbage"...))
	if len(m.Files) != 2 || len(m.Warnings) != 1 {
		t.Errorf("garbage behind: %q, %q", names(m), m.Warnings)
	}
	bad := bytes.Clone(whole)
	bad[bytes.Index(bad, []byte("first"))]++
	m = decoded(t, bad)
	if len(m.Files) != 2 || !slices.Equal(m.Warnings, []string{"a checksum is wrong"}) {
		t.Errorf("changed byte: %q, %q", names(m), m.Warnings)
	}
	if _, err := Decode([]byte("PK\x03\x04")); !errors.Is(err, ErrNotTNEF) {
		t.Errorf("got %v", err)
	}
}

// Each bomb of THREATS S35 costs less than a second of CPU and 64 MB of memory.
func TestS35Bombs(t *testing.T) {
	property := short(0x1234, 3, 0)
	properties := list(slices.Repeat([][]byte{property}, 1_000_000)...)
	lies := bytes.Clone(list(narrow(pidBody, "x")))
	copy(lies[8:], "\xff\xff\xff\x7f") // that many values
	references := append([]byte{0xFF}, bytes.Repeat([]byte{0, 0x1F}, 8)...)
	packedBomb := withRTFHeader(bytes.Repeat(references, 1<<20), 1<<31-1)
	many := slices.Repeat(file("a", []byte("a")), 200_000)
	const fonts = `{\rtf1{\fonttbl{\f0\fcharset238 A;}{\f1\fcharset204 B;}}`
	for _, c := range []struct {
		name string
		b    []byte
	}{
		{"properties", stream(ofMessage(writeProperties, properties))},
		{"values", stream(ofMessage(writeProperties, lies))},
		{"files", stream(many)},
		{"references", withProperties(long(pidRTF, typeBinary, packedBomb))},
		{"groups", withProperties(rtfProperty(`{\rtf1 ` + strings.Repeat(`{\b `, 2<<20)))},
		{"fonts", withProperties(rtfProperty(fonts + strings.Repeat(`\f1\'e4\f0\'e4`, 1<<20)))},
		{"depth", inner(2000)},
	} {
		debug.FreeOSMemory()
		before := held()
		took := cputime.Of(t, func() { decoded(t, c.b) })
		grown := held() - before
		if testkit.RaceEnabled { // it keeps garbage for longer
			grown = 0
		}
		if took > cputime.Bound(time.Second) || grown > 64<<20 {
			t.Errorf("%s took %v and %d MB", c.name, took, grown>>20)
		}
	}
}

// held gives how many bytes the heap holds of the system's memory.
func held() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapSys - m.HeapReleased)
}

func FuzzDecode(f *testing.F) {
	f.Add(inner(2))
	f.Add(stream(codePage(936), ofMessage(writeSubject, []byte("\xba\xcf\xcd\xac")),
		ofMessage(writeProperties, list(rtfProperty(`{\rtf1 a}`), wide(pidBody, "b"),
			long(pidHTML, typeBinary, []byte("<p>")), short(0x8001, 3, 1))),
		file("a.txt", []byte("x"), narrow(pidAttachContentID, "i"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Decode(slices.Clip(b))
		if err != nil {
			return
		}
		texts := append([]string{m.Subject, m.Sender, m.Address, m.Text, m.HTML}, m.Warnings...)
		for _, file := range m.Files {
			texts = append(texts, file.Name, file.ContentType, file.ContentID)
			if file.ContentType == "" {
				t.Fatal("a file without a type")
			}
		}
		for _, s := range texts {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				t.Fatalf("unclean text %q", s)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	raw := stream(codePage(1252), ofMessage(writeProperties, list(rtfProperty(
		`{\rtf1\ansi `+strings.Repeat(`A line of text.\par `, 200)+`}`))),
		file("a.pdf", make([]byte, 1<<20), wide(pidAttachLongName, "a long name.pdf")))
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(raw); err != nil {
			b.Fatal(err)
		}
	}
}
