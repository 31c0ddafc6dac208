package smtpd

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// The PROXY protocol, by which a load balancer tells whose connection it passes on
// (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt). The header is read from the socket
// to its last byte and not beyond: what follows may be TLS.
const (
	proxySignature = "\r\n\r\n\x00\r\nQUIT\n" // of version 2
	maxProxyLine   = 107                      // of version 1, its CRLF included (section 2.1)
	// maxProxyTail bounds what follows version 2's first 16 bytes: addresses, and extensions that
	// are not read, of which a peer's certificate name is the longest in use.
	maxProxyTail = 2 << 10
)

var errProxyHeader = errors.New("bad PROXY header")

// readProxyHeader reads one header, of either version, and gives the address of the peer, or the
// zero Addr when the proxy speaks for itself, as to see whether we are well.
func readProxyHeader(r io.Reader) (netip.Addr, error) {
	start := make([]byte, len(proxySignature), maxProxyLine)
	if _, err := io.ReadFull(r, start); err != nil {
		return netip.Addr{}, fmt.Errorf("read PROXY header: %w", err)
	}
	switch {
	case string(start) == proxySignature:
		return readProxyBinary(r)
	case bytes.HasPrefix(start, []byte("PROXY ")):
		return readProxyLine(r, start)
	default:
		return netip.Addr{}, errProxyHeader
	}
}

// readProxyLine reads version 1: "PROXY TCP4 192.0.2.1 192.0.2.9 4711 25". It takes byte by byte,
// for nobody tells how long the line is.
func readProxyLine(r io.Reader, line []byte) (netip.Addr, error) {
	for line[len(line)-1] != '\n' {
		if len(line) == maxProxyLine {
			return netip.Addr{}, errProxyHeader
		}
		n := len(line)
		line = line[:n+1]
		if _, err := io.ReadFull(r, line[n:]); err != nil {
			return netip.Addr{}, fmt.Errorf("read PROXY header: %w", err)
		}
	}
	text, found := strings.CutSuffix(string(line), "\r\n")
	words := strings.Split(text, " ")
	switch {
	case !found:
		return netip.Addr{}, errProxyHeader
	case words[1] == "UNKNOWN": // what follows it means nothing
		return netip.Addr{}, nil
	case len(words) != 6 || words[1] != "TCP4" && words[1] != "TCP6":
		return netip.Addr{}, errProxyHeader
	}
	peer, err := netip.ParseAddr(words[2])
	ours, err2 := netip.ParseAddr(words[3])
	_, err3 := strconv.ParseUint(words[4], 10, 16)
	_, err4 := strconv.ParseUint(words[5], 10, 16)
	if errors.Join(err, err2, err3, err4) != nil || peer.Zone()+ours.Zone() != "" ||
		peer.Is4() != (words[1] == "TCP4") || ours.Is4() != peer.Is4() {
		return netip.Addr{}, errProxyHeader
	}
	return peer.Unmap(), nil
}

// Of version 2, section 2.2: command and version in one byte, then family and transport.
const (
	proxyLocal  = 0x20
	proxyRemote = 0x21
	proxyTCP4   = 0x11
	proxyTCP6   = 0x21
)

// readProxyBinary reads version 2 behind its signature.
func readProxyBinary(r io.Reader) (netip.Addr, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return netip.Addr{}, fmt.Errorf("read PROXY header: %w", err)
	}
	tail := make([]byte, binary.BigEndian.Uint16(head[2:]))
	if len(tail) > maxProxyTail || head[0] != proxyLocal && head[0] != proxyRemote {
		return netip.Addr{}, errProxyHeader
	}
	if _, err := io.ReadFull(r, tail); err != nil {
		return netip.Addr{}, fmt.Errorf("read PROXY header: %w", err)
	}
	switch {
	case head[0] == proxyLocal:
		return netip.Addr{}, nil
	case head[1] == proxyTCP4 && len(tail) >= 2*4+2*2:
		return netip.AddrFrom4([4]byte(tail)), nil
	case head[1] == proxyTCP6 && len(tail) >= 2*16+2*2:
		return netip.AddrFrom16([16]byte(tail)).Unmap(), nil
	default: // a peer without an IP address, or with UDP
		return netip.Addr{}, errProxyHeader
	}
}
