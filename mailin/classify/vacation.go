package classify

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"helpgate/internal/rfc"
)

// vacation looks for out-of-office notices. It runs last, because words that say little alone say
// much in a mail that is automatic anyway; in a person's mail they say nothing.
func (j *judge) vacation() {
	j.rulesLoop()
	for _, value := range j.found.all("Auto-Submitted") {
		lower := strings.ToLower(value)
		if autoSubmitted(value) == "auto-replied" && containsOf(lower, vacationParameters) {
			j.sign(OOO, "Auto-Submitted: "+lower)
		}
	}
	if notice(j.in.NewText) {
		j.sign(OOO, "text: QQ Mail's vacation answer")
	}
	j.answers = j.answers || j.replied || j.refers()
	subject := j.subject
	switch {
	case j.kinds[Loop] || j.kinds[Bounce] || j.kinds[DSNDelay]:
	case j.robotSubject(subject), j.automatic() && j.awayTold(subject):
		j.sign(OOO, "Subject: "+j.in.Subject)
	case j.refers() && beginsWith(withoutTag(subject), answerSubjects):
		j.sign(AutoReply, "Subject: "+j.in.Subject)
	case j.replied && j.automatic() && !j.kinds[List]:
		if word := vacationWord(lead(j.in.NewText, noticeLines)); word != "" {
			j.sign(OOO, "text: "+word)
		}
	}
}

// vacationParameters stand behind auto-replied in Auto-Submitted: RFC 3834 section 5.2, and what
// Sieve (RFC 5230) in Dovecot and Zimbra writes.
var vacationParameters = []string{"owner-email", "vacation"}

// rulesLoop reads the field by which Exchange counts how often inbox rules passed a mail on. An
// answer of such a rule is from the mailbox that it names; a customer's mail that a rule of a
// colleague's mailbox redirected to us names that mailbox too, but is from the customer, and what a
// rule forwards has the prefix of forwards.
func (j *judge) rulesLoop() {
	for _, value := range j.found.all("X-MS-Exchange-Inbox-Rules-Loop") {
		if slices.Contains(j.in.From, rfc.Key(value)) && !forwardPrefix.MatchString(j.subject) {
			j.sign(OOO, "X-MS-Exchange-Inbox-Rules-Loop")
			return
		}
	}
}

// forwardPrefix begins the subject of a forwarded mail, in lower case.
var forwardPrefix = regexp.MustCompile(
	`^(?:fwd?|wg|tr|rv|enc|i|vs|vb|doorst|pd|ilt|转发|轉寄|轉發|転送|전달) ?[:：]`)

// awayTold tells whether the subject of an automatic mail says that somebody is away. Words that
// programs use say so in any; those of people only in what answers a mail, for a staff register
// may report who is on vacation.
func (j *judge) awayTold(subject string) bool {
	return wordOf(subject, robotSubjects) != "" || j.answers && wordOf(subject, awayWords) != ""
}

// notice tells whether a text begins with a provider's sentence. What follows it within a sentence
// is somebody's question about it.
func notice(text string) bool {
	text = strings.TrimLeft(text, " \r\n\t　")
	for _, sentence := range noticeSentences {
		if rest, ok := rfc.CutPrefixFold(text, sentence); ok {
			rest, _, _ = strings.Cut(rest, "\n")
			return strings.TrimSpace(rest) == "" || strings.HasPrefix(rest, "。")
		}
	}
	return false
}

var bracketTag = regexp.MustCompile(`^(\s*\[[^\]]{0,60}\])+\s*`)

func withoutTag(subject string) string {
	if !strings.HasPrefix(subject, "[") {
		return subject
	}
	return bracketTag.ReplaceAllString(subject, "")
}

// oldExchange begins what Exchange servers once put behind an answer's prefix.
const oldExchange = "out of office autoreply:"

// robotSubject tells whether a subject says by itself that a program answered a mail. In a mail
// that refers to none and suppresses no answers it may be a person's, who asks about such words;
// but a person's client that writes the prefix of an answer also refers, so that a prefix alone is
// a program's. A person's answer to such a mail has the prefix before the words.
func (j *judge) robotSubject(subject string) bool {
	if !j.refers() && !j.suppressed {
		if answersAnAnswer(withoutTag(subject)) {
			return true
		}
		if !strings.Contains(subject, oldExchange) {
			return false
		}
		base := rfc.BaseSubject(subject)
		return base != subject && strings.HasPrefix(withoutTag(base), oldExchange)
	}
	return beginsWith(withoutTag(subject), robotSubjects)
}

