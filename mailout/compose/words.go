package compose

import (
	"html"
	htmltemplate "html/template"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"helpgate/internal/rfc"
	"helpgate/internal/safehtml"
	"helpgate/tickets"
)

// maxShown bounds, in bytes, what a mail to agents shows of one text; the ticket has all of it.
const maxShown = 256 << 10

// Things that stand in one of a mail's two shapes and not in the other.
var (
	image     = regexp.MustCompile(`(?i)<img\b[^>]*>`)
	imageText = regexp.MustCompile(`\[(?i:image|cid|图片)[:：][^\]\n]*\]`)
	address   = regexp.MustCompile(`(?i:https?://|mailto:)[^\s<>"]*`)
	cidURL    = regexp.MustCompile(`(?i)\bcid:([^"'\s<>]+)`)
	cidValue  = regexp.MustCompile(`(?i)="cid:([^"]+)"`) // in text a quotation mark is escaped
)

// words gives what the mail says of its message, in both shapes, and for agents what that message
// quoted beside it. The HTML is the author's own where it says the same as the text.
func (c *Composer) words(d draft) (text string, rich htmltemplate.HTML, rest string) {
	m := d.message
	text = strings.Trim(m.ReplyText, "\n")
	if d.Kind == tickets.OutNotification {
		if strings.TrimSpace(text) == "" {
			text = strings.Trim(m.Text, "\n")
		}
		rest = c.cut(d, remainder(m.Text, text))
	}
	if d.Kind.ForAgents() && len(text) > maxShown {
		text = c.cut(d, text)
	} else {
		for _, own := range []string{m.ReplyHTML, m.HTML} {
			if own != "" && len(own) <= 16*maxShown && sameWords(own, text) {
				return text, htmltemplate.HTML(own), rest // the door sanitised it
			}
		}
	}
	return text, htmltemplate.HTML(safehtml.FromText(text)), rest
}

// cut shortens a text at a line's end and says so.
func (c *Composer) cut(d draft, s string) string {
	if len(s) <= maxShown {
		return s
	}
	s = strings.ToValidUTF8(s[:maxShown], "")
	if at := strings.LastIndexByte(s, '\n'); at > 0 {
		s = s[:at]
	}
	return s + "\n" + c.Templates.Text(d.locale, "mail.shortened")
}

// remainder is what a whole text has beside the new part of it; all of it when the new part is
// spread through it.
func remainder(whole, part string) string {
	whole, part = strings.TrimSpace(whole), strings.TrimSpace(part)
	rest := whole
	if after, ok := strings.CutPrefix(whole, part); ok {
		rest = after
	} else if before, ok := strings.CutSuffix(whole, part); ok {
		rest = before
	}
	return strings.Trim(rest, " \n")
}

// sameWords tells whether HTML says letter for letter what the text says. A signature or quote
// that was cut from the text only, or a slash that was taken off a line, makes them differ.
func sameWords(src, text string) bool {
	return letters(safehtml.ToText(image.ReplaceAllString(src, ""))) ==
		letters(imageText.ReplaceAllString(text, ""))
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '/' || unicode.IsLetter(r) {
			return r
		}
		return -1
	}, address.ReplaceAllString(s, ""))
}

// signatures are the types of what proves that a mail is unchanged. The agent's says nothing of the
// rebuilt mail, and its certificate names him.
var signatures = map[string]bool{
	"application/pkcs7-signature": true, "application/x-pkcs7-signature": true,
	"application/pgp-signature": true, "application/pgp-keys": true,
}

// attachments parts the message's files into the images that the HTML shows and the rest. A
// picture that the author's HTML shows only outside his new words stood in his signature or in a
// quote: an answer leaves it at home.
func attachments(d draft, shown string) (inline, files []tickets.Attachment) {
	m := d.message
	carries := d.Kind == tickets.OutAnswer || d.Kind == tickets.OutNotification
	if !carries || len(m.Attachments) == 0 {
		return nil, nil
	}
	used, all := cids(shown), cids(m.HTML)
	own := used
	if m.ReplyHTML != "" {
		own = cids(m.ReplyHTML)
	}
	for _, a := range m.Attachments {
		id := a.ContentID
		switch {
		case d.Kind == tickets.OutAnswer && signatures[mediaType(a.ContentType)]:
		case used[id]:
			inline = append(inline, a)
		case d.Kind == tickets.OutAnswer && m.ReplyHTML != "" && all[id] && !own[id]:
		default:
			files = append(files, a)
		}
	}
	return inline, files
}

// cids gives the Content-IDs that HTML shows (RFC 2392).
func cids(src string) map[string]bool {
	found := map[string]bool{}
	for _, m := range cidURL.FindAllStringSubmatch(src, -1) {
		id := html.UnescapeString(m[1])
		found[id] = true
		if plain, err := url.PathUnescape(id); err == nil {
			found[plain] = true
		}
	}
	return found
}

// renameCIDs gives the pictures that HTML shows other Content-IDs.
func renameCIDs(src string, rename func(string) string) string {
	return cidValue.ReplaceAllStringFunc(src, func(value string) string {
		id := html.UnescapeString(cidValue.FindStringSubmatch(value)[1])
		return `="cid:` + rename(id) + `"`
	})
}

// oneLine makes data of a row fit for a line of a text.
func oneLine(s string) string { return clip(rfc.CleanName(s)) }
