package reply

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// maxSignature is how many lines that say something may follow "-- " (RFC 3676 section 4.3).
	maxSignature = 25
	// maxLooseSignature is the same for the delimiters that people also use between paragraphs.
	maxLooseSignature = 8
	// maxSignatureLine bounds, in runes, a line of a signature with such a delimiter.
	maxSignatureLine = 70
	// maxFooter bounds, in bytes, a footer that a phone adds.
	maxFooter = 120
)

// footers begin the line that phones and mail programs add, lower case. A line counts only when it
// names a device or a program too: "Sent via courier" is a sentence.
var footers = []string{
	"get ", "sent with ", "sent via ", "sent using ",
	"发自", "来自", "來自", "发送自", "傳送自", "寄自", "自我的", "从我的", "從我的", "通过我的",
	"获取 ", "取得 ", "下载 ",
	"von meinem ", "gesendet ", "hol dir ", "holen sie sich ", "diese nachricht wurde von meinem ",
	"envoyé de mon ", "envoyé depuis ", "envoyé à partir d", "télécharger ", "obtenez ",
	"enviado desde ", "obtener ", "inviato da ", "inviato dal ", "ottieni ", "scarica ",
	"verstuurd vanaf ", "verzonden vanaf ", "verzonden met ", "enviado do ", "enviado a partir d",
	"obter o ", "enviado pelo ", "skickat från ", "hämta ", "skaffa ", "sendt fra ", "hent ",
	"wysłane z ", "wysłano z ", "pobierz ", "отправлено с ", "отправлено из ", "나의 ", "내 ",
	"lähetetty ", "hanki ",
}

// devices are the words for what sends mail, lower case.
var devices = []string{
	"iphone", "ipad", "ipod", "android", "blackberry", "samsung", "galaxy", "huawei", "honor",
	"htc", "nokia", "sony", "xperia", "xiaomi", "redmi", "oppo", "oneplus", "vivo", "motorola",
	"moto", "pixel", "lg", "windows", "mobile", "phone", "smartphone", "tablet", "cell", "mail",
	"outlook", "yahoo", "gmail", "proton", "protonmail", "aol", "verizon", "t-mobile", "apple",
	"wireless", "handheld", "mac", "fairphone", "nexus", "webmail", "bluemail", "spark", "sparrow",
	"mailbird", "superhuman", "thunderbird", "k-9", "handy", "mobiltelefon", "telefon", "foxmail",
	"手机", "手機", "平板", "华为", "華為", "小米", "荣耀", "邮箱", "邮件", "郵件", "qq",
}

// cutMarked labels the last lines as a signature when they say what the HTML marks as one:
// Outlook on the web draws no delimiter in the text.
func (m *mail) cutMarked(sig []rune) {
	end := m.visibleEnd()
	for i := end - 1; i >= 0 && len(sig) > 0; i-- {
		if m.labels[i] != visible || m.depths[i] > 0 || sentence(strings.TrimSpace(m.lines[i])) {
			return
		}
		said := letters(besides.ReplaceAllString(m.lines[i], " "))
		rest := len(sig) - len(said)
		if rest < 0 || !slices.Equal(sig[rest:], said) {
			return
		}
		if sig = sig[:rest]; rest == 0 && m.count(i, end) <= maxSignature {
			m.label(i, end, signature)
		}
	}
}

// visibleEnd is where the last line ends that is visible and says something. A forwarded mail, or
// one too long to be judged, ends in words of others: 0.
func (m *mail) visibleEnd() int {
	if m.forward < len(m.lines) || m.rest != "" {
		return 0
	}
	end := len(m.lines)
	for end > 0 && (m.labels[end-1] != visible || m.blank(end-1)) {
		end--
	}
	return end
}

