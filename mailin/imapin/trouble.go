package imapin

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/emersion/go-imap/v2"

	"helpgate/internal/mailerr"
	"helpgate/internal/oauth"
)

// errMissing tells that the folder is not there.
var errMissing = errors.New("no such folder")

// missing adds to a folder that cannot be opened the names of those that can.
func (r *round) missing(ctx context.Context, err error) error {
	if !refused(err) {
		return err
	}
	names, listed := r.session.folders(ctx)
	if listed != nil || slices.Contains(names, r.Folder) {
		return err
	}
	return fmt.Errorf("%w: %w; there are %q", errMissing, err, names)
}

// lack is something that a server cannot do. Mail comes in all the same.
type lack struct{ capability, mend string }

func (c *client) lacks(after After) []lack {
	var all []lack
	if !c.caps.Has(imap.CapIdle) {
		all = append(all, lack{
			"IDLE", "nothing is to be done: new mail is looked for every " + c.limits.PollBlind.String(),
		})
	}
	if after.Move != "" && !c.caps.Has(imap.CapMove) && !c.caps.Has(imap.CapUIDPlus) {
		all = append(all, lack{
			"MOVE, UIDPLUS", "mails are copied to " + after.Move + " and marked as deleted, and stay so " +
				"until a mail program compacts the folder; after = \"flag\" leaves no such mails",
		})
	}
	return all
}

// tell says once what a server lacks.
func (p *Poller) tell(ctx context.Context, all []lack) {
	said := fmt.Sprint(all)
	if said == p.said {
		return
	}
	p.said = said
	for _, l := range all {
		p.Logger.WarnContext(ctx, "the server can do less than most", "without", l.capability,
			"mend", l.mend)
	}
}

// asksToWait are words of providers' refusals that are no fault of ours: Gmail's, Exchange's.
var asksToWait = regexp.MustCompile(
	`(?i)too many|bandwidth limit|server busy|throttled|try again later|backoff time`)

// hasNoRoom tells that the provider has no room for us just now.
func hasNoRoom(err error) bool {
	var no *imap.Error
	if !errors.As(err, &no) {
		return false
	}
	switch no.Code {
	case imap.ResponseCodeLimit, imap.ResponseCodeInUse, imap.ResponseCodeUnavailable:
		return true
	case imap.ResponseCodeAuthenticationFailed:
		return false
	}
	return asksToWait.MatchString(no.Text)
}

func codeOf(err error) imap.ResponseCode {
	var no *imap.Error
	if errors.As(err, &no) {
		return no.Code
	}
	return ""
}

// mend says what an operator can do about a trouble.
func mend(err error, c Config) string {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var dns *net.DNSError
	var token *oauth.Error
	code := codeOf(err)
	switch {
	case hasNoRoom(err):
		return "the provider asks to wait: it is tried again by itself; look for other programs " +
			"that read this mailbox"
	case errors.As(err, &token):
		return token.Mend
	case errors.Is(err, errTokensOnly):
		return "set oauth2 in place of the password, at imap and at relay: this server takes tokens " +
			"alone"
	case errors.Is(err, errLogin):
		return "check username and password of this mailbox's imap section; many providers want a " +
			"password made for this program alone, and have IMAP turned off at first"
	case errors.As(err, &authority), errors.As(err, &invalid):
		return "the server's certificate is not valid here: renew it there, or add its authority " +
			"to this system's certificates"
	case errors.As(err, &name):
		return "the server's certificate is for another name: write that name into address"
	case errors.Is(err, errTLS):
		return "check tls of this mailbox's imap section: \"tls\" goes with port 993, \"starttls\" " +
			"with port 143"
	case errors.Is(err, errMissing), code == imap.ResponseCodeNonExistent:
		return "check folder and after of this mailbox's imap section, or make the folder " + c.Folder
	case code == imap.ResponseCodeOverQuota:
		return "make room in the mailbox at the provider"
	case code == imap.ResponseCodeNoPerm:
		return "give " + c.Server.Username + " the right to this folder"
	case errors.As(err, &dns):
		return "the name of the server is not known: check address, and this host's DNS"
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EHOSTUNREACH):
		return "nothing answers at " + c.Server.Address + ": check address and tls, or wait for it"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "make room in " + c.Spool
	}
	var door *mailerr.Error
	if errors.As(err, &door) {
		return "helpgate itself could not store the mail: see the lines before"
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errSilent) {
		return "the server or the way to it is slow: " + byItself
	}
	return byItself
}

// byItself ends the advice where a Poller comes again.
const byItself = "it is tried again by itself"

// advice is how Exchange asks for patience.
var advice = regexp.MustCompile(`(?i)backoff time:? (\d{1,7}) milliseconds`)

// advised is how long the provider asks to wait.
func advised(err error) time.Duration {
	var no *imap.Error
	if !errors.As(err, &no) {
		return 0
	}
	m := advice.FindStringSubmatch(no.Text)
	if m == nil {
		return 0
	}
	ms, _ := strconv.Atoi(m[1]) // seven digits
	return time.Duration(ms) * time.Millisecond
}
