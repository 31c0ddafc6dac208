package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"helpgate/internal/config"
	"helpgate/internal/mailerr"
	"helpgate/internal/oauth"
	"helpgate/internal/provider"
	"helpgate/mailin/imapin"
	"helpgate/mailout/relay"
)

const (
	// maxProofs is how often a person is asked for a proof: providers lock accounts for guessing.
	maxProofs = 3
	// relayTimeout bounds each step of the relay's log-in while somebody waits for it.
	relayTimeout = 20 * time.Second
)

// logIn asks for a proof until IMAP server and relay take it.
func (c *connect) logIn(ctx context.Context) error {
	if k := c.found.Known; k != nil {
		c.say("%s: %s.", k.Name, k.Hint)
	}
	if err := c.again(ctx, c.prove, c.tryIMAP, c.asks); err != nil {
		return err
	}
	c.say("The IMAP server %s takes the log-in.", c.box.IMAP.Address)
	first := true
	prove := func(ctx context.Context) error {
		asked := !first || c.relayPassword != ""
		first = false
		return c.proveAtRelay(ctx, asked)
	}
	if err := c.again(ctx, prove, c.tryRelay, c.asksAtRelay); err != nil {
		return err
	}
	c.say("The relay %s takes the log-in.", c.box.Relay.Address)
	return nil
}

// again proves and tries up to three times, as long as it is the proof that is refused and there is
// somebody who could give another one.
func (c *connect) again(
	ctx context.Context, prove func(context.Context) error,
	try func(context.Context) (refused bool, err error), asks func() bool,
) error {
	for n := 1; ; n++ {
		if err := prove(ctx); err != nil {
			return err
		}
		refused, err := try(ctx)
		if err == nil {
			return nil
		}
		if !refused || n == maxProofs || !asks() || ctx.Err() != nil {
			return err
		}
		c.say("%v", err)
	}
}

// asks tells whether another try can have another proof: a person's, and not that of the same file.
func (c *connect) asks() bool {
	o := c.box.IMAP.OAuth2
	if o == nil {
		return c.passwordFile == ""
	}
	return c.service == "" && (c.clientID == "" || o.RefreshToken != "")
}

// asksAtRelay is asks for the relay, where a token that is refused is no matter of typing.
func (c *connect) asksAtRelay() bool { return c.relayPassword == "" && c.box.Relay.OAuth2 == nil }

// tryIMAP logs in at the first server that can be reached.
func (c *connect) tryIMAP(ctx context.Context) (refused bool, err error) {
	limits := imapin.DefaultLimits()
	for _, s := range c.found.IMAP {
		m := c.box.IMAP
		m.Address, m.TLS, m.Username = s.Address, s.TLS, c.name(s)
		server, failed := c.w.imapServer(m)
		if failed != nil {
			return false, failed
		}
		c.server, failed = imapin.Check(ctx, server, limits)
		if failed == nil {
			return false, nil
		}
		refused = imapin.NotLoggedIn(failed)
		failed = withMend(fmt.Errorf("IMAP at %s: %w", s.Address, failed), imapin.Mend(failed, server))
		if refused {
			return true, failed
		}
		err = errors.Join(err, failed)
	}
	return false, err
}

// tryRelay logs in at the first relay that can be reached.
func (c *connect) tryRelay(ctx context.Context) (refused bool, err error) {
	for _, s := range c.found.Relay {
		r := c.box.Relay
		r.Address, r.TLS = s.Address, s.TLS
		cfg, failed := c.w.relayConfig(r)
		if failed != nil {
			return false, failed
		}
		cfg.Timeout = relayTimeout
		c.offers, failed = relay.Check(ctx, cfg)
		if failed == nil {
			return false, nil
		}
		refused = relayRefuses(failed)
		failed = withMend(fmt.Errorf("SMTP at %s: %w", s.Address, failed), c.relayMend(refused))
		if refused {
			return true, failed
		}
		err = errors.Join(err, failed)
	}
	return false, err
}

// relayRefuses tells that it is the proof that was refused (RFC 4954 section 6).
func relayRefuses(err error) bool {
	var token *oauth.Error
	var mail *mailerr.Error
	return errors.As(err, &token) ||
		errors.As(err, &mail) && (mail.Code == 530 || mail.Code == 534 || mail.Code == 535)
}

func (c *connect) relayMend(refused bool) string {
	if refused {
		return "check name and password; many providers want a password made for this program " +
			"alone, and have SMTP turned off at first"
	}
	return "check the server's name and port with --relay, or whether this machine may connect there"
}

// withMend adds what to do, where the error does not say it already.
func withMend(err error, mend string) error {
	var token *oauth.Error
	if mend == "" || errors.As(err, &token) || strings.Contains(err.Error(), mend) {
		return err
	}
	return fmt.Errorf("%w; %s", err, mend)
}

// name is what we log in with.
func (c *connect) name(s provider.Server) string {
	if c.username != "" {
		return c.username
	}
	return s.Username
}

// prove gets what the provider wants at the log-in.
func (c *connect) prove(ctx context.Context) error {
	m := c.box.IMAP
	m.Username = c.name(c.found.IMAP[0])
	if way := c.way(); way != provider.Password {
		o, err := c.tokens(ctx, string(way))
		m.OAuth2 = o
		return err
	}
	text, err := c.password(ctx, ofPassword, c.passwordFile,
		fmt.Sprintf("%s of %s at %s: ", c.wanted(), m.Username, c.found.IMAP[0].Address))
	m.Password = config.Secret(text)
	return err
}

// proveAtRelay takes what the IMAP server took, or asks for the relay's own.
func (c *connect) proveAtRelay(ctx context.Context, asked bool) error {
	r, m := c.box.Relay, c.box.IMAP
	r.Username = c.name(c.found.Relay[0])
	if c.relayUsername != "" {
		r.Username = c.relayUsername
	}
	if m.OAuth2 != nil && !asked {
		r.OAuth2 = m.OAuth2
		return nil
	}
	r.OAuth2 = nil
	if !asked {
		r.Password = m.Password
		return nil
	}
	text, err := c.password(ctx, ofRelay, c.relayPassword,
		fmt.Sprintf("Password of %s at %s: ", r.Username, c.found.Relay[0].Address))
	r.Password = config.Secret(text)
	return err
}

// password reads it from the file that was named, or asks.
func (c *connect) password(ctx context.Context, kind, file, prompt string) (string, error) {
	if file != "" {
		return c.secrets.read(kind, file)
	}
	text, err := c.ask.secret(ctx, prompt)
	if err != nil {
		return "", fmt.Errorf("%w for the password: name a file with --%s-file", err, kind)
	}
	if text == "" {
		return "", errors.New("no password was given")
	}
	c.secrets.keep(kind, text)
	return text, nil
}

// wanted is what the provider calls the password.
func (c *connect) wanted() string {
	if k := c.found.Known; k != nil {
		switch k.Proof {
		case provider.AppPassword, provider.Google:
			return "App password"
		case provider.Code:
			return "Authorisation code (授权码)"
		}
	}
	return "Password"
}
