package tnef

import (
	"regexp"
	"strings"
)

// maxLink bounds, in bytes, where a link leads, and the text that is compared with it.
const maxLink = 2 << 10

// hyperlink is a field that leads to an address which mail may name.
var hyperlink = regexp.MustCompile(`(?i)^\s*HYPERLINK\s+"?((?:https?://|mailto:)[^"\s]+)`)

// endField puts where a link leads behind the field's text, which began at from, unless that says
// it already. In HTML the tags tell it.
func (p *rtfReader) endField(from int) {
	found := hyperlink.FindSubmatch(p.link)
	p.link = nil
	if found == nil || !p.shows() {
		return
	}
	p.out.flush()
	target := decode(found[1], defaultCodePage)
	text := p.out.text.String()[from-1:]
	said := strings.TrimPrefix(target, "mailto:")
	if len(text) > maxLink || !strings.Contains(text, said) {
		p.out.text.WriteString(" <" + target + ">")
	}
}
