package mailin

import (
	"bytes"
	"io"
	"strings"
	"unicode"

	"helpgate/internal/lifecycle"
	"helpgate/internal/rfc"
	"helpgate/internal/safehtml"
	"helpgate/mailin/classify"
	"helpgate/mailin/language"
	"helpgate/mailin/parse"
	"helpgate/mailin/reply"
	"helpgate/tickets"
	"helpgate/tickets/desk"
)

// Reading is what helpgate makes of a mail by its bytes alone. The door and `inspect` share it.
type Reading struct {
	Mail   *parse.Mail
	Reply  reply.Result
	fault  error // of the reader of new text, for the log
	source *parse.Source
}

// Read reads a mail that is in memory. It never fails: what cannot be read is there as raw text,
// and Mail.Unparsed says why.
func Read(raw []byte) *Reading {
	rd, _ := ReadFrom(bytes.NewReader(raw), nil) // a bytes.Reader does not fail
	return rd
}

// ReadFrom reads a mail as it comes, as the door does: the large files in it go to what create
// gives. An error is one of r or of a file; after the mail's own faults Read's words hold. The
// reading is to be closed.
func ReadFrom(r io.Reader, create parse.Create) (*Reading, error) {
	mail, source, err := parse.Read(r, parse.DefaultLimits(), create)
	if err != nil {
		return nil, err
	}
	rd := &Reading{Mail: mail, source: source}
	rd.split(nil, nil)
	return rd, nil
}

// Close drops the files of the reading that are not Done.
func (rd *Reading) Close() { rd.source.Abort() }

// split tells new text from quotation.
func (rd *Reading) split(separators, earlier []string) {
	var author []string
	for _, a := range rd.Mail.From {
		author = append(author, a.Name, a.Addr)
	}
	in := reply.Input{
		Text: rd.Mail.Text, HTML: rd.Mail.HTML, Subject: rd.Mail.Subject, Author: author,
		Answers:    len(rd.Mail.InReplyTo)+len(rd.Mail.References) > 0,
		Separators: separators, Earlier: earlier,
	}
	// A fault of ours must not keep a mail out as often as its sender tries: all is new then.
	rd.fault = lifecycle.Protect(func() error { rd.Reply = reply.Extract(in); return nil })
	if rd.fault != nil {
		rd.Reply = reply.Result{Text: in.Text, Whole: true}
	}
}

// Language guesses the language of the new text; of a mail that is nothing but an invitation, the
// event's.
func (rd *Reading) Language() language.Guess {
	text := rd.Reply.Text
	if inv := rd.Mail.Invitation; inv != nil && strings.TrimSpace(text) == "" {
		text = inv.Events[0].Summary + "\n" + inv.Events[0].Description
	}
	return language.Detect(text)
}

// Classify judges what kind of mail it is by itself: without envelope, mailboxes and keys.
func (rd *Reading) Classify() classify.Verdict {
	return classify.Classify(rd.signs())
}

func (rd *Reading) signs() classify.Input {
	m := rd.Mail
	in := classify.Input{
		Header: m.Fields(), From: keys(m.From), To: keys(m.To), ContentType: m.ContentType,
		ReportType: m.ReportType, CalendarMethod: m.CalendarMethod, Subject: m.Subject,
		Text: m.Text, NewText: rd.Reply.Text, Date: m.Date,
	}
	for _, e := range m.Enclosed {
		in.Enclosed = append(in.Enclosed, classify.Enclosed(e))
	}
	return in
}

func keys(list []rfc.Address) []string {
	var all []string
	for _, a := range list {
		all = append(all, rfc.Key(a.Addr))
	}
	return all
}

// loops tells whether the mail passed more hosts than any that arrives.
func (rd *Reading) loops() bool { return len(rd.Mail.All("Received")) > classify.MaxReceived }

// Files gives the mail's files; of one that could not be read, its source.
func (rd *Reading) Files() []parse.Attachment {
	if rd.Mail.Unparsed == "" {
		return rd.Mail.Attachments
	}
	return []parse.Attachment{{
		Filename: "source.eml", ContentType: "message/rfc822",
		Data: rd.source.Text, File: rd.source.Whole(),
	}}
}

