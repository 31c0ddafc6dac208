package provider

import (
	"context"
	"encoding/pem"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"helpgate/internal/testkit"
	"helpgate/internal/testkit/idp"
)

// Password is that of every mailbox, where passwords are taken.
const Password = "c4nary-provider-password"

// Server is a provider that runs.
type Server struct {
	Profile Profile
	// IMAP, with TLS from the first byte, and SMTP are where it listens, "127.0.0.1:port" each.
	IMAP, SMTP string
	// Roots is a file with the certificate of both (PEM), for SSL_CERT_FILE.
	Roots string
	// Tokens gives the access tokens that both servers take.
	Tokens *idp.Server
	// Outside keeps what leaves the provider, as it leaves.
	Outside *testkit.Sink

	user *imapmemserver.User
	imap *imapserver.Server

	mu        sync.Mutex
	serial    int
	submits   int               // submitting connections
	submitted []time.Time       // of the last minute
	sessions  map[*session]bool // logged in
	returns   map[string]string // by return paths of the provider's own, those that were submitted
	throttle  int               // so many commands are refused yet
	folders   []Folder          // all that there are
}

// Start runs the provider until the test ends.
func Start(t testing.TB, p Profile) *Server {
	t.Helper()
	s := &Server{
		Profile: p, Tokens: idp.Start(t), Outside: testkit.NewSink(t),
		user:     imapmemserver.NewUser(p.Account, Password),
		sessions: map[*session]bool{}, returns: map[string]string{},
		folders: append([]Folder{{Name: "INBOX"}}, p.Folders...),
	}
	for _, f := range s.folders {
		if err := s.user.Create(f.Name, nil); err != nil {
			t.Fatal(err)
		}
	}
	certificate, _ := testkit.Certificate(t)
	s.Roots = filepath.Join(t.TempDir(), "provider.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificates[0].Certificate[0]}
	if err := os.WriteFile(s.Roots, pem.EncodeToMemory(block), 0o644); err != nil {
		t.Fatal(err)
	}
	s.SMTP = s.serveSMTP(t, certificate)
	s.IMAP = s.serveIMAP(t, certificate)
	return s
}

// isCalled tells whether the mailbox logs in under a name.
func (p Profile) isCalled(name string) bool {
	return strings.EqualFold(name, p.Account) || p.Login != "" && name == p.Login
}

// owns tells whether an address is the mailbox's own.
func (p Profile) owns(address string) bool {
	for _, own := range append([]string{p.Account}, p.Aliases...) {
		if strings.EqualFold(address, own) {
			return true
		}
	}
	return false
}

// place gives the folder in which mail to an address of the provider's arrives; ok is false where
// there is no such user, and local where the address is somebody else's.
func (p Profile) place(address string) (folder string, local, ok bool) {
	if p.owns(address) {
		return "INBOX", true, true
	}
	name, domain, _ := strings.Cut(address, "@")
	_, own, _ := strings.Cut(p.Account, "@")
	if !strings.EqualFold(domain, own) {
		return "", false, false
	}
	name, tag, plus := strings.Cut(name, "+")
	if !plus || !p.owns(name+"@"+domain) || p.Plus == PlusUnknown {
		return "", true, false
	}
	if p.Plus == PlusFolder {
		return p.Prefix + tag, true, true
	}
	return "INBOX", true, true
}

// Receive takes a mail from the world outside, as the provider's MX does. Its error is the refusal.
func (s *Server) Receive(from, to string, raw []byte) error {
	m := newMail(from, to, raw)
	if s.Profile.Banner != "" {
		if err := m.Above(s.Profile.Banner); err != nil {
			return err
		}
	}
	return s.deliver(m)
}

// deliver puts a mail into the mailbox.
func (s *Server) deliver(m *Mail) error {
	folder, _, ok := s.Profile.place(m.To)
	if !ok {
		return s.Profile.NoUser
	}
	s.Profile.Arrived(m)
	s.make(folder)
	if err := s.append(folder, m.Bytes()); err != nil {
		return err
	}
	if s.Profile.AllMail != "" {
		return s.append(s.Profile.AllMail, m.Bytes())
	}
	return nil
}

func (s *Server) append(folder string, raw []byte, flags ...imap.Flag) error {
	r := literal{strings.NewReader(string(raw))}
	if _, err := s.user.Append(folder, r, &imap.AppendOptions{Flags: flags}); err != nil {
		return fmt.Errorf("append to %s: %w", folder, err)
	}
	return nil
}

type literal struct{ *strings.Reader }

// Size implements imap.LiteralReader.
func (l literal) Size() int64 { return l.Reader.Size() }

// make makes a folder unless it is there.
func (s *Server) make(name string) {
	if s.user.Create(name, nil) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.folders = append(s.folders, Folder{Name: name})
}

// leave hands a mail over to the world outside.
func (s *Server) leave(m *Mail) error {
	err := smtp.SendMail(s.Outside.Addr(), nil, m.From, []string{m.To}, m.Bytes())
	if err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	return nil
}

// Count gives how many mails a folder holds; 0 where there is none.
func (s *Server) Count(folder string) int {
	data, err := s.user.Status(folder, &imap.StatusOptions{NumMessages: true})
	if err != nil {
		return 0
	}
	return int(*data.NumMessages)
}

// Seen gives how many of a folder's mails are marked as read.
func (s *Server) Seen(folder string) int {
	data, err := s.user.Status(folder, &imap.StatusOptions{NumMessages: true, NumUnseen: true})
	if err != nil {
		return 0
	}
	return int(*data.NumMessages - *data.NumUnseen)
}

// Throttle refuses the next n commands of IMAP that cost something.
func (s *Server) Throttle(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.throttle = n
}

// Expire ends every IMAP session, with the provider's words.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for open := range s.sessions {
		_ = open.conn.Bye(s.Profile.Expired)
	}
}

// next gives the provider's own id of a mail.
func (s *Server) next() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	return fmt.Sprintf("0100019%09x-5f0e8a51-3f7d-4a28-9d3e-1c0de5a1b2c3-000000", s.serial)
}

// listen opens a free port of loopback.
func listen(t testing.TB) net.Listener {
	t.Helper()
	var lc net.ListenConfig
	ln, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}
