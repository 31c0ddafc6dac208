package reply

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxIntroduction bounds, in bytes, a line that may introduce a quotation.
	maxIntroduction = 400
	// maxFolds is how many lines an attribution is folded over at most.
	maxFolds = 3
)

// wrote holds, per language, the words by which mail programs say that somebody wrote what
// follows. All are lower case; they are looked for as whole words in scripts that have words.
var wrote = []string{
	"wrote", "writes", "sent:", // English
	"写道", "寫道", "写到", "来信", "來信", "撰寫", "说：", "說：", // Chinese
	"schrieb", "geschrieben", // German
	"a écrit", "escribió", "ha scritto", "scrive", "schreef", "heeft geschreven",
	"escreveu", "skrev", "napisał", "napisał(a)", "napisała", "napsal(a)",
	"пишет", "писал", "писал(а)", "написал", "написала", "написал(а)", "написав",
	"kirjoitti", "írta", "a scris", "yazdı", "şunu yazdı", "đã viết",
	"のメール", "は書きました", "が書きました", "のメッセージ", "작성", "님이",
}

// openers begin an attribution in the languages that put the date first.
var openers = []string{
	"on ", "at ", "am ", "le ", "el ", "il ", "op ", "em ", "den ", "d. ", "dnia ", "w dniu ",
	"på ", "в ", "on\u00a0", "le\u00a0", "vào ", "lúc ",
}

// prepositions stand before the date, anywhere in the line, in Chinese.
var prepositions = []string{"在", "于", "於"}

// firstCJK is the least first byte of a rune of three bytes in UTF-8: Chinese, Japanese and Korean
// words are found without looking at their ends.
const firstCJK = 0xe3

// strength says how surely a run of lines introduces a quotation.
type strength uint8

const (
	none strength = iota
	// weak holds only right above marked lines.
	weak
	// strong holds though nothing below is marked.
	strong
)

// attribution looks for an attribution that begins at line i and lies before end. It returns how
// many lines it takes and how sure it is.
func (m *mail) attribution(i, end int) (n int, s strength) {
	if !slices.Contains(m.introduces[i:min(i+maxFolds, end)], true) {
		return 0, none
	}
	joined, first := "", 0
	for k := range maxFolds {
		if i+k >= end || m.blank(i+k) || m.depths[i+k] != m.depths[i] {
			return n, s
		}
		_, rest := unquote(m.lines[i+k])
		if len(joined)+len(rest) > maxIntroduction {
			return n, s
		}
		joined = strings.TrimSpace(joined + " " + plain(rest))
		if k == 0 {
			first = len(joined)
		}
		if !introduces(joined) {
			continue
		}
		if k > 0 && attributes(strings.TrimSpace(joined[first:])) == strong {
			return n, s // the first line is the author's own
		}
		if found := attributes(joined); found > s {
			n, s = k+1, found
		}
		if s == strong || endsWithColon(joined) {
			return n, s
		}
	}
	return n, s
}

// introduces is the cheap test that keeps nearly every line of a mail away from attributes: an
// attribution ends with a colon, with the address, or (Zoho, Android) with the verb or dashes.
func introduces(s string) bool {
	return endsWithColon(s) || strings.HasSuffix(s, ">") || strings.HasSuffix(s, "wrote") ||
		strings.HasSuffix(s, "写道") || strings.HasSuffix(s, "--")
}

// mayIntroduce tells whether an attribution may end with a line, which stands without quote marks.
func mayIntroduce(line string) bool {
	line = plain(line)
	return line == "" || introduces(line)
}

func endsWithColon(s string) bool {
	return strings.HasSuffix(s, ":") || strings.HasSuffix(s, "：")
}

// attributes weighs one line that introduces.
func attributes(line string) strength {
	lower := strings.ToLower(line)
	verb := hasVerb(lower)
	address := strings.Contains(lower, "@")
	date, clock := hasDate(lower), hasClock(lower)
	switch {
	case verb && date && address,
		verb && date && clock && opens(lower),
		verb && address && opens(lower),
		date && clock && address && endsWithColon(lower) && strings.Contains(lower, ">"):
		return strong
	case verb, address && (date || clock):
		return weak
	}
	return none
}

// opens tells whether a date is led in as an attribution leads it in.
func opens(lower string) bool {
	for _, o := range openers {
		if strings.HasPrefix(lower, o) {
			return true
		}
	}
	for _, p := range prepositions {
		if strings.Contains(lower, p) {
			return true
		}
	}
	return false
}

// hasVerb tells whether one of the words of wrote stands in the line by itself.
func hasVerb(lower string) bool {
	for _, w := range wrote {
		at := strings.Index(lower, w)
		if at < 0 {
			continue
		}
		if w[0] >= firstCJK {
			return true
		}
		if !letterBefore(lower[:at]) && !letterAfter(lower[at+len(w):]) {
			return true
		}
	}
	return false
}

// letterBefore tells whether s ends in a letter. A bracket is none: "<a@b>wrote" is one of Gmail's.
func letterBefore(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return spacedLetter(r)
}

// letterAfter tells whether s begins with a letter.
func letterAfter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return spacedLetter(r)
}

// spacedLetter tells whether r is a letter of a script that sets spaces between words: "iPhone" is
// a word of its own between Chinese characters.
func spacedLetter(r rune) bool { return r < '⺀' && unicode.IsLetter(r) }

// hasDate tells whether a day of the month and a year, or a date of figures, stand in the line:
// at least two groups of digits of which one has four, or three joined by "/", "." or "-". Digits
// right behind a letter belong to a word or an address.
func hasDate(s string) bool {
	groups, year, joined := 0, false, 0
	for i := 0; i < len(s); {
		if !isDigit(s[i]) {
			i++
			continue
		}
		start := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		if start > 0 && isLetter(s[start-1]) {
			continue
		}
		groups++
		year = year || i-start == 4
		if start > 0 && groups > 1 && strings.IndexByte("/.-", s[start-1]) >= 0 {
			joined++
		}
	}
	return groups >= 2 && year || joined >= 2
}

// hasClock tells whether a time of day (3:04, 15.04, 15h04, 15時04分) stands in the line.
func hasClock(s string) bool {
	for i := 1; i+2 < len(s); i++ {
		if !isDigit(s[i-1]) {
			continue
		}
		sep := 0
		switch {
		case s[i] == ':' || s[i] == '.' || s[i] == 'h':
			sep = 1
		case strings.HasPrefix(s[i:], "时") || strings.HasPrefix(s[i:], "時") ||
			strings.HasPrefix(s[i:], "시") || strings.HasPrefix(s[i:], "："):
			sep = 3
		}
		if sep > 0 && i+sep+1 < len(s) && isDigit(s[i+sep]) && isDigit(s[i+sep+1]) {
			return true
		}
	}
	return false
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' }
