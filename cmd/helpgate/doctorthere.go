package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"helpgate/internal/config"
	"helpgate/internal/doctor"
	"helpgate/internal/health"
	"helpgate/internal/mailerr"
	"helpgate/internal/oauth"
	"helpgate/internal/rfc"
	"helpgate/mailin/imapin"
	"helpgate/mailout/dkim"
	"helpgate/mailout/relay"
)

// doctorStep bounds one step of a log-in, below the time of its check.
const doctorStep = 10 * time.Second

// quotaFull is how full, in percent, a mailbox at a provider may be.
const quotaFull = 90

// lateAfter is how long a running server may leave a folder unread, as its Watch has it.
const lateAfter = 15 * time.Minute

// relays gives each relay once: mailboxes that name none of their own share one.
func (e *exam) relays() (all []*config.Relay) {
	for _, mb := range e.config.Mailboxes {
		if mb.Relay != nil && !slices.Contains(all, mb.Relay) {
			all = append(all, mb.Relay)
		}
	}
	return all
}

// peers asks each server of others for its certificate and the time.
func (e *exam) peers() (checks []doctor.Check) {
	var all []doctor.Peer
	helo := e.config.Site.Hostname
	for _, mb := range e.config.Mailboxes {
		if m := mb.IMAP; m != nil {
			all = append(all, doctor.Peer{Protocol: "imap", Address: m.Address, TLS: m.TLS, HELO: helo})
		}
	}
	for _, r := range e.relays() {
		all = append(all, doctor.Peer{Protocol: "smtp", Address: r.Address, TLS: r.TLS, HELO: helo})
	}
	for i, p := range all {
		if slices.Index(all, p) == i {
			checks = append(checks, doctor.Check{
				Area: "servers", Name: p.Address, Run: func(ctx context.Context) []doctor.Finding {
					return p.Look(ctx, e.clock.Now)
				},
			})
		}
	}
	return checks
}

// logins asks for everything that only who is logged in can tell.
func (e *exam) logins() (checks []doctor.Check) {
	for _, mb := range e.config.Mailboxes {
		if mb.IMAP == nil {
			continue
		}
		checks = append(checks, doctor.Check{
			Area: "mailboxes", Name: mb.Address, Asked: "does " + mb.IMAP.Address + " let us in?",
			Run: func(ctx context.Context) []doctor.Finding { return e.imap(ctx, mb.IMAP) },
		}, doctor.Check{
			Area: "mailboxes", Name: mb.Address, Asked: "is it read?",
			Run: func(ctx context.Context) []doctor.Finding { return e.read(ctx, mb) },
		})
		if mb.Relay != nil {
			checks = append(checks, e.probed(mb))
		}
	}
	for _, r := range e.relays() {
		checks = append(checks, doctor.Check{
			Area: "relays", Name: r.Address, Asked: "does it let us in?",
			Run: func(ctx context.Context) []doctor.Finding { return e.relay(ctx, r) },
		})
	}
	return checks
}

// tokens fetches the token of a log-in, unless it has one that is good; nothing without OAuth2.
func (e *exam) tokens(
	ctx context.Context, o *config.OAuth2, username string,
) []doctor.Finding {
	if o == nil {
		return nil
	}
	found := doctor.Finding{State: doctor.OK, Seen: "there is a token for " + username}
	if !e.opened {
		// A changed refresh token would be lost with us, and with it the consent.
		found = doctor.Finding{State: doctor.Skipped, Seen: e.away + ", where tokens are kept"}
	} else if source, err := e.world.login(o, username); err != nil {
		found = unsound(err)
	} else if _, err := source.Token(ctx); err != nil {
		found = unsound(err)
	}
	found.Asked = "is there an OAuth2 token for " + username + "?"
	return []doctor.Finding{found}
}

// noToken tells that there is no log-in to be tried.
func noToken(found []doctor.Finding) bool {
	return slices.ContainsFunc(found, func(f doctor.Finding) bool { return f.State != doctor.OK })
}

// unsound is a log-in by tokens that cannot be.
func unsound(err error) doctor.Finding {
	f := doctor.Finding{
		State: doctor.Fail, Seen: err.Error(), Mend: "see the error, and oauth2 of this section",
	}
	if known, ok := errors.AsType[*oauth.Error](err); ok {
		f.Mend = known.Mend
	}
	return f
}

