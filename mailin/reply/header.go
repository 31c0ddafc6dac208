package reply

import "strings"

// fieldKind is what a line of a quoted header says.
type fieldKind uint8

const (
	noField fieldKind = iota
	fromField
	dateField
	toField
	subjectField
	otherField
)

// fields are the names of header fields as mail programs print them above a quotation, lower case.
var fields = map[string]fieldKind{
	"from": fromField, "sent": dateField, "date": dateField, "to": toField, "cc": otherField,
	"subject": subjectField, "reply-to": otherField, "bcc": otherField, "importance": otherField,
	"attachments": otherField, "sent at": dateField,

	"发件人": fromField, "发送时间": dateField, "日期": dateField, "发送日期": dateField, "时间": dateField,
	"收件人": toField, "抄送": otherField, "抄送人": otherField, "主题": subjectField, "密送": otherField,
	"寄件者": fromField, "寄件人": fromField, "發件人": fromField, "寄件日期": dateField,
	"發送時間": dateField, "傳送時間": dateField, "收件者": toField, "副本": otherField,
	"主旨": subjectField, "主題": subjectField, "抄送者": otherField, "發送日期": dateField,

	"von": fromField, "gesendet": dateField, "datum": dateField, "an": toField,
	"betreff": subjectField, "kopie": otherField,
	"de": fromField, "envoyé": dateField, "envoyé le": dateField, "à": toField,
	"objet": subjectField, "sujet": subjectField, "message du": dateField, "copie à": otherField,
	"date d'envoi": dateField,
	"enviado":      dateField, "enviado el": dateField, "fecha": dateField, "para": toField,
	"asunto": subjectField, "da": fromField, "inviato": dateField, "data": dateField,
	"a": toField, "oggetto": subjectField, "van": fromField, "verzonden": dateField,
	"aan": toField, "onderwerp": subjectField, "enviada em": dateField, "enviado em": dateField,
	"assunto": subjectField, "från": fromField, "skickat": dateField, "till": toField,
	"ämne": subjectField, "fra": fromField, "sendt": dateField, "dato": dateField,
	"til": toField, "emne": subjectField, "od": fromField, "wysłano": dateField, "do": toField,
	"temat": subjectField, "wysłane": dateField, "от": fromField, "отправлено": dateField,
	"дата": dateField, "кому": toField, "тема": subjectField, "копия": otherField,
	"差出人": fromField, "送信日時": dateField, "送信者": fromField, "宛先": toField, "件名": subjectField,
	"보낸 사람": fromField, "보낸사람": fromField, "보낸 날짜": dateField, "받는 사람": toField,
	"받는사람": toField, "제목": subjectField, "날짜": dateField, "lähettäjä": fromField,
	"lähetetty": dateField, "vastaanottaja": toField, "aihe": subjectField, "từ": fromField,
	"ngày": dateField, "tới": toField, "đến": toField, "chủ đề": subjectField,
}

// originals are the words between dashes above a quotation, lower case.
var originals = map[string]bool{
	"original message": true, "original email": true, "reply message": true,
	"replied message": true, "original appointment": true, "original meeting": true,
	"原始邮件": true, "原始郵件": true, "原邮件": true, "原始信件": true, "原始訊息": true, "邮件原件": true,
	"回复的原邮件": true, "回复的邮件": true, "回覆的原郵件": true,
	"ursprüngliche nachricht": true, "originalnachricht": true, "original-nachricht": true,
	"message d'origine": true, "message original": true, "message initial": true,
	"mensaje original": true, "messaggio originale": true, "oorspronkelijk bericht": true,
	"mensagem original": true, "ursprungligt meddelande": true, "originalmeddelande": true,
	"oprindelig besked": true, "oprindelig meddelelse": true, "opprinnelig melding": true,
	"oryginalna wiadomość": true, "wiadomość oryginalna": true, "исходное сообщение": true,
	"пересылаемое сообщение": true, "元のメッセージ": true, "원본 메시지": true, "원본 메일": true,
	"alkuperäinen viesti": true,
}

// forwards are the words above a mail that was passed on: what stands below is the content.
var forwards = map[string]bool{
	"forwarded message": true, "begin forwarded message": true, "forwarded mail": true,
	"转发邮件": true, "转发的邮件": true, "轉寄郵件": true, "轉寄的郵件": true, "已转发邮件": true,
	"转发邮件信息": true, "被转发的邮件": true, "已轉寄的郵件": true, "開始轉寄郵件": true, "开始转发邮件": true,
	"weitergeleitete nachricht": true, "anfang der weitergeleiteten nachricht": true,
	"message transféré": true, "début du message transféré": true, "message réexpédié": true,
	"mensaje reenviado": true, "messaggio inoltrato": true, "doorgestuurd bericht": true,
	"mensagem encaminhada": true, "vidarebefordrat meddelande": true,
	"videresendt besked": true, "videresendt meddelelse": true,
	"przekazana wiadomość": true, "treść przekazanej wiadomości": true,
	"пересланное сообщение": true, "転送されたメッセージ": true, "전달된 메시지": true,
	"inizio messaggio inoltrato": true, "inicio del mensaje reenviado": true,
}

const (
	// maxFieldName bounds, in bytes, the name of a field with what is drawn around it.
	maxFieldName = 40
	// maxHeaderLines bounds a quoted header, folded recipients and all.
	maxHeaderLines = 12
	// minHeaderFields is how many fields, the author's among them, make a header of some lines.
	minHeaderFields = 3
)