// cutSignature labels the signature or the footer at the end of what is visible.
func (m *mail) cutSignature() {
	end := m.visibleEnd()
	start := end
	for i, said := end-1, 0; i >= 0 && said <= maxSignature; i-- {
		if m.labels[i] != visible || m.depths[i] > 0 {
			break
		}
		if m.blank(i) {
			continue
		}
		if m.signatureAt(i, end) {
			start = i
		}
		said++
	}
	m.label(start, end, signature)
}

// signatureAt tells whether the lines [i, end) are a signature, delimiter first, or a footer.
func (m *mail) signatureAt(i, end int) bool {
	if m.footer(i) {
		return m.count(i, end) <= 2
	}
	line := strings.TrimSpace(m.lines[i])
	switch {
	case m.lines[i] == "-- " || m.lines[i] == "--\u00a0":
		return m.count(i+1, end) <= maxSignature
	case line == "--":
		return m.count(i+1, end) <= maxLooseSignature
	case looseDelimiter(line):
		return m.looksSigned(i+1, end)
	}
	return false
}

// looseDelimiter tells whether a line is drawn as people and programs (QQ Mail, mailing lists)
// draw the one above a signature.
func looseDelimiter(line string) bool {
	if len(line) > maxFooter || utf8.RuneCountInString(line) < 2 {
		return false
	}
	return strings.Trim(line, "-") == "" || strings.Trim(line, "—–―") == "" ||
		strings.Trim(line, "_") == ""
}

// looksSigned tells whether the lines [from, end) look like a signature: few, short, and no
// sentences.
func (m *mail) looksSigned(from, end int) bool {
	said := 0
	for i := from; i < end; i++ {
		line := strings.TrimSpace(m.lines[i])
		if line == "" {
			continue
		}
		said++
		if said > maxLooseSignature || utf8.RuneCountInString(line) > maxSignatureLine ||
			sentence(line) {
			return false
		}
	}
	return said > 0
}

// sentence tells whether a line ends as a sentence does, not as a name or an address.
func sentence(line string) bool {
	return strings.HasSuffix(line, ".") && strings.Count(line, " ") > 3 ||
		strings.HasSuffix(line, "?") || strings.HasSuffix(line, "。") || strings.HasSuffix(line, "？")
}

// count is how many of the lines [from, end) say something; it stops beyond maxSignature.
func (m *mail) count(from, end int) int {
	said := 0
	for i := from; i < end && said <= maxSignature; i++ {
		if !m.blank(i) {
			said++
		}
	}
	return said
}

// footer tells whether line i is one that a phone or a mail program added.
func (m *mail) footer(i int) bool {
	line := plain(m.lines[i])
	if len(line) > maxFooter {
		return false
	}
	lower := strings.ToLower(line)
	if rest, ok := strings.CutPrefix(lower, "sent from "); ok {
		return namesDevice(firstWords(strings.TrimPrefix(rest, "my "), 2))
	}
	return (hasFooterStart(lower) || strings.HasSuffix(lower, "から送信") ||
		strings.HasSuffix(lower, "에서 보냄")) && namesDevice(lower)
}

// footersBy are the footers by their first byte: the test is made for every line of a mail's end.
var footersBy = func() (by [256][]string) {
	for _, f := range footers {
		by[f[0]] = append(by[f[0]], f)
	}
	return by
}()

func hasFooterStart(lower string) bool {
	if lower == "" {
		return false
	}
	for _, f := range footersBy[lower[0]] {
		if strings.HasPrefix(lower, f) {
			return true
		}
	}
	return false
}

// firstWords returns what s begins with, up to n words: "my desk, easier than my mobile phone"
// names no device in its first two.
func firstWords(s string, n int) string {
	for i, r := range s {
		if r == ' ' {
			if n--; n == 0 {
				return s[:i]
			}
		}
	}
	return s
}

// namesDevice tells whether a word of s is a device.
func namesDevice(s string) bool {
	for _, d := range devices {
		at := strings.Index(s, d)
		if at < 0 {
			continue
		}
		if d[0] >= firstCJK || !letterBefore(s[:at]) && !letterAfter(s[at+len(d):]) {
			return true
		}
	}
	return false
}