func (e *exam) imap(ctx context.Context, m *config.IMAP) []doctor.Finding {
	found := e.tokens(ctx, m.OAuth2, m.Username)
	if noToken(found) {
		return found
	}
	server, err := e.world.imapServer(m)
	if err != nil {
		return append(found, unsound(err))
	}
	limits := imapin.DefaultLimits()
	limits.Dial, limits.Command = doctorStep, doctorStep
	r, err := imapin.Check(ctx, server, limits)
	if err != nil {
		return append(found, doctor.Finding{
			State: doctor.Fail, Seen: err.Error(), Mend: imapin.Mend(err, server),
		})
	}
	found = append(found, doctor.Finding{
		State: doctor.OK, Seen: fmt.Sprintf("logged in at %s as %s", m.Address, m.Username),
	})
	for _, name := range m.Polled() {
		found = append(found, folderThere(name, r.Folders))
	}
	if name, is := strings.CutPrefix(m.After, "move:"); is {
		f := doctor.Finding{
			Asked: "is there where mails are moved to?", State: doctor.OK,
			Seen: "folder " + name + " is there",
		}
		if !has(r.Folders, name) {
			f.State, f.Seen = doctor.Skipped, "folder "+name+" is made with the first mail"
		}
		found = append(found, f)
	}
	return append(found, quota(r.Quota))
}

func has(folders []string, name string) bool {
	return slices.ContainsFunc(folders, func(f string) bool {
		return f == name || strings.EqualFold(f, "INBOX") && strings.EqualFold(name, "INBOX")
	})
}

func folderThere(name string, all []string) doctor.Finding {
	f := doctor.Finding{
		Asked: "is folder " + name + " there?", State: doctor.OK, Seen: "folder " + name + " is there",
	}
	if !has(all, name) {
		f.State, f.Seen = doctor.Fail, fmt.Sprintf("there is no folder %s; there are %q", name, all)
		f.Mend = "let folder or sent of this mailbox's imap section name one of them, or make it"
	}
	return f
}

func quota(q imapin.Quota) doctor.Finding {
	f := doctor.Finding{Asked: "has it room?"}
	if q.Limit == 0 {
		f.State, f.Seen = doctor.Skipped, "the server does not tell its room"
		return f
	}
	percent := q.Used * 100 / q.Limit
	f.State, f.Seen = doctor.OK, fmt.Sprintf("%d %% of %d MiB are used", percent, q.Limit>>10)
	if percent >= quotaFull {
		f.State, f.Mend = doctor.Warn, "make room in the mailbox: full ones refuse mail"
	}
	return f
}

// read tells what the running server last found.
func (e *exam) read(ctx context.Context, mb config.Mailbox) (found []doctor.Finding) {
	for _, name := range mb.IMAP.Polled() {
		f := e.stored(ctx, func(ctx context.Context) (doctor.Finding, error) {
			f, err := health.Read(ctx, marks{e.world.db}, mb.Address, name)
			return fares(f, e.serving, e.clock.Now()), err
		})
		found = append(found, f)
	}
	return found
}

func fares(f health.Folder, serving bool, now time.Time) doctor.Finding {
	found := doctor.Finding{
		State: doctor.OK, Seen: fmt.Sprintf("folder %s: read %s ago, %d mails wait", f.Folder,
			f.Lag(now).Round(time.Second), f.Backlog),
	}
	switch {
	case f.LastSuccess.IsZero() && f.Error == "":
		found.State, found.Seen = doctor.Skipped, "folder "+f.Folder+" was never read"
	case !serving:
		found.State, found.Seen = doctor.Skipped, "folder "+f.Folder+": helpgate does not serve"
	case f.Error != "":
		found.State, found.Seen, found.Mend = doctor.Fail, "folder "+f.Folder+": "+f.Error, f.Mend
	case f.Lag(now) >= lateAfter:
		found.State, found.Mend = doctor.Fail, "see the log for what it does; restart helpgate if nothing"
	}
	if f.SetAside > 0 && found.State != doctor.Fail {
		found.State = doctor.Warn
		found.Seen += fmt.Sprintf("; %d mails could not be taken", f.SetAside)
		found.Mend = "see the tickets that tell of them, and where they lie"
	}
	return found
}

func (e *exam) relay(ctx context.Context, r *config.Relay) []doctor.Finding {
	found := e.tokens(ctx, r.OAuth2, r.Username)
	if noToken(found) {
		return found
	}
	cfg, err := e.world.relayConfig(r)
	if err == nil {
		cfg.Timeout = doctorStep
		_, err = relay.Check(ctx, cfg)
	}
	if err != nil {
		return append(found, doctor.Finding{
			State: doctor.Fail, Seen: err.Error(), Mend: relayMend(err, r),
		})
	}
	seen := "it takes mail from us"
	if r.Username != "" {
		seen = "logged in as " + r.Username
	}
	return append(found, doctor.Finding{State: doctor.OK, Seen: seen})
}

