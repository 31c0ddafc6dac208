package imapin

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"helpgate/internal/clock"
)

// The ways to TLS of a Server, as the configuration spells them.
const (
	TLSNone     = "none"     // never
	TLSStart    = "starttls" // STARTTLS (RFC 9051 section 6.2.1), or no connection
	TLSImplicit = "tls"      // from the first byte (RFC 8314 section 3)
)

// Server is where the mailbox is, and who we are there.
type Server struct {
	Address  string         // host:port
	TLS      string         // TLSNone, TLSStart or TLSImplicit
	Roots    *x509.CertPool // who vouches for its certificate; nil: the system's
	Username string
	Password string
	Tokens   Tokens // log in, in place of a password; nil: by Password
}

// Tokens makes log-ins by tokens.
type Tokens interface {
	// Client makes that of one connection. offers tells whether the server has a mechanism.
	Client(ctx context.Context, offers func(mechanism string) bool) (sasl.Client, error)
	// Refused gives, of the server's refusal of a Client, an error that tells more.
	Refused(refusal error) error
}

// What was being done when the server would not have us.
var (
	errTLS   = errors.New("no TLS")
	errLogin = errors.New("log-in refused")
	// errTokensOnly is Exchange Online's way, which was taken for a fault of TLS.
	errTokensOnly = errors.New("the server takes no passwords")
)

// maxLine bounds what a server says before it is encrypted, in bytes a line.
const maxLine = 8 << 10

// dial connects, encrypts and logs in.
func dial(ctx context.Context, s Server, l Limits) (*client, error) {
	w, err := connect(ctx, s, l)
	if err != nil {
		return nil, err
	}
	c := newClient(w, l)
	if err := c.login(ctx, s); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// connect gives a connection on which the server's greeting is still to be read.
func connect(ctx context.Context, s Server, l Limits) (*wire, error) {
	ctx, cancel := context.WithTimeout(ctx, l.Dial)
	defer cancel()
	host, _, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, fmt.Errorf("read address %q: %w", s.Address, err)
	}
	below, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = below.Close() })
	defer stop()
	conn, err := encrypt(ctx, below, s, host, l)
	if err != nil {
		return nil, errors.Join(err, below.Close())
	}
	return newWire(conn, below, l.Silence), nil
}

func encrypt(
	ctx context.Context, below net.Conn, s Server, host string, l Limits,
) (net.Conn, error) {
	if s.TLS == TLSNone {
		return below, nil
	}
	var greeting io.Reader
	if s.TLS == TLSStart {
		if err := below.SetDeadline(clock.System{}.Now().Add(l.Dial)); err != nil {
			return nil, err
		}
		if err := startTLS(below); err != nil {
			return nil, fmt.Errorf("%w: %w", errTLS, err)
		}
		// The library wants to read a greeting, and the true one is past.
		greeting = strings.NewReader("* OK encrypted\r\n")
	}
	conn := tls.Client(below, &tls.Config{
		ServerName: host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12,
	})
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", errTLS, err)
	}
	if greeting == nil {
		return conn, nil
	}
	return &greeted{Conn: conn, r: io.MultiReader(greeting, conn)}, nil
}

// startTLS speaks up to STARTTLS by itself: the library's own way tells of a bad certificate only
// as the end of the connection, and has no bounds.
func startTLS(conn net.Conn) error {
	r := bufio.NewReaderSize(conn, maxLine)
	line, err := r.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("read the greeting: %w", err)
	}
	// An open session before TLS is whoever's on the way (RFC 9051 section 7.1.4).
	if !strings.HasPrefix(strings.ToUpper(string(line)), "* OK") {
		return fmt.Errorf("the server greets with %q", line)
	}
	if _, err := io.WriteString(conn, "S1 STARTTLS\r\n"); err != nil {
		return fmt.Errorf("say STARTTLS: %w", err)
	}
	for answered := false; !answered; {
		if line, err = r.ReadSlice('\n'); err != nil {
			return fmt.Errorf("say STARTTLS: %w", err)
		}
		answered = strings.HasPrefix(string(line), "S1 ")
	}
	if !strings.HasPrefix(strings.ToUpper(string(line)), "S1 OK") {
		return fmt.Errorf("the server answers STARTTLS with %q", line)
	}
	if r.Buffered() > 0 {
		return errors.New("the server sent more than its answer to STARTTLS")
	}
	return conn.SetDeadline(time.Time{})
}

