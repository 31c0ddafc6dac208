package relay

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"

	"helpgate/internal/clock"
)

// startTLS speaks up to STARTTLS (RFC 3207) by itself, then lets go-smtp begin anew on what it
// gives. go-smtp's own way introduces us as "localhost", which some relays refuse, and tells of a
// bad certificate only as the failure of a later command.
func (l *link) startTLS(ctx context.Context, conn net.Conn) (net.Conn, bool, error) {
	if err := conn.SetDeadline(clock.System{}.Now().Add(l.timeout)); err != nil {
		return nil, false, err
	}
	r := bufio.NewReader(conn)
	text := textproto.NewReader(r)
	if _, _, err := text.ReadResponse(220); err != nil {
		return nil, false, fmt.Errorf("read the greeting: %w", err)
	}
	extensions, err := ask(conn, text, 250, "EHLO "+l.helo)
	if err != nil && !isReply(err) {
		return nil, false, err
	}
	if !offersTLS(extensions) {
		if l.tls == tlsIfOffered {
			return greeted(conn), false, nil
		}
		return nil, false, fmt.Errorf("%w: the server does not offer STARTTLS", errTLS)
	}
	if _, err := ask(conn, text, 220, "STARTTLS"); err != nil {
		return nil, false, fmt.Errorf("%w: %w", errTLS, err)
	}
	if r.Buffered() > 0 {
		return nil, false, errors.New("the server sent more than its answer to STARTTLS")
	}
	secure, err := l.encrypt(ctx, conn)
	if err != nil {
		return nil, false, err
	}
	return greeted(secure), true, nil
}

// ask sends one command and gives the text of its reply.
func ask(conn io.Writer, text *textproto.Reader, want int, command string) (string, error) {
	verb, _, _ := strings.Cut(command, " ")
	if _, err := io.WriteString(conn, command+"\r\n"); err != nil {
		return "", fmt.Errorf("say %s: %w", verb, err)
	}
	_, reply, err := text.ReadResponse(want)
	if err != nil {
		return "", fmt.Errorf("say %s: %w", verb, err)
	}
	return reply, nil
}

// isReply tells that the server answered, though not as wished: old ones know only HELO, which
// go-smtp then tries.
func isReply(err error) bool {
	code, _, _ := replyOf(err)
	return code != 0
}

func offersTLS(extensions string) bool {
	for line := range strings.Lines(extensions) {
		if strings.EqualFold(strings.TrimSpace(line), "STARTTLS") {
			return true
		}
	}
	return false
}
