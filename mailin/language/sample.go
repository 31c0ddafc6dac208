package language

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is judged: letters of prose, and bytes looked through to find them, which are
// more where a mail begins with a log.
const (
	maxLetters = 200
	maxBytes   = 4 << 10
)

// maxWord bounds a word, in bytes; longer ones are no words. Han, Kana and Thai have no blanks
// between words, and their letters count one by one.
const maxWord = 40

// sample is the prose at the head of a text.
type sample struct {
	words   []word
	letters int
	count   [scripts]int // letters of each script

	simplified, traditional int
	urdu, persian           int
}

// word is a word of Latin or Cyrillic letters.
type word struct {
	text  string // in lower case
	named bool   // written with a capital: it may be a name …
	first bool   // … unless a sentence begins with it
}

func sampleOf(text string) *sample {
	s := &sample{words: make([]word, 0, maxLetters/4)}
	text = text[:min(len(text), maxBytes)]
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, ">") || isCode(line) {
			continue
		}
		begins := true
		for field := range strings.FieldsSeq(line) {
			if s.letters >= maxLetters {
				return s
			}
			before := len(s.words)
			if !isAddress(field) {
				s.take(field)
			}
			if begins && len(s.words) > before {
				s.words[before].first, begins = true, false
			}
			begins = begins || strings.IndexByte(".!?:", field[len(field)-1]) >= 0
		}
	}
	return s
}

// take reads what stands between two blanks.
func (s *sample) take(field string) {
	start := -1
	for i, r := range field {
		kind := scriptOf(r)
		spaced := kind == latin || kind == cyrillic || start >= 0 && (r == '\'' || r == '’')
		if spaced || unicode.Is(unicode.Mn, r) && start >= 0 {
			if start < 0 {
				start = i
			}
			continue
		}
		s.addWord(field, start, i)
		if start = -1; kind != none && s.letters < maxLetters {
			s.addSign(r, kind)
		}
	}
	s.addWord(field, start, len(field))
}

// addWord takes the word field[start:end]; none when start is negative, when a figure or a sign of
// code touches it, or when the sample is full.
func (s *sample) addWord(field string, start, end int) {
	if start < 0 || end-start > maxWord || s.letters >= maxLetters || touched(field, start, end) {
		return
	}
	raw := strings.TrimRight(field[start:end], "'’")
	first, _ := utf8.DecodeRuneInString(raw)
	text := strings.ReplaceAll(strings.ToLower(raw), "’", "'")
	named := unicode.IsUpper(first)
	s.words = append(s.words, word{text: text, named: named})
	for i, r := range text {
		kind := scriptOf(r)
		if kind == none {
			continue
		}
		s.letters++
		if !named || i%2 == 0 { // the names of products weigh half
			s.count[kind]++
		}
	}
}

// touched tells whether a figure or a sign that words do not have stands beside field[start:end].
func touched(field string, start, end int) bool {
	const signs = "0123456789_=@#$%\\/+&|~^<>{}"
	return start > 0 && strings.IndexByte(signs, field[start-1]) >= 0 ||
		end < len(field) && strings.IndexByte(signs, field[end]) >= 0
}

func (s *sample) addSign(r rune, kind script) {
	s.count[kind]++
	s.letters++
	switch kind {
	case han:
		switch way[r] {
		case simplified:
			s.simplified++
		case traditional:
			s.traditional++
		}
	case arabic:
		if strings.ContainsRune(urduLetters, r) {
			s.urdu++
		}
		if strings.ContainsRune(persianLetters, r) {
			s.persian++
		}
	}
}

// isAddress tells that a word is an address of a page or a person, a path, or a name of a file.
func isAddress(field string) bool {
	if len(field) < 4 || strings.IndexByte(field, '.') < 0 && strings.IndexByte(field, '/') < 0 &&
		strings.IndexByte(field, '@') < 0 && strings.IndexByte(field, '\\') < 0 {
		return false
	}
	if strings.Contains(field, "://") || strings.HasPrefix(field, "www.") {
		return true
	}
	inner := strings.Trim(field, ".,;:!?()<>[]\"'…")
	at := strings.IndexAny(inner, "@\\")
	if at >= 0 {
		return true
	}
	// A point inside of a word, or several strokes: report.pdf, /var/log/mail.
	point := strings.IndexByte(inner, '.')
	return point > 0 && point < len(inner)-1 && inner[point+1] < utf8.RuneSelf ||
		strings.Count(inner, "/") > 1 || strings.HasPrefix(inner, "/")
}

// isCode tells that a line is a program's, not a person's: signs of code are a tenth of it, or it
// is of a kind that logs and stack traces have.
func isCode(line string) bool {
	signs := 0
	for i := range len(line) {
		switch line[i] {
		case '{', '}', ';', '=', '<', '>', '|', '$', '#', '\\', '_', '*', '[', ']', '`':
			signs++
		}
	}
	if signs >= 3 && signs*10 >= len(line) {
		return true
	}
	for _, sign := range []string{"()", "::", "->", "Exception"} {
		if strings.Contains(line, sign) {
			return true
		}
	}
	head := line[:min(len(line), traceRange)]
	return mayBeTraced(head) && traced.MatchString(head)
}

// mayBeTraced spares most lines of prose the expression, which costs more than all else here.
func mayBeTraced(head string) bool {
	first := strings.TrimLeft(head, " \t")
	if first == "" {
		return false
	}
	if first[0] == '[' || first[0] >= '0' && first[0] <= '9' || strings.Contains(head, "Error") ||
		strings.Contains(head, "Warning") {
		return true
	}
	word, _, _ := strings.Cut(first, " ")
	switch word = strings.ToLower(strings.TrimRight(word, ":,;]-!.")); word {
	case "at", "file", "traceback", "caused", "error", "warning", "warn", "fatal", "info", "debug",
		"notice", "panic":
		return true
	}
	return false
}

// traceRange is how much of a line is looked at for the head of a trace, in bytes.
const traceRange = 80

// traced matches lines of logs, compilers and stack traces by their head: a time, a level or a kind
// of error, or a frame.
var traced = regexp.MustCompile(`^\s*(?:\d[\d:.TZ/-]{7}|\[[^\]]{1,40}\]|at \S+[.(]|File "|Traceback |` +
	`Caused by|(?i:error|warning|warn|fatal|info|debug|notice|panic)\b\W|` +
	`[\w.]*[a-z](?:Error|Exception|Warning)\b)`)