// boundary returns the first line from which everything is an unmarked quotation, else the number
// of lines. It notes where a forwarded mail begins, for what stands below that is content.
func (m *mail) boundary() int {
	for i := range m.lines {
		if m.depths[i] > 0 || len(m.lines[i]) > maxIntroduction || m.blank(i) {
			continue
		}
		word, dashed := divider(m.lines[i])
		switch {
		case forwards[word] && (dashed || endsWithColon(plain(m.lines[i]))):
			m.forward = i
			return m.separatorAfter(i)
		case m.separator(i):
			return m.introduction(i)
		case dashed && originals[word], m.header(i):
			return m.introduction(i)
		}
		if n, s := m.attribution(i, len(m.lines)); s == strong && !m.marked(i+n) {
			return i
		}
	}
	return len(m.lines)
}

// separatorAfter returns the first of our separators below line i, however marked, else the number
// of lines: an agent who forwards a notification forwards no more of it than its text.
func (m *mail) separatorAfter(i int) int {
	for i++; i < len(m.lines); i++ {
		if m.separator(i) {
			return i
		}
	}
	return len(m.lines)
}

// contentEnd is where the lines end that may hold marked quotations.
func (m *mail) contentEnd(end int) int { return min(end, m.forward) }

// marked tells whether the first line at or after i that is not blank has a quote mark.
func (m *mail) marked(i int) bool {
	i = m.skipBlank(i, len(m.lines))
	return i < len(m.lines) && m.depths[i] > 0
}

// introduction moves a boundary up over a rule of dashes or underscores and over an attribution
// that stand directly above it.
func (m *mail) introduction(i int) int {
	for range maxFolds {
		above := m.skipBlankBack(0, i)
		if above == 0 || m.depths[above-1] > 0 {
			return i
		}
		if m.rule(above-1) || m.originalRule(above-1) {
			i = above - 1
			continue
		}
		if at := m.attributionAbove(above); at < above {
			return at
		}
		return i
	}
	return i
}

// attributionAbove returns where an attribution that ends right before line i begins, else i.
func (m *mail) attributionAbove(i int) int {
	if i == 0 || len(m.lines[i-1]) > maxIntroduction || !introduces(plain(m.lines[i-1])) {
		return i
	}
	best, sure := i, none
	for back := 1; back <= maxFolds && back <= i; back++ {
		at := i - back
		if m.blank(at) || (back > 1 && endsWithColon(plain(m.lines[at]))) {
			break
		}
		if n, s := m.attribution(at, i); n == back && s > sure {
			best, sure = at, s
		}
	}
	return best
}

func (m *mail) originalRule(i int) bool {
	word, dashed := divider(m.lines[i])
	return dashed && originals[word]
}

// rule tells whether line i is drawn: at least four dashes, underscores, equals signs or stars and
// nothing else.
func (m *mail) rule(i int) bool {
	line := strings.TrimSpace(m.lines[i])
	return len(line) >= 4 && len(line) <= maxIntroduction && strings.Trim(line, "-_=—─* ") == ""
}

// divider takes the dashes off a line such as "----- Original Message -----" and returns the words
// between in lower case, and whether there were dashes. A line that has neither dashes nor a colon
// divides nothing: "".
func divider(line string) (word string, dashed bool) {
	line = plain(line)
	dashed = strings.HasPrefix(line, "--") || strings.HasPrefix(line, "——") ||
		strings.HasPrefix(line, "──")
	if len(line) > maxIntroduction || !dashed && !endsWithColon(line) {
		return "", false
	}
	inner := strings.Trim(line, "-—–─=_* \t\u00a0")
	inner = strings.TrimRight(inner, ":： ")
	return strings.ToLower(strings.ReplaceAll(inner, "’", "'")), dashed
}

// header tells whether a quoted header begins at line i: a field, and close below others, so that
// there are at least three with the author and a date or a subject among them.
func (m *mail) header(i int) bool {
	if m.field(i) == noField {
		return false
	}
	var seen [otherField + 1]bool
	count, misses := 0, 0
	for j := i; j < len(m.lines) && j < i+maxHeaderLines && misses <= 2; j++ {
		if m.depths[j] > 0 {
			break
		}
		kind := m.field(j)
		switch {
		case kind == noField:
			misses++
		case !seen[kind]:
			seen[kind], misses = true, 0
			count++
		}
	}
	return seen[fromField] && count >= minHeaderFields && (seen[dateField] || seen[subjectField])
}

// field tells which field of a quoted header line i is. A table row of "| From | …" is one too:
// that is how NetEase's programs print it.
func (m *mail) field(i int) fieldKind {
	line := m.lines[i]
	if len(line) > 4*maxIntroduction {
		line = line[:4*maxIntroduction]
	}
	line = plain(line)
	if rest, ok := strings.CutPrefix(line, "|"); ok {
		name, _, _ := strings.Cut(rest, "|")
		return fields[fieldName(name)]
	}
	name, found := line[:min(len(line), maxFieldName+len("："))], false
	for _, colon := range []string{":", "："} {
		if before, _, ok := strings.Cut(name, colon); ok {
			name, found = before, true
		}
	}
	if !found || name == "" || len(name) > maxFieldName {
		return noField
	}
	return fields[fieldName(name)]
}

func fieldName(s string) string {
	return strings.ToLower(strings.ReplaceAll(strings.Trim(s, "*_ \t\u00a0\u3000"), "　", ""))
}
