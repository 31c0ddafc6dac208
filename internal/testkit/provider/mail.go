package provider

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-message"
)

// Mail is a mail on its way. Its fields keep their bytes and their order, because what reads a mail
// looks at both.
type Mail struct {
	// From and To are its envelope, without brackets.
	From, To string
	fields   []string // each with its name and its CRLFs
	body     []byte
}

// newMail takes a source apart; its lines end in CRLF.
func newMail(from, to string, raw []byte) *Mail {
	m := &Mail{From: from, To: to}
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	m.body = body
	for _, line := range strings.SplitAfter(string(head)+"\r\n", "\r\n") {
		if n := len(m.fields); n > 0 && line != "" && (line[0] == ' ' || line[0] == '\t') {
			m.fields[n-1] += line
		} else if line != "" {
			m.fields = append(m.fields, line)
		}
	}
	return m
}

// Bytes gives the source.
func (m *Mail) Bytes() []byte {
	return append([]byte(strings.Join(m.fields, "")+"\r\n"), m.body...)
}

// Get gives the value of the first field of that name, as it stands there; "" for none.
func (m *Mail) Get(name string) string {
	if i := slices.IndexFunc(m.fields, named(name)); i >= 0 {
		return strings.TrimSpace(m.fields[i][len(name)+1:])
	}
	return ""
}

// Set gives the field of that name a value, where it stands, or as the last.
func (m *Mail) Set(name, value string) {
	field := name + ": " + value + "\r\n"
	i := slices.IndexFunc(m.fields, named(name))
	if i < 0 {
		m.fields = append(m.fields, field)
		return
	}
	m.fields[i] = field
}

// Rename keeps the value of a field under another name.
func (m *Mail) Rename(name, to string) {
	if value := m.Get(name); value != "" {
		m.Set(name, "")
		i := slices.IndexFunc(m.fields, named(name))
		m.fields[i] = to + ": " + value + "\r\n"
	}
}

// Prepend puts fields above all others, "Name: value" each, the first of them topmost.
func (m *Mail) Prepend(fields ...string) {
	for i := range fields {
		fields[i] += "\r\n"
	}
	m.fields = slices.Concat(fields, m.fields)
}

func named(name string) func(string) bool {
	return func(field string) bool {
		return len(field) > len(name) && field[len(name)] == ':' &&
			strings.EqualFold(field[:len(name)], name)
	}
}

// Above puts a line above the first text of each kind, as gateways do.
func (m *Mail) Above(line string) error {
	return m.edit(func(kind, text string) string {
		if kind == "text/html" {
			return "<div>" + line + "</div>" + text
		}
		return line + "\r\n\r\n" + text
	})
}

// Below puts a line below the first text of each kind.
func (m *Mail) Below(line string) error {
	return m.edit(func(kind, text string) string {
		if kind == "text/html" {
			return text + "<div>" + line + "</div>"
		}
		return strings.TrimRight(text, "\r\n") + "\r\n\r\n" + line + "\r\n"
	})
}

// edit writes the texts anew, in other parts than they came in, which breaks signatures of the
// body.
func (m *Mail) edit(change func(kind, text string) string) error {
	entity, err := message.Read(bytes.NewReader(m.Bytes()))
	if err != nil && !message.IsUnknownCharset(err) {
		return fmt.Errorf("read mail to edit: %w", err)
	}
	var out bytes.Buffer
	w, err := message.CreateWriter(&out, entity.Header)
	if err != nil {
		return fmt.Errorf("write edited mail: %w", err)
	}
	if err := editParts(w, entity, change, map[string]bool{}); err != nil {
		return fmt.Errorf("edit mail: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("write edited mail: %w", err)
	}
	*m = *newMail(m.From, m.To, out.Bytes())
	return nil
}

func editParts(
	w *message.Writer, e *message.Entity, change func(kind, text string) string,
	done map[string]bool,
) error {
	parts := e.MultipartReader()
	if parts == nil {
		text, err := io.ReadAll(e.Body)
		if err != nil {
			return err
		}
		kind, _, _ := e.Header.ContentType()
		if (kind == "text/plain" || kind == "text/html") && !done[kind] {
			done[kind] = true
			text = []byte(change(kind, string(text)))
		}
		_, err = w.Write(text)
		return err
	}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		inner, err := w.CreatePart(part.Header)
		if err != nil {
			return err
		}
		if err := editParts(inner, part, change, done); err != nil {
			return err
		}
		if err := inner.Close(); err != nil {
			return err
		}
	}
}
