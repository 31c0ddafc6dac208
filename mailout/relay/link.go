package relay

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"helpgate/internal/mailerr"
	"helpgate/internal/oauth"
)

// The ways to TLS of a Config, as the configuration spells them.
const (
	// TLSNone never encrypts; a password then goes to a loopback address only.
	TLSNone = "none"
	// TLSStart demands STARTTLS with a valid certificate (RFC 3207).
	TLSStart = "starttls"
	// TLSImplicit begins with TLS and a valid certificate (RFC 8314 section 3).
	TLSImplicit = "tls"

	// tlsIfOffered takes STARTTLS with any certificate where it is offered (RFC 7435): between
	// MX hosts there is nobody to vouch for the name, and it beats no encryption.
	tlsIfOffered = "if offered"
)

// errTLS marks a failure to encrypt.
var errTLS = errors.New("no TLS")

// link says how to open a session with one server.
type link struct {
	address            string // "host:port" to connect to
	name               string // what its certificate must name
	helo               string
	tls                string
	roots              *x509.CertPool
	username, password string
	oauth              *oauth.Source // nil: by username and password
	timeout            time.Duration
}

// open connects, encrypts, introduces us and logs in. Each of these has its deadline, and the end
// of ctx ends them all.
func (l *link) open(ctx context.Context) (*session, error) {
	dialer := net.Dialer{Timeout: l.timeout}
	raw, err := dialer.DialContext(ctx, "tcp", l.address)
	if err != nil {
		return nil, &mailerr.Error{
			Temporary: true, Enhanced: "4.4.1", Op: "connect to " + l.name, Err: err,
		}
	}
	conn := &boundedConn{Conn: raw, timeout: l.timeout}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	client, err := l.begin(ctx, conn)
	if err != nil {
		_ = conn.Close()
		return nil, unready("begin with "+l.name, because(ctx, err))
	}
	utf8, _ := client.Extension("SMTPUTF8")
	return &session{client: client, conn: conn, name: l.name, helo: l.helo, utf8: utf8}, nil
}

// begin brings a fresh connection to where a mail can be sent.
func (l *link) begin(ctx context.Context, conn net.Conn) (*smtp.Client, error) {
	secure := false
	var err error
	switch l.tls {
	case TLSImplicit:
		conn, err = l.encrypt(ctx, conn)
		secure = true
	case TLSStart, tlsIfOffered:
		conn, secure, err = l.startTLS(ctx, conn)
	}
	if err != nil {
		return nil, err
	}
	client := smtp.NewClient(conn)
	client.CommandTimeout = l.timeout
	client.SubmissionTimeout = finalFactor * l.timeout
	if err := client.Hello(l.helo); err != nil {
		return nil, fmt.Errorf("say EHLO: %w", err)
	}
	if l.username == "" && l.oauth == nil {
		return client, nil
	}
	if !secure && !isLoopback(conn.RemoteAddr()) {
		return nil, fmt.Errorf("log in: the password is not sent in the clear: %w", errTLS)
	}
	if l.oauth != nil {
		return client, l.useToken(ctx, client)
	}
	if err := l.authenticate(client); err != nil {
		return nil, fmt.Errorf("log in as %q: %w", l.username, err)
	}
	return client, nil
}

// useToken logs in with an access token. Its errors carry the mend.
func (l *link) useToken(ctx context.Context, client *smtp.Client) error {
	proof, err := l.oauth.Client(ctx, client.SupportsAuth)
	if err != nil {
		return err
	}
	err = client.Auth(proof)
	if code, _, _ := replyOf(err); code >= 500 {
		return l.oauth.Refused(err)
	}
	return err
}

// authenticate logs in with the first mechanism that both sides know.
func (l *link) authenticate(client *smtp.Client) error {
	switch {
	case client.SupportsAuth(sasl.Plain):
		return client.Auth(sasl.NewPlainClient("", l.username, l.password))
	case client.SupportsAuth(sasl.Login):
		return client.Auth(&loginClient{answers: []string{l.username, l.password}})
	}
	return errors.New("the server offers neither AUTH PLAIN nor AUTH LOGIN")
}

// encrypt makes the handshake now, so that a bad certificate is told as one.
func (l *link) encrypt(ctx context.Context, conn net.Conn) (*tls.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	secure := tls.Client(conn, &tls.Config{
		ServerName:         l.name,
		RootCAs:            l.roots,
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: l.tls == tlsIfOffered, //nolint:gosec // RFC 7435, see tlsIfOffered
	})
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("encrypt: %w: %w", errTLS, err)
	}
	return secure, nil
}

func isLoopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// loginClient is AUTH LOGIN, which has no standard: it answers the two prompts in order, whatever
// their words, because servers differ in them.
type loginClient struct {
	answers []string
}

// Start implements sasl.Client.
func (c *loginClient) Start() (mechanism string, initial []byte, err error) {
	return sasl.Login, nil, nil
}

// Next implements sasl.Client.
func (c *loginClient) Next([]byte) ([]byte, error) {
	if len(c.answers) == 0 {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	answer := c.answers[0]
	c.answers = c.answers[1:]
	return []byte(answer), nil
}
