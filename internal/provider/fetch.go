package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
)

const (
	// maxAnswer bounds an answer of the web, in bytes; those of the database have some 3 KiB.
	maxAnswer = 256 << 10
	// maxRedirects is how often an answer may lead elsewhere.
	maxRedirects = 5
)

var (
	errTooLong    = errors.New("the answer is too long")
	errRedirect   = errors.New("too many redirects, or one that leaves https")
	errForbidden  = errors.New("leads to this machine or its link")
	errNotGiven   = errors.New("no such answer")
	errNotDecoded = errors.New("the answer is packed")
)

// fetch gets a page by https.
func (s *search) fetch(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", address, err)
	}
	// Unpacked, an answer may be a thousand times as long.
	request.Header.Set("Accept-Encoding", "identity")
	client := http.Client{Transport: s.HTTP, CheckRedirect: onlyHTTPS}
	response, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", address, err)
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("ask %s: %w", address, errNotGiven)
	case response.Header.Get("Content-Encoding") != "":
		return nil, fmt.Errorf("ask %s: %w", address, errNotDecoded)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", address, err)
	}
	if len(data) > maxAnswer {
		return nil, fmt.Errorf("ask %s: %w", address, errTooLong)
	}
	return data, nil
}

func onlyHTTPS(next *http.Request, before []*http.Request) error {
	if next.URL.Scheme != "https" || len(before) > maxRedirects {
		return errRedirect
	}
	return nil
}

// publicTransport reaches the web and private networks, where an organisation may well have its own
// autoconfig, but neither this machine nor its link: what answers there (the metadata of a cloud,
// an administrator's page) is no host's of a domain, and whoever holds the domain's DNS could have
// us ask it.
func publicTransport() http.RoundTripper {
	dialer := &net.Dialer{Timeout: stepTimeout, Control: elsewhere}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext,
		TLSHandshakeTimeout: stepTimeout, DisableKeepAlives: true, DisableCompression: true,
		MaxResponseHeaderBytes: maxAnswer,
	}
}

// elsewhere refuses addresses of this machine and its link.
func elsewhere(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := at.Addr().Unmap(); ip.IsLoopback() || ip.IsLinkLocalUnicast() ||
		ip.IsUnspecified() || ip.IsMulticast() {
		return errForbidden
	}
	return nil
}
