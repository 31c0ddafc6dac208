package imapin

import (
	"context"
	"errors"
	"time"
)

// session is a connection to a server on which somebody is logged in. Commands that are given at
// once run one after the other. An error that refusal tells apart is a NO or BAD of the server;
// behind any other one the connection is gone.
type session interface {
	// open selects the folder, anew if it was selected, so that what is new there is seen.
	open(ctx context.Context, folder string) (box, error)
	// search gives UIDs, ascending, at most Limits.Listed.
	search(ctx context.Context, q query) ([]uint32, error)
	// fetch asks for mails and puts what comes into the spool. Without an error the pieces that are
	// there are whole; errGone says that a mail asked for by its number is there no more.
	fetch(ctx context.Context, w want, to *spool) ([]piece, error)
	// file moves or flags mails; those that are there no more are no error.
	file(ctx context.Context, uids []uint32, after After) error
	// idle returns when there may be something new, or when it is time for the next round.
	idle(ctx context.Context) error
	// lacks gives what the server cannot do and would be of use.
	lacks(after After) []lack
	// folders gives the names of those there are.
	folders(ctx context.Context) ([]string, error)
	close()
}

// errGone tells that the mail is in the folder no more.
var errGone = errors.New("the mail is gone")

// box is how a folder stands.
type box struct {
	mails    uint32 // how many it holds
	validity uint32 // UIDVALIDITY
	next     uint32 // UIDNEXT; 0 when the server does not say
}

// query is which mails are looked for; the zero query is for the last mail there is.
type query struct {
	from, to uint32    // UIDs; to 0 is the last there is
	unseen   bool      // only those without \Seen
	since    time.Time // only those that came on that day or later; zero: all
	listed   []uint32  // of these alone
}

// part is what is asked for of a mail.
type part int

const (
	sizes  part = iota // its size alone
	fields             // the header fields of a stand-in
	whole
)

// want is one question for mails.
type want struct {
	uids []uint32
	part part
	// plain asks for the one mail by its number, and for nothing beside it: there are servers that
	// send the UID last, or a date that nobody can read.
	plain bool
}

// piece is what came of a mail.
type piece struct {
	uid     uint32
	size    int64     // as the server says, -1 when it does not; Exchange gives the stored size
	at      time.Time // when it came into the mailbox; zero when not said
	whole   bool      // what was asked for is in the spool
	big     bool      // its literal was larger than Limits.MaxSize, so that the connection was cut
	off, of int64     // where in the spool it begins, and its bytes
}

// After is what is done to a mail once it is stored.
type After struct {
	Move string // the folder it goes to, in UTF-8; "" for none
	Flag bool   // \Seen
}
