package templates

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	texttemplate "text/template"

	"helpgate/internal/safehtml"
)

//go:embed mail locales
var embedded embed.FS

// maxFile bounds, in bytes, a file that overrides one of ours.
const maxFile = 1 << 20

// Load reads all texts, those in the folder overrides before our own; "" means that there is no
// such folder. It refuses a file whose name overrides nothing, one that does not parse, and one
// that cannot show the example of its kind.
func Load(overrides string) (*Set, error) {
	var over fs.FS
	if overrides != "" {
		root, err := os.OpenRoot(overrides)
		if err != nil {
			return nil, fmt.Errorf("open folder of templates: %w", err)
		}
		defer root.Close()
		over = root.FS()
		if err := checkNames(over); err != nil {
			return nil, fmt.Errorf("read templates in %s: %w", overrides, err)
		}
	}
	s := &Set{locales: map[string]*locale{}}
	for _, name := range Locales() {
		l, err := loadLocale(over, name)
		if err != nil {
			return nil, fmt.Errorf("load templates for %s: %w", name, err)
		}
		s.locales[name] = l
	}
	if err := s.addSeparators(); err != nil {
		return nil, err
	}
	return s, s.try()
}

func loadLocale(over fs.FS, name string) (*locale, error) {
	w, err := loadWords(over, name)
	if err != nil {
		return nil, err
	}
	l := &locale{words: w}
	funcs := map[string]any{
		"t": w.text, "label": w.label, "reason": w.reason, "status": w.status,
		"size": w.size, "fromText": toHTML,
		"lines": func(text string) []string { return strings.Split(text, "\n") },
		"row":   func(label, value string) Row { return Row{Label: label, Value: value} },
	}
	l.text = texttemplate.New("").Funcs(funcs)
	l.html = htmltemplate.New("").Funcs(funcs)
	files, err := fs.Glob(embedded, "mail/*")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		source, err := readTemplate(over, file, name)
		if err != nil {
			return nil, err
		}
		if path.Ext(file) == ".txt" {
			_, err = l.text.New(path.Base(file)).Parse(source)
		} else {
			_, err = l.html.New(path.Base(file)).Parse(source)
		}
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", file, err)
		}
	}
	return l, nil
}

// readTemplate gives a template's source: the language's override, the common one, or ours.
func readTemplate(over fs.FS, file, locale string) (string, error) {
	ext := path.Ext(file)
	for _, name := range []string{strings.TrimSuffix(file, ext) + "." + locale + ext, file} {
		source, err := readFile(over, name)
		if err == nil {
			return string(source), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	source, err := fs.ReadFile(embedded, file)
	return strings.TrimSuffix(string(source), "\n"), err
}

func loadWords(over fs.FS, locale string) (words, error) {
	file := "locales/" + locale + ".json"
	source, err := fs.ReadFile(embedded, file)
	if err != nil {
		return nil, err
	}
	w := words{}
	if err := json.Unmarshal(source, &w); err != nil {
		return nil, fmt.Errorf("parse %s: %w", file, err)
	}
	source, err = readFile(over, file)
	if errors.Is(err, fs.ErrNotExist) {
		return w, nil
	}
	if err != nil {
		return nil, err
	}
	own := words{}
	if err := json.Unmarshal(source, &own); err != nil {
		return nil, fmt.Errorf("parse %s: %w", file, err)
	}
	if err := own.check(w); err != nil {
		return nil, fmt.Errorf("check %s: %w", file, err)
	}
	for key, text := range own {
		w[key] = text
	}
	return w, nil
}

// readFile reads a file of the folder of overrides; without a folder nothing exists.
func readFile(over fs.FS, name string) ([]byte, error) {
	if over == nil {
		return nil, fs.ErrNotExist
	}
	f, err := over.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	source, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(source) > maxFile {
		err = fmt.Errorf("%s is larger than %d bytes", name, maxFile)
	}
	return source, err
}

// toHTML gives text as HTML with its lines kept.
func toHTML(text string) htmltemplate.HTML { return htmltemplate.HTML(safehtml.FromText(text)) }

// checkNames refuses files that would silently override nothing, such as those with a typing
// error in their name.
func checkNames(over fs.FS) error {
	for _, folder := range []string{"mail", "locales"} {
		entries, err := fs.ReadDir(over, folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, e := range entries {
			if name := folder + "/" + e.Name(); !overridable(name) {
				return fmt.Errorf("%s overrides nothing", name)
			}
		}
	}
	return nil
}

func overridable(name string) bool {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	if l := path.Ext(stem); l != "" && slices.Contains(Locales(), l[1:]) {
		stem = strings.TrimSuffix(stem, l)
	}
	_, err := fs.Stat(embedded, stem+ext)
	return err == nil
}

// addSeparators gathers the lines of all languages; the embedded ones stay good for mails that
// went out before an override.
func (s *Set) addSeparators() error {
	for _, name := range Locales() {
		own, err := loadWords(nil, name)
		if err != nil {
			return err
		}
		for _, w := range []words{s.locales[name].words, own} {
			for _, line := range []string{w["separator"], w["list.separator"]} {
				if !slices.Contains(s.separators, line) {
					s.separators = append(s.separators, line)
				}
			}
		}
	}
	return nil
}

// try renders every kind with nothing and with everything to show, since a template that names a
// field that there is not parses well.
func (s *Set) try() error {
	for _, locale := range Locales() {
		for _, kind := range Kinds() {
			for _, data := range []Mail{{}, Example()} {
				if _, err := s.Render(kind, locale, data); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Example is a mail with something in every field.
func Example() Mail {
	const author = "Wang Wei <wang@example.com>"
	words := "The printer does not print.\nSee https://example.com/log."
	return Mail{
		Number: 12, Other: 7, Subject: "Printer", Status: "open",
		Mailbox: "Support <support@example.org>", Author: author,
		Requester: "Li Na <li@example.com>", Others: []string{"Zhou <zhou@example.com>"},
		Flags: []string{"newcomer"}, Files: []File{{Name: "log.txt", Size: 2048}},
		Words: words, WordsHTML: toHTML(words), Rest: "> Which printer?",
		Signature: "Support\nExample Ltd", Marker: "[hg:example]", Reason: "other",
		Detail: "detail", Final: true, Links: true, Omitted: 3,
		Entries: []Entry{
			{Number: 12, Author: author, Subject: "Printer", Address: "support@example.org"},
			{Number: 13, Author: author, Marker: "[hg:example]"},
		},
	}
}
