package parse

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// uu encodes as the program does, with spaces or with back quotes for zero.
func uu(data []byte, zero string) string {
	letter := func(v byte) string {
		if v &= 63; v == 0 {
			return zero
		}
		return string(rune(' ' + v))
	}
	var b strings.Builder
	for len(data) > 0 {
		n := min(45, len(data))
		b.WriteString(letter(byte(n)))
		for i := 0; i < n; i += 3 {
			var three [3]byte
			copy(three[:], data[i:n])
			b.WriteString(letter(three[0]>>2) + letter(three[0]<<4|three[1]>>4) +
				letter(three[1]<<2|three[2]>>6) + letter(three[2]))
		}
		b.WriteString("\n")
		data = data[n:]
	}
	return b.String() + zero + "\nend\n"
}

// Programs before MIME sent files within the text.
func TestUuencodedFilesAreTakenOut(t *testing.T) {
	t.Parallel()
	data := append(bytes.Repeat([]byte{0, 1, 255}, 40), 7)
	for _, block := range []string{
		uu(data, "`"), uu(data, " "), strings.ReplaceAll(uu(data, " "), " \n", "\n"),
		strings.TrimSuffix(uu(data, "`"), "`\nend\n"),
	} {
		m := read(t, mail("From: a@x", "", "Hello\nbegin 644 ../a b.png\n"+block))
		if len(m.Attachments) != 1 || m.Text != "Hello\n" && m.Text != "Hello\n\n" {
			t.Fatalf("text %q, files %+v", m.Text, m.Attachments)
		}
		if a := m.Attachments[0]; a.Filename != "a b.png" || !bytes.Equal(a.Data, data) {
			t.Errorf("file %q, %x", a.Filename, a.Data)
		}
		m = read(t, mail("Content-Type: image/png", "Content-Transfer-Encoding: x-uuencode", "",
			"begin 644 x\n"+block))
		if !bytes.Equal(m.Attachments[0].Data, data) {
			t.Errorf("body %x", m.Attachments[0].Data)
		}
	}
	const words = "begin 644 words\nare none, and begin 1234 neither\nend\n"
	if m := read(t, mail("From: a@x", "", strings.TrimSuffix(words, "\n"))); m.Text != words {
		t.Errorf("text %q", m.Text)
	}
}

func FuzzUuencode(f *testing.F) {
	f.Add("begin 644 a\n"+uu([]byte("words"), "`"), true)
	f.Add("a\nbegin 644 a\n#0V%T\n", false)
	f.Fuzz(func(t *testing.T, text string, whole bool) {
		if whole {
			uuData([]byte(text))
			return
		}
		m := &Mail{}
		c := collector{mail: m}
		left := c.uuencoded(text)
		if len(left) > len(text) || len(m.Attachments) == 0 && left != text {
			t.Fatalf("%q became %q", text, left)
		}
	})
}

func TestEnrichedTextIsRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, text, want string }{
		{"enriched", "<bold>Bold</bold> <<i>\nword\n\nnext <param>x</param>line", "Bold <i> word\nnext line"},
		{"enriched", "<nofill>a\nb\n</nofill>c", "a\nb\nc"},
		{"richtext", "a<lt>b<nl>c<comment>x\ny</comment>\nd", "a<b\nc d"},
		{"enriched", "1 < 2", "1 < 2"},
	} {
		m := read(t, mail("Content-Type: text/"+c.kind, "", strings.ReplaceAll(c.text, "\n", "\r\n")))
		if strings.TrimSpace(m.Text) != c.want || len(m.Attachments) > 0 {
			t.Errorf("%q became %q", c.text, m.Text)
		}
	}
	m := read(t, multi("multipart/alternative", "\nplain", "Content-Type: text/enriched\n\n<bold>x"))
	if m.Text != "plain" || len(m.Attachments) != 1 {
		t.Errorf("beside a plain text: %q, %d files", m.Text, len(m.Attachments))
	}
}

// Old programs name the images of a page by where they lie.
func TestImagesByLocationAreShown(t *testing.T) {
	t.Parallel()
	page := "Content-Type: text/html\n\n<img SRC = \"http://x.org/a.png\"><img src=b.gif><img src='c'>"
	image := "Content-Type: image/png\nContent-Location: "
	m := read(t, multi("multipart/related", page, image+"http://x.org/a.png\n\n1",
		image+"b.gif\nContent-ID: <own@x>\n\n2"))
	want := `<img SRC ="cid:location-1"><img src="cid:own@x"><img src='c'>`
	var files []string
	for _, a := range m.Attachments {
		files = append(files, fmt.Sprint(a.Filename, a.ContentID, a.Inline))
	}
	if got := fmt.Sprint(files); m.HTML != want || got != "[a.pnglocation-1true b.gifown@xtrue]" {
		t.Errorf("%s\n%s", m.HTML, got)
	}
}
