package oauth

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/oauth2"
)

const (
	// How long nobody is asked after an error. A permanent one waits for a person, and whoever
	// hammers a provider with a dead token gets blocked.
	firstPause, maxPause         = 5 * time.Second, 5 * time.Minute
	firstLongPause, maxLongPause = time.Minute, time.Hour
	// maxWords is how much of a provider's explanation is given on, in bytes.
	maxWords = 300
	// minSecret is the shortest text that is looked for as a secret in an error.
	minSecret = 4
)

// errNoMechanism tells that a server takes no tokens.
var errNoMechanism = errors.New("the server offers neither AUTH XOAUTH2 nor AUTH OAUTHBEARER: " +
	"use a password, or turn log-in by OAuth2 on at the provider")

// Error is why there is no token, or why a mail server refused one. It holds no secret.
type Error struct {
	// Code is the provider's: "AADSTS7000222", else of RFC 6749 section 5.2 ("invalid_grant"), else
	// the status of the answer ("503"); "" when there was no answer.
	Code string
	// Words are the provider's own or the cause's, one line of at most 300 bytes; may be "".
	Words string
	// Mend says in plain words what to do.
	Mend string
	// Permanent tells that only a person can mend it.
	Permanent bool
	// RetryAfter is the wait that the provider asked for; 0 when it did not.
	RetryAfter time.Duration
	// Op is a bare verb phrase that names the act.
	Op string
	// Err is the cause when there was no answer, or the mail server's refusal; else nil. Its own
	// text may hold secrets: Words is what of it may be shown.
	Err error
}

// Error gives the text for the log and for the operator.
func (e *Error) Error() string {
	text := e.Op
	for _, part := range []string{e.Code, e.Words} {
		if part != "" {
			text += ": " + part
		}
	}
	if e.Mend != "" {
		text += "; " + e.Mend
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// pause is how long nobody is asked after the given number of errors in a row.
func pause(err error, fails int) time.Duration {
	first, longest := firstPause, maxPause
	var e *Error
	if errors.As(err, &e) {
		if e.Permanent {
			first, longest = firstLongPause, maxLongPause
		}
		if e.RetryAfter > 0 {
			return min(e.RetryAfter, maxLongPause)
		}
	}
	for ; fails > 1 && first < longest; fails-- {
		first *= 2
	}
	return min(first, longest)
}

// aadsts finds Microsoft's own code, which tells more than that of the standard.
var aadsts = regexp.MustCompile(`\bAADSTS[0-9]{4,9}\b`)

// passing are codes of errors that may go away by themselves.
var passing = map[string]bool{
	"temporarily_unavailable": true, "server_error": true, "slow_down": true, "internal_failure": true,
	"rate_limit_exceeded": true,
}

// fault makes what asking returned an *Error.
func (g *grant) fault(err error, now time.Time, refresh string) *Error {
	host := g.url
	if u, parseErr := url.Parse(g.url); parseErr == nil {
		host = u.Host
	}
	e := &Error{Op: "ask " + host + " for a token for " + g.cfg.Username + " by " + string(g.way)}
	var reply *oauth2.RetrieveError
	if !errors.As(err, &reply) || reply.Response == nil {
		e.Err, e.Words = err, g.clean(err.Error(), refresh)
		e.Mend = "look whether the provider can be reached and token_url is right"
		return e
	}
	var body struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(reply.Body, &body) != nil { // of the service account's flow, or no JSON at all
		body.Error, body.Description = reply.ErrorCode, reply.ErrorDescription
	}
	status := reply.Response.StatusCode
	e.RetryAfter = retryAfter(reply.Response.Header.Get("Retry-After"), now)
	e.Permanent = body.Error != "" && !passing[body.Error] &&
		status < http.StatusInternalServerError && status != http.StatusTooManyRequests &&
		status != http.StatusRequestTimeout
	e.Code, e.Words = g.clean(body.Error, refresh), g.clean(body.Description, refresh)
	if own := aadsts.FindString(body.Description); own != "" {
		e.Code = own
		e.Words = strings.TrimPrefix(e.Words, own+": ")
	}
	e.Mend = g.mend(e.Code, g.clean(body.Error, refresh))
	if e.Code == "" {
		e.Code = strconv.Itoa(status)
		e.Mend = "the provider is in trouble, or token_url is not its address for tokens"
	}
	return e
}

// clean makes a stranger's words fit for a log: one line, bounded, without our secrets, which some
// servers give back.
func (g *grant) clean(text string, secrets ...string) string {
	text = strings.ReplaceAll(text, g.url, "token_url") // its length is that of a token
	secrets = append(secrets, g.cfg.ClientSecret, g.cfg.RefreshToken, g.cfg.ServiceAccount)
	for _, secret := range secrets {
		if len(secret) >= minSecret {
			text = strings.ReplaceAll(text, secret, "[hidden]")
			text = strings.ReplaceAll(text, url.QueryEscape(secret), "[hidden]")
		}
	}
	text = longWord.ReplaceAllString(text, "[hidden]") // an assertion, a token of another's
	text, _, _ = strings.Cut(text, "\r\n")             // Microsoft's trace ids
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	if len(text) > maxWords {
		text = strings.ToValidUTF8(text[:maxWords], "")
	}
	return strings.TrimSpace(text)
}

// longWord finds what is too long to be a word or an id: a UUID has 36 characters.
var longWord = regexp.MustCompile(`[A-Za-z0-9_.~+/=-]{60,}`)

// retryAfter reads the field of RFC 9110 section 10.2.3 in either form.
func retryAfter(field string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(field); err == nil {
		return time.Duration(max(0, min(seconds, int(maxLongPause/time.Second)))) * time.Second
	}
	if at, err := http.ParseTime(field); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
