package parse

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"helpgate/internal/rfc"
)

// Parse reads a mail that is in memory. Nothing is cut out of it.
func Parse(raw []byte, lim Limits) *Mail {
	m, _, _ := Read(bytes.NewReader(raw), lim, nil) // a bytes.Reader does not fail
	return m
}

// Read reads a mail in one pass. The large bodies of its files go to what create gives, decoded, as
// they come; when create is nil nothing is cut out, and lim.Kept is no limit. An error is one of r,
// as it is, or of a file. Without an error the source's files are to be Done or aborted.
func Read(r io.Reader, lim Limits, create Create) (*Mail, *Source, error) {
	s := splitter{lim: lim, mail: &Mail{}, src: r, create: create}
	src, err := s.read()
	if err != nil {
		s.source().Abort()
		return nil, nil, err
	}
	return s.mail, src, nil
}

func (s *splitter) read() (*Source, error) {
	m := s.mail
	root, err := s.run()
	if err != nil {
		return nil, err
	}
	if len(s.files) > 0 {
		s.text = slices.Clone(s.text) // the room that the files went through is free
	}
	m.Header, m.ContentType = root.fields, root.mediaType
	s.guard(func() {
		m.readHeader()
		m.ReportType = strings.ToLower(rfc.CleanName(root.params["report-type"]))
		if s.broke == "" {
			s.bodies(root)
			(&collector{mail: m, lim: s.lim}).collect(root, s.text)
		}
	})
	if s.broke != "" {
		return s.leaveRaw()
	}
	return s.source(), nil
}

func (m *Mail) readHeader() {
	m.FromCount = len(m.All("From"))
	m.From = m.addresses("From")
	m.To = m.addresses("To")
	m.Cc = m.addresses("Cc")
	m.ReplyTo = m.addresses("Reply-To")
	m.Subject = cut(rfc.DecodeHeader(m.Get("Subject")), MaxSubject)
	if date := m.Get("Date"); date != "" {
		t, ok := rfc.ParseDate(date)
		if !ok {
			m.warn("unreadable Date")
		}
		m.Date = t
	}
	if ids := rfc.MessageIDs(m.Get("Message-ID")); len(ids) > 0 {
		m.MessageID = ids[0]
	}
	m.InReplyTo = rfc.MessageIDs(strings.Join(m.All("In-Reply-To"), " "))
	m.References = rfc.MessageIDs(strings.Join(m.All("References"), " "))
}

// addresses joins all fields of a name: mailers that write To twice exist.
func (m *Mail) addresses(name string) []rfc.Address {
	fields := m.All(name)
	list := rfc.ParseAddressList(strings.Join(fields, ", "))
	if len(fields) > 0 && len(list) == 0 && !strings.Contains(fields[0], ":") {
		m.warn("no address in " + name)
	}
	return list
}

// cut shortens s to at most n bytes between characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
