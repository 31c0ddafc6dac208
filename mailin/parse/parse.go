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
	if len(root.fields) == 0 && s.broke == "" {
		switch {
		case len(bytes.TrimSpace(s.text)) == 0:
			m.warn(NoMail) // nothing that could be shown either
		case legible(s.text):
			m.warn("no header: all of it is text")
		default:
			s.broke = NoMail
		}
	}
	s.guard(func() {
		m.readHeader(root.charset())
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

// legible tells whether what has no header is a text that somebody may have written, and no
// program's bytes.
func legible(text []byte) bool {
	controls := 0
	for _, c := range text {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1B {
			controls++
		}
	}
	return controls*100 < len(text)
}

// readHeader reads the mail's fields. What is in none of them, or not as it should be, is zero and
// leaves a warning.
func (m *Mail) readHeader(charset string) {
	m.FromCount = len(m.All("From"))
	m.From = m.addresses("From", charset)
	m.To = m.addresses("To", charset)
	m.Cc = m.addresses("Cc", charset)
	m.ReplyTo = m.addresses("Reply-To", charset)
	m.Subject = rfc.Cut(rfc.DecodeHeader(inCharset(m.Get("Subject"), charset)), MaxSubject)
	if date := m.Get("Date"); date != "" {
		t, ok := rfc.ParseDate(date)
		if !ok {
			m.warn("unreadable Date")
		}
		m.Date = t
	}
	if raw := m.Get("Message-ID"); raw != "" {
		if ids := rfc.MessageIDs(raw); len(ids) > 0 {
			m.MessageID = ids[0]
		} else {
			m.warn("unreadable Message-ID")
		}
	}
	m.InReplyTo = rfc.MessageIDs(strings.Join(m.All("In-Reply-To"), " "))
	m.References = rfc.MessageIDs(strings.Join(m.All("References"), " "))
	switch {
	case m.FromCount > 1:
		m.warn("more than one From")
	case len(m.From) == 0 && m.FromCount == 1:
		m.hiddenFrom(charset)
	}
}

// hiddenFrom reads a sender whose address stands in an encoded word, where no reader may look for
// it (RFC 2047 section 5). It is better than none for whoever wants to answer, but counts as none
// for whoever asks who it is.
func (m *Mail) hiddenFrom(charset string) {
	m.From = rfc.ParseAddressList(rfc.DecodeHeader(inCharset(m.Get("From"), charset)))
	if len(m.From) > 0 {
		m.FromCount = 0
	}
}

// addresses joins all fields of a name: mailers that write To twice exist.
func (m *Mail) addresses(name, charset string) []rfc.Address {
	fields := m.All(name)
	if len(fields) == 0 {
		return nil
	}
	list := rfc.ParseAddressList(inCharset(strings.Join(fields, ", "), charset))
	if len(list) == 0 && strings.Trim(strings.Join(fields, ""), " \t<>") != "" &&
		!strings.Contains(fields[0], ":") {
		m.warn("no address in " + name)
	}
	return list
}

// inCharset gives a field in UTF-8 whose bytes stand in it as they are: they are mostly in the
// charset of the mail's text.
func inCharset(raw, charset string) string {
	if utf8.ValidString(raw) {
		return raw
	}
	return rfc.DecodeCharset([]byte(raw), charset)
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
