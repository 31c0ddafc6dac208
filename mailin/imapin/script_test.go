package imapin

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"helpgate/internal/testkit"
)

// script is an IMAP server of three mails, which answers as a test wants it to.
type script struct {
	caps string
	// on may answer a command in place of the server: it gives true when it did.
	on func(c *talk, command string) bool

	mu      sync.Mutex
	heard   []string
	deleted map[int]bool
	gone    map[int]bool
	conns   int
	open    int
}

// talk is one connection to it.
type talk struct {
	*script
	net.Conn
	n   int // of the connection, from 1
	tag string
}

var subjects = []string{"one", "two", "three"}

// serve listens until the test ends.
func (s *script) serve(t *testing.T) Server {
	t.Helper()
	s.deleted, s.gone = map[int]bool{}, map[int]bool{}
	address := testkit.Listen(t, s.talk)
	return Server{Address: address, TLS: TLSNone, Username: "u", Password: "p"}
}

func (s *script) talk(conn net.Conn) {
	defer conn.Close()
	s.mu.Lock()
	s.conns++
	s.open++
	defer func() { s.mu.Lock(); s.open--; s.mu.Unlock() }()
	c := &talk{script: s, Conn: conn, n: s.conns}
	s.mu.Unlock()
	if s.on == nil || !s.on(c, "greeting") {
		c.say("* OK here")
	}
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		var command string
		c.tag, command, _ = strings.Cut(strings.TrimSpace(lines.Text()), " ")
		s.mu.Lock()
		s.heard = append(s.heard, command)
		s.mu.Unlock()
		if s.on == nil || !s.on(c, command) {
			c.answer(command)
		}
	}
}

func (c *talk) say(format string, args ...any) { fmt.Fprintf(c, format+"\r\n", args...) }
func (c *talk) ok()                            { c.say("%s OK done", c.tag) }

// silent says nothing more until the peer has gone.
func (c *talk) silent() bool {
	_, _ = io.Copy(io.Discard, c)
	return true
}

func (c *talk) answer(command string) {
	word := strings.Fields(command)
	switch verb := word[0]; {
	case verb == "CAPABILITY":
		c.say("* CAPABILITY IMAP4rev1 %s", c.caps)
	case verb == "SELECT", verb == "EXAMINE":
		c.say("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x")
	case strings.Contains(command, "RETURN"), verb == "EXPUNGE":
		c.say("%s BAD what?", c.tag)
		return
	case verb == "SEARCH" || verb == "UID" && word[1] == "SEARCH":
		text := "* SEARCH"
		for _, uid := range c.among(command) {
			text += fmt.Sprint(" ", uid)
		}
		c.say("%s", text)
	case verb == "FETCH":
		c.fetch(word[1], command)
	case verb == "UID" && word[1] == "FETCH":
		c.fetch(word[2], command)
	case verb == "UID" && word[1] == "STORE" && strings.Contains(command, "Deleted"):
		c.each(word[2], func(uid int) { c.deleted[uid] = true })
	case verb == "UID" && (word[1] == "EXPUNGE" || word[1] == "MOVE"):
		c.each(word[2], func(uid int) { c.gone[uid] = true })
	}
	c.ok()
}

// among gives the mails that a search names.
func (c *talk) among(command string) []int {
	word := strings.Fields(strings.NewReplacer("(", "", ")", "").Replace(command))
	var found []int
	c.each(word[slices.Index(word[1:], "UID")+2], func(uid int) {
		if !c.gone[uid] && !(c.deleted[uid] && strings.Contains(command, "UNDELETED")) {
			found = append(found, uid)
		}
	})
	return found
}

// each calls f for each mail of a set, "2", "1:3" or "4:*".
func (c *talk) each(set string, f func(uid int)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, span := range strings.Split(set, ",") {
		first, last, _ := strings.Cut(span, ":")
		from, _ := strconv.Atoi(first)
		to, err := strconv.Atoi(last)
		if last == "" {
			to = from
		} else if err != nil {
			from, to = min(from, 3), 3
		}
		for uid := from; uid <= min(to, 3); uid++ {
			f(uid)
		}
	}
}

func (c *talk) fetch(set, command string) {
	var uids []int
	c.each(set, func(uid int) { uids = append(uids, uid) })
	for _, uid := range uids {
		c.mail(uid, command)
	}
}

// mail answers for one mail as a good server does.
func (c *talk) mail(uid int, command string) {
	raw := letter(subjects[uid-1])
	switch {
	case strings.Contains(command, "BODY.PEEK[]"):
		c.say("* %d FETCH (UID %[1]d RFC822.SIZE %d BODY[] {%[2]d}\r\n%s)", uid, len(raw), raw)
	case strings.Contains(command, "HEADER.FIELDS"):
		head := "Subject: " + subjects[uid-1] + "\r\n\r\n"
		_, list, _ := strings.Cut(command, "BODY.PEEK[")
		c.say("* %d FETCH (UID %[1]d BODY[%s {%d}\r\n%s)", uid, strings.TrimSuffix(list, ")"),
			len(head), head)
	default:
		c.say("* %d FETCH (UID %[1]d RFC822.SIZE %d)", uid, len(raw))
	}
}

// talking is how many connections are open.
func (s *script) talking() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

func (s *script) commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.heard)
}

// hears tells whether a command with the word came.
func (s *script) hears(word string) bool {
	return slices.ContainsFunc(s.commands(), func(c string) bool { return strings.Contains(c, word) })
}

// encrypted gives the server behind TLS: from the first byte, or behind STARTTLS.
func (s *script) encrypted(t *testing.T, how string, config *tls.Config) Server {
	t.Helper()
	at := s.serve(t)
	inner := at.Address
	at.Address = testkit.Listen(t, func(conn net.Conn) { s.cover(conn, inner, how, config) })
	at.TLS = how
	return at
}

func (s *script) cover(conn net.Conn, to, how string, config *tls.Config) {
	defer conn.Close()
	inner, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer inner.Close()
	if how == TLSStart {
		_, _ = io.WriteString(conn, "* OK here\r\n")
		_, _ = bufio.NewReader(conn).ReadString('\n')
		_, _ = io.WriteString(conn, "S1 OK begin\r\n")
		_, _ = io.ReadFull(inner, make([]byte, len("* OK here\r\n")))
	}
	outer := tls.Server(conn, config)
	go func() { _, _ = io.Copy(inner, outer); _ = inner.Close() }()
	_, _ = io.Copy(outer, inner)
}
