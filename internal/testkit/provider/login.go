package provider

import (
	"crypto/subtle"
	"strings"

	"github.com/emersion/go-sasl"

	"helpgate/internal/oauth"
)

// knows tells whether a name and a password open the mailbox.
func (s *Server) knows(name, password string) bool {
	return !s.Profile.OAuth && s.Profile.isCalled(name) &&
		subtle.ConstantTimeCompare([]byte(password), []byte(Password)) == 1
}

// believes tells whether a name and an access token do.
func (s *Server) believes(name, token string) bool {
	return s.Profile.isCalled(name) && s.Tokens.Good(token)
}

// proof is the server's side of a mechanism. done is told how it ended, and gives the refusal.
func (s *Server) proof(mechanism string, done func(good bool) error) sasl.Server {
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, name, password string) error {
			return done(s.knows(name, password))
		})
	case sasl.Login:
		return &loginServer{check: func(name, password string) error {
			return done(s.knows(name, password))
		}}
	case oauth.XOAuth2, sasl.OAuthBearer:
		return &tokenServer{check: s.believes, done: done}
	}
	return nil
}

// loginServer is AUTH LOGIN, which has no standard: it asks for both, one after the other.
type loginServer struct {
	check   func(name, password string) error
	answers []string
}

// Next implements sasl.Server.
func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if response != nil {
		l.answers = append(l.answers, string(response))
	}
	switch len(l.answers) {
	case 0:
		return []byte("Username:"), false, nil
	case 1:
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.answers[0], l.answers[1])
}

// tokenServer is XOAUTH2 and OAUTHBEARER (RFC 7628), whose first words are alike but for the name:
// a refusal comes after a challenge with its reasons, which the client answers.
type tokenServer struct {
	check   func(name, token string) bool
	done    func(good bool) error
	refused bool
}

// Next implements sasl.Server.
func (x *tokenServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if x.refused {
		return nil, true, x.done(false)
	}
	if response == nil {
		return []byte{}, false, nil
	}
	head, rest, _ := strings.Cut(string(response), "\x01")
	name, isXOAuth2 := strings.CutPrefix(head, "user=")
	if !isXOAuth2 {
		name, _, _ = strings.Cut(strings.TrimPrefix(head, "n,a="), ",")
	}
	_, token, _ := strings.Cut(rest, "auth=Bearer ")
	token, _, ended := strings.Cut(token, "\x01")
	if ended && x.check(name, token) {
		return nil, true, x.done(true)
	}
	x.refused = true
	return []byte(`{"status":"400","schemes":"Bearer"}`), false, nil
}
