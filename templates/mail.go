package templates

import htmltemplate "html/template"

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
