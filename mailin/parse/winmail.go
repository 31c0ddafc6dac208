package parse

import (
	"io"
	"slices"
	"strings"

	"helpgate/internal/rfc"
	"helpgate/internal/safehtml"
	"helpgate/mailin/tnef"
)

// winmailNames are what programs call a TNEF stream whose type got lost on the way.
var winmailNames = []string{"winmail.dat", "win.dat", "winmail.tnef"}

// winmail reads a part that is a TNEF stream: its files become files of the mail, beside the
// stream itself, and its text stands for the mail's where the mail has none.
func (c *collector) winmail(p *part, name string, data []byte) {
	if !p.isWinmail(name, data) {
		return
	}
	m, err := tnef.Decode(p.first(tnef.MaxStream+1, data))
	if err != nil {
		c.mail.warn("winmail.dat is kept as it is: " + err.Error())
		return
	}
	for _, w := range m.Warnings {
		c.mail.warn("winmail.dat: " + w)
	}
	for _, f := range m.Files {
		a := Attachment{
			Filename: rfc.SafeFilename(f.Name), ContentType: f.ContentType, ContentID: f.ContentID,
			Inline: f.ContentID != "", Data: f.Data,
		}
		if f.Name == "" {
			a.Filename += extensions[f.ContentType]
		}
		c.mail.Attachments = append(c.mail.Attachments, a)
		c.mail.TNEFNames = append(c.mail.TNEFNames, a.Filename)
		if f.Title != "" {
			c.mail.TNEFNames = append(c.mail.TNEFNames, rfc.SafeFilename(f.Title))
		}
	}
	c.mail.TNEFNames = append(c.mail.TNEFNames, m.Bodies...)
	if c.mail.Subject == "" {
		c.mail.Subject = rfc.Cut(m.Subject, MaxSubject)
	}
	if c.wrapped == (body{}) {
		c.wrapped = body{m.Text, m.HTML}
	}
}

// isWinmail tells whether a file is a TNEF stream by its type, its name, or, where the type says
// nothing, its first bytes.
func (p *part) isWinmail(name string, data []byte) bool {
	switch p.mediaType {
	case "application/ms-tnef", "application/vnd.ms-tnef":
		return true
	case "application/octet-stream":
		return tnef.Is(p.first(tnef.SignatureSize, data))
	}
	return slices.Contains(winmailNames, strings.ToLower(name))
}

// first gives the first n bytes of a leaf and more when they are in memory, which data are.
func (p *part) first(n int64, data []byte) []byte {
	if !p.cut.begun() {
		return data
	}
	f := p.cut.file
	b := make([]byte, min(f.size, n))
	read, _ := io.ReadFull(f.w.Written(), b) // a reader sees that the rest is missing
	return b[:read]
}

// unwrapped gives the text of the mail, or that of its TNEF stream when the mail says nothing.
func (c *collector) unwrapped(own body) body {
	if c.wrapped == (body{}) || !blank(own.text) || !blank(safehtml.ToText(own.html)) {
		return own
	}
	return c.wrapped
}
