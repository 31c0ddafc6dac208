package tnef

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"mime"
	"net/mail"
	"strings"
	"time"

	"helpgate/internal/rfc"
)

// finish makes of what was read a message.
func (r *reading) finish() *Message {
	m := &Message{
		Subject: r.subject.line(r.codePage), Sender: r.sender.line(r.codePage),
		Address: r.address.line(r.codePage), Date: r.date,
		Text: rfc.CleanText(r.plain.decode(r.codePage)),
		HTML: rfc.CleanText(r.html.decode(cmp.Or(r.htmlPage, r.codePage))),
	}
	if !r.plain.empty() {
		m.Bodies = append(m.Bodies, "body.txt")
	}
	if len(r.rtf) > 0 {
		m.Bodies = append(m.Bodies, "body.rtf")
		r.fromRTF(m)
	}
	if !r.html.empty() {
		m.Bodies = append(m.Bodies, "body.html")
	}
	for _, f := range r.attachments {
		m.Files = append(m.Files, r.unpack(f)...)
	}
	return m
}

// fromRTF takes from the RTF what the message does not say otherwise.
func (r *reading) fromRTF(m *Message) {
	if m.HTML != "" {
		return
	}
	rtf, fault := decompress(r.rtf)
	if fault != "" {
		r.warn(fault)
	}
	text, html, whole := readRTF(rtf)
	if !whole {
		r.warn("the RTF text breaks a limit")
	}
	m.HTML = rfc.CleanText(html)
	if strings.TrimSpace(m.Text) == "" {
		m.Text = rfc.CleanText(text)
	}
}

// asFiles makes of a nested message a mail that mail programs open, and puts its files beside it:
// what was decoded once need not be encoded again.
func (m *Message) asFiles(title string) []File {
	name := cmp.Or(m.Subject, title, "message")
	name = strings.NewReplacer("/", "-", `\`, "-", ".msg", "").Replace(name) + ".eml"
	nested := File{Name: name, Title: title, ContentType: "message/rfc822", Data: m.eml()}
	return append([]File{nested}, m.Files...)
}

// base64Line is how many letters a line of base64 has (RFC 2045 section 6.8).
const base64Line = 76

// eml writes header and text as a mail (RFC 5322).
func (m *Message) eml() []byte {
	var b bytes.Buffer
	field := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	if m.Sender != "" || m.Address != "" {
		from := mail.Address{Name: m.Sender, Address: cmp.Or(m.Address, "unknown@invalid")}
		field("From", from.String())
	}
	if !m.Date.IsZero() {
		field("Date", m.Date.Format(time.RFC1123Z))
	}
	field("Subject", mime.BEncoding.Encode("utf-8", m.Subject))
	field("MIME-Version", "1.0")
	kind, body := "text/plain", m.Text
	if m.HTML != "" {
		kind, body = "text/html", m.HTML
	}
	field("Content-Type", kind+"; charset=utf-8")
	field("Content-Transfer-Encoding", "base64")
	b.WriteString("\r\n")
	encoded := base64.StdEncoding.EncodeToString([]byte(body))
	for len(encoded) > 0 {
		n := min(len(encoded), base64Line)
		b.WriteString(encoded[:n] + "\r\n")
		encoded = encoded[n:]
	}
	return b.Bytes()
}