// relayMend says what an operator can do about an error of a relay.
func relayMend(err error, r *config.Relay) string {
	var token *oauth.Error
	var mail *mailerr.Error
	var dns *net.DNSError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	switch {
	case errors.As(err, &token):
		return token.Mend
	case errors.As(err, &name), errors.As(err, &authority):
		return "see what is said of its certificate"
	case errors.As(err, &dns):
		return "check address of the relay, and this host's DNS"
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, os.ErrDeadlineExceeded):
		return "check address and tls of the relay, and whether a firewall lets us out to " + r.Address
	case errors.As(err, &mail) && (mail.Code == 535 || mail.Code == 534 || mail.Code == 530):
		return "check username and password of the relay; many providers want a password made for " +
			"this program alone, and have SMTP turned off at first"
	}
	return "check address, tls, username and password of the relay"
}

// names asks DNS about us and the domains of the mailboxes.
func (e *exam) names() []doctor.Check {
	c, ask := e.config, e.ask
	var checks []doctor.Check
	sends := slices.ContainsFunc(c.Mailboxes, func(mb config.Mailbox) bool { return mb.Relay == nil })
	faces := facesOthers(c.SMTP.Listen)
	if sends || faces {
		checks = append(checks, ask(c.Site.Hostname, "does our name lead to us, and back?",
			func(ctx context.Context) doctor.Finding { return e.dns.Host(ctx, sends) }))
	}
	ways := map[string]doctor.Way{}
	var domains []string
	for _, mb := range c.Mailboxes {
		_, _, domain := rfc.SplitPlus(mb.Address)
		way := doctor.Way{Polled: mb.IMAP != nil, Listen: faces}
		if mb.Relay != nil {
			way.Relay, _, _ = net.SplitHostPort(mb.Relay.Address)
		}
		if _, known := ways[domain]; !known {
			ways[domain] = way
			domains = append(domains, domain)
		}
		if mb.Tokens == "subdomain" {
			way.Polled = false
			checks = append(checks, ask(mb.ReplyDomain, "where does mail for it go?",
				func(ctx context.Context) doctor.Finding { return e.dns.MX(ctx, mb.ReplyDomain, way) }))
		}
	}
	for _, domain := range domains {
		way := ways[domain]
		checks = append(checks,
			ask(domain, "where does mail for it go?",
				func(ctx context.Context) doctor.Finding { return e.dns.MX(ctx, domain, way) }),
			ask(domain, "who may send for it (SPF)?",
				func(ctx context.Context) doctor.Finding { return e.dns.SPF(ctx, domain, way) }),
			ask(domain, "what becomes of forged mail (DMARC)?",
				func(ctx context.Context) doctor.Finding { return e.dns.DMARC(ctx, domain, c.Site.Operator) }))
	}
	return append(checks, e.keys()...)
}

// facesOthers tells whether servers of others reach the listener: one on loopback stands behind a
// server of ours.
func facesOthers(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	return err == nil && host != "localhost" && !net.ParseIP(host).IsLoopback()
}

// keys asks for the public half of each key that signs.
func (e *exam) keys() (checks []doctor.Check) {
	var seen []string
	for _, mb := range e.config.Mailboxes {
		if mb.DKIM == nil {
			checks = append(checks, told("dns", mb.Address, "is the key of its signatures there?",
				doctor.Finding{State: doctor.Skipped, Seen: "mail is not signed here, no dkim is set"}))
			continue
		}
		k := *mb.DKIM
		if id := k.Selector + "@" + k.Domain; slices.Contains(seen, id) {
			continue
		} else {
			seen = append(seen, id)
		}
		checks = append(checks, e.ask(k.Selector+"._domainkey."+k.Domain,
			"is the key there ours (DKIM)?",
			func(ctx context.Context) doctor.Finding { return e.signer(ctx, k) }))
	}
	return checks
}

func (e *exam) signer(ctx context.Context, k config.DKIM) doctor.Finding {
	pem, err := os.ReadFile(k.KeyFile)
	var signer *dkim.Signer
	if err == nil {
		signer, err = dkim.Load(k.Domain, k.Selector, pem)
	}
	if err != nil {
		return doctor.Finding{
			State: doctor.Fail, Seen: err.Error(),
			Mend: "let key_file name a private key that helpgate may read, in PEM",
		}
	}
	name, record := signer.DNSRecord()
	return e.dns.DKIM(ctx, name, record)
}

// ask is a question to DNS.
func (e *exam) ask(
	name, asked string, run func(context.Context) doctor.Finding,
) doctor.Check {
	return doctor.Check{Area: "dns", Name: name, Asked: asked, Run: func(
		ctx context.Context,
	) []doctor.Finding {
		return []doctor.Finding{run(ctx)}
	}}
}
