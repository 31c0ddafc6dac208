package doctor

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"time"
)

// Peer is a mail server of somebody else, looked at without a log-in.
type Peer struct {
	Protocol string         // "imap" or "smtp"
	Address  string         // host:port
	TLS      string         // "none", "starttls" or "tls"
	HELO     string         // how we greet
	Roots    *x509.CertPool // nil: the system's
}

// maxGreeting bounds what is read of a peer, in bytes a line, and maxLines in lines.
const (
	maxGreeting = 4 << 10
	maxLines    = 100
)

// Soon is how long before its end a certificate is warned of: longer than the 30 days at which
// programs that renew them begin leave open, shorter than what any owner calls news.
const soon = 14 * 24 * time.Hour

// Look connects, encrypts, and gives what there is to say about certificate and clock.
func (p Peer) Look(ctx context.Context, now func() time.Time) []Finding {
	greeting, chain, err := p.meet(ctx)
	cert := Finding{Area: "certificates", Asked: "is its certificate good, and for how long?"}
	clock := Finding{Area: "clock", Asked: "does its clock agree with ours?"}
	if err != nil {
		reason := skipped("%s does not answer: %v", p.Address, err)
		return []Finding{with(cert, reason), with(clock, reason)}
	}
	seen := skipped("%s is not encrypted", p.Address)
	if p.TLS != "none" {
		host, _, _ := net.SplitHostPort(p.Address)
		seen = Chain(chain, host, p.Roots, now(), "tell the owner of "+host+" to renew it")
	}
	return []Finding{with(cert, seen), with(clock, skew(greeting, now()))}
}

// with is the question with its answer.
func with(question, answer Finding) Finding {
	question.State, question.Seen, question.Mend = answer.State, answer.Seen, answer.Mend
	return question
}

// meet gives the first line that the peer says, and its certificates, which nobody has judged yet.
func (p Peer) meet(ctx context.Context) (greeting string, chain []*x509.Certificate, _ error) {
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", p.Address)
	if err != nil {
		return "", nil, err
	}
	defer raw.Close()
	defer context.AfterFunc(ctx, func() { raw.Close() })()
	encrypt := func() (*tls.Conn, error) {
		host, _, _ := net.SplitHostPort(p.Address)
		// Judged by Chain, which tells more than a failed handshake does; nothing secret is said.
		secure := tls.Client(raw, &tls.Config{
			ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS12,
		})
		err := secure.HandshakeContext(ctx)
		chain = secure.ConnectionState().PeerCertificates
		return secure, err
	}
	var conn net.Conn = raw
	if p.TLS == "tls" {
		if conn, err = encrypt(); err != nil {
			return "", nil, fmt.Errorf("encrypt: %w", err)
		}
	}
	lines := bufio.NewReaderSize(conn, maxGreeting)
	if greeting, err = line(lines); err != nil {
		return "", nil, fmt.Errorf("read greeting: %w", err)
	}
	if p.TLS != "starttls" {
		return greeting, chain, nil
	}
	if err := p.askForTLS(conn, lines, greeting); err != nil {
		return "", nil, err
	}
	if _, err := encrypt(); err != nil {
		return "", nil, fmt.Errorf("encrypt: %w", err)
	}
	return greeting, chain, nil
}

// askForTLS says what comes before the handshake (RFC 9051 section 6.2.1, RFC 3207).
func (p Peer) askForTLS(conn io.Writer, lines *bufio.Reader, greeting string) error {
	if p.Protocol == "imap" {
		return say(conn, lines, "d1 STARTTLS", func(l string) bool { return strings.HasPrefix(l, "d1 ") },
			"d1 OK")
	}
	last := func(l string) bool { return len(l) < 4 || l[3] != '-' }
	for l := greeting; !last(l); {
		var err error
		if l, err = line(lines); err != nil {
			return fmt.Errorf("read greeting: %w", err)
		}
	}
	if err := say(conn, lines, "EHLO "+p.HELO, last, "250"); err != nil {
		return err
	}
	return say(conn, lines, "STARTTLS", last, "220")
}

