package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
)

// The addresses of the bench; the domains are reserved for examples (RFC 2606).
const (
	support = "support@desk.example"
	agent   = "ann@agents.example"
)

// kind names a load.
type kind string

// The loads of docs/benchmarks.md.
const (
	plain    kind = "P" // 2 KB of text
	attached kind = "A" // text and 100 KB of random bytes in base64
	big      kind = "B" // text and 18 MB in base64: a mail of 25 MB
)

// serial is what stands for a mail's own number in a template. All of its characters are of the
// base64 alphabet, so that it varies an attachment too.
const serial = "0000SERIAL0000"

// template is a mail with places for its number. Making the next mail is some copies of 14 bytes:
// the generator shares the machine with what it measures.
type template struct {
	data   []byte
	places []int
}

// newTemplate makes one of the kind; extra are header lines.
func newTemplate(k kind, extra string) template {
	head := "From: Casey Customer <u" + serial + "@customer.example>\n" +
		"To: Desk Support <" + support + ">\n" +
		"Subject: Order " + serial + " did not arrive\n" +
		"Date: Mon, 23 Nov 2026 09:30:00 +0100\n" +
		"Message-ID: <" + serial + ".bench@customer.example>\n" +
		"User-Agent: Mail/1.0\nMIME-Version: 1.0\n" + extra
	var mail string
	switch k {
	case plain:
		mail = head + textHead + "\n" + words(2048-len(head)-len(textHead))
	case attached:
		mail = head + multipart(100_000)
	case big:
		mail = head + multipart(18<<20)
	}
	return parseTemplate(strings.ReplaceAll(mail, "\n", "\r\n"))
}

func parseTemplate(mail string) template {
	t := template{data: []byte(mail)}
	for at := 0; ; {
		i := bytes.Index(t.data[at:], []byte(serial))
		if i < 0 {
			return t
		}
		t.places = append(t.places, at+i)
		at += i + len(serial)
	}
}

// clone gives a copy that one connection may change.
func (t template) clone() template {
	return template{bytes.Clone(t.data), t.places}
}

// number writes n into the places. The senders' place is the first.
func (t template) number(n, sender int64) []byte {
	text := fmt.Sprintf("%014d", n)
	for _, at := range t.places {
		copy(t.data[at:], text)
	}
	if sender != n {
		copy(t.data[t.places[0]:], fmt.Sprintf("%014d", sender))
	}
	return t.data
}

// address is the sender of that number, as it stands in the template too.
func address(sender int64) string { return fmt.Sprintf("u%014d@customer.example", sender) }

const textHead = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 7bit\n"

// words gives n bytes of lines as a person writes them.
func words(n int) string {
	const sentence = "Hello, I ordered a lamp three weeks ago (number " + serial + ") and it has\n" +
		"not come yet. The page of the parcel service says since Monday that it is on its way.\n" +
		"Could you please look where it is, and tell me when I can expect it? If it was lost,\n" +
		"I would rather have my money back than wait for another one.\n\n"
	text := strings.Repeat(sentence, n/len(sentence)+1)[:n-2]
	return text + ".\n"
}

// multipart gives a mail of text and one file of so many bytes, in which the number stands too.
func multipart(size int) string {
	raw := make([]byte, size)
	_, _ = rand.Read(raw) // never fails
	code := base64.StdEncoding.EncodeToString(raw)
	var b strings.Builder
	b.WriteString("Content-Type: multipart/mixed; boundary=\"=_bench\"\n\n--=_bench\n" +
		textHead + "\n" + words(900) + "\n--=_bench\n" +
		"Content-Type: application/pdf; name=\"photo.pdf\"\n" +
		"Content-Disposition: attachment; filename=\"photo.pdf\"\n" +
		"Content-Transfer-Encoding: base64\n\n")
	code = serial + code[len(serial):]
	for len(code) > 76 {
		b.WriteString(code[:76] + "\n")
		code = code[76:]
	}
	b.WriteString(code + "\n--=_bench--\n")
	return b.String()
}