// greeted is a connection with something before its first byte.
type greeted struct {
	net.Conn
	r io.Reader
}

// Read implements net.Conn.
func (g *greeted) Read(b []byte) (int, error) { return g.r.Read(b) }

// login brings a fresh connection to where a folder can be opened.
func (c *client) login(ctx context.Context, s Server) error {
	var caps imap.CapSet
	err := c.run(ctx, c.limits.Command, func() error {
		if err := c.imap.WaitGreeting(); err != nil {
			return fmt.Errorf("read the greeting: %w", err)
		}
		if c.imap.State() != imap.ConnStateNotAuthenticated {
			return nil // PREAUTH: a tunnel
		}
		caps = c.imap.Caps()
		if s.Tokens == nil && caps.Has(imap.CapLoginDisabled) {
			if s.TLS != TLSNone {
				return fmt.Errorf("%w: %w", errLogin, errTokensOnly)
			}
			return fmt.Errorf("%w: the server takes no password on this connection", errTLS)
		}
		err := prove(ctx, c.imap, caps, s)
		if refused(err) && s.Tokens == nil && !hasNoRoom(err) {
			err = fmt.Errorf("%w as %q: %w", errLogin, s.Username, err)
		}
		return err
	})
	if err != nil {
		return err
	}
	// Asked, because the library may still hold those of before the log-in.
	err = c.run(ctx, c.limits.Command, func() (err error) {
		c.caps, err = c.imap.Capability().Wait()
		return err
	})
	if err != nil {
		return fmt.Errorf("ask for capabilities: %w", err)
	}
	return c.introduce(ctx)
}

// prove logs in by AUTHENTICATE, which takes a password in any script, or by LOGIN.
func prove(ctx context.Context, conn *imapclient.Client, caps imap.CapSet, s Server) error {
	if s.Tokens != nil {
		return proveByToken(ctx, conn, caps, s.Tokens)
	}
	if caps.Has(imap.AuthCap(sasl.Plain)) {
		return conn.Authenticate(sasl.NewPlainClient("", s.Username, s.Password))
	}
	return conn.Login(s.Username, s.Password).Wait()
}

func proveByToken(
	ctx context.Context, conn *imapclient.Client, caps imap.CapSet, tokens Tokens,
) error {
	proof, err := tokens.Client(ctx, func(mechanism string) bool {
		return caps.Has(imap.AuthCap(mechanism))
	})
	if err != nil {
		return fmt.Errorf("%w: %w", errLogin, err)
	}
	if err = conn.Authenticate(proof); refused(err) && !hasNoRoom(err) {
		return fmt.Errorf("%w: %w", errLogin, tokens.Refused(err))
	}
	return err
}

// introduce says who we are (RFC 2971), without which the mailboxes of NetEase open no folder, and
// asks for names of folders in UTF-8 where the library would send them so anyway.
func (c *client) introduce(ctx context.Context) error {
	return c.run(ctx, c.limits.Command, func() error {
		if c.caps.Has(imap.CapID) {
			_, err := c.imap.ID(&imap.IDData{Name: "helpgate"}).Wait()
			if err != nil && !refused(err) {
				return fmt.Errorf("say ID: %w", err)
			}
		}
		if _, both := c.caps[imap.CapIMAP4rev1]; both && c.caps.Has(imap.CapIMAP4rev2) {
			if _, err := c.imap.Enable(imap.CapIMAP4rev2).Wait(); err != nil && !refused(err) {
				return fmt.Errorf("say ENABLE: %w", err)
			}
		}
		return nil
	})
}
