package classify

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"helpgate/internal/rfc"
)

// robotSubjects are what programs put before the subject of an automatic reply, lower case. With a
// colon or nothing behind them they are a sign by themselves.
var robotSubjects = []string{
	"automatic reply", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response",
	"automatic response", "autoresponse", "out of office", "out of office autoreply",
	"out of office reply", "out of the office", "ooo", "vacation reply",
	"自动回复", "自动答复", "自動回覆", "自動答覆", "自動回復", "假期自动回复", "外出自动回复", "外出自動回覆",
	"automatische antwort", "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsmeldung",
	"abwesend", "réponse automatique", "reponse automatique", "message d'absence",
	"respuesta automática", "respuesta automatica", "fuera de la oficina",
	"risposta automatica", "fuori sede", "fuori ufficio", "automatisch antwoord", "afwezig",
	"automatische beantwoording", "resposta automática", "fora do escritório",
	"automatiskt svar", "autosvar", "automatisk svar", "frånvaro", "fravær", "ikke til stede",
	"automaattinen vastaus", "poissa", "odpowiedź automatyczna", "autoodpowiedź", "nieobecność",
	"automatická odpověď", "automatikus válasz", "răspuns automat", "otomatik yanıt",
	"автоответ", "автоматический ответ", "автоматична відповідь", "自動応答", "自動返信", "不在通知",
	"자동 회신", "자동 응답", "자동회신", "부재중", "trả lời tự động", "ตอบกลับอัตโนมัติ", "מענה אוטומטי",
	"رد تلقائي", "αυτόματη απάντηση",
}

// awayWords say that somebody is not there, lower case. In an automatic mail's subject they make it
// an out-of-office notice; on the agents' road they are enough by themselves.
var awayWords = []string{
	"on vacation", "on holiday", "on annual leave", "on leave", "maternity leave", "parental leave",
	"away from the office", "away from my desk", "away from my mail", "away from my email",
	"currently away", "currently out", "not in the office", "out of office", "out of the office",
	"外出", "休假", "不在办公室", "不在辦公室", "年假", "出差中", "放假", "度假", "请假", "請假",
	"im urlaub", "in urlaub", "nicht im büro", "nicht im haus", "außer haus", "ausser haus",
	"en vacances", "en congé", "absent du bureau", "absence du bureau", "absente du bureau",
	"de vacaciones", "fuera de oficina", "in ferie", "fuori dall'ufficio", "op vakantie",
	"met vakantie", "niet op kantoor", "de férias", "fora do escritorio", "på semester",
	"på ferie", "lomalla", "na urlopie", "poza biurem", "в отпуске", "休暇", "휴가", "izindeyim",
}

// qqNotice begins the text of QQ Mail's vacation answer, which has no mark in its header.
const qqNotice = "这是来自qq邮箱的假期自动回复邮件"

// vacation looks for out-of-office notices. It runs last, because words that say little alone say
// much in a mail that is automatic anyway.
func (j *judge) vacation() {
	for range j.values("X-MS-Exchange-Inbox-Rules-Loop") {
		j.sign(OOO, "X-MS-Exchange-Inbox-Rules-Loop")
	}
	for _, value := range j.values("Auto-Submitted") {
		if lower := strings.ToLower(value); autoSubmitted(value) == "auto-replied" &&
			strings.Contains(lower, "owner-email") {
			j.sign(OOO, "Auto-Submitted: auto-replied; owner-email")
		}
	}
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(j.in.FirstLine)), qqNotice) {
		j.sign(OOO, "text: QQ Mail's vacation answer")
	}
	subject := strings.ToLower(strings.TrimSpace(j.in.Subject))
	switch {
	case j.kinds[Loop] || j.kinds[Bounce] || j.kinds[DSNDelay]:
	case j.automatic() && vacationWord(subject) != "", j.robotSubject(subject):
		j.sign(OOO, "Subject: "+j.in.Subject)
	}
}

var bracketTag = regexp.MustCompile(`^(\s*\[[^\]]{0,60}\])+\s*`)

// oldExchange begins what Exchange servers once put behind an answer's prefix.
const oldExchange = "out of office autoreply:"

// robotSubject tells whether a subject says by itself that a program answered a mail. One that
// refers to no mail may be a person's, who asks about such words; but a person's client that writes
// the prefix of an answer also refers, so that a prefix alone is a program's. A person's answer to
// such a mail has the prefix before the words.
func (j *judge) robotSubject(subject string) bool {
	if len(j.values("In-Reply-To"))+len(j.values("References")) == 0 {
		base := rfc.BaseSubject(subject)
		words := bracketTag.ReplaceAllString(base, "")
		return base != subject && strings.HasPrefix(words, oldExchange)
	}
	subject = bracketTag.ReplaceAllString(subject, "")
	for _, words := range robotSubjects {
		rest, ok := strings.CutPrefix(subject, words)
		if !ok {
			continue
		}
		rest = strings.TrimSpace(rest)
		if strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "：") || rest == "" {
			return true
		}
	}
	return false
}

// vacationWord returns the first word of either table that stands in s, which is in lower case;
// "" when there is none.
func vacationWord(s string) string {
	for _, table := range [][]string{robotSubjects, awayWords} {
		for _, w := range table {
			if holdsWord(s, w) {
				return w
			}
		}
	}
	return ""
}

// holdsWord tells whether w stands in s by itself. Scripts of three bytes a rune set no spaces
// between words: there it may stand anywhere.
func holdsWord(s, w string) bool {
	at := strings.Index(s, w)
	if at < 0 {
		return false
	}
	if w[0] >= 0xe0 {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(s[:at])
	after, _ := utf8.DecodeRuneInString(s[at+len(w):])
	return !unicode.IsLetter(before) && !unicode.IsLetter(after)
}

// AgentInput is what the agents' road knows of a mail; Header, Subject and FirstLine are those of
// Input.
type AgentInput struct {
	Header             func(name string) []string
	Subject, FirstLine string
	// TicketSubject is the subject of the ticket that is answered. Where the mail bears the same,
	// its words are the customer's and say nothing of the agent.
	TicketSubject string
}

// Suspicious tells why a mail of an agent's address, with a token, may not be the agent's own
// words, though nothing else marks it as automatic; reason is "" when nothing does. Such a mail is
// held. Away says that it is a reason to take the agent for absent. The sign of repeated texts
// (RULES 3) is the desk's, which knows the others.
func Suspicious(in AgentInput) (reason string, away bool) {
	texts := []string{in.FirstLine}
	if !strings.EqualFold(rfc.BaseSubject(in.Subject), rfc.BaseSubject(in.TicketSubject)) {
		texts = append(texts, in.Subject)
	}
	for _, text := range texts {
		if word := vacationWord(strings.ToLower(text)); word != "" {
			return "vacation word: " + word, true
		}
	}
	if in.Header == nil {
		return "", false
	}
	for _, value := range in.Header("X-Auto-Response-Suppress") {
		if strings.TrimSpace(value) != "" {
			return "X-Auto-Response-Suppress", false
		}
	}
	return "", false
}
