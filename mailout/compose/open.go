package compose

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-message"

	"helpgate/internal/rfc"
	"helpgate/internal/safehtml"
)

// maxDepth bounds how deep attached mails and multiparts are opened; the door lets none in that
// are deeper (DESIGN 4).
const maxDepth = 20

// maxText bounds, in bytes, an attached text that is read; what an agent attaches from our mails
// stands at its beginning.
const maxText = 4 << 20

// whereSubject is the place of the thread's subject, which the customer chose.
const whereSubject = "subject"

// mailText is a text of a finished mail as its reader sees it.
type mailText struct {
	where string // subject, header, text, or the media type of an attached text
	text  string
	body  bool // what the mail itself says
}

// openMail decodes a finished mail again and gives its header fields, its bodies (HTML as source
// and as text), and the texts of attached mails and text files.
func openMail(data []byte) ([]mailText, error) {
	e, err := message.Read(bytes.NewReader(data))
	if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return nil, fmt.Errorf("open mail: %w", err)
	}
	var texts []mailText
	err = walk(e, 0, false, func(t mailText) { texts = append(texts, t) })
	return texts, err
}

// walk visits the texts below e. An attached part that cannot be read is passed over: it is bytes
// that an agent attached, and no reader's program shows more of it.
func walk(e *message.Entity, depth int, attached bool, visit func(mailText)) error {
	visitHeader(e, visit)
	kind, params, _ := e.Header.ContentType()
	if mr := e.MultipartReader(); mr != nil && depth < maxDepth {
		for {
			p, err := mr.NextPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
				return passOver(err, attached)
			}
			disposition, _, _ := p.Header.ContentDisposition()
			isFile := attached || disposition == "attachment"
			if err := walk(p, depth+1, isFile, visit); err != nil {
				return err
			}
		}
	}
	name := strings.ToLower(fileName(e))
	isMail := kind == "message/rfc822" || strings.HasSuffix(name, ".eml")
	if !isMail && !strings.HasPrefix(kind, "text/") {
		return nil
	}
	raw, err := io.ReadAll(io.LimitReader(e.Body, maxText))
	if err != nil && len(raw) == 0 {
		return passOver(err, attached)
	}
	if isMail && depth < maxDepth {
		if inner, _ := message.Read(bytes.NewReader(raw)); inner != nil {
			return walk(inner, depth+1, true, visit)
		}
	}
	text := rfc.CleanText(rfc.DecodeCharset(raw, params["charset"]))
	where := "text"
	if attached {
		where = kind
	}
	if kind == "text/html" {
		visit(mailText{where: where, text: text})
		text = safehtml.ToText(text)
	}
	visit(mailText{where: where, text: text, body: !attached})
	return nil
}

// passOver keeps an error of the mail itself and drops one of what is attached.
func passOver(err error, attached bool) error {
	if err == nil || attached {
		return nil
	}
	return fmt.Errorf("open mail: %w", err)
}

// visitHeader visits the fields that hold the thread's subject apart from the others.
func visitHeader(e *message.Entity, visit func(mailText)) {
	var subject, others strings.Builder
	for fields := e.Header.Fields(); fields.Next(); {
		b := &others
		if k := fields.Key(); k == "Subject" || k == "Thread-Topic" {
			b = &subject
		}
		b.WriteString(rfc.DecodeHeader(fields.Value()) + "\n")
	}
	visit(mailText{where: whereSubject, text: subject.String()})
	visit(mailText{where: "header", text: others.String()})
}

func fileName(e *message.Entity) string {
	if _, params, err := e.Header.ContentDisposition(); err == nil && params["filename"] != "" {
		return rfc.DecodeHeader(params["filename"])
	}
	return ""
}
