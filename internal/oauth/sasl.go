package oauth

import (
	"context"
	"fmt"
	"strings"

	"github.com/emersion/go-sasl"
)

// XOAuth2 is the name of the mechanism that Microsoft and Google made before there was a standard.
const XOAuth2 = "XOAUTH2"

// tokenRefused is the Code of Refused.
const tokenRefused = "token refused"

// saslName writes a name into the header of OAUTHBEARER (RFC 5801 section 4).
var saslName = strings.NewReplacer("=", "=3D", ",", "=2C")

// Client makes the log-in by a token, for one connection. offers tells whether the server has a
// mechanism; nil is a server that does not tell. OAUTHBEARER is used where XOAUTH2 is not offered, for
// Microsoft refuses it where Google takes either.
func (s *Source) Client(
	ctx context.Context, offers func(mechanism string) bool,
) (sasl.Client, error) {
	bearer := false
	if offers != nil && !offers(XOAuth2) {
		if bearer = offers(sasl.OAuthBearer); !bearer {
			return nil, fmt.Errorf("log in as %q: %w", s.grant.cfg.Username, errNoMechanism)
		}
	}
	token, err := s.Token(ctx)
	if err != nil {
		return nil, err
	}
	if bearer {
		return &bearerClient{sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{
			Username: saslName.Replace(s.grant.cfg.Username), Token: token,
		})}, nil
	}
	return &xoauth2Client{username: s.grant.cfg.Username, token: token}, nil
}

// Refused makes, of a mail server's refusal of a Client, an *Error that tells the mend. A token that
// was not fresh is not used again: its provider may have ended it before its time.
func (s *Source) Refused(refusal error) error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if s.keeper.now().Sub(s.held.Got) > margin {
		s.refused = s.held.Access
	}
	return &Error{
		Code: tokenRefused, Words: s.grant.clean(refusal.Error(), s.held.Refresh, s.held.Access),
		Mend: s.grant.mend(tokenRefused), Permanent: true, Err: refusal,
		Op: "log in as " + s.grant.cfg.Username,
	}
}

// xoauth2Client is XOAUTH2: one message, and an empty one in answer to the server's reasons, after
// which it refuses the log-in with its reply.
type xoauth2Client struct{ username, token string }

// Start implements sasl.Client.
func (c *xoauth2Client) Start() (mechanism string, initial []byte, err error) {
	return XOAuth2, []byte("user=" + c.username + "\x01auth=Bearer " + c.token + "\x01\x01"), nil
}

// Next implements sasl.Client.
func (*xoauth2Client) Next([]byte) ([]byte, error) { return []byte{}, nil }

// bearerClient is OAUTHBEARER with the answer of RFC 7628 section 3.2.3 to the server's reasons: the
// library would leave the exchange without one, and the server's reply unread.
type bearerClient struct{ sasl.Client }

// Next implements sasl.Client.
func (*bearerClient) Next([]byte) ([]byte, error) { return []byte{1}, nil }
