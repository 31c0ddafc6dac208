package sink

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
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
	if s.server.options.Username == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth implements smtp.AuthSession.
func (s *session) Auth(string) (sasl.Server, error) {
	want := s.server.options
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != want.Username || password != want.Password {
			return smtp.ErrAuthFailed
		}
		s.authenticated = true
		return nil
	}), nil
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, options *smtp.MailOptions) error {
	if s.server.options.Username != "" && !s.authenticated {
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
