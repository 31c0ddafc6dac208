package config

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// maxToken is the longest token of a reply address, in octets; with "local+" before it, the whole
// must fit into a local part.
const maxToken = 42

// derive fills what a key takes from another one.
func (l *loader) derive() {
	c := l.config
	if c.Site.Hostname == "" {
		c.Site.Hostname = machineName()
	}
	for i := range c.Mailboxes {
		m := &c.Mailboxes[i]
		if m.Name == "" {
			m.Name = c.Site.Name
		}
		if m.Locale == "" {
			m.Locale = c.Site.Locale
		}
		if m.Timezone == nil {
			m.Timezone = c.Site.Timezone
		}
		if m.Relay == nil {
			m.Relay = c.Relay
		}
		if m.DKIM == nil {
			m.DKIM = c.DKIM
		}
		switch {
		case m.ReturnPath != "":
		case m.Tokens == "headers": // its provider takes no plus-address, so no bounce to one
			m.ReturnPath = "mailbox"
		case m.Relay != nil:
			m.ReturnPath = m.Relay.ReturnPath
		default:
			m.ReturnPath = "own"
		}
	}
}

func machineName() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	if name, err = readDomain(name); err != nil {
		return "localhost"
	}
	return name
}

// check finds what is wrong between keys that are right each for itself. A field that could not be
// filled is zero here and complained of already.
func (l *loader) check() {
	c := l.config
	if (c.SMTP.TLSCert == "") != (c.SMTP.TLSKey == "") {
		l.fault(l.source, "smtp.tls_cert", "stands without its other half",
			"set tls_cert and tls_key both")
	}
	if c.Submission.Listen != "" && c.SMTP.TLSCert == "" {
		l.fault(l.source, "submission.listen", "needs a certificate, for passwords go over it",
			"set tls_cert and tls_key in [smtp]")
	}
	if host, _, err := net.SplitHostPort(c.LMTP.Listen); err == nil && everywhere(host) {
		l.warn("lmtp.listen", "can be reached from everywhere, and has no limits by address",
			"name the address that your mail server connects to, or a socket")
	}
	if c.Relay != nil {
		l.checkRelay("relay", c.Relay)
	}
	taken := map[string]string{}
	for i := range c.Mailboxes {
		m, shown := &c.Mailboxes[i], fmt.Sprintf("mailbox[%d]", i+1)
		l.checkTaken(taken, shown, m)
		l.checkTokens(shown, m)
		if m.Relay != nil && m.Relay != c.Relay {
			l.checkRelay(shown+".relay", m.Relay)
		}
		if m.IMAP != nil {
			l.checkLogin(shown+".imap", m.IMAP.Username, m.IMAP.Password, m.IMAP.OAuth2)
			l.checkClear(shown+".imap", m.IMAP.TLS, m.IMAP.Address)
			l.checkFolders(shown+".imap", m.IMAP)
		}
	}
}

// checkFolders refuses that mail which came in is read again and again, or read as what was sent.
func (l *loader) checkFolders(shown string, m *IMAP) {
	if m.Folder == nil && m.Address != "" {
		l.fault(l.source, shown+".folder", "names no folder", "name at least one")
	}
	to, _ := strings.CutPrefix(m.After, "move:")
	if slices.Contains(m.Folder, to) {
		l.fault(l.source, shown+".after", "moves mail into a folder that is read",
			"name another folder")
	}
	if m.Sent != "" && (m.Sent == to || slices.Contains(m.Folder, m.Sent)) {
		l.fault(l.source, shown+".sent", "is a folder of mail that comes in",
			"name the one that holds what was sent")
	}
}

// everywhere tells whether a listener on host is on all of the machine's addresses.
func everywhere(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "" || err == nil && ip.IsUnspecified()
}

// checkTaken refuses an address that stands twice: its mail could go to either mailbox.
func (l *loader) checkTaken(taken map[string]string, shown string, m *Mailbox) {
	claim := func(key, address string) {
		fold := foldAddress(address)
		if first, ok := taken[fold]; ok {
			l.fault(l.source, key, quote(address)+" is taken by "+first, "keep one of the two")
			return
		}
		taken[fold] = key
	}
	if m.Address != "" {
		claim(shown+".address", m.Address)
	}
	for _, alias := range m.Aliases {
		claim(shown+".aliases", alias)
	}
}

// foldAddress makes one text of all that reach the same mailbox: case and labels do not count.
func foldAddress(address string) string {
	at := strings.LastIndexByte(address, '@')
	host, err := readDomain(address[at+1:])
	if err != nil {
		host = address[at+1:]
	}
	return strings.ToLower(address[:at+1]) + host
}

func (l *loader) checkTokens(shown string, m *Mailbox) {
	local, _, _ := strings.Cut(m.Address, "@")
	if room := maxLocalPart - maxToken - len("+"); m.Tokens == "plus" && len(local) > room {
		l.fault(l.source, shown+".tokens",
			fmt.Sprintf(`"plus" has room for %d octets before the @ of %q`, room, m.Address),
			`shorten the address, or set tokens = "headers"`)
	}
	if m.Tokens == "subdomain" && m.ReplyDomain == "" {
		l.fault(l.source, shown+".tokens", `"subdomain" needs reply_domain`,
			"set reply_domain to a domain whose MX leads here")
	}
}

func (l *loader) checkRelay(shown string, r *Relay) {
	if r.Username == "" && r.Password == "" && r.OAuth2 == nil {
		return
	}
	l.checkLogin(shown, r.Username, r.Password, r.OAuth2)
	l.checkClear(shown, r.TLS, r.Address)
}

// checkLogin asks for a name and for one of the two proofs.
func (l *loader) checkLogin(shown, username string, password Secret, oauth2 *OAuth2) {
	switch {
	case username == "":
		l.fault(l.source, shown+".username", "is missing beside a password", "set it")
	case password == "" && oauth2 == nil:
		l.fault(l.source, shown+".password", "is missing", "set password, password_file or oauth2")
	case password != "" && oauth2 != nil:
		l.fault(l.source, shown+".password", "is set beside oauth2", "remove one of the two")
	case oauth2 != nil:
		l.checkOAuth2(shown+".oauth2", oauth2)
	}
}

// checkClear warns of a log-in that whoever is on the way can read.
func (l *loader) checkClear(shown, tls, server string) {
	host, _, _ := net.SplitHostPort(server)
	ip, err := netip.ParseAddr(host)
	if tls != "none" || host == "localhost" || err == nil && ip.IsLoopback() {
		return
	}
	l.warn(shown+".tls", "sends the password in clear text", `set tls = "starttls" or "tls"`)
}