// say says a command and reads up to the line that ends the answer, which must begin so.
func say(
	conn io.Writer, lines *bufio.Reader, command string, last func(string) bool, want string,
) error {
	if _, err := io.WriteString(conn, command+"\r\n"); err != nil {
		return fmt.Errorf("say %s: %w", command, err)
	}
	for range maxLines {
		l, err := line(lines)
		if err != nil {
			return fmt.Errorf("say %s: %w", command, err)
		}
		if !last(l) {
			continue
		}
		if !strings.HasPrefix(strings.ToUpper(l), strings.ToUpper(want)) {
			return fmt.Errorf("say %s: the answer is %q", command, l)
		}
		return nil
	}
	return fmt.Errorf("say %s: the answer does not end", command)
}

func line(r *bufio.Reader) (string, error) {
	l, err := r.ReadSlice('\n')
	return strings.TrimRight(string(l), "\r\n"), err
}

// Chain judges certificates as they were shown, the server's own first.
func Chain(
	chain []*x509.Certificate, host string, roots *x509.CertPool, now time.Time, renew string,
) Finding {
	if len(chain) == 0 {
		return bad(Fail, renew, "it shows no certificate")
	}
	own, between := chain[0], x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	until := own.NotAfter.UTC().Format(time.DateOnly)
	_, err := own.Verify(x509.VerifyOptions{
		DNSName: host, Roots: roots, Intermediates: between, CurrentTime: now,
	})
	var name x509.HostnameError
	switch left := own.NotAfter.Sub(now); {
	case left <= 0:
		return bad(Fail, renew, "it ended on %s", until)
	case errors.As(err, &name):
		return bad(Fail, "use a name that the certificate has, or get one for "+host,
			"it is for %s, not for %s", strings.Join(own.DNSNames, ", "), host)
	case err != nil:
		return bad(Fail, "put the certificates of its authority behind it into the file, or its root "+
			"into this system's list", "it is not trusted: %v", err)
	case left < soon:
		return bad(Warn, renew, "it ends on %s", until)
	}
	return good("good until %s", until)
}

// OwnCertificate judges the one that we show, from its files.
func OwnCertificate(
	certFile, keyFile, host string, roots *x509.CertPool, now time.Time,
) Finding {
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return bad(Fail, "let tls_cert and tls_key name a certificate and its key, in PEM", "%v", err)
	}
	var chain []*x509.Certificate
	for _, der := range pair.Certificate {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return bad(Fail, "get the certificate anew", "%s: %v", certFile, err)
		}
		chain = append(chain, c)
	}
	f := Chain(chain, host, roots, now, "renew "+certFile+": helpgate sees it by itself")
	if f.State == Fail && chain[0].NotAfter.After(now) {
		f.State = Warn // other servers deliver all the same; agents' programs complain
	}
	return f
}

// dates are how servers put the time into their greeting (RFC 5322 section 3.3).
var dates = regexp.MustCompile(`(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} ` +
	`\d{2}:\d{2}:\d{2} [+-]\d{4}`)

// maxSkew is how far two clocks may differ: tokens of OAuth2 and signatures bear it, and leases of
// several nodes.
const maxSkew = 30 * time.Second

// skew compares clocks by a greeting, if it tells the time.
func skew(greeting string, now time.Time) Finding {
	theirs, err := mail.ParseDate(dates.FindString(greeting))
	if err != nil {
		return skipped("its greeting does not tell the time")
	}
	apart := now.Sub(theirs).Round(time.Second)
	if apart.Abs() > maxSkew {
		return bad(Warn, "let this host keep its clock by NTP: `timedatectl set-ntp true`",
			"our clock differs from its by %s", apart)
	}
	return good("they differ by %s", apart.Abs())
}
