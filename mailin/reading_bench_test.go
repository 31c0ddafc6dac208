package mailin

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"io"
	"strings"
	"testing"

	"helpgate/internal/safehtml"
	"helpgate/tickets"
)

const head = "From: Ann Ames <ann@cust.example>\r\nTo: support@desk.example\r\n" +
	"Subject: Re: Printer\r\nDate: Tue, 24 Nov 2026 10:00:00 +0100\r\n" +
	"Message-ID: <bench@cust.example>\r\nIn-Reply-To: <1@desk.example>\r\nMIME-Version: 1.0\r\n"

// lineOf is a line of a letter; no two are the same.
func lineOf(n int) string {
	return fmt.Sprintf("Line %d: the printer on floor %d shows error %x, and I have turned it off.",
		n, n%9, n*7919)
}

// plainMail is a letter with a quotation and a signature below it, of about size bytes.
func plainMail(size int) []byte {
	var b strings.Builder
	b.WriteString(head + "Content-Type: text/plain; charset=utf-8\r\n\r\n")
	n := 0
	for ; b.Len() < size*2/3; n++ {
		b.WriteString(lineOf(n) + "\r\n")
	}
	b.WriteString("-- \r\nAnn Ames\r\n\r\nOn 23 Nov 2026, at 09:00, Support <support@desk.example> wrote:\r\n")
	for ; b.Len() < size; n++ {
		b.WriteString("> " + lineOf(n) + "\r\n")
	}
	return []byte(b.String())
}

// outlookMail is a mail of about size bytes that is all HTML, as Word writes it for Outlook: an
// answer, a table, and below Outlook's mark what it answers.
func outlookMail(size int) []byte {
	var b strings.Builder
	b.WriteString(head + "Content-Type: text/html; charset=utf-8\r\n\r\n" +
		"<html><head><style><!--\r\np.MsoNormal {margin:0cm; font-family:\"Calibri\",sans-serif;}\r\n" +
		"--></style></head><body lang=EN-GB link=\"#0563C1\"><div class=WordSection1>\r\n")
	n := 0
	for ; b.Len() < size/2; n++ {
		fmt.Fprintf(&b, "<p class=MsoNormal><span style='font-size:11.0pt;mso-fareast-language:EN-US'>"+
			"%s See <a href=\"https://cust.example/p/%d\">the page</a>.&nbsp;<o:p></o:p></span></p>\r\n",
			lineOf(n), n)
		if n%8 == 0 {
			b.WriteString("<table border=1><tr><td width=99><b>Part</b></td><td>Number</td></tr>" +
				"<tr><td>Drum</td><td>D-4</td></tr></table>\r\n")
		}
	}
	b.WriteString("<div id=divRplyFwdMsg><p class=MsoNormal><b>From:</b> Support<br><b>Sent:</b> " +
		"Monday, 23 November 2026 09:00<br><b>To:</b> Ann Ames<br><b>Subject:</b> Printer</p></div>\r\n")
	for ; b.Len() < size; n++ {
		fmt.Fprintf(&b, "<p class=MsoNormal><i>%s</i><o:p></o:p></p>\r\n", lineOf(n))
	}
	b.WriteString("</div></body></html>\r\n")
	return []byte(b.String())
}

// largeMail is a mail of about size bytes, nearly all of them a file.
func largeMail(size int) []byte {
	var b bytes.Buffer
	b.WriteString(head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nThe log.\r\n" +
		"--b\r\nContent-Type: application/zip; name=log.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	line := make([]byte, 57)
	for n := 0; b.Len() < size; n++ {
		copy(line, fmt.Sprint(n))
		b.WriteString(base64.StdEncoding.EncodeToString(line) + "\r\n")
	}
	b.WriteString("--b--\r\n")
	return b.Bytes()
}

// readAll is all of the reading but the guess of the language.
func readAll(rd *Reading) int {
	rd.Classify()
	return len(safehtml.Sanitise(rd.Mail.HTML)) + len(safehtml.Sanitise(rd.Reply.HTML))
}

// hashed is a file that is only named, as `inspect` does.
type hashed struct{ hash.Hash }

func (h hashed) Written() io.Reader          { return strings.NewReader("") }
func (h hashed) Done() (tickets.Blob, error) { return tickets.Blob{}, nil }
func (h hashed) Abort()                      {}

// BenchmarkRead reads mails that are in memory; their large files leave them as on the wire.
func BenchmarkRead(b *testing.B) {
	create := func() (tickets.BlobWriter, error) { return hashed{sha256.New()}, nil }
	for _, c := range []struct {
		name string
		raw  []byte
	}{
		{"plain2KB", plainMail(2 << 10)},
		{"html5KB", outlookMail(5 << 10)},
		{"html50KB", outlookMail(50 << 10)},
		{"html500KB", outlookMail(500 << 10)},
		{"file25MB", largeMail(25 << 20)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				rd, err := ReadFrom(bytes.NewReader(c.raw), create)
				if err != nil {
					b.Fatal(err)
				}
				readAll(rd)
				rd.Close()
			}
		})
	}
}
