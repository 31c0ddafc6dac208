package parse

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"helpgate/internal/rfc"
	"helpgate/internal/safehtml"
)

// Parse reads a mail. It keeps no reference to raw but in the Data of attachments that were sent
// without an encoding.
func Parse(raw []byte, lim Limits) (m *Mail) {
	m = &Mail{}
	// The media type mender is not ours; a panic in it must cost one mail's structure, not the
	// mail (DESIGN promise 9).
	defer func() {
		if fault := recover(); fault != nil {
			m.leaveRaw(raw, lim, fmt.Sprintf("parser fault: %.100v", fault))
		}
	}()
	s := splitter{lim: lim, mail: m}
	header, body := s.header(trimEnvelope(raw))
	m.Header = header
	m.readHeader()
	root := s.tree(header, body, "text/plain", 0)
	m.ContentType = root.mediaType
	m.ReportType = strings.ToLower(rfc.CleanName(root.params["report-type"]))
	if s.broke != "" {
		m.leaveRaw(raw, lim, s.broke)
		return m
	}
	m.collect(root)
	if blank(m.Text) && !blank(m.HTML) {
		m.Text = safehtml.ToText(m.HTML)
	}
	if blank(m.Text) && m.HTML == "" && len(m.Attachments) == 0 && len(bytes.TrimSpace(body)) > 0 {
		m.warn("no readable part: the text is the source's body")
		m.Text = rawText(body, lim)
	}
	return m
}

// leaveRaw gives up on the structure and lets the source stand as text.
func (m *Mail) leaveRaw(raw []byte, lim Limits, why string) {
	m.Unparsed, m.HTML, m.Attachments = why, "", nil
	m.Text = rawText(raw, lim)
}

func rawText(raw []byte, lim Limits) string {
	raw = raw[:min(len(raw), lim.RawText)]
	for i := 0; i < utf8.UTFMax && !utf8.Valid(raw[max(0, len(raw)-utf8.UTFMax):]); i++ {
		raw = raw[:max(0, len(raw)-1)] // a character that the cut went through
	}
	return rfc.CleanText(rfc.DecodeCharset(raw, ""))
}

// trimEnvelope takes off what mailbox files and pipes put before a mail: a byte order mark, blank
// lines, and the "From " line of mbox (RFC 4155), also quoted.
func trimEnvelope(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\xEF\xBB\xBF"))
	raw = bytes.TrimLeft(raw, "\r\n")
	for _, mark := range []string{"From ", ">From "} {
		if bytes.HasPrefix(raw, []byte(mark)) {
			_, raw, _ = bytes.Cut(raw, []byte("\n"))
		}
	}
	return raw
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
