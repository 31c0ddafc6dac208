package smtpd

import (
	"io"
	"log/slog"
	"strings"

	"github.com/emersion/go-smtp"

	"helpgate/internal/mailerr"
	"helpgate/internal/rfc"
	"helpgate/mailin"
)

// session holds one greeting's mail under way: a method a verb, all called by go-smtp on one
// goroutine.
type session struct {
	srv  *Server
	conn *conn
	smtp *smtp.Conn
	log  *slog.Logger

	account Account // who logged in; its Agent is 0 while nobody has

	open bool // behind MAIL
	utf8 bool // MAIL had SMTPUTF8
	from string
	to   []string
}

func newSession(srv *Server, c *conn, sc *smtp.Conn) *session {
	log := srv.cfg.Logger.With("road", srv.cfg.Road, "peer", c.name())
	return &session{srv: srv, conn: c, smtp: sc, log: log}
}

// Mail begins a mail. The empty sender is a bounce's (RFC 5321 4.5.5). A second MAIL is refused
// (4.1.4); go-smtp would take it and keep the recipients of the first.
func (s *session) Mail(from string, opts *smtp.MailOptions) error {
	return s.answer("MAIL", s.try(func() error {
		if s.open {
			return errOpenMail
		}
		if err := s.maySend(from); err != nil {
			return err
		}
		if from != "" && rfc.ValidAddress(from) != nil {
			return errBadSender
		}
		if !opts.UTF8 && !ascii(from) {
			return errNeedsUTF8
		}
		if !s.srv.mails.take(s.conn.from) {
			return errFastSender
		}
		s.conn.mails++
		s.open, s.from, s.utf8 = true, from, opts.UTF8
		s.conn.startMail()
		return nil
	}))
}

// Rcpt asks the door about one recipient. Guessing recipients has an end.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	return s.answer("RCPT", s.try(func() error {
		if s.conn.refused >= s.srv.cfg.MaxRefused {
			return errManyUnknown
		}
		if err := s.recipient(to); err != nil {
			s.srv.cfg.Count(EventRefusedRecipient)
			if !mailerr.IsTemporary(err) {
				s.conn.refused++
			}
			return err
		}
		s.to = append(s.to, to)
		return nil
	}))
}

// recipient gives the door's answer. A way through us to somewhere else that the door does not know
// is called by its name; go-smtp has taken a source route off already, as RFC 5321 appendix C asks.
func (s *session) recipient(to string) error {
	routed := strings.ContainsAny(to, "%!") || strings.Count(to, "@") > 1 ||
		strings.HasSuffix(to, "]") || strings.Contains(s.conn.command, "<@")
	if rfc.ValidAddress(to) != nil {
		if routed {
			return errRelay
		}
		return errBadRecipient
	}
	if !s.utf8 && !ascii(to) {
		return errNeedsUTF8
	}
	err := s.srv.door.Recipient(s.conn.ctx, to)
	if routed && err != nil && !mailerr.IsTemporary(err) {
		return errRelay
	}
	return err
}

// Data takes one mail to the door and answers for it. It says yes only when the door did and the
// mail was read to its end; when that is not found the connection ends, for what follows is text.
// go-smtp's reader has nothing to give: the text is on the wire, and conn shows it the end only.
func (s *session) Data(io.Reader) error {
	env := s.envelope()
	b := &body{src: s.conn.text(), max: s.srv.cfg.MaxMessageBytes, long: s.srv.cfg.MaxBodyLine}
	err := s.try(func() error { return s.srv.door.Accept(s.conn.ctx, env, b) })
	err = b.verdict(err)
	lost := b.drain()
	if lost != nil {
		err = wireError(lost)
		if s.conn.ctx.Err() != nil {
			err = errShutdown // we cut the connection, nobody lost it
		}
	}
	s.conn.textDone(lost)
	if err = s.answer("DATA", err); err != nil {
		s.srv.cfg.Count(EventRefusedMail)
		return err
	}
	s.srv.cfg.Count(EventMail)
	return nil
}

// envelope is what is known of the mail whose text comes now.
func (s *session) envelope() mailin.Envelope {
	return mailin.Envelope{
		Road: s.srv.cfg.Road, From: s.from, FromKnown: true, To: s.to,
		Helo: s.smtp.Hostname(), Agent: s.account.Agent, RemoteAddr: s.conn.name(),
		ReceivedAt: s.srv.cfg.Clock.Now(),
	}
}

// Reset forgets the mail under way.
func (s *session) Reset() {
	s.open, s.from, s.to, s.utf8 = false, "", nil, false
	s.conn.endMail()
}

// Logout has nothing to do.
func (s *session) Logout() error { return nil }

// try runs act, whose panic becomes an answer.
func (s *session) try(act func() error) (err error) {
	defer s.conn.recovered(&err)
	return act()
}

// answer turns the outcome of verb into go-smtp's terms, and logs what was refused.
func (s *session) answer(verb string, err error) error {
	if err == nil {
		return nil
	}
	r := reply(err)
	if r.Code == errShutdown.Code {
		s.conn.hangUp()
	}
	level := slog.LevelInfo
	if r.Code == errUnknown.Code {
		level = slog.LevelWarn
	}
	s.log.Log(s.conn.ctx, level, "refuse SMTP command", "verb", verb, "code", r.Code, "err", err)
	return r
}

// ascii tells whether addr may go without SMTPUTF8.
func ascii(addr string) bool {
	return strings.IndexFunc(addr, func(r rune) bool { return r >= 0x80 }) < 0
}
