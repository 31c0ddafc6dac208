package relay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-smtp"

	"helpgate/internal/mailerr"
)

// quitTimeout bounds the good-bye, on which nothing depends.
const quitTimeout = 2 * time.Second

// errAmbiguous tells that the whole mail went out and no answer came: it may have been taken
// (RFC 1047). Sending the same bytes again is the lesser evil, and their Message-ID lets the other
// side see it.
var errAmbiguous = errors.New("no answer after the final dot, the mail may have been taken")

// session is a connection on which mails can be sent, one after the other. One goroutine uses it at
// a time.
type session struct {
	client *smtp.Client
	conn   net.Conn // the TCP connection: closing it ends any pending verb
	name   string
	helo   string
	utf8   bool        // SMTPUTF8 is offered
	timer  *time.Timer // runs while the session is idle in a pool

	open bool // a mail was begun and not taken: RSET before the next
	dead bool // of no more use
	// begun tells that the last mail's data was begun; before, another connection may be tried
	// at once.
	begun bool
}

// send makes one mail transaction. m is checked.
func (s *session) send(ctx context.Context, m Mail) (Receipt, error) {
	stop := context.AfterFunc(ctx, func() { _ = s.conn.Close() })
	defer stop()
	s.begun = false
	if s.open {
		if err := s.reset(); err != nil {
			s.dead = true
			return Receipt{}, unready("reset "+s.name, because(ctx, err))
		}
	}
	if m.SMTPUTF8 && !s.utf8 {
		return Receipt{}, &mailerr.Error{
			Enhanced: "5.6.7",
			Op:       "send to " + s.name,
			Err:      errors.New("the mail needs SMTPUTF8, which the server does not offer"),
		}
	}
	s.open = true
	if err := s.client.Mail(m.From, mailOptions(m)); err != nil {
		return Receipt{}, s.fail(ctx, "MAIL", err)
	}
	if err := s.client.Rcpt(m.To, nil); err != nil {
		return Receipt{}, s.fail(ctx, "RCPT", err)
	}
	return s.data(ctx, m.Body)
}

// reset makes the session ready for the next mail. go-smtp wants a new EHLO after RSET; said here,
// its failure is not taken for an answer to MAIL.
func (s *session) reset() error {
	if err := s.client.Reset(); err != nil {
		return err
	}
	return s.client.Hello(s.helo)
}

// data sends the body and waits for its answer. Eight-bit bytes go even to a server without
// 8BITMIME: RFC 6152 section 3 would have the mail refused, and in practice such servers pass them
// on.
func (s *session) data(ctx context.Context, body []byte) (Receipt, error) {
	w, err := s.client.Data()
	if err != nil {
		return Receipt{}, s.fail(ctx, "DATA", err)
	}
	s.begun = true
	if _, err := w.Write(body); err != nil {
		return Receipt{}, s.fail(ctx, "the body", err)
	}
	response, err := w.CloseWithResponse()
	if err != nil {
		if code, _, _ := replyOf(err); code == 0 {
			err = fmt.Errorf("%w: %w", errAmbiguous, err)
		}
		return Receipt{}, s.fail(ctx, "the final dot", err)
	}
	s.open = false
	return Receipt{Reply: cleanReply("250 " + response.StatusText)}, nil
}

// mailOptions are the parameters of MAIL; go-smtp drops those that the server does not offer. Of a
// bounce the header is enough: our Message-ID stands in it.
func mailOptions(m Mail) *smtp.MailOptions {
	return &smtp.MailOptions{
		Size:       int64(len(m.Body)),
		UTF8:       m.SMTPUTF8,
		Return:     smtp.DSNReturnHeaders,
		EnvelopeID: m.EnvID,
	}
}

// fail notes whether the session outlives err and gives it its words.
func (s *session) fail(ctx context.Context, verb string, err error) error {
	s.dead = s.dead || endsSession(err)
	return failure("send "+verb+" to "+s.name, because(ctx, err))
}

// close says QUIT where somebody listens, and ends the connection.
func (s *session) close() {
	if !s.dead {
		s.client.CommandTimeout = quitTimeout
		_ = s.client.Quit() // the mail is settled; nothing hangs on the good-bye
	}
	_ = s.conn.Close()
}
