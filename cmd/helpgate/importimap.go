package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"helpgate/internal/rfc"
	"helpgate/mailin/archive"
	"helpgate/mailin/imapin"
)

// importIMAPText is its help.
const importIMAPText = `Take in the mails that lie in an IMAP account, and change nothing there.

ADDRESS is a mailbox whose imap section is in the configuration. Any other account is named by a
URL: imaps://USER@HOST is encrypted from the first byte, imap://USER@HOST by STARTTLS,
imap+insecure://USER@HOST not at all. Its password is read from --password-file, else asked for at
the terminal or read from standard input.

Without FOLDER, the inbox and archives are read, with what is below these; what was sent or deleted,
drafts and junk only where FOLDER names them. A lost connection is made again. Mails that helpgate
polls at the same time become one message each.
`

func importIMAP(a *app) *cobra.Command {
	var mailbox, passwordFile string
	c := &cobra.Command{
		Use:   "imap ADDRESS[/FOLDER] | imaps://USER@HOST[:PORT][/FOLDER]",
		Short: "Take in the mails of an IMAP account",
		Long:  importIMAPText + importText,
		Args:  exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.with(c.Context(), func(w *world) error {
				from, err := a.accountOf(c.Context(), w, args[0], passwordFile)
				if err != nil {
					return err
				}
				if mailbox == "" {
					mailbox = from.mailbox
				}
				return a.importAccount(c.Context(), w, from, mailbox)
			})
		},
	}
	mailboxFlag(c, &mailbox)
	c.Flags().StringVar(&passwordFile, "password-file", "",
		"`file` with the password of the URL's user")
	return c
}

// account is what is to be read, and where.
type account struct {
	server  imapin.Server
	folder  string // "" for those that hold what came in
	mailbox string // whose it is; "" if it is none of ours
}

// accountOf reads the verb's argument.
func (a *app) accountOf(
	ctx context.Context, w *world, arg, passwordFile string,
) (from account, err error) {
	if strings.Contains(arg, "://") {
		if from, err = accountOfURL(arg); err == nil {
			from.server.Password, err = a.accountPassword(ctx, from.server.Username, passwordFile)
		}
		return from, err
	}
	address, folder, _ := strings.Cut(arg, "/")
	for _, mb := range w.config.Mailboxes {
		if rfc.Key(mb.Address) != rfc.Key(address) {
			continue
		}
		if mb.IMAP == nil {
			return from, usageError{fmt.Errorf("mailbox %s has no imap section; name its account by "+
				"a URL: imaps://USER@HOST", mb.Address)}
		}
		server, err := w.imapServer(mb.IMAP)
		return account{server, folder, mb.Address}, err
	}
	return from, usageError{fmt.Errorf("no mailbox %s in the configuration; another account is named "+
		"by a URL: imaps://USER@HOST", address)}
}

// imapSchemes are those of URLs (RFC 5092 has the first), with their ports and ways to TLS.
var imapSchemes = map[string][2]string{
	"imap":          {"143", imapin.TLSStart},
	"imaps":         {"993", imapin.TLSImplicit},
	"imap+insecure": {"143", imapin.TLSNone},
}

func accountOfURL(arg string) (account, error) {
	u, err := url.Parse(arg)
	if err != nil { // the error's text holds the URL, and that may hold a password
		return account{}, usageError{errors.New("the URL cannot be read: imaps://USER@HOST/FOLDER")}
	}
	scheme, known := imapSchemes[u.Scheme]
	_, password := u.User.Password()
	switch {
	case !known:
		return account{}, usageError{fmt.Errorf("%q is none of imaps, imap and imap+insecure", u.Scheme)}
	case u.Hostname() == "" || u.User.Username() == "":
		return account{}, usageError{errors.New("the URL needs user and host: imaps://USER@HOST/FOLDER")}
	case password:
		return account{}, usageError{errors.New("a password in a URL is seen by everybody on this " +
			"system: use --password-file")}
	}
	port := u.Port()
	if port == "" {
		port = scheme[0]
	}
	return account{
		server: imapin.Server{
			Address: net.JoinHostPort(u.Hostname(), port), TLS: scheme[1], Username: u.User.Username(),
		},
		folder: strings.TrimPrefix(u.Path, "/"),
	}, nil
}

// maxSecret bounds a password file, in bytes.
const maxSecret = 4 << 10

// accountPassword reads the password from a file, else asks for it.
func (a *app) accountPassword(ctx context.Context, user, file string) (string, error) {
	if file == "" {
		return newAsker(a).secret(ctx, "Password of "+user+": ")
	}
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSecret))
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// importAccount takes the account's folders in, one after the other.
func (a *app) importAccount(
	ctx context.Context, w *world, from account, mailbox string,
) error {
	into, err := w.importer(mailbox)
	if err != nil {
		return err
	}
	limits := imapin.DefaultLimits()
	limits.MaxSize = w.config.SMTP.MaxMessageSize
	at := imapin.NewAccount(from.server, limits, w.config.DataDir, w.logger)
	defer at.Close()
	folders := []string{from.folder}
	if from.folder == "" {
		if folders, err = a.pastFolders(ctx, at); err != nil {
			return err
		}
	}
	for _, name := range folders {
		box := &folder{at: at, name: name}
		bar := func(total int64, bytes bool) *progressbar.ProgressBar {
			bar := a.progress(total, bytes)
			bar.Describe("reading " + name)
			return bar
		}
		mark := "imap:" + from.server.Username + "@" + from.server.Address + ":" + name
		if err := into.take(ctx, box, mark, bar); err != nil {
			return err
		}
	}
	return a.tell(&into.tally)
}

// pastFolders gives those that are read where none is named, and tells of the others.
func (a *app) pastFolders(ctx context.Context, at *imapin.Account) (names []string, err error) {
	all, err := at.Folders(ctx)
	if err != nil {
		return nil, err
	}
	var others []string
	for _, f := range all {
		if f.Past {
			names = append(names, f.Name)
		} else {
			others = append(others, f.Name)
		}
	}
	fmt.Fprintf(a.err, "reads %s\n", strings.Join(names, ", "))
	if len(others) > 0 {
		fmt.Fprintf(a.err, "leaves out %s\n", strings.Join(others, ", "))
	}
	return names, nil
}

// folder is one of an account as an archive.
type folder struct {
	at   *imapin.Account
	name string
}

// Mails implements archive.Archive.
func (f *folder) Mails(ctx context.Context, behind string) iter.Seq2[archive.Mail, error] {
	return func(yield func(archive.Mail, error) bool) {
		for l, err := range f.at.Letters(ctx, f.name, imapin.ParsePlace(behind)) {
			if !yield(f.mail(l), err) {
				return
			}
		}
	}
}

func (f *folder) mail(l imapin.Letter) archive.Mail {
	return archive.Mail{
		Place: l.Place.String(), Name: fmt.Sprintf("%s, UID %d", f.name, l.UID), At: l.At, Size: 1,
		Done: l.Done,
		Open: func() (io.ReadCloser, error) {
			if l.Err != nil {
				return nil, l.Err
			}
			return io.NopCloser(l.Open()), nil
		},
	}
}

// Left implements archive.Archive, in mails.
func (f *folder) Left(ctx context.Context, behind string) (int64, error) {
	return f.at.Count(ctx, f.name, imapin.ParsePlace(behind))
}

// Bytes implements archive.Archive.
func (*folder) Bytes() bool { return false }

// Appends implements archive.Archive.
func (*folder) Appends() bool { return true }

// Close implements archive.Archive.
func (*folder) Close() error { return nil }