// mail makes of the reading what the desk needs to find the thread.
func (g *Gate) mail(env Envelope, rd *Reading) *tickets.Mail {
	p := rd.Mail
	m := &tickets.Mail{
		Road: string(env.Road), EnvelopeFrom: env.From, FromKnown: env.FromKnown,
		ReceivedAt: env.ReceivedAt, Agent: env.Agent, Silent: env.Silent, Mark: env.Mark,
		Sent: env.Sent, Imported: env.Road == RoadImport,
		Recipients: recipients(env, rd), To: people(p.To), Cc: people(p.Cc),
		Subject: p.Subject, Date: p.Date,
		MessageID: p.MessageID, InReplyTo: p.InReplyTo, References: p.References,
		ThreadTopic: rfc.Cut(rfc.DecodeHeader(p.Get("Thread-Topic")), maxThreadTopic),
		ThreadIndex: threadIndex(p.Get("Thread-Index")),
		Text:        p.Text, HTML: safehtml.Sanitise(p.HTML), Unparsed: p.Unparsed,
		Verified: tickets.VerifiedNone,
	}
	if from := people(p.From); p.FromCount == 1 && len(p.From) == 1 && len(from) == 1 {
		m.From = from[0]
	} else {
		m.Untrusted, m.Verified = true, tickets.VerifiedUntrusted
		m.From.Address = rfc.Key(env.From) // whoever sent it can be answered, if From names nobody
		if len(from) > 0 {
			m.From = from[0]
		}
	}
	if to := people(p.ReplyTo); len(to) == 1 {
		m.ReplyTo = to[0]
	}
	if m.Sent || m.Imported {
		g.addSent(m, rd)
	}
	if !m.Sent && g.group(m) && g.Mailboxes.Own(m.From.Address) {
		m.From = g.author(m, rd)
	}
	m.Claims = g.claims(m.Recipients, rd)
	return m
}

// author gives who wrote a mail of which our own list, as Google Groups does for senders with a
// DMARC policy, made itself the sender.
func (g *Gate) author(m *tickets.Mail, rd *Reading) tickets.Person {
	original := people(rfc.ParseAddressList(rd.Mail.Get("X-Original-From")))
	for _, p := range append(original, m.ReplyTo) {
		if p.Address != "" && !g.Mailboxes.Own(p.Address) {
			return p
		}
	}
	return m.From
}

// judge adds what the new text and the mail's kind tell.
func (g *Gate) judge(m *tickets.Mail, env Envelope, rd *Reading, s desk.Sight) {
	in := rd.signs()
	in.EnvelopeFrom, in.EnvelopeFromKnown = env.From, env.FromKnown
	in.Own = func(id string) bool { _, ok := g.Keyring.FromMessageID(id); return ok }
	in.OwnLoop, in.OwnList, in.Group = g.ownLoop, g.ownList, g.group(m)
	if in.Date.IsZero() {
		in.Date = env.ReceivedAt
	}
	v := classify.Classify(in)
	m.Auto, m.Automatic, m.Signs = v.Kind, v.Automatic, v.Signs
	m.NoAutoReply = v.NoAutoReply || env.Late || env.Silent
	m.Report, m.Away = v.Report, v.Away
	if m.Report != nil {
		m.Report.Ours = g.cameBack(rd)
	}
	if len(m.Claims) > 0 { // else it is not on the agents' road
		m.Suspicion, m.SuspicionAway = classify.Suspicious(classify.AgentInput{
			Suppressed: v.Suppressed, Subject: m.Subject, NewText: in.NewText,
			TicketSubject: s.Subject,
		})
	}
	if v.Kind != classify.OOO && (v.Automatic || m.SuspicionAway) { // of an OOO it is known
		m.Away = classify.Away(in)
	}
	m.ReplyText = rd.Reply.Text
	m.Whole = rd.Reply.Whole || rd.Mail.Encrypted != "" // nothing new that could be read
	m.ReplyHTML = safehtml.Sanitise(rd.Reply.HTML)
	m.Language = rd.Language().Followed()
}

func people(list []rfc.Address) []tickets.Person {
	var ps []tickets.Person
	for _, a := range list {
		if key := rfc.Key(a.Addr); key != "" {
			ps = append(ps, tickets.Person{Name: a.Name, Address: key})
		}
	}
	return ps
}

// maxThreadTopic bounds, in bytes, Outlook's Thread-Topic: it is the subject of a thread, and every
// row of the outbox holds it.
const maxThreadTopic = parse.MaxSubject

// maxThreadIndex bounds Outlook's Thread-Index, base64 of 22 bytes and 5 for each reply.
const maxThreadIndex = 500

// threadIndex gives the field's value if it is what Outlook writes, so that it can be echoed.
func threadIndex(value string) string {
	odd := func(r rune) bool { return r > unicode.MaxASCII || r <= ' ' }
	value = strings.TrimSpace(value)
	if len(value) > maxThreadIndex || strings.ContainsFunc(value, odd) {
		return ""
	}
	return value
}
