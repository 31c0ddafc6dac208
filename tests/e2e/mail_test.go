package e2e

import (
	"encoding/base64"
	"fmt"
	"mime"
	"strings"
	"time"
)

// mail is a mail that a test's person writes, by his own mail client.
type mail struct {
	from, to   string // addresses, or "Name <address>"
	cc         string
	subject    string
	id         string // Message-ID without brackets; "" for none
	inReplyTo  string
	references []string
	date       time.Time // the present when zero
	headers    []string  // further lines
	text, html string
	files      []file
	report     string // the fields that make it a bounce (RFC 3464)
}

type file struct {
	name, contentType string
	cid               string // an inline image when set
	data              []byte
}

// String gives the mail's source.
func (m mail) String() string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	line("From", m.from)
	line("To", m.to)
	line("Cc", m.cc)
	line("Subject", mime.BEncoding.Encode("utf-8", m.subject))
	at := m.date
	if at.IsZero() {
		at = time.Now()
	}
	line("Date", at.Format(time.RFC1123Z))
	line("Message-ID", bracket(m.id))
	line("In-Reply-To", bracket(m.inReplyTo))
	var refs []string
	for _, id := range m.references {
		refs = append(refs, bracket(id))
	}
	line("References", strings.Join(refs, "\n "))
	for _, h := range m.headers {
		b.WriteString(h + "\n")
	}
	b.WriteString("MIME-Version: 1.0\n")
	b.WriteString(m.body())
	return b.String()
}

func (m mail) body() string {
	if m.report != "" {
		return "Content-Type: multipart/report; report-type=delivery-status; boundary=report\n\n" +
			"--report\n" + m.words() + "\n--report\nContent-Type: message/delivery-status\n\n" +
			"Reporting-MTA: dns; mx.customer.example\n\n" + m.report + "\n--report--\n"
	}
	if len(m.files) == 0 {
		return m.words()
	}
	var b strings.Builder
	b.WriteString("Content-Type: multipart/related; boundary=outer\n\n--outer\n" + m.words())
	for _, f := range m.files {
		b.WriteString("\n--outer\n")
		fmt.Fprintf(&b, "Content-Type: %s\nContent-Transfer-Encoding: base64\n", f.contentType)
		disposition := "attachment"
		if f.cid != "" {
			disposition = "inline"
			fmt.Fprintf(&b, "Content-ID: <%s>\n", f.cid)
		}
		fmt.Fprintf(&b, "Content-Disposition: %s\n\n", mime.FormatMediaType(disposition,
			map[string]string{"filename": f.name}))
		b.WriteString(lines76(base64.StdEncoding.EncodeToString(f.data)))
	}
	return b.String() + "\n--outer--\n"
}

func (m mail) words() string {
	text := part("text/plain", m.text)
	if m.html == "" {
		return text
	}
	if m.text == "" {
		return part("text/html", m.html)
	}
	return "Content-Type: multipart/alternative; boundary=inner\n\n--inner\n" + text +
		"\n--inner\n" + part("text/html", m.html) + "\n--inner--\n"
}

func part(contentType, text string) string {
	return fmt.Sprintf("Content-Type: %s; charset=utf-8\nContent-Transfer-Encoding: base64\n\n%s",
		contentType, lines76(base64.StdEncoding.EncodeToString([]byte(text))))
}

func lines76(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\n")
		s = s[76:]
	}
	return b.String() + s + "\n"
}

func bracket(id string) string {
	if id == "" {
		return ""
	}
	return "<" + id + ">"
}

// reply is the answer of a mail client to a mail that was received: to its Reply-To, in its
// thread, with the old text quoted below.
func (o out) reply(from, id, text string) mail {
	quoted := "> " + strings.ReplaceAll(strings.TrimSpace(o.Text), "\n", "\n> ")
	return mail{
		from: from, to: o.replyTo(), subject: "Re: " + strings.TrimPrefix(o.Subject, "Re: "), id: id,
		inReplyTo: o.MessageID, references: append(append([]string{}, o.References...), o.MessageID),
		text: text + "\n\nOn Tue, 24 Nov 2026 at 10:00, " + o.From[0].Addr + " wrote:\n" + quoted + "\n",
	}
}
