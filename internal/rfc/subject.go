package rfc

import (
	"regexp"
	"strconv"
	"strings"
)

// replyPrefix is one prefix of answer or forward in the languages of mail clients (RULES 2), with
// its counter and either colon.
var replyPrefix = regexp.MustCompile(`^(?i)(?:` +
	`re|r|fwd|fw|i|aw|antw|antwort|wg|sv|vs|vb|vl|rv|res|enc|tr` +
	`|ref|réf|rif|odp|pd|ynt|ilt|atb|bls|trs|doorst` +
	`|απ|σχετ|πρθ|отв|ответ` +
	`|回复|答复|转发|回覆|答覆|轉寄|轉發|转寄|返信|転送|회신|답장|전달)` +
	`\pZ*(?:[\[(（]\pZ*\d{1,6}\pZ*[\])）])?\pZ*[:：]\pZ*`)

// subjectTag is the tag that subject_tag = "prefix" writes.
var subjectTag = regexp.MustCompile(`\[#([1-9]\d{0,17})\]`)

// BaseSubject gives what a thread's subjects have in common: prefixes of answers and forwards
// taken off again and again, our [#N] tag removed, spaces folded. It may be empty.
func BaseSubject(s string) string {
	if strings.Contains(s, "[#") {
		s = subjectTag.ReplaceAllString(s, " ")
	}
	s = strings.Join(strings.Fields(s), " ")
	for {
		prefix := replyPrefix.FindString(s)
		if prefix == "" {
			return s
		}
		s = s[len(prefix):]
	}
}

// SubjectTag gives the number of the first [#N] in a subject. It names a ticket and proves nothing.
func SubjectTag(s string) (number int64, ok bool) {
	m := subjectTag.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	number, err := strconv.ParseInt(m[1], 10, 64)
	return number, err == nil
}
