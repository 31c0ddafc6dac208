package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"helpgate/internal/rfc"
	"helpgate/internal/safehtml"
	"helpgate/mailin"
	"helpgate/mailin/parse"
	"helpgate/tickets"
)

// inspectedJSON is what helpgate makes of a mail (DESIGN section 11).
type inspectedJSON struct {
	File       string           `json:"file"`
	From       *tickets.Person  `json:"from"`
	To         []tickets.Person `json:"to"`
	Cc         []tickets.Person `json:"cc"`
	ReplyTo    []tickets.Person `json:"reply_to"`
	Subject    string           `json:"subject"`
	Date       *string          `json:"date"`
	MessageID  string           `json:"message_id"`
	InReplyTo  []string         `json:"in_reply_to"`
	References []string         `json:"references"`
	Text       string           `json:"text"`
	HTML       string           `json:"html"`
	// Every line of Text stands in one of these three.
	ReplyText string `json:"reply_text"`
	Folded    string `json:"folded"`
	Signature string `json:"signature"`
	// ReplyHTML is the new part of HTML; "" when it could not be cut as surely as the text.
	ReplyHTML string `json:"reply_html"`

	AutoKind    string           `json:"auto_kind"`
	Signs       []string         `json:"signs"`
	AwayUntil   *string          `json:"away_until"` // YYYY-MM-DD, of an out-of-office notice
	Bounce      *bounceJSON      `json:"bounce"`
	Attachments []attachmentJSON `json:"attachments"`
	TNEFNames   []string         `json:"tnef_names"`
	// Language is "" below language.Sure, how sure the guess was.
	Language           string   `json:"language"`
	LanguageConfidence float64  `json:"language_confidence"`
	Warnings           []string `json:"warnings"`
	Error              string   `json:"error"`
}

// inspectView shows a reading. The error is one of a file that could not be kept.
func inspectView(path string, rd *mailin.Reading, words mailin.Words) (inspectedJSON, error) {
	m, verdict, guess := rd.Mail, rd.Classify(), rd.Language()
	said := tickets.Message{
		Text: m.Text, HTML: safehtml.Sanitise(m.HTML), ReplyText: rd.Reply.Text,
		ReplyHTML: safehtml.Sanitise(rd.Reply.HTML),
	}
	said.Add(rd.Added(words, guess.Followed(), nil))
	v := inspectedJSON{
		File: path, To: addressViews(m.To), Cc: addressViews(m.Cc), ReplyTo: addressViews(m.ReplyTo),
		Subject: m.Subject, Date: instant(m.Date), MessageID: m.MessageID,
		InReplyTo: orEmpty(m.InReplyTo), References: orEmpty(m.References),
		Text: said.Text, HTML: said.HTML, ReplyText: said.ReplyText, ReplyHTML: said.ReplyHTML,
		Folded: rd.Reply.Folded, Signature: rd.Reply.Signature,
		AutoKind: verdict.Kind, Signs: orEmpty(verdict.Signs),
		AwayUntil: awayView(verdict.Away), Bounce: bounceView(verdict.Report),
		Attachments: []attachmentJSON{}, TNEFNames: orEmpty(m.TNEFNames),
		Language: guess.Followed(), LanguageConfidence: guess.Confidence,
		Warnings: orEmpty(m.Warnings), Error: m.Unparsed,
	}
	if slices.Contains(m.Warnings, parse.NoMail) {
		v.Error = cmp.Or(v.Error, parse.NoMail)
	}
	if len(m.From) > 0 {
		v.From = &tickets.Person{Name: m.From[0].Name, Address: m.From[0].Addr}
	}
	for _, f := range rd.Files() {
		blob, err := blobOf(f)
		if err != nil {
			return v, fmt.Errorf("read file of %s: %w", path, err)
		}
		v.Attachments = append(v.Attachments, attachmentJSON{
			f.Filename, f.ContentType, blob.Size, blob.SHA256, f.Inline, f.ContentID,
		})
	}
	return v, nil
}

func blobOf(f parse.Attachment) (tickets.Blob, error) {
	if f.File != nil {
		return f.File.Done()
	}
	sum := sha256.Sum256(f.Data)
	return tickets.Blob{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(f.Data))}, nil
}

func addressViews(list []rfc.Address) []tickets.Person {
	return mapAll(list, func(a rfc.Address) tickets.Person {
		return tickets.Person{Name: a.Name, Address: a.Addr}
	})
}

// showInspected prints a reading for a person: a line for each thing that is known, then the texts.
func showInspected(out io.Writer, v inspectedJSON) {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(out, "%-12s %s\n", name, value)
		}
	}
	from := tickets.Person{}
	if v.From != nil {
		from = *v.From
	}
	line("file", v.File)
	line("error", v.Error)
	line("from", orNobody(from))
	line("to", names(v.To))
	line("cc", names(v.Cc))
	line("reply-to", names(v.ReplyTo))
	if v.Date != nil {
		line("date", *v.Date)
	}
	line("subject", v.Subject)
	line("message-id", v.MessageID)
	line("in-reply-to", strings.Join(v.InReplyTo, " "))
	line("references", strings.Join(v.References, " "))
	line("kind", kindOf(v))
	if v.AwayUntil != nil {
		line("away until", *v.AwayUntil)
	}
	for _, of := range v.Bounce.lines() {
		line("bounce", of)
	}
	line("language", fmt.Sprintf("%s (sure by %.2f)", cmp.Or(v.Language, "not known"),
		v.LanguageConfidence))
	for _, f := range v.Attachments {
		line("attachment", fileLine(f))
	}
	for _, w := range v.Warnings {
		line("warning", w)
	}
	block(out, "new text", v.ReplyText)
	block(out, "signature", v.Signature)
	if v.Folded != "" {
		fmt.Fprintf(out, "folded: %d lines, %d bytes\n", strings.Count(v.Folded, "\n")+1, len(v.Folded))
	}
}

func names(list []tickets.Person) string {
	return strings.Join(mapAll(list, orNobody), ", ")
}

func kindOf(v inspectedJSON) string {
	kind := cmp.Or(v.AutoKind, "a person's")
	if len(v.Signs) > 0 {
		kind += " (" + strings.Join(v.Signs, "; ") + ")"
	}
	return kind
}

func fileLine(f attachmentJSON) string {
	s := fmt.Sprintf("%s (%s, %d bytes", f.Filename, f.ContentType, f.Size)
	if f.Inline {
		s += ", inline"
	}
	if f.ContentID != "" {
		s += ", cid:" + f.ContentID
	}
	return s + ")"
}

// block prints a text moved to the right, so that none of its lines looks like one of ours.
func block(out io.Writer, name, text string) {
	if text == "" {
		return
	}
	fmt.Fprintf(out, "%s:\n", name)
	for line := range strings.Lines(text) {
		fmt.Fprintf(out, "    %s\n", strings.TrimRight(line, "\n"))
	}
}
