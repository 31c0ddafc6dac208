package templates

import (
	"bytes"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"slices"
	"strings"
	texttemplate "text/template"
)

// DefaultLocale is the language of those for whom none is known.
const DefaultLocale = "en"

// Locales are the languages that every text exists in.
func Locales() []string { return []string{"en", "zh"} }

// Kinds are the kinds of mail that have templates, by the names of tickets.OutKind.
func Kinds() []string {
	return []string{
		"acknowledgement", "alert", "answer", "failure", "held", "notice", "notification",
		"notification-list",
	}
}

// ErrUnknown tells that there is no template for the kind.
var ErrUnknown = errors.New("no such template")

// Set is all texts in all languages.
type Set struct {
	locales    map[string]*locale
	separators []string
}

// locale is all texts in one language.
type locale struct {
	words words
	text  *texttemplate.Template
	html  *htmltemplate.Template
}

// Rendered is a mail's body in both shapes, lines ended by LF.
type Rendered struct {
	Text string
	HTML string
}

// Render makes the body of a mail. The follow-up kind is an acknowledgement that names another
// ticket. A locale that there is not becomes the nearest one.
func (s *Set) Render(kind, locale string, data Mail) (Rendered, error) {
	if kind == "follow-up" {
		kind = "acknowledgement"
	}
	if !slices.Contains(Kinds(), kind) {
		return Rendered{}, fmt.Errorf("render mail %q: %w", kind, ErrUnknown)
	}
	l := s.locale(locale)
	var text, html bytes.Buffer
	if err := l.text.ExecuteTemplate(&text, kind+".txt", data); err != nil {
		return Rendered{}, fmt.Errorf("render mail %s as text: %w", kind, err)
	}
	if err := l.html.ExecuteTemplate(&html, kind+".html", data); err != nil {
		return Rendered{}, fmt.Errorf("render mail %s as HTML: %w", kind, err)
	}
	return Rendered{Text: strings.TrimRight(text.String(), "\n") + "\n", HTML: html.String()}, nil
}

// Text gives one string of locales/, with args set in (package fmt). A count as the first arg
// chooses between singular and plural. A key that there is not is given back as it is.
func (s *Set) Text(locale, key string, args ...any) string {
	return s.locale(locale).words.text(key, args...)
}

// Separators gives the exact lines that stand on top of what goes to agents, in all languages, as
// embedded and as overridden: below such a line nothing is an agent's own word, and no mail to a
// customer may hold one.
func (s *Set) Separators() []string { return slices.Clone(s.separators) }

// locale finds the language of a tag such as "zh", "zh-CN" or "".
func (s *Set) locale(tag string) *locale {
	language, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	if l, ok := s.locales[language]; ok {
		return l
	}
	return s.locales[DefaultLocale]
}
