package parse

import (
	"fmt"
	"html"
	"path"
	"regexp"
	"strings"

	"helpgate/internal/rfc"
)

// maxLocation bounds a Content-Location in bytes.
const maxLocation = 1000

// location gives the part's Content-Location (RFC 2557 section 4.2), "" when there is none.
func (p *part) location() string {
	value := strings.Trim(strings.TrimSpace(get(p.fields, "Content-Location")), `"<>`)
	if len(value) > maxLocation || strings.ContainsAny(value, "\"'<> \t") {
		return ""
	}
	return value
}

// locationName gives the file name that a part's location ends in, "" when there is none.
func (p *part) locationName() string {
	location, _, _ := strings.Cut(p.location(), "?")
	name := path.Base(location)
	if strings.HasPrefix(location, "cid:") || strings.Trim(name, "./") == "" {
		return ""
	}
	return name
}

// locate remembers where a file says that it lies, and gives it an id to be shown by.
func (c *collector) locate(p *part, a *Attachment) {
	location := p.location()
	if location == "" {
		return
	}
	if c.located == nil {
		c.located = map[string]string{}
	}
	if a.ContentID == "" {
		a.ContentID = fmt.Sprintf("location-%d", len(c.located)+1)
	}
	c.located[location] = a.ContentID
}

// imageSource finds what an element of HTML shows.
var imageSource = regexp.MustCompile(
	`(?i)\b(?:src|background)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))`)

// follow turns references to files by their location into references by Content-ID, the only ones
// that are shown (RFC 2557 section 8.2).
func (c *collector) follow(text string) string {
	if len(c.located) == 0 {
		return text
	}
	return imageSource.ReplaceAllStringFunc(text, func(attribute string) string {
		name, value, _ := strings.Cut(attribute, "=")
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		id, ok := c.located[html.UnescapeString(value)]
		if !ok {
			return attribute
		}
		return name + `="cid:` + html.EscapeString(id) + `"`
	})
}

// settleInline makes files of what was sent to be shown within the HTML and is not named there.
func (m *Mail) settleInline() {
	if m.HTML == "" {
		return
	}
	named := map[string]bool{}
	for _, rest := range strings.Split(m.HTML, "cid:")[1:] {
		id := rest
		if end := strings.IndexAny(rest, "\"'<> )\r\n"); end >= 0 {
			id = rest[:end]
		}
		named[strings.ReplaceAll(html.UnescapeString(rfc.Cut(id, maxLocation)), "%40", "@")] = true
	}
	for i, a := range m.Attachments {
		if a.Inline && a.ContentID != "" && !named[a.ContentID] {
			m.Attachments[i].Inline = false
		}
	}
}
