// Package archive reads the mails that lie in files: an mbox, a Maildir with its subfolders, a
// folder of .eml files. It gives them one by one, each with a place behind which a later run can go
// on. Archive is also how cmd gives the folders of an IMAP account to whoever takes mails in.
//
// An mbox is read as RFC 4155 describes it, with the quoting of mboxrd (one > less before each
// ">From ") and lines that end in LF, CRLF or CR; Content-Length counts for nothing. A Maildir is
// that of its author, with the folders of Maildir++ or such as lie in each other. Compressed files
// are not read.
//
// Nothing is held in memory but a buffer and, of a Maildir, some thousand names, however large the
// archive is. It parses no mail: the door does. It follows no symbolic link, so that an archive
// that somebody else filled leads nowhere else. It is called by cmd's import and rehearse, and owns
// no goroutine.
package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"syscall"
	"time"
)

// Mail is one mail of an archive.
type Mail struct {
	Place string    // for Archive.Mails and Left
	Name  string    // where it lies, for people
	At    time.Time // when it was delivered, as the archive tells beside the mail's header
	Size  int64     // its share of Archive.Left
	// Open gives its bytes. The caller closes it; several may be open at once.
	Open func() (io.ReadCloser, error)
	// Done, where it is not nil, is to be called when the mail is not opened any more.
	Done func()
}

// Archive gives mails in an order that is the same at every run.
type Archive interface {
	// Mails gives those behind the place; "" stands before the first. A place that is not of this
	// archive, because the file is another by now, is "" too. After an error no mail follows.
	Mails(ctx context.Context, behind string) iter.Seq2[Mail, error]
	// Left tells how much lies behind the place, in the units of Mail.Size.
	Left(ctx context.Context, behind string) (int64, error)
	// Bytes tells that these units are bytes; else they are mails.
	Bytes() bool
	// Appends tells that what is added later lies behind all that is there.
	Appends() bool
	Close() error
}

// Open opens an archive of whatever form: a file is an mbox, a folder a Maildir if a cur or new is
// in it or below, else one of .eml files.
func Open(path string) (Archive, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	if !info.IsDir() {
		return OpenMbox(path)
	}
	m, err := OpenMaildir(path)
	if errors.Is(err, errNoMaildir) {
		return OpenFiles(path), nil
	}
	return m, err
}

// openFile opens a regular file, and neither waits for a pipe nor follows a link.
func openFile(path string) (*os.File, fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: it is no regular file", path)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}
