package smtpd

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/emersion/go-sasl"

	"helpgate/internal/rfc"
	"helpgate/mailin"
)

// maxLogins is how many log-ins may fail on one connection: a person's typing errors, not a list.
const maxLogins = 3

// Account is an agent who logged in.
type Account struct {
	Agent int64 // not 0
	// Addresses are those from which the agent may send, in key form (rfc.Key).
	Addresses []string
}

// Accounts is what a submission listener needs of the desk.
type Accounts interface {
	// Login gives the account that has this name and password; ErrPassword when none has, after
	// the same work whether there is such a name or not. Any other error is trouble of ours. It
	// returns soon after ctx is done.
	Login(ctx context.Context, name, password string) (Account, error)
}

// ErrPassword is what Accounts.Login answers when nobody logs in so (RFC 4954 section 6).
var ErrPassword = fault(535, "5.7.8", "wrong address or password")

// AuthMechanisms implements smtp.AuthSession: what EHLO offers on a submission listener under TLS.
// LOGIN is older than any RFC about it, and some clients know nothing else.
func (s *session) AuthMechanisms() []string {
	if s.srv.cfg.Accounts == nil {
		return nil
	}
	return []string{sasl.Plain, sasl.Login}
}

// Auth implements smtp.AuthSession: it begins a log-in, which is not for the middle of a mail
// (RFC 4954 section 4). go-smtp refuses it in clear text, and a second one after one that held.
func (s *session) Auth(mechanism string) (sasl.Server, error) {
	err := errNoMechanism
	switch {
	case s.srv.cfg.Accounts == nil:
		err = errNoAuth
	case s.open:
		err = errOpenMail
	case s.conn.failed >= maxLogins:
		err = errManyLogins
	case mechanism == sasl.Plain:
		return &exchange{s, s.plainStep}, nil
	case mechanism == sasl.Login:
		return &exchange{s, s.loginStep()}, nil
	}
	return nil, s.answer("AUTH", err)
}

// exchange is one AUTH under way.
type exchange struct {
	s *session
	// step takes an answer of the client's, nil when AUTH came without one, and gives the next
	// challenge, or tells that the client is logged in.
	step func(answer []byte) (challenge string, done bool, err error)
}

// Next implements sasl.Server.
func (x *exchange) Next(answer []byte) (challenge []byte, done bool, err error) {
	err = x.s.answer("AUTH", x.s.try(func() error {
		text, ok, err := x.step(answer)
		challenge, done = []byte(text), ok
		return err
	}))
	return challenge, done, err
}

// plainStep is PLAIN (RFC 4616). Nobody acts for somebody else, so the first name is none, or the
// second one.
func (s *session) plainStep(answer []byte) (string, bool, error) {
	if answer == nil {
		return "", false, nil
	}
	parts := bytes.Split(answer, []byte{0})
	switch {
	case len(parts) != 3:
		return "", false, errBadLogin
	case len(parts[0]) > 0 && !bytes.EqualFold(parts[0], parts[1]):
		return "", false, ErrPassword
	}
	return "", true, s.logIn(string(parts[1]), string(parts[2]))
}

// loginStep is LOGIN, which asks for the name, unless it came with the command, and the password.
func (s *session) loginStep() func([]byte) (string, bool, error) {
	name, named := "", false
	return func(answer []byte) (string, bool, error) {
		switch {
		case answer == nil:
			return "Username:", false, nil
		case !named:
			name, named = string(answer), true
			return "Password:", false, nil
		}
		return "", true, s.logIn(name, string(answer))
	}
}

// logIn asks who that is. It waits no longer for the answer than for a command.
func (s *session) logIn(name, password string) error {
	failures := s.srv.failures
	if !failures.begin(s.conn.from, name) {
		s.conn.failed++
		s.srv.cfg.Count(EventRefusedLogin)
		return errManyFailures
	}
	ctx, cancel := context.WithTimeout(s.conn.ctx, s.srv.cfg.IdleTimeout)
	defer cancel()
	account, err := s.srv.cfg.Accounts.Login(ctx, name, password)
	if errors.Is(err, ErrPassword) {
		s.conn.failed++
		s.srv.cfg.Count(EventRefusedLogin)
		return err
	}
	failures.undo(s.conn.from, name)
	if err != nil {
		return err
	}
	s.account = account
	s.log.Info("agent logs in", "agent", account.Agent)
	return nil
}

// maySend tells whether a mail of that sender may be handed in. On a submission listener it is for
// who has logged in (RFC 6409 section 4.3), and from their own addresses (section 6.1): also no
// bounce, which nobody writes.
func (s *session) maySend(from string) error {
	switch {
	case s.srv.cfg.Road != mailin.RoadSubmission:
		return nil
	case s.account.Agent == 0:
		return errLogin
	case from == "" || !slices.Contains(s.account.Addresses, rfc.Key(from)):
		return errNotYours
	}
	return nil
}
