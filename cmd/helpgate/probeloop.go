package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"helpgate/internal/config"
	"helpgate/internal/mailerr"
	"helpgate/internal/probe"
	"helpgate/internal/token"
	"helpgate/mailin/imapin"
	"helpgate/mailout/relay"
	"helpgate/templates"
)

// probe makes one run: what the mailbox's provider does to mail that goes out by the relay and
// comes in at the server.
func (w *world) probe(
	ctx context.Context, mb config.Mailbox, in imapin.Server, out relay.Config, kinds ...probe.Kind,
) (probe.Result, error) {
	texts, err := templates.Load(w.config.Site.Templates)
	if err != nil {
		return probe.Result{}, err
	}
	signer, err := signerOf(mb)
	if err != nil {
		return probe.Result{}, err
	}
	letter := probe.Letter{
		Mailbox: mb.Address, Host: w.config.Site.Hostname, At: w.clock.Now(), Marker: token.Marker,
		Subject: texts.Text(mb.Locale, "probe.subject"), Text: texts.Text(mb.Locale, "probe.text"),
		Token: func() (string, error) { return w.keyring.SignProbe(mb.Address, w.clock.Now()) },
	}
	if signer != nil {
		letter.Sign = signer.Sign
	}
	mails, err := probe.Compose(letter, kinds...)
	if err != nil {
		return probe.Result{}, err
	}
	reader, err := w.openLookout(ctx, mb, in, mails)
	if err != nil {
		return probe.Result{}, err
	}
	defer reader.Close()
	host := relay.NewSmarthost(out)
	defer host.Close()
	return probe.Run(ctx, probe.Config{
		Mails: mails, Sender: probeSender{host, out}, Reader: reader, Now: w.clock.Now,
	})
}

// probeSender sends probes by a relay.
type probeSender struct {
	host   *relay.Smarthost
	config relay.Config
}

// Offers implements probe.Sender.
func (s probeSender) Offers(ctx context.Context) (probe.Relay, error) {
	r, err := relay.Check(ctx, s.config)
	return probe.Relay{SizeLimit: r.MaxSize, Limits: r.Limits, Extensions: r.Extensions}, err
}

// Send implements probe.Sender.
func (s probeSender) Send(ctx context.Context, m probe.Mail) error {
	_, err := s.host.Deliver(ctx, relay.Mail{From: m.From, To: m.To, Body: m.Data})
	if e, ok := errors.AsType[*mailerr.Error](err); ok {
		return refusal{e}
	}
	return err
}

// refusal is a relay's error as probe has it.
type refusal struct{ is *mailerr.Error }

// Error implements error.
func (r refusal) Error() string { return r.is.Error() }

// Refused gives the server's answer; "" where there was none.
func (r refusal) Refused() string {
	if r.is.Code == 0 || r.is.Err == nil {
		return ""
	}
	return strings.Join(nonEmpty(fmt.Sprint(r.is.Code), r.is.Enhanced, r.is.Err.Error()), " ")
}

// Temporary tells that it may go later.
func (r refusal) Temporary() bool { return r.is.Temporary }

func nonEmpty(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}

// probeReader looks for probes in the mailbox's folders.
type probeReader struct {
	*imapin.Lookout
	junk   string
	tokens []string // of which a host may make folders
}

// junkNames are those of the folder for junk, in lower case, where the server does not tell which
// it is.
var junkNames = []string{
	"junk", "spam", "junk email", "junk e-mail", "bulk mail",
	"垃圾邮件", "垃圾箱", "垃圾郵件",
}

// openLookout opens the folders in which a probe may come to lie.
func (w *world) openLookout(
	ctx context.Context, mb config.Mailbox, in imapin.Server, mails []probe.Mail,
) (*probeReader, error) {
	r := &probeReader{}
	for _, m := range mails {
		if m.Kind == probe.PlusRecipient {
			r.tokens = append(r.tokens, m.Token)
		}
	}
	limits := imapin.DefaultLimits()
	limits.MaxSize = w.config.SMTP.MaxMessageSize
	choose := func(report imapin.Report) []string {
		r.junk = junkOf(report)
		folders := append([]string{"INBOX", r.junk}, mb.IMAP.Folder...)
		if moved, ok := strings.CutPrefix(mb.IMAP.After, "move:"); ok {
			folders = append(folders, moved)
		}
		return append(folders, r.tokens...)
	}
	var err error
	r.Lookout, err = imapin.NewLookout(ctx, in, limits, w.config.DataDir, choose)
	return r, err
}

func junkOf(report imapin.Report) string {
	for _, name := range report.Folders {
		if report.Uses[name] == `\Junk` {
			return name
		}
	}
	for _, name := range report.Folders {
		last := name[strings.LastIndexAny(name, "./")+1:]
		if slices.Contains(junkNames, strings.ToLower(last)) {
			return name
		}
	}
	return ""
}

// Server implements probe.Reader.
func (r *probeReader) Server(context.Context) (probe.Server, error) {
	can := func(name string) bool { return slices.Contains(r.Report.Capabilities, name) }
	s := probe.Server{
		Idle: can("IDLE"), Move: can("MOVE"), UIDPlus: can("UIDPLUS"),
		SpecialUse: can("SPECIAL-USE"), JunkFolder: r.junk,
	}
	for _, name := range r.Report.Folders {
		if r.Report.Uses[name] == `\Sent` {
			s.Sent = name
		}
	}
	return s, nil
}

// Look implements probe.Reader.
func (r *probeReader) Look(ctx context.Context) ([]probe.Found, error) {
	seen, err := r.Lookout.Look(ctx, probe.MaxMail)
	var found []probe.Found
	for _, m := range seen {
		found = append(found, probe.Found{
			Folder: m.Folder, Junk: m.Folder == r.junk, Size: m.Size, Data: m.Data,
			Astray: slices.ContainsFunc(r.tokens, func(tok string) bool {
				return strings.HasSuffix(strings.ToLower(m.Folder), tok)
			}),
		})
	}
	return found, err
}
