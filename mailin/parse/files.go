package parse

import (
	"cmp"
	"io"
	"regexp"
	"strings"

	"helpgate/internal/rfc"
)

// attach keeps a part as a file and notes what the door asks of some kinds.
func (c *collector) attach(p *part) {
	kind, name := p.disposition()
	data := p.data()
	a := Attachment{
		Filename: filename(p, data, name), ContentType: p.mediaType, ContentID: p.contentID(),
		Data: data,
	}
	c.locate(p, &a)
	a.Inline = kind == "inline" || kind == "" && a.ContentID != ""
	if p.cut.begun() {
		a.Data, a.File = nil, p.cut.file
	}
	c.mail.Attachments = append(c.mail.Attachments, a)
	if p.mediaType == "text/calendar" && c.mail.CalendarMethod == "" {
		c.mail.CalendarMethod = calendarMethod(p, data)
	}
	if strings.HasPrefix(p.mediaType, "message/") || p.mediaType == "text/rfc822-headers" {
		head := data[:min(len(data), maxHead)]
		c.mail.Enclosed = append(c.mail.Enclosed, Enclosed{p.mediaType, head})
	}
	c.winmail(p, name, data)
	c.invite(p, name, data)
}

// contentID gives the part's Content-ID (RFC 2392) without brackets.
func (p *part) contentID() string {
	id := strings.Trim(strings.TrimSpace(get(p.fields, "Content-ID")), "<>")
	return rfc.CleanName(rfc.DecodeCharset([]byte(id), ""))
}

// whole gives the decoded bytes of a leaf, also of one that was cut out, at most Limits.Kept.
func (c *collector) whole(p *part) []byte {
	if !p.cut.begun() {
		return p.data()
	}
	data, err := io.ReadAll(io.LimitReader(p.cut.file.w.Written(), int64(c.lim.Kept)))
	if err != nil {
		c.mail.warn("a file could not be read again")
	}
	return data
}

// headed tells whether a file is named, classified or read by its beginning.
func (p *part) headed() bool {
	major, _, _ := strings.Cut(p.mediaType, "/")
	return major == "message" || major == "text" || p.isCMS()
}

// extensions name files that came without a name.
var extensions = map[string]string{
	"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp",
	"application/pdf": ".pdf", "text/plain": ".txt", "text/html": ".html", "text/csv": ".csv",
	"text/calendar": ".ics", "text/rfc822-headers": ".txt", "message/delivery-status": ".txt",
	"message/rfc822": ".eml", "message/global": ".eml", "text/vcard": ".vcf", "text/x-vcard": ".vcf",
	"application/zip": ".zip", "text/enriched": ".txt", "text/richtext": ".txt",
	"message/disposition-notification": ".txt",
}

// usualNames are the names that programs give to the parts of signed and encrypted mail (RFC 8551
// section 3.2.1, RFC 3156).
var usualNames = map[string]string{
	"application/pkcs7-mime": "smime.p7m", "application/x-pkcs7-mime": "smime.p7m",
	"application/pkcs7-signature": "smime.p7s", "application/x-pkcs7-signature": "smime.p7s",
	"application/pgp-signature": "signature.asc", "application/pgp-encrypted": "encrypted.asc",
	"application/ms-tnef": "winmail.dat",
}

// filename gives a part's safe name; a nested mail is called by its subject.
func filename(p *part, data []byte, name string) string {
	extension := extensions[p.mediaType]
	name = cmp.Or(name, p.locationName(), usualNames[p.mediaType])
	if name == "" && extension == ".eml" {
		name = cmp.Or(subjectName(data), "message") + extension
	}
	safe := rfc.SafeFilename(name)
	if name == "" {
		safe += extension
	}
	return safe
}

// subjectName gives the subject of a nested mail, as a name and no path.
func subjectName(data []byte) string {
	s := splitter{lim: DefaultLimits(), mail: &Mail{}}
	header, _ := s.header(trimEnvelope(data))
	name := rfc.DecodeHeader(get(header, "Subject"))
	return strings.NewReplacer("/", "-", `\`, "-").Replace(name)
}

// calendarLine finds METHOD (RFC 5545 section 3.7.2).
var calendarLine = regexp.MustCompile(`(?im)^METHOD[^:\r\n]{0,100}:[ \t]*([A-Z-]{1,20})`)

// maxMethod bounds, in bytes, a METHOD that stands in a Content-Type.
const maxMethod = 20

// calendarRange is where METHOD is looked for, in bytes; it stands before the first component.
const calendarRange = 8 << 10

func calendarMethod(p *part, data []byte) string {
	found := calendarLine.FindSubmatch(data[:min(len(data), calendarRange)])
	if found != nil {
		return strings.ToUpper(string(found[1]))
	}
	return strings.ToUpper(rfc.Cut(rfc.CleanName(p.params["method"]), maxMethod))
}
