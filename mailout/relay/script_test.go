package relay_test

import (
	"bufio"
	"io"
	"net"
	"strings"
)

// serveScript speaks the server's side of one connection: the answer to "" is the greeting; to a
// command without an answer it says 250; an empty answer closes.
func serveScript(conn net.Conn, answers map[string]string, heard chan<- string) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	greeting, ok := answers[""]
	if !ok {
		greeting = "220 scripted"
	}
	if _, err := io.WriteString(conn, greeting+"\r\n"); err != nil {
		return
	}
	text := false // the lines up to a dot are a mail's
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		if text && line != "." {
			continue
		}
		heard <- line
		answer, ok := answers[line]
		if !ok {
			verb, _, _ := strings.Cut(line, " ")
			if answer, ok = answers[verb]; !ok {
				answer = "250 fine"
			}
		}
		if answer == "" {
			return
		}
		if _, err := io.WriteString(conn, answer+"\r\n"); err != nil {
			return
		}
		text = strings.HasPrefix(answer, "354")
	}
}
