package e2e

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// peer is one connection of a dialogue, whatever its owner means by it.
type peer struct {
	net.Conn
	in      *bufio.Reader
	said    bytes.Buffer // and not sent yet: what is said without listening goes in one packet
	reply   string       // the last one, its lines joined by LF
	greeted bool         // reach read the greeting
	hello   bool         // reach said EHLO
	lmtp    bool
}

// peerVerbs are the steps of a connection; the first one opens it.
var peerVerbs = map[string]func(c *peer, arg string) error{
	">":          (*peer).say,
	">>":         (*peer).sayExactly,
	"bdat":       (*peer).chunk,
	"drip":       (*peer).drip,
	"<":          (*peer).expect,
	"lacks":      (*peer).lacks,
	"reach":      (*peer).reach,
	"starttls":   (*peer).startTLS,
	"half-close": (*peer).halfClose,
	"close":      (*peer).hangUp,
	"ends":       (*peer).ends,
	"connect":    func(*peer, string) error { return nil }, // play.peer did it
}

// say sends a line.
func (c *peer) say(line string) error {
	c.said.WriteString(line + "\r\n")
	return c.sendBig()
}

// sayExactly sends the bytes of a string as Go writes it.
func (c *peer) sayExactly(quoted string) error {
	text, err := strconv.Unquote(quoted)
	if err != nil {
		return fmt.Errorf("not a quoted string: %w", err)
	}
	c.said.WriteString(text)
	return c.sendBig()
}

// chunk sends BDAT and its bytes, which are a quoted string, behind LAST when it is the last one.
func (c *peer) chunk(arg string) error {
	quoted, last := strings.CutPrefix(arg, "LAST ")
	text, err := strconv.Unquote(quoted)
	if err != nil {
		return fmt.Errorf("not a quoted string: %w", err)
	}
	end := "\r\n"
	if last {
		end = " LAST\r\n"
	}
	fmt.Fprint(&c.said, "BDAT ", len(text), end, text)
	return c.sendBig()
}

// sendBig sends before a flood fills our own memory.
func (c *peer) sendBig() error {
	if c.said.Len() < 1<<16 {
		return nil
	}
	return c.send()
}

// send sends what was said. A gateway may hang up on who says too much: what it said last tells.
func (c *peer) send() error {
	_, err := c.said.WriteTo(c.Conn)
	c.said.Reset()
	if timeout(err) {
		return fmt.Errorf("the gateway does not read: %w", err)
	}
	return nil
}

// drip sends bytes at a slow pace: "300ms" and a quoted string.
func (c *peer) drip(arg string) error {
	pace, quoted, _ := strings.Cut(arg, " ")
	each, err := time.ParseDuration(pace)
	if err != nil {
		return err
	}
	if err := c.sayExactly(quoted); err != nil {
		return err
	}
	<-time.After(each)
	return c.send()
}

// expect reads one reply; the pattern is its beginning, where * stands for any text. Whatever we
// are told is printable, and no longer than RFC 5321 section 4.5.3.1.5 allows.
func (c *peer) expect(pattern string) error {
	var lines []string
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return fmt.Errorf("after %q and %q: %w", lines, line, err)
		}
		text, crlf := strings.CutSuffix(line, "\r\n")
		if !replyLine.MatchString(text) || !crlf || len(line) > 512 {
			return fmt.Errorf("not a line of a reply: %q", line)
		}
		lines = append(lines, text)
		if text[3] == ' ' {
			break
		}
	}
	c.reply = strings.Join(lines, "\n")
	expr := "(?s)^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")
	if !regexp.MustCompile(expr).MatchString(c.reply) {
		return fmt.Errorf("the reply is %q", c.reply)
	}
	return nil
}

var replyLine = regexp.MustCompile(`^[2-5]\d\d[ -][ -~]*$`)

// lacks asks that the last reply does not hold a text.
func (c *peer) lacks(text string) error {
	if strings.Contains(c.reply, text) {
		return fmt.Errorf("the reply is %q", c.reply)
	}
	return nil
}

// reach goes, as any client would, to behind EHLO, RCPT or DATA.
func (c *peer) reach(stage string) error {
	hello := "EHLO"
	if c.lmtp {
		hello = "LHLO"
	}
	ways := []struct {
		stage, say, hear string
		done             bool
	}{
		{"greeting", "", "220 ", c.greeted},
		{"EHLO", hello + " client.example", "250", c.hello},
		{"MAIL", "MAIL FROM:<" + mallory + ">", "250", false},
		{"RCPT", "RCPT TO:<" + support + ">", "250", false},
		{"DATA", "DATA", "354 ", false},
	}
	for _, way := range ways {
		if !way.done {
			if err := c.ask(way.say, way.hear); err != nil {
				return err
			}
		}
		c.greeted = true
		c.hello = c.hello || way.stage == "EHLO"
		if way.stage == stage {
			return nil
		}
	}
	return errors.New("no such stage")
}

func (c *peer) ask(say, hear string) error {
	if say != "" {
		c.said.WriteString(say + "\r\n")
		if err := c.send(); err != nil {
			return err
		}
	}
	return c.expect(hear)
}

// startTLS shakes hands; what is said next is in TLS, and the greeting is behind us.
func (c *peer) startTLS(string) error {
	s := tls.Client(c.Conn, &tls.Config{InsecureSkipVerify: true})
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.HandshakeContext(ctx); err != nil {
		return err
	}
	c.Conn, c.in, c.greeted, c.hello = s, bufio.NewReader(s), true, false
	return nil
}

func (c *peer) halfClose(string) error {
	return c.Conn.(interface{ CloseWrite() error }).CloseWrite()
}

func (c *peer) hangUp(string) error { return c.Close() }

// ends asks that the connection is closed with nothing said any more, or "without" a reply that
// begins so.
func (c *peer) ends(arg string) error {
	rest, err := io.ReadAll(c.in)
	if timeout(err) {
		return fmt.Errorf("it is open, and said %q", rest)
	}
	without, some := strings.CutPrefix(arg, "without ")
	switch {
	case !some && len(rest) > 0, some && strings.Contains("\n"+string(rest), "\n"+without):
		return fmt.Errorf("it ended with %q", rest)
	case !some && arg != "":
		return errors.New(`say "ends" or "ends without CODE"`)
	}
	return nil
}

func timeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}