// answersAnAnswer tells whether the words of a program stand before the prefix of an answer, where
// no person's client puts them.
func answersAnAnswer(subject string) bool {
	for _, words := range robotSubjects {
		rest, ok := strings.CutPrefix(subject, words)
		rest = strings.TrimLeft(rest, ":： ")
		end := strings.IndexAny(rest, ":：")
		if ok && end > 0 && rfc.BaseSubject(rest[:end]+":") == "" {
			return true
		}
	}
	return false
}

// beginsWith tells whether a subject is one of the words, or has it in front with a colon.
func beginsWith(subject string, table []string) bool {
	for _, words := range table {
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

const (
	// noticeLines are how many lines of an automatic answer may say that somebody is away.
	noticeLines = 3
	// maxLead bounds those lines in bytes.
	maxLead = 600
)

// lead gives the first n lines of a text that are not blank; one that only greets does not count.
func lead(text string, n int) string {
	var b strings.Builder
	for line := range strings.Lines(text[:min(len(text), maxLead)]) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if b.Len() > 0 || !greets(line) {
			n--
		}
		b.WriteString(line)
		if n == 0 {
			break
		}
		b.WriteByte('\n')
	}
	return strings.ToValidUTF8(b.String(), "")
}

// maxGreeting is how long a line may be, in bytes, that does nothing but greet.
const maxGreeting = 60

// greets tells whether a line ends as those do that stand before the text of a letter.
func greets(line string) bool {
	last, _ := utf8.DecodeLastRuneInString(line)
	return len(line) <= maxGreeting && strings.ContainsRune(",，:：!！、", last)
}

// vacationWord returns the first word of the tables that stands in s; "" when there is none.
func vacationWord(s string) string {
	s = strings.ToLower(s)
	return cmp.Or(wordOf(s, robotSubjects), wordOf(s, answerSubjects), wordOf(s, awayWords))
}

// wordOf returns the first word of the table that stands in s, which is in lower case.
func wordOf(s string, table []string) string {
	for _, w := range table {
		if holdsWord(s, w) {
			return w
		}
	}
	return ""
}

// holdsWord tells whether w stands in s by itself.
func holdsWord(s, w string) bool { return indexWord(s, w) >= 0 }

// unspaced tells whether a word may stand within others: runes of three bytes are of scripts that
// set no spaces between words or, as Korean, join particles to them.
func unspaced(w string) bool { return w[0] >= 0xe0 }

// indexWord finds w where it stands by itself; -1 when it does not. In a script without spaces it
// may stand anywhere.
func indexWord(s, w string) int {
	for from := 0; ; {
		at := strings.Index(s[from:], w)
		if at < 0 || unspaced(w) {
			return at
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(s[:at])
		after, _ := utf8.DecodeRuneInString(s[at+len(w):])
		if !unicode.IsLetter(before) && !unicode.IsLetter(after) {
			return at
		}
		from = at + len(w)
	}
}

// AgentInput is what the agents' road knows of a mail.
type AgentInput struct {
	// Suppressed is that of the mail's Verdict; Subject and NewText are those of Input.
	Suppressed       bool
	Subject, NewText string
	// TicketSubject is the subject of the ticket that is answered. Where the mail bears the same,
	// its words are the customer's and say nothing of the agent.
	TicketSubject string
}

// Suspicious tells why a mail of an agent's address, with a token, may not be the agent's own
// words, though nothing else marks it as automatic; reason is "" when nothing does. Such a mail is
// held. Away says that it is a reason to take the agent for absent. The sign of repeated texts
// (RULES 3) is the desk's, which knows the others.
func Suspicious(in AgentInput) (reason string, away bool) {
	texts := []string{lead(in.NewText, 1)}
	if !strings.EqualFold(rfc.BaseSubject(in.Subject), rfc.BaseSubject(in.TicketSubject)) {
		texts = append(texts, in.Subject)
	}
	for _, text := range texts {
		if word := vacationWord(text); word != "" {
			return "vacation word: " + word, true
		}
	}
	if in.Suppressed {
		return "X-Auto-Response-Suppress", false
	}
	return "", false
}
