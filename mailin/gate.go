package mailin

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"syscall"

	"helpgate/internal/clock"
	"helpgate/internal/mailerr"
	"helpgate/internal/rfc"
	"helpgate/internal/token"
	"helpgate/mailin/source"
	"helpgate/tickets"
	"helpgate/tickets/desk"
)

// Desk is what the door needs of the desk.
type Desk interface {
	Look(ctx context.Context, m *tickets.Mail) (desk.Sight, error)
	Receive(ctx context.Context, m *tickets.Mail) (desk.Receipt, error)
}

// ErrEarly tells that a sent mail answers one that has not come, perhaps because that is still on
// its way. It is given to a patient wire alone.
var ErrEarly = errors.New("what this answers has not come")

// Meter counts what the door did.
type Meter interface {
	MailAccepted(road string)
	Duplicate()
	TicketCreated()
}

// GateConfig is all that a Gate needs.
type GateConfig struct {
	Desk       Desk
	Blobs      tickets.Blobs
	Mailboxes  tickets.Mailboxes
	Keyring    *token.Keyring
	Hostname   string   // the domain of a bare postmaster
	Separators []string // the lines that helpgate puts above what it quotes, in every language
	Words      Words    // for what is to be read beside a mail's text
	MaxSize    int64    // bytes of a mail
	Clock      clock.Clock
	Logger     *slog.Logger
	Meter      Meter
}

// Gate is the door: every mail comes in by Accept.
type Gate struct {
	GateConfig
	packer *source.Packer
}

// NewGate makes a Gate.
func NewGate(cfg GateConfig) (*Gate, error) {
	packer, err := source.NewPacker()
	if err != nil {
		return nil, err
	}
	return &Gate{GateConfig: cfg, packer: packer}, nil
}

// Recipient tells whether mail for the address may come in: a mailbox, an alias, a token of ours,
// or the postmaster (RFC 5321 section 4.5.1). The error is a *mailerr.Error.
func (g *Gate) Recipient(_ context.Context, address string) error {
	key := rfc.Key(address)
	if g.postmaster(address) {
		return nil
	}
	if _, ok := g.Mailboxes.Find(key); ok {
		return nil
	}
	if _, ok := g.claim(key); ok || g.probeAddress(key) {
		return nil
	}
	if !g.ourDomain(key) {
		return &mailerr.Error{
			Code: 550, Enhanced: "5.7.1", Public: "relaying is not possible here", Op: "take recipient",
		}
	}
	return &mailerr.Error{
		Code: 550, Enhanced: "5.1.1", Public: "no such mailbox here", Op: "take recipient",
	}
}

func (g *Gate) postmaster(address string) bool {
	local, domain, found := strings.Cut(strings.ToLower(address), "@")
	ours := !found || domain == g.Hostname || g.ourDomain("postmaster@"+domain)
	return local == "postmaster" && ours
}

func (g *Gate) ourDomain(key string) bool {
	_, domain, _ := strings.Cut(key, "@")
	for _, mb := range g.Mailboxes {
		for _, own := range append([]string{mb.Address, "@" + mb.ReplyDomain}, mb.Aliases...) {
			if _, d, _ := strings.Cut(own, "@"); d == domain && d != "" {
				return true
			}
		}
	}
	return false
}

// Accept takes one mail in; nil means that it is durable. An error of r is returned as it is, so
// that the wire knows that its peer, not the helpdesk, failed; what the helpdesk refuses is a
// *mailerr.Error. It reads no more than MaxSize and one byte.
func (g *Gate) Accept(ctx context.Context, env Envelope, r io.Reader) error {
	rd, err := g.read(ctx, r)
	if err != nil {
		return err
	}
	defer rd.Close()
	if rd.loops() && (env.Road == RoadSMTP || env.Road == RoadLMTP) {
		return &mailerr.Error{
			Code: 554, Enhanced: "5.4.6", Public: "mail loops: too many hops", Op: "read mail",
		}
	}
	receipt, err := g.take(ctx, env, rd)
	if errors.Is(err, ErrEarly) {
		return err
	}
	if err != nil {
		g.Logger.ErrorContext(ctx, "mail not taken", "road", env.Road,
			"message_id", rd.Mail.MessageID, "err", err)
		return refusal(err)
	}
	g.count(env, receipt)
	g.Logger.InfoContext(ctx, "mail taken", "road", env.Road, "verdict", receipt.Verdict,
		"rule", receipt.Rule, "ticket", receipt.Ticket, "message_id", rd.Mail.MessageID)
	return nil
}

// take finds the thread, tells new text from quotation with what stands in it, classifies, and
// lets the desk judge.
func (g *Gate) take(ctx context.Context, env Envelope, rd *Reading) (desk.Receipt, error) {
	m := g.mail(env, rd)
	sight, err := g.Desk.Look(ctx, m)
	if err != nil {
		return desk.Receipt{}, err
	}
	early := env.Patient && sight.Ticket == 0 && len(m.InReplyTo)+len(m.References) > 0
	if early && !g.probes(m, rd) {
		return desk.Receipt{}, ErrEarly
	}
	rd.split(g.Separators, nil)
	m.NewText = rd.Reply.Text
	if len(sight.Earlier) > 0 {
		rd.split(g.Separators, sight.Earlier)
	}
	if rd.fault != nil {
		g.Logger.ErrorContext(ctx, "new text not found, all of it is shown",
			"message_id", rd.Mail.MessageID, "err", rd.fault)
	}
	g.judge(m, env, rd, sight)
	m.Probe = g.probes(m, rd)
	m.Added = g.added(m, rd)
	if err := g.stage(ctx, m, rd); err != nil {
		return desk.Receipt{}, err
	}
	return g.Desk.Receive(ctx, m)
}

func (g *Gate) count(env Envelope, r desk.Receipt) {
	g.Meter.MailAccepted(string(env.Road))
	switch r.Verdict {
	case tickets.VerdictDuplicate, tickets.VerdictVariant:
		g.Meter.Duplicate()
	case tickets.VerdictTicket:
		g.Meter.TicketCreated()
	}
}

// refusal makes of any inner trouble an error that asks the peer to come again: a mail is never
// refused for good because we could not keep it.
func refusal(err error) error {
	var known *mailerr.Error
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &mailerr.Error{
			Temporary: true, Code: 452, Enhanced: "4.3.1", Public: "no room here, try again later",
			Op: "take mail", Err: err,
		}
	}
	return &mailerr.Error{
		Temporary: true, Code: 451, Enhanced: "4.3.0", Public: "try again later",
		Op: "take mail", Err: err,
	}
}
