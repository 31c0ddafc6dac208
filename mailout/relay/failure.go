package relay

import (
	"context"
	"errors"
	"fmt"
	"net/textproto"

	"github.com/emersion/go-smtp"

	"helpgate/internal/mailerr"
	"helpgate/internal/oauth"
)

// failure makes what a verb returned the error of this package: a reply keeps its codes; all else
// is trouble on the way and temporary.
func failure(op string, err error) *mailerr.Error {
	code, enhanced, text := replyOf(err)
	switch {
	case code == 0:
		return &mailerr.Error{Temporary: true, Enhanced: "4.4.2", Op: op, Err: err}
	case code < 400 || code > 599:
		err = fmt.Errorf("unexpected reply %d %s", code, text)
		return &mailerr.Error{Temporary: true, Enhanced: "4.5.0", Op: op, Err: err}
	}
	return &mailerr.Error{
		Temporary: code < 500 || aboutUs(code),
		Code:      code,
		Enhanced:  enhanced,
		Op:        op,
		Err:       errors.New(text),
	}
}

// unready is a failure before the mail was named: whatever the server says then is about us or
// about itself, and the mail may go later or by another host.
func unready(op string, err error) *mailerr.Error {
	e := failure(op, err)
	e.Temporary = true
	if login, ok := errors.AsType[*oauth.Error](err); ok {
		e.Err = login // its text has the mend
		if e.Code == 0 {
			e.Enhanced = "4.7.0"
		}
	}
	return e
}

// aboutUs tells that a 5xx asks for other credentials or for TLS (RFC 4954 section 6): a fault of
// the configuration, which an operator mends while the mail waits.
func aboutUs(code int) bool {
	switch code {
	case 530, 534, 535, 538:
		return true
	}
	return false
}

// replyOf gives the server's answer behind err; code is 0 when there was none.
func replyOf(err error) (code int, enhanced, text string) {
	var reply *smtp.SMTPError
	if errors.As(err, &reply) {
		if e := reply.EnhancedCode; e != smtp.EnhancedCodeNotSet {
			enhanced = fmt.Sprintf("%d.%d.%d", e[0], e[1], e[2])
		}
		return reply.Code, enhanced, cleanReply(reply.Message)
	}
	var early *textproto.Error
	if errors.As(err, &early) {
		return early.Code, "", cleanReply(early.Msg)
	}
	return 0, "", ""
}

// endsSession tells that after err the connection is of no more use: no reply came, or it was the
// 421 with which a server says good-bye (RFC 5321 section 3.8).
func endsSession(err error) bool {
	code, _, _ := replyOf(err)
	return code == 0 || code == 421
}

// because puts the reason that ctx ended before an error that only tells of a closed connection.
func because(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return err
}
