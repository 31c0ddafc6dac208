package compose

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/url"
	"strings"

	"helpgate/internal/rfc"
	"helpgate/templates"
	"helpgate/tickets"
)

// part is a node of a mail's MIME tree: a multipart with children, or a leaf with a body.
type part struct {
	fields   []field
	boundary string
	children []part
	body     func(ctx context.Context, w io.Writer) error // writes the encoded body
}

// tree gives mixed(alternative(text, related(html, images)), files); a level that would hold one
// part is left out.
func (c *Composer) tree(d draft, body templates.Rendered, words string) part {
	inline, files := attachments(d, words)
	_, domain, _ := strings.Cut(d.MessageID, "@")
	b := boundaries{seed: fmt.Sprintf("%s %d", d.MessageID, d.Nonce), domain: domain}
	html := text("text/html", renameCIDs(body.HTML, b.contentID))
	if len(inline) > 0 {
		children := []part{html}
		for _, a := range inline {
			children = append(children, c.file(a, b.contentID(a.ContentID)))
		}
		html = b.multipart(`related; type="text/html"`, children)
	}
	root := b.multipart("alternative", []part{text("text/plain", body.Text), html})
	if len(files) > 0 {
		children := []part{root}
		for _, a := range files {
			children = append(children, c.file(a, ""))
		}
		root = b.multipart("mixed", children)
	}
	root.fields = append([]field{{"MIME-Version", "1.0"}}, root.fields...)
	return root
}

// write writes the part with more fields before its own.
func (p part) write(ctx context.Context, w *bytes.Buffer, more []field) error {
	var head []byte
	for _, f := range append(more, p.fields...) {
		head = appendField(head, f)
	}
	w.Write(append(head, "\r\n"...))
	if p.body != nil {
		return p.body(ctx, w)
	}
	for _, child := range p.children {
		fmt.Fprintf(w, "--%s\r\n", p.boundary)
		if err := child.write(ctx, w, nil); err != nil {
			return err
		}
		w.WriteString("\r\n")
	}
	fmt.Fprintf(w, "--%s--\r\n", p.boundary)
	return nil
}

// boundaries makes boundaries and Content-IDs that a retry makes again. No body can hold such a
// boundary: "=_" is never quoted-printable nor base64 (RFC 2045 section 6.7), and a stranger does
// not know the nonce.
type boundaries struct {
	seed   string
	domain string // of Content-IDs
	n      int
}

func (b *boundaries) multipart(subtype string, children []part) part {
	b.n++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", b.seed, b.n))
	boundary := fmt.Sprintf("=_%x", sum[:15])
	value := fmt.Sprintf("multipart/%s; boundary=%q", subtype, boundary)
	return part{
		fields:   []field{{"Content-Type", value}},
		boundary: boundary, children: children,
	}
}

// contentID gives a picture a name of ours. Mail programs make theirs of the sender's address or
// host, which an answer must not show, and a stranger's may not be fit for a field.
func (b *boundaries) contentID(theirs string) string {
	if plain, err := url.PathUnescape(theirs); err == nil {
		theirs = plain // RFC 2392 section 2: a cid URL is an escaped Content-ID
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s cid %s", b.seed, theirs))
	return fmt.Sprintf("%x@%s", sum[:15], b.domain)
}

// text makes a leaf of text: base64 when most of it is not ASCII, as Chinese is, else
// quoted-printable, which stays readable. Either keeps lines short.
func text(contentType, s string) part {
	s = strings.ReplaceAll(rfc.CleanText(s), "\n", "\r\n")
	encoding, body := "quoted-printable", func(_ context.Context, w io.Writer) error {
		q := quotedprintable.NewWriter(w)
		if _, err := io.WriteString(q, s); err != nil {
			return err
		}
		return q.Close()
	}
	if wide := len(s) - asciiBytes(s); wide > len(s)/4 {
		encoding, body = "base64", func(_ context.Context, w io.Writer) error {
			return encodeBase64(w, strings.NewReader(s))
		}
	}
	return part{
		fields: []field{
			{"Content-Type", contentType + "; charset=utf-8"},
			{"Content-Transfer-Encoding", encoding},
		},
		body: body,
	}
}

func asciiBytes(s string) (n int) {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x80 {
			n++
		}
	}
	return n
}

// file makes a leaf that streams an attachment from its blob. Its name stands encoded for old
// programs (RFC 2047, in Content-Type) and for new ones (RFC 2231). With a Content-ID it is one
// that the HTML shows.
func (c *Composer) file(a tickets.Attachment, contentID string) part {
	name := rfc.SafeFilename(a.Filename)
	disposition := "attachment"
	if contentID != "" {
		disposition = "inline"
	}
	fields := []field{
		{"Content-Type", mediaType(a.ContentType) + "; name=" + quote(encode(name))},
		{"Content-Transfer-Encoding", "base64"},
		{
			"Content-Disposition",
			mime.FormatMediaType(disposition, map[string]string{"filename": name}),
		},
	}
	if contentID != "" {
		fields = append(fields, field{"Content-ID", "<" + contentID + ">"})
	}
	return part{fields: fields, body: func(ctx context.Context, w io.Writer) error {
		r, err := c.Blobs.Open(ctx, a.Blob.SHA256)
		if err != nil {
			return fmt.Errorf("open attachment %d: %w", a.ID, err)
		}
		defer r.Close()
		if err := encodeBase64(w, r); err != nil {
			return fmt.Errorf("read attachment %d: %w", a.ID, err)
		}
		return nil
	}}
}

// mediaType gives what a sender called the file, unless it cannot stand there: whole messages and
// multiparts must not be encoded (RFC 2046 sections 5.1 and 5.2.1).
func mediaType(s string) string {
	t, _, err := mime.ParseMediaType(s)
	top, sub, ok := strings.Cut(t, "/")
	if err != nil || !ok || sub == "" || top == "multipart" || top == "message" {
		return "application/octet-stream"
	}
	return t
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// encodeBase64 writes lines of 76 octets (RFC 2045 section 6.8).
func encodeBase64(w io.Writer, r io.Reader) error {
	lines := &lineWriter{w: w}
	enc := base64.NewEncoder(base64.StdEncoding, lines)
	if _, err := io.Copy(enc, r); err != nil {
		return err
	}
	return enc.Close()
}

// lineWriter breaks what passes through into lines.
type lineWriter struct {
	w    io.Writer
	used int
}

func (l *lineWriter) Write(p []byte) (int, error) {
	const width = 76
	for rest := p; len(rest) > 0; {
		if l.used == width {
			if _, err := io.WriteString(l.w, "\r\n"); err != nil {
				return 0, err
			}
			l.used = 0
		}
		n := min(width-l.used, len(rest))
		if _, err := l.w.Write(rest[:n]); err != nil {
			return 0, err
		}
		l.used, rest = l.used+n, rest[n:]
	}
	return len(p), nil
}
