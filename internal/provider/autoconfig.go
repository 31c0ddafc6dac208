package provider

import (
	"context"
	"encoding/xml"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// maxServers bounds how many servers of one answer are looked at.
const maxServers = 20

// maxUsername is the longest name of a log-in that is taken, in bytes.
const maxUsername = 320

// ownAutoconfig asks the domain itself.
func (s *search) ownAutoconfig(ctx context.Context) {
	query := "?emailaddress=" + url.QueryEscape(s.address)
	for _, address := range []string{
		"https://autoconfig." + s.domain + "/mail/config-v1.1.xml" + query,
		"https://" + s.domain + "/.well-known/autoconfig/mail/config-v1.1.xml" + query,
	} {
		s.askAutoconfig(ctx, address)
	}
}

// database asks Thunderbird's, which is not told the address: by its domain, then by that of the
// host which receives for it.
func (s *search) database(ctx context.Context) {
	domains := []string{s.domain}
	if len(s.mx) > 0 {
		domains = append(domains, organisation(s.mx[0]))
	}
	for _, domain := range domains {
		s.askAutoconfig(ctx, ispdb+url.PathEscape(domain))
	}
}

func (s *search) askAutoconfig(ctx context.Context, address string) {
	if len(s.found.IMAP) > 0 && len(s.found.Relay) > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	data, err := s.fetch(ctx, address)
	if err != nil {
		return
	}
	c, err := parseAutoconfig(data)
	if err != nil {
		return
	}
	at, err := url.Parse(address)
	if err != nil {
		return
	}
	s.add(s.servers(c.Incoming, "imap", at.Host), s.servers(c.Outgoing, "smtp", at.Host))
}

// clientConfig is the form of autoconfig, version 1.1.
type clientConfig struct {
	Incoming []clientServer `xml:"emailProvider>incomingServer"`
	Outgoing []clientServer `xml:"emailProvider>outgoingServer"`
}

type clientServer struct {
	Type     string `xml:"type,attr"`
	Host     string `xml:"hostname"`
	Port     string `xml:"port"`
	Socket   string `xml:"socketType"`
	Username string `xml:"username"`
}

// parseAutoconfig reads an answer, of which maxAnswer bytes were taken at most.
func parseAutoconfig(data []byte) (clientConfig, error) {
	var c struct {
		XMLName xml.Name `xml:"clientConfig"`
		clientConfig
	}
	if err := xml.Unmarshal(data, &c); err != nil {
		return clientConfig{}, fmt.Errorf("read autoconfig: %w", err)
	}
	return c.clientConfig, nil
}

// servers gives those of a kind that can be used, with TLS from the first byte first.
func (s *search) servers(all []clientServer, kind, source string) []Server {
	var implicit, start []Server
	for _, c := range all[:min(len(all), maxServers)] {
		server, ok := s.server(c, kind)
		server.Source = "autoconfig of " + source
		switch {
		case !ok:
		case server.TLS == TLSImplicit:
			implicit = append(implicit, server)
		default:
			start = append(start, server)
		}
	}
	return append(implicit, start...)
}

func (s *search) server(c clientServer, kind string) (Server, bool) {
	host := cleanHost(s.fill(c.Host))
	port, err := strconv.ParseUint(strings.TrimSpace(c.Port), 10, 16)
	if !strings.EqualFold(c.Type, kind) || host == "" || err != nil || port == 0 {
		return Server{}, false
	}
	server := Server{
		Address:  net.JoinHostPort(host, strconv.FormatUint(port, 10)),
		Username: s.fill(c.Username),
	}
	switch strings.ToUpper(strings.TrimSpace(c.Socket)) {
	case "SSL":
		server.TLS = TLSImplicit
	case "STARTTLS":
		server.TLS = TLSStart
	default: // a password never goes in the clear
		return Server{}, false
	}
	if server.Username == "" {
		server.Username = s.address
	}
	return server, len(server.Username) <= maxUsername && printable(server.Username)
}

// fill puts the address into the places that the form has for it.
func (s *search) fill(text string) string {
	return strings.NewReplacer("%EMAILADDRESS%", s.address, "%EMAILLOCALPART%", s.local,
		"%EMAILDOMAIN%", s.domain).Replace(strings.TrimSpace(text))
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsPrint(r) || r == ' ' || r == '%' // a place that is not known here
	})
}
