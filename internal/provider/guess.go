package provider

import (
	"context"
	"crypto/tls"
	"net"
)

// A try is a port at which a server may listen.
type try struct{ port, tls string }

// guess tries the names that hosts with cPanel, Plesk and their like give, and at last the hosts
// that receive for the domain. It begins no conversation: whoever answers there is asked at the
// log-in.
func (s *search) guess(ctx context.Context) {
	s.add(s.reach(ctx, []string{"imap.", "mail.", ""}, []try{{"993", TLSImplicit}, {"143", TLSStart}}),
		nil)
	s.add(nil,
		s.reach(ctx, []string{"smtp.", "mail.", ""}, []try{{"465", TLSImplicit}, {"587", TLSStart}}))
}

// reach gives the first that answers.
func (s *search) reach(ctx context.Context, prefixes []string, tries []try) []Server {
	var hosts []string
	for _, p := range prefixes {
		hosts = append(hosts, p+s.domain)
	}
	hosts = append(hosts, s.mx...)
	for _, t := range tries {
		for _, host := range hosts {
			if s.answers(ctx, host, t) {
				return []Server{{
					Address: net.JoinHostPort(host, t.port), TLS: t.tls, Username: s.address,
					Source: "the usual name " + host, Confirm: s.foreign(host),
				}}
			}
		}
	}
	return nil
}

// answers tells whether somebody listens, with a certificate for that name where TLS begins at
// once.
func (s *search) answers(ctx context.Context, host string, t try) bool {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	conn, err := s.Dial(ctx, "tcp", net.JoinHostPort(host, t.port))
	if err != nil {
		return false
	}
	defer conn.Close()
	if t.tls != TLSImplicit {
		return true
	}
	secure := tls.Client(conn, &tls.Config{
		ServerName: host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12,
	})
	return secure.HandshakeContext(ctx) == nil
}
