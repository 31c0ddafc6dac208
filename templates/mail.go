package templates

import (
	htmltemplate "html/template"
	"regexp"
	"strings"
)

// Mail is what a mail's templates may show. Texts of one line hold no line break; the zero value
// of a field means that there is nothing to show.
type Mail struct {
	Number  int64  // of the ticket
	Other   int64  // of the closed ticket that this one follows
	Subject string // the thread's; stays away from whom RULES 3 tells too little
	Status  string // of the ticket, a tickets.Status

	Mailbox   string   // name and address
	Author    string   // who wrote, name and real address
	Requester string   // whose ticket it is, unless he is the author
	Others    []string // who else is on the ticket
	Person    string   // whom an answer did not reach
	Flags     []string // what to mind, as sentences
	Files     []File

	// Words are what somebody wrote, in both shapes; Rest is what that mail quoted.
	Words     string
	WordsHTML htmltemplate.HTML
	Rest      string

	Signature string // of the mailbox
	Marker    string // the line that ties an answer to the ticket where addresses cannot

	Reason string // key of the text that tells why
	Detail string // what that reason is about
	Final  bool   // held for good: it can only be written anew

	Links   bool // the entries have reply addresses, not markers
	Entries []Entry
	Omitted int // entries that are not shown
}

// File is an attachment as it is listed.
type File struct {
	Name string
	Size int64 // bytes
}

// Entry is one message of a list. Address or Marker is set, as the mailbox's tokens travel.
type Entry struct {
	Number  int64
	Author  string
	Subject string
	Address string
	Marker  string
}

// Row is a label and its value in a table.
type Row struct{ Label, Value string }

// link matches the addresses of web pages in text; what may be the end of a sentence is not taken.
var link = regexp.MustCompile(`https?://[^\s<>"'（），。；：！？、]*[^\s<>"'（），。；：！？、.,;:!?)\]]`)

// Paragraphs turns text into HTML with its lines and its indentation kept, and the addresses of
// web pages made links.
func Paragraphs(text string) htmltemplate.HTML {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if i > 0 {
			b.WriteString("<br>\n")
		}
		body := strings.TrimLeft(line, " \t")
		b.WriteString(strings.Repeat("&nbsp;", len(line)-len(body)))
		rest := 0
		for _, at := range link.FindAllStringIndex(body, -1) {
			url := htmltemplate.HTMLEscapeString(body[at[0]:at[1]])
			b.WriteString(htmltemplate.HTMLEscapeString(body[rest:at[0]]))
			b.WriteString(`<a href="` + url + `">` + url + `</a>`)
			rest = at[1]
		}
		b.WriteString(htmltemplate.HTMLEscapeString(body[rest:]))
	}
	return htmltemplate.HTML(b.String())
}
