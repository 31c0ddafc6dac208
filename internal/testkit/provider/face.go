package provider

import (
	"bufio"
	"io"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// face is an IMAP connection on which go-imap's server looks like the provider's: other words in
// the greeting, other capabilities, other sizes, and no commands but those that the provider
// knows.
type face struct {
	net.Conn
	profile  *Profile
	loggedIn atomic.Bool

	in      *bufio.Reader
	pending []byte // read, and not yet given to the server
	rest    int    // of a client's literal

	greeted bool
	line    []byte // of the server's, not yet whole
	literal int    // of the server's, still to come
}

func newFace(conn net.Conn, p *Profile) *face {
	return &face{Conn: conn, profile: p, in: bufio.NewReader(conn)}
}

// can tells whether the provider has a capability, behind the log-in.
func (f *face) can(name string) bool {
	return slices.Contains(strings.Fields(f.profile.After), name)
}

// commands are those that need a capability.
var commands = map[string]string{
	"ID": "ID", "IDLE": "IDLE", "MOVE": "MOVE", "UID MOVE": "MOVE", "UID EXPUNGE": "UIDPLUS",
	"NAMESPACE": "NAMESPACE", "ENABLE": "ENABLE", "UNSELECT": "UNSELECT",
}

// Read implements net.Conn: what the client says, but for commands that the provider does not know.
func (f *face) Read(b []byte) (int, error) {
	if len(f.pending) == 0 && f.rest == 0 {
		line, err := f.in.ReadString('\n')
		if err != nil {
			return 0, err
		}
		f.rest = literalAt(line)
		f.pending = []byte(f.known(line))
	}
	if len(f.pending) > 0 {
		n := copy(b, f.pending)
		f.pending = f.pending[n:]
		return n, nil
	}
	n, err := f.in.Read(b[:min(len(b), f.rest)])
	f.rest -= n
	return n, err
}

// known gives a line as the server below is to hear it. ID (RFC 2971) it does not know itself.
func (f *face) known(line string) string {
	words := strings.Fields(line)
	if len(words) < 2 {
		return line
	}
	command := strings.ToUpper(words[1])
	if command == "UID" && len(words) > 2 {
		command += " " + strings.ToUpper(words[2])
	}
	if need, ok := commands[command]; ok && !f.can(need) {
		return words[0] + " XUNKNOWN\r\n"
	}
	if command == "ID" {
		_, _ = io.WriteString(f.Conn, "* ID (\"name\" \"provider\")\r\n")
		return words[0] + " NOOP\r\n"
	}
	return line
}

// Write implements net.Conn: what the server says, as the provider says it.
func (f *face) Write(b []byte) (int, error) {
	var out []byte
	for rest := b; len(rest) > 0; {
		if f.literal > 0 {
			n := min(f.literal, len(rest))
			out, rest, f.literal = append(out, rest[:n]...), rest[n:], f.literal-n
			continue
		}
		end := slices.Index(rest, '\n') + 1
		if end == 0 {
			f.line = append(f.line, rest...)
			break
		}
		line := string(append(f.line, rest[:end]...))
		f.line, rest = nil, rest[end:]
		f.literal = literalAt(line)
		out = append(out, f.said(line)...)
	}
	if _, err := f.Conn.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

var (
	sizeSaid  = regexp.MustCompile(`RFC822\.SIZE (\d+)`)
	codedCaps = regexp.MustCompile(`^(\S+ OK )\[CAPABILITY [^]]*\] ?`)
	countEnds = regexp.MustCompile(`\{(\d+)\+?\}\r\n$`)
)

// said gives a line of the server's in the provider's words.
func (f *face) said(line string) string {
	if !f.greeted {
		f.greeted = true
		return "* OK " + f.profile.Greeting + "\r\n"
	}
	if strings.HasPrefix(line, "* CAPABILITY ") {
		caps := f.profile.Before
		if f.loggedIn.Load() {
			caps = f.profile.After
		}
		return "* CAPABILITY " + caps + "\r\n"
	}
	line = codedCaps.ReplaceAllString(line, "$1")
	return sizeSaid.ReplaceAllStringFunc(line, func(said string) string {
		n, _ := strconv.Atoi(strings.TrimPrefix(said, "RFC822.SIZE "))
		return "RFC822.SIZE " + strconv.Itoa(n+f.profile.Stored)
	})
}

// literalAt gives the length of the literal that a line announces.
func literalAt(line string) int {
	m := countEnds.FindStringSubmatch(line)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}
