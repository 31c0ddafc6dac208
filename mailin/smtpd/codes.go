package smtpd

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/emersion/go-smtp"

	"helpgate/internal/mailerr"
)

// RFC 5321 4.5.3.1.5, in bytes: maxReplyLine bounds a reply line with its CRLF, maxReplyText the
// words of one of ours.
const (
	maxReplyLine = 512
	maxReplyText = 400
)

// All that this listener says on its own account when it does not say yes. A 421 also ends the
// connection, see session.answer.
var (
	errUnknown      = fault(451, "4.3.0", "temporary trouble, try again later")
	errShutdown     = fault(421, "4.3.2", "shutting down, try again later")
	errFull         = fault(421, "4.3.2", "too many connections, try again later")
	errFullAddress  = fault(421, "4.7.0", "too many connections from your address")
	errFastPeer     = fault(451, "4.7.1", "too many connections in a short time, try again later")
	errFastSender   = fault(451, "4.7.1", "too many mails in a short time, try again later")
	errLogin        = fault(530, "5.7.0", "authentication required")
	errNotYours     = fault(553, "5.7.1", "not one of your addresses")
	errNoAuth       = fault(503, "5.5.1", "nobody logs in here")
	errNoMechanism  = fault(504, "5.5.4", "no such mechanism")
	errBadLogin     = fault(501, "5.5.2", "bad response to AUTH")
	errManyLogins   = fault(421, "4.7.0", "too many failed log-ins on this connection")
	errManyFailures = fault(454, "4.7.0", "too many failed log-ins, try again later")
	errManyCommands = fault(421, "4.7.0", "too many commands, connect again")
	errManyMails    = fault(421, "4.7.0", "too many mails on this connection, connect again")
	errManyUnknown  = fault(421, "4.7.0", "too many refused recipients")
	errTimeout      = fault(421, "4.4.2", "timeout")
	errLost         = fault(421, "4.4.2", "connection lost")
	errForeign      = fault(421, "4.7.0", "this is not a web server")
	errOpenMail     = fault(503, "5.5.1", "a mail is under way already")
	errBadChunk     = fault(501, "5.5.4", "bad BDAT command")
	errLongCommand  = fault(500, "5.5.2", "command line too long")
	errBadSender    = fault(501, "5.1.7", "bad sender address")
	errBadRecipient = fault(501, "5.1.3", "bad recipient address")
	errRelay        = fault(550, "5.7.1", "relaying denied")
	errNeedsUTF8    = fault(553, "5.6.7", "this address needs SMTPUTF8")
	errTooBig       = fault(552, "5.3.4", "message too big")
	errLongLine     = fault(554, "5.6.0", "line in message too long")
	errAborted      = fault(451, "4.4.2", "mail aborted") // never sent: the next command is answered
)

// fault makes an error with the words of a reply; codes below 500 are temporary.
func fault(code int, enhanced, public string) *mailerr.Error {
	return &mailerr.Error{
		Temporary: code < 500, Code: code, Enhanced: enhanced, Public: public, Op: "speak SMTP",
	}
}

// reply is the one way by which an error becomes an answer. What is no *mailerr.Error, or one whose
// parts contradict each other, is 451 4.3.0 in fixed words: go-smtp would answer 554 with the
// error's text, which loses the mail and tells a stranger about our inside.
func reply(err error) *smtp.SMTPError {
	var e *mailerr.Error
	if !errors.As(err, &e) || !consistent(e) {
		e = errUnknown
	}
	enhanced, ok := enhancedCode(e)
	if !ok || !plain(e.Public) {
		e = errUnknown
		enhanced, _ = enhancedCode(e)
	}
	return &smtp.SMTPError{Code: e.Code, EnhancedCode: enhanced, Message: e.Public}
}

// consistent tells whether e has a reply code that does not turn temporary trouble into a loss.
func consistent(e *mailerr.Error) bool {
	return e.Code >= 400 && e.Code <= 599 && !(e.Temporary && e.Code >= 500)
}

// enhancedCode reads an enhanced code, whose class must be the reply's (RFC 2034 section 4).
func enhancedCode(e *mailerr.Error) (smtp.EnhancedCode, bool) {
	if e.Enhanced == "" {
		return smtp.EnhancedCode{e.Code / 100, 0, 0}, true
	}
	var c smtp.EnhancedCode
	_, err := fmt.Sscanf(e.Enhanced, "%d.%d.%d", &c[0], &c[1], &c[2])
	return c, err == nil && c[0] == e.Code/100
}

// plain tells whether text may stand in a reply line: printable ASCII, so no second line.
func plain(text string) bool {
	if text == "" || len(text) > maxReplyText {
		return false
	}
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// speakable makes a line of go-smtp's fit for any peer: it repeats what it was told, and a reply is
// ASCII (RFC 5321 section 4.2) without controls, in no more than 512 bytes (4.5.3.1.5).
func speakable(line []byte) []byte {
	if len(line) <= maxReplyLine && !bytes.ContainsFunc(line, unspeakable) {
		return line
	}
	text := bytes.Map(func(r rune) rune {
		if unspeakable(r) {
			return '?'
		}
		return r
	}, line)
	if len(text) > maxReplyLine {
		text = append(text[:maxReplyLine-len("\r\n")], "\r\n"...)
	}
	return text
}

func unspeakable(r rune) bool { return (r < ' ' || r > '~') && r != '\r' && r != '\n' }

// corrected gives a line of go-smtp's the code that the RFCs want. It says "not implemented" also
// of what comes out of order (RFC 5321 4.2.4, RFC 2033 4.2), calls bad base64 temporary, and gives
// a log-in that holds the code of anything else that went well (RFC 4954 sections 4 and 6).
func corrected(line []byte, verb string) []byte {
	after := func(code string) ([]byte, bool) { return bytes.CutPrefix(line, []byte(code)) }
	if text, found := after("502 5.5.1 "); found && known(verb) {
		return append([]byte("503 5.5.1 "), text...)
	}
	if text, found := after("235 2.0.0 "); found {
		return append([]byte("235 2.7.0 "), text...)
	}
	if _, found := after("454 4.7.0 Invalid base64"); found {
		return []byte(replyLine(errBadLogin))
	}
	return line
}

// replyLine is the whole line for err, for what is said beside go-smtp.
func replyLine(err error) string {
	r := reply(err)
	c := r.EnhancedCode
	return fmt.Sprintf("%d %d.%d.%d %s\r\n", r.Code, c[0], c[1], c[2], r.Message)
}
