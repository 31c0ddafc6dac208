package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"helpgate/internal/config"
	"helpgate/internal/probe"
	"helpgate/internal/provider"
	"helpgate/internal/rfc"
	"helpgate/mailin/imapin"
	"helpgate/mailout/relay"
)

// connectFlags are what a person may say in place of what is looked up or asked.
type connectFlags struct {
	imap, imapTLS, relay, relayTLS string
	username, passwordFile         string
	relayUsername, relayPassword   string
	oauth2, tenant, clientID       string
	clientSecret, service          string // paths
	authURL, tokenURL              string
	paste, print, noProbe, withYes bool
}

const connectText = `Connect a mailbox at a provider: find its servers, log in, learn what the
provider does to mail by sending a few probe mails to the mailbox itself, and write the mailbox's
section of the configuration, with a comment for each finding.

The servers are looked up by the address: in a table of known providers, autoconfig, DNS, and by the
usual names; --imap and --relay name them. A password, or the app password or authorisation code
(授权码) that a provider wants in its place, is asked for without echo, read line by line from
standard input where that is no terminal, or from --password-file.

At Microsoft 365, and at Google where --client-id or --service-account-file is given, the log-in is
by tokens (OAuth2). With the secret of an application that has rights of its own (--tenant,
--client-id, --client-secret-file) nobody is asked; else a page is named on which a person
consents, and the browser comes back to this machine. With a browser elsewhere use --paste.

What is asked for is kept in files beside the configuration, which only its owner can read, and its
group where the configuration is closed to all but the two. The section is added to the
configuration, whose other bytes stay as they are. It is printed in place of that with --print, and
where the configuration has the address already.`

func mailboxConnect(a *app) *cobra.Command {
	var f connectFlags
	c := &cobra.Command{
		Use: "connect ADDRESS", Short: "Connect a mailbox at a provider", Long: connectText,
		Args: exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(args[0]); err != nil {
				return usageError{err}
			}
			return a.with(c.Context(), func(w *world) error {
				run := newConnect(a, w, f, args[0])
				run.find = provider.New().Find
				return run.do(c.Context())
			})
		},
	}
	f.declare(c)
	return c
}

func (f *connectFlags) declare(c *cobra.Command) {
	text := c.Flags().StringVar
	text(&f.imap, "imap", "", "IMAP server, `host:port`, in place of what is found")
	text(&f.imapTLS, "imap-tls", "", "how it is encrypted: `tls`, starttls or none (default by port)")
	text(&f.relay, "relay", "", "server that takes our mail, `host:port`")
	text(&f.relayTLS, "relay-tls", "", "how it is encrypted, as with --imap-tls")
	text(&f.username, "username", "", "`name` to log in with (default the address, or what is found)")
	text(&f.passwordFile, "password-file", "", "`file` that holds the password")
	text(&f.relayUsername, "relay-username", "", "`name` at the relay, where it differs")
	text(&f.relayPassword, "relay-password-file", "", "`file` with the password at the relay")
	text(&f.oauth2, "oauth2", "", "log in by tokens of `microsoft`, google or other")
	text(&f.tenant, "tenant", "", "Directory (tenant) `ID` at Microsoft")
	text(&f.clientID, "client-id", "", "`name` of the application that is registered at the provider")
	text(&f.clientSecret, "client-secret-file", "", "`file` with the application's secret")
	text(&f.service, "service-account-file", "", "JSON `file` of a service account at Google")
	text(&f.authURL, "auth-url", "", "`address` of the provider's page of consent")
	text(&f.tokenURL, "token-url", "", "`address` where tokens are asked for")
	flag := c.Flags().BoolVar
	flag(&f.paste, "paste", false, "the browser is elsewhere: the address it went to is pasted")
	flag(&f.print, "print", false, "print the section; the configuration stays as it is")
	flag(&f.noProbe, "no-probe", false, "send no probe mails: take the cautious settings")
	flag(&f.withYes, "yes", false, "take servers that only DNS names without asking")
}

// check finds what is wrong with the command line.
func (f *connectFlags) check(address string) error {
	if err := rfc.ValidAddress(address); err != nil {
		return err
	}
	for flag, value := range map[string]string{"--imap-tls": f.imapTLS, "--relay-tls": f.relayTLS} {
		switch value {
		case "", imapin.TLSImplicit, imapin.TLSStart, imapin.TLSNone:
		default:
			return fmt.Errorf("%s is tls, starttls or none, not %q", flag, value)
		}
	}
	for flag, value := range map[string]string{"--imap": f.imap, "--relay": f.relay} {
		if _, _, err := net.SplitHostPort(value); value != "" && err != nil {
			return fmt.Errorf("%s is host:port, not %q", flag, value)
		}
	}
	switch f.oauth2 {
	case "", "microsoft", "google", "other":
		return nil
	}
	return fmt.Errorf("--oauth2 is microsoft, google or other, not %q", f.oauth2)
}

// connect is one run of the verb.
type connect struct {
	connectFlags
	a       *app
	w       *world
	address string
	path    string // of the configuration; "" without one
	find    func(ctx context.Context, address string) (provider.Found, error)
	ask     *asker

	found   provider.Found
	box     config.Mailbox // as it is to be
	secrets secrets
	server  imapin.Report
	offers  relay.Report
	learnt  *probe.Result // nil when no probes were sent
}

func newConnect(a *app, w *world, f connectFlags, address string) *connect {
	c := &connect{connectFlags: f, a: a, w: w, address: address, path: a.path(), ask: newAsker(a)}
	_, _, domain := rfc.SplitPlus(address)
	c.box = config.Mailbox{
		Address: address[:strings.LastIndexByte(address, '@')+1] + domain,
		Locale:  w.config.Site.Locale, DKIM: w.config.DKIM,
		IMAP: &config.IMAP{
			Folder: []string{"INBOX"}, After: "move:Processed", From: "now",
		},
		Relay: &config.Relay{},
	}
	c.secrets = newSecrets(filepath.Dir(c.path), c.box.Address)
	return c
}

func (c *connect) do(ctx context.Context) error {
	if c.path == "" && !c.print {
		return errors.New("there is no configuration to add the mailbox to: make one with " +
			"'helpgate init', or name it with -c")
	}
	if !c.print {
		if err := mayWrite(filepath.Dir(c.path)); err != nil {
			return err
		}
	}
	if err := c.servers(ctx); err != nil {
		return err
	}
	if err := c.logIn(ctx); err != nil {
		return err
	}
	if err := c.learn(ctx); err != nil {
		return err
	}
	if err := c.finish(); err != nil {
		return err
	}
	if c.learnt != nil && c.learnt.Findings.Delivery != probe.Arrived {
		return fmt.Errorf("the log-ins work, but a mail from %s to itself did not arrive: %s",
			c.box.Address, oneLine(string(c.learnt.Findings.Delivery), c.learnt.Findings.Refusal))
	}
	return nil
}

// say tells what is done, on standard error: it is not the answer.
func (c *connect) say(format string, args ...any) {
	fmt.Fprintln(c.a.err, shown(fmt.Sprintf(format, args...)))
}

// learn sends probe mails round the loop.
func (c *connect) learn(ctx context.Context) error {
	if c.noProbe {
		return nil
	}
	c.a.tellProbing(c.box.Address)
	report, err := c.w.probeAgain(ctx, c.box, probe.Kinds()...)
	if ctx.Err() != nil {
		return err
	}
	if err != nil {
		return fmt.Errorf("%w; with --no-probe the mailbox is connected without what they teach", err)
	}
	c.learnt = &report.Result
	return nil
}
