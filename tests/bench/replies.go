package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// replies loads with new mails among which every so many answers an acknowledgement that its sender
// got before, as long as there are any.
type replies struct {
	every int64 // so many mails hold one answer
	conns int
}

// asked is how many tickets wait to be answered when a turn begins.
const asked = 3000

// answer is a customer's reply to an acknowledgement.
type answer struct {
	from      string
	to        string // the reply address
	messageID string // of the acknowledgement
}

var (
	replyTo   = regexp.MustCompile(`(?i)\nreply-to:[^<]*<([^>]+)>`)
	messageID = regexp.MustCompile(`(?i)\nmessage-id:\s*<([^>]+)>`)
)

// answerTo reads an acknowledgement as a customer's client does.
func answerTo(customer string, head []byte) (answer, bool) {
	to, id := replyTo.FindSubmatch(head), messageID.FindSubmatch(head)
	if to == nil || id == nil {
		return answer{}, false
	}
	return answer{customer, string(to[1]), string(id[1])}, true
}

// mail writes the n-th mail of the run as that reply.
func (a answer) mail(n int64) []byte {
	id := fmt.Sprintf("%014d", n)
	text := fmt.Sprintf("From: Casey Customer <%s>\nTo: Desk Support <%s>\n"+
		"Subject: Re: We have received your request\nDate: Mon, 23 Nov 2026 10:30:00 +0100\n"+
		"Message-ID: <%s.bench@customer.example>\nIn-Reply-To: <%s>\nReferences: <%s>\n"+
		"User-Agent: Mail/1.0\nMIME-Version: 1.0\n%s\n%s\n\n"+
		"On Mon, 23 Nov 2026 at 09:31, Desk Support <%s> wrote:\n"+
		"> We have received your request.\n>\n> To add something, simply reply to this mail.\n",
		a.from, a.to, id, a.messageID, a.messageID, textHead, words(1000), support)
	return []byte(strings.ReplaceAll(strings.ReplaceAll(text, serial, id), "\n", "\r\n") + end)
}

func (s replies) run(ctx context.Context, b *bench) error {
	rival, ours, err := b.turnAbout(
		func() (result, error) { return s.postfix(ctx, b) },
		func() (result, error) { return s.helpgate(ctx, b) },
	)
	if err != nil {
		return err
	}
	b.report.compare(fmt.Sprintf("1 of %d a reply, %d connections", s.every, s.conns), rival, ours,
		0, false)
	return nil
}

// postfix gets mails that look the same: it knows no threads.
func (s replies) postfix(ctx context.Context, b *bench) (result, error) {
	p, err := b.postfix(ctx)
	if err != nil {
		return result{}, err
	}
	l := b.load(p.addr, s.conns, newTemplate(plain))
	l.answers, l.every = make(chan answer, asked), s.every
	for n := range int64(asked) {
		l.answers <- answer{
			address(n), "support+raaemcxsaohdrdb5fknv6olx27dspa@desk.example",
			"maaeaolg56yntax3uchfh3bv4p7fcmmr7xzgzlw@desk.example",
		}
	}
	return b.rivalTurn(ctx, p, l)
}

// helpgate first gets the mails whose acknowledgements are then answered.
func (s replies) helpgate(ctx context.Context, b *bench) (_ result, err error) {
	answers := make(chan answer, asked)
	g, err := b.gateway(ctx, setup{look: func(to string, _ time.Time, head []byte) {
		if to == agent {
			return
		}
		if a, ok := answerTo(to, head); ok {
			select {
			case answers <- a:
			default: // enough
			}
		}
	}})
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, g.remove(ctx)) }()
	l := b.load(g.addr, s.conns, newTemplate(plain))
	l.mails = asked
	before, err := l.run(ctx)
	if err == nil {
		_, err = g.relay.wait(ctx, 2*asked)
	}
	if err != nil {
		return result{}, errors.Join(err, g.kill())
	}
	l.mails, l.answers, l.every = 0, answers, s.every
	l.lasting = b.length()
	r, err := g.measured(func() (result, error) { return l.run(ctx) })
	if err = errors.Join(err, g.kill()); err != nil {
		return r, fmt.Errorf("%w: %s", err, g.said())
	}
	r.note("%d of %d were replies", r.replies, r.mails)
	say("helpgate", r)
	return r, g.check(ctx, before.mails+r.mails, r.replies)
}
