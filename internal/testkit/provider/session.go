package provider

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
)

// serveIMAP runs the IMAP server until the test ends, and gives its address.
func (s *Server) serveIMAP(t testing.TB, certificate *tls.Config) string {
	t.Helper()
	caps := imap.CapSet{imap.CapIMAP4rev1: {}}
	for _, name := range strings.Fields(s.Profile.After) {
		caps[imap.Cap(name)] = struct{}{}
	}
	s.imap = imapserver.New(&imapserver.Options{
		NewSession: func(c *imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			face := c.NetConn().(*face)
			user := imapmemserver.NewUserSession(s.user)
			return &session{UserSession: user, server: s, conn: c, face: face}, nil, nil
		},
		Caps: caps, InsecureAuth: true, // the face below it is what is encrypted
		Logger: log.New(io.Discard, "", 0),
	})
	ln := listen(t)
	faces := &faceListener{Listener: tls.NewListener(ln, certificate), profile: &s.Profile}
	serve(t, func() { _ = s.imap.Serve(faces) }, func() { _ = s.imap.Close() }, ln)
	return ln.Addr().String()
}

// faceListener gives each connection the provider's face.
type faceListener struct {
	net.Listener
	profile *Profile
}

// Accept implements net.Listener.
func (l *faceListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newFace(conn, l.profile), nil
}

// session is one IMAP connection.
type session struct {
	*imapmemserver.UserSession
	server *Server
	conn   *imapserver.Conn
	face   *face
}

// noticed is how soon an idle client hears of what changed.
const noticed = 10 * time.Millisecond

// Idle implements imapserver.Session. The library's own tells nothing of what came between the last
// command and IDLE until more comes, so that a client would miss a mail.
func (s *session) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	tick := time.NewTicker(noticed)
	defer tick.Stop()
	for {
		if err := s.Poll(w, true); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-stop:
			return nil
		}
	}
}

// AuthenticateMechanisms implements imapserver.SessionSASL.
func (s *session) AuthenticateMechanisms() []string {
	var mechanisms []string
	for _, name := range strings.Fields(s.server.Profile.Before) {
		if mechanism, ok := strings.CutPrefix(name, "AUTH="); ok {
			mechanisms = append(mechanisms, mechanism)
		}
	}
	return mechanisms
}

// Authenticate implements imapserver.SessionSASL.
func (s *session) Authenticate(mechanism string) (sasl.Server, error) {
	var proof sasl.Server
	if slices.Contains(s.AuthenticateMechanisms(), mechanism) {
		proof = s.server.proof(mechanism, s.enter)
	}
	if proof == nil {
		return nil, &imap.Error{Type: imap.StatusResponseTypeNo, Text: "Unsupported mechanism"}
	}
	return bare{proof}, nil
}

// bare is a mechanism whose empty challenge is empty on the wire: go-imap would write "=" for it.
type bare struct{ sasl.Server }

// Next implements sasl.Server.
func (b bare) Next(response []byte) (challenge []byte, done bool, err error) {
	challenge, done, err = b.Server.Next(response)
	if len(challenge) == 0 {
		challenge = nil
	}
	return challenge, done, err
}

// Login implements imapserver.Session.
func (s *session) Login(name, password string) error {
	return s.enter(s.server.knows(name, password))
}

// enter counts the session, unless there are too many.
func (s *session) enter(good bool) error {
	if !good {
		return imapserver.ErrAuthFailed
	}
	p := &s.server.Profile
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if p.Connections > 0 && len(s.server.sessions) >= p.Connections {
		return &imap.Error{Type: imap.StatusResponseTypeNo, Text: p.TooMany}
	}
	s.server.sessions[s] = true
	s.face.loggedIn.Store(true)
	return nil
}

// Close implements imapserver.Session.
func (s *session) Close() error {
	s.server.mu.Lock()
	delete(s.server.sessions, s)
	s.server.mu.Unlock()
	return s.UserSession.Close()
}

// pass refuses a command while the provider has enough.
func (s *session) pass() error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.throttle > 0 && s.server.Profile.Throttled != nil {
		s.server.throttle--
		return s.server.Profile.Throttled
	}
	return nil
}

// Select implements imapserver.Session.
func (s *session) Select(name string, o *imap.SelectOptions) (*imap.SelectData, error) {
	if err := s.pass(); err != nil {
		return nil, err
	}
	return s.UserSession.Select(inbox(name), o)
}

// Search implements imapserver.Session.
func (s *session) Search(
	kind imapserver.NumKind, c *imap.SearchCriteria, o *imap.SearchOptions,
) (*imap.SearchData, error) {
	if err := s.pass(); err != nil {
		return nil, err
	}
	return s.UserSession.Search(kind, c, o)
}

// Create implements imapserver.Session.
func (s *session) Create(name string, _ *imap.CreateOptions) error {
	if err := s.foreign(name); err != nil {
		return err
	}
	s.server.make(name)
	return nil
}

// Copy implements imapserver.Session.
func (s *session) Copy(set imap.NumSet, folder string) (*imap.CopyData, error) {
	if err := s.foreign(folder); err != nil {
		return nil, err
	}
	return s.UserSession.Copy(set, inbox(folder))
}

// Move implements imapserver.SessionMove.
func (s *session) Move(w *imapserver.MoveWriter, set imap.NumSet, folder string) error {
	if err := s.foreign(folder); err != nil {
		return err
	}
	return s.UserSession.Move(w, set, inbox(folder))
}

// foreign refuses a name outside the namespace.
func (s *session) foreign(name string) error {
	prefix := s.server.Profile.Prefix
	if strings.EqualFold(name, "INBOX") || strings.HasPrefix(name, prefix) {
		return nil
	}
	return &imap.Error{
		Type: imap.StatusResponseTypeNo,
		Text: "Client tried to access nonexistent namespace. (Mailbox name should probably be " +
			"prefixed with: " + prefix + ")",
	}
}

// List implements imapserver.Session; it tells what folders are for, to whoever asks.
func (s *session) List(
	w *imapserver.ListWriter, ref string, patterns []string, _ *imap.ListOptions,
) error {
	s.server.mu.Lock()
	folders := slices.Clone(s.server.folders)
	s.server.mu.Unlock()
	if len(patterns) == 0 {
		return w.WriteList(&imap.ListData{
			Attrs: []imap.MailboxAttr{imap.MailboxAttrNoSelect}, Delim: s.server.Profile.Delim,
		})
	}
	for _, f := range folders {
		if !slices.ContainsFunc(patterns, func(pattern string) bool {
			return imapserver.MatchList(f.Name, s.server.Profile.Delim, ref, pattern)
		}) {
			continue
		}
		data := &imap.ListData{Mailbox: f.Name, Delim: s.server.Profile.Delim}
		if f.Use != "" && s.face.can("SPECIAL-USE") {
			data.Attrs = []imap.MailboxAttr{f.Use}
		}
		if err := w.WriteList(data); err != nil {
			return err
		}
	}
	return nil
}

// Namespace implements imapserver.SessionNamespace.
func (s *session) Namespace() (*imap.NamespaceData, error) {
	p := &s.server.Profile
	return &imap.NamespaceData{
		Personal: []imap.NamespaceDescriptor{{Prefix: p.Prefix, Delim: p.Delim}},
	}, nil
}

// inbox gives the name of a folder as the memory has it.
func inbox(name string) string {
	if strings.EqualFold(name, "INBOX") {
		return "INBOX"
	}
	return name
}
