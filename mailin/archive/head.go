package archive

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"helpgate/internal/rfc"
)

// maxHead is how much of a header is read, in bytes: what is asked for stands in there.
const maxHead = 64 << 10

// Head is what whoever takes a mail in must know beforehand.
type Head struct {
	// At is when the mail came: the topmost Received, else Date, else what the archive tells.
	At time.Time
	// ID is its Message-ID; "" if it has none.
	ID string
	// Thread is the Message-ID with which the mail's conversation began, as far as it tells; "" if
	// it has none.
	Thread string
}

// Head reads the mail's header.
func (m Mail) Head() (Head, error) {
	r, err := m.Open()
	if err != nil {
		return Head{}, err
	}
	defer r.Close()
	text, err := header(r)
	if err != nil {
		return Head{}, fmt.Errorf("read header: %w", err)
	}
	h := readHead(text)
	if h.At.IsZero() {
		h.At = m.At
	}
	return h, nil
}

// header reads what has the header in it, which seldom is much.
func header(r io.Reader) ([]byte, error) {
	text := make([]byte, 0, 4<<10)
	for len(text) < maxHead {
		n, err := r.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		if err == io.EOF || bytes.Contains(text, []byte("\n\n")) ||
			bytes.Contains(text, []byte("\n\r\n")) {
			return text, nil
		}
		if err != nil {
			return nil, err
		}
		if len(text) == cap(text) {
			text = slices.Grow(text, len(text))
		}
	}
	return text, nil
}

func readHead(text []byte) Head {
	var h Head
	var date time.Time
	var answered, cited string
	for name, value := range fields(text) {
		switch name {
		case "received":
			if i := strings.LastIndexByte(value, ';'); h.At.IsZero() && i >= 0 {
				h.At, _ = rfc.ParseDate(value[i+1:])
			}
		case "date":
			date, _ = rfc.ParseDate(value)
		case "message-id":
			h.ID = firstID(value)
		case "in-reply-to":
			answered = firstID(value)
		case "references":
			cited = firstID(value)
		}
	}
	if h.At.IsZero() {
		h.At = date
	}
	for _, id := range []string{cited, answered, h.ID} {
		if h.Thread == "" {
			h.Thread = id
		}
	}
	return h
}

func firstID(value string) string {
	if ids := rfc.MessageIDs(value); len(ids) > 0 {
		return ids[0]
	}
	return ""
}

// fields gives a header's fields with names in lower case, up to the empty line.
func fields(text []byte) func(yield func(name, value string) bool) {
	return func(yield func(name, value string) bool) {
		for len(text) > 0 {
			end := 0
			for { // a line that begins with white space goes on with the field (RFC 5322 2.2.3)
				i := bytes.IndexByte(text[end:], '\n')
				if i < 0 {
					end = len(text)
					break
				}
				if end += i + 1; end == len(text) || text[end] != ' ' && text[end] != '\t' {
					break
				}
			}
			one := strings.TrimRight(string(text[:end]), "\r\n")
			text = text[end:]
			name, value, ok := strings.Cut(one, ":")
			if one == "" || ok && !yield(strings.ToLower(strings.TrimSpace(name)), value) {
				return
			}
		}
	}
}
