package sink

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"helpgate/internal/oauth"
)

// session is one connection; go-smtp calls it from that connection's goroutine only.
type session struct {
	server        *Server
	conn          *smtp.Conn
	authenticated bool
	mail          Mail
}

func (s *Server) newSession(conn *smtp.Conn) (smtp.Session, error) {
	return &session{server: s, conn: conn}, nil
}

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string {
	var mechanisms []string
	if s.server.options.Username != "" {
		mechanisms = append(mechanisms, sasl.Plain)
	}
	if s.server.options.Token != nil {
		mechanisms = append(mechanisms, oauth.XOAuth2)
	}
	return mechanisms
}

// Auth implements smtp.AuthSession.
func (s *session) Auth(mechanism string) (sasl.Server, error) {
	want := s.server.options
	if mechanism == oauth.XOAuth2 {
		return &xoauth2{session: s}, nil
	}
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != want.Username || password != want.Password {
			return smtp.ErrAuthFailed
		}
		s.authenticated = true
		return nil
	}), nil
}

// xoauth2 is the server's side of XOAUTH2: a refusal comes after a challenge with its reasons, which
// the client answers with nothing.
type xoauth2 struct {
	session *session
	refused bool
}

// Next implements sasl.Server.
func (x *xoauth2) Next(response []byte) (challenge []byte, done bool, err error) {
	if x.refused {
		return nil, true, smtp.ErrAuthFailed
	}
	_, token, _ := strings.Cut(string(response), "\x01auth=Bearer ")
	token, ended := strings.CutSuffix(token, "\x01\x01")
	if x.session.authenticated = ended && x.session.server.options.Token(token); x.session.authenticated {
		return nil, true, nil
	}
	x.refused = true
	return []byte(`{"status":"400","schemes":"Bearer"}`), false, nil
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, options *smtp.MailOptions) error {
	if len(s.AuthMechanisms()) > 0 && !s.authenticated {
		return &smtp.SMTPError{
			Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required",
		}
	}
	_, encrypted := s.conn.TLSConnectionState()
	s.mail = Mail{
		From: from, EnvelopeID: options.EnvelopeID, UTF8: options.UTF8, TLS: encrypted,
	}
	return nil
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.server.refusal(to); err != nil {
		return err
	}
	s.mail.To = append(s.mail.To, to)
	return nil
}

// Data implements smtp.Session. After a read error it closes the connection, or go-smtp would take
// the rest of the mail for commands.
func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if errors.Is(err, smtp.ErrDataTooLarge) {
		return err // go-smtp reads the rest away
	}
	if err != nil {
		return errors.Join(fmt.Errorf("read mail: %w", err), s.conn.Conn().Close())
	}
	s.mail.Data, s.mail.At = data, time.Now().UTC()
	cut, err := s.server.keep(s.mail)
	if err != nil {
		return &smtp.SMTPError{
			Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: err.Error(),
		}
	}
	if cut {
		return s.conn.Conn().Close()
	}
	return nil
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.mail = Mail{} }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }
