package parse

import (
	"bytes"
	"strings"
)

// What Mail.Encrypted says.
const (
	EncryptedSMIME = "smime" // RFC 8551
	EncryptedPGP   = "pgp"   // RFC 9580, in a mail of its own kind (RFC 3156) or within a text
)

const (
	// maxOpened is how many signed contents of one mail are opened.
	maxOpened = 10
	// maxSigned is how deep they may stand in one another: signed, encrypted, signed is usual
	// (RFC 2634 section 1.1).
	maxSigned = 3
)

// isCMS tells whether a part is an S/MIME message (RFC 8551 section 3.2), also when a host on the
// way took its type for that of any file (section 3.9).
func (p *part) isCMS() bool {
	switch p.mediaType {
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		return true
	case "application/octet-stream":
		_, name := p.disposition()
		return len(name) > 4 && strings.EqualFold(name[len(name)-4:], ".p7m")
	}
	return false
}

// noteEncrypted notes that a part keeps the mail's text from us.
func (c *collector) noteEncrypted(p *part) {
	switch {
	case p.mediaType == "application/pgp-encrypted",
		p.mediaType == "multipart/encrypted" && strings.Contains(p.params["protocol"], "pgp"):
		c.mail.Encrypted = EncryptedPGP
	case p.isCMS() && encryptedCMS(p.data()):
		c.mail.Encrypted = EncryptedSMIME
	}
}

// signed reads what is in an opaque signed part, which stays a file beside it. It verifies nothing.
func (c *collector) signed(p *part) body {
	if !p.isCMS() || c.opened == maxOpened || c.depth == maxSigned {
		return body{}
	}
	c.opened++
	content := signedContent(c.whole(p))
	if len(bytes.TrimSpace(content)) == 0 {
		return body{}
	}
	s := splitter{lim: c.lim, mail: c.mail, text: content, eof: true}
	root, _ := s.run() // nothing is read that could fail
	if s.broke != "" {
		c.mail.warn("signed content: " + s.broke)
		return body{}
	}
	s.bodies(root)
	c.depth++
	b := c.walk(root)
	c.depth--
	return b
}

// The lines that armour begins and ends with (RFC 9580 sections 6.2 and 7).
const (
	pgpMark      = "-----BEGIN PGP "
	pgpMessage   = "-----BEGIN PGP MESSAGE-----"
	pgpSigned    = "-----BEGIN PGP SIGNED MESSAGE-----"
	pgpSignature = "-----BEGIN PGP SIGNATURE-----"
	pgpEnd       = "-----END PGP "
)

// openPGP takes PGP's armour out of a text: an encrypted message becomes a file, a signed one
// stands as its sender wrote it, its signature becomes a file. Armour that is quoted is left.
func (c *collector) openPGP(text string) string {
	if !strings.Contains(text, pgpMark) {
		return text
	}
	var out strings.Builder
	for text != "" {
		line, rest := cutLine(text)
		switch strings.TrimRight(line, " \t\n") {
		case pgpMessage:
			c.mail.Encrypted = EncryptedPGP
			text = c.armour(text, "message.asc", "application/pgp-encrypted")
		case pgpSigned:
			text = c.clearSigned(&out, rest)
		default:
			out.WriteString(line)
			text = rest
		}
	}
	return out.String()
}

// clearSigned writes a signed text without armour headers and dash escapes (RFC 9580 section 7).
func (c *collector) clearSigned(out *strings.Builder, text string) (rest string) {
	if _, body, ok := strings.Cut(text, "\n\n"); ok && strings.HasPrefix(text, "Hash:") {
		text = body
	}
	for text != "" {
		line, rest := cutLine(text)
		if strings.TrimRight(line, " \t\n") == pgpSignature {
			return c.armour(text, "signature.asc", "application/pgp-signature")
		}
		out.WriteString(strings.TrimPrefix(line, "- "))
		text = rest
	}
	return ""
}

// armour keeps the armour that text begins with as a file and gives what is behind it.
func (c *collector) armour(text, name, kind string) (rest string) {
	for rest = text; rest != ""; {
		var line string
		if line, rest = cutLine(rest); strings.HasPrefix(line, pgpEnd) {
			break
		}
	}
	c.mail.Attachments = append(c.mail.Attachments, Attachment{
		Filename: name, ContentType: kind, Data: []byte(text[:len(text)-len(rest)]),
	})
	return rest
}

// cutLine gives the first line with its end.
func cutLine(text string) (line, rest string) {
	i := strings.IndexByte(text, '\n') + 1
	if i == 0 {
		i = len(text)
	}
	return text[:i], text[i:]
}
