package classify

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"helpgate/internal/rfc"
	"helpgate/tickets"
)

// maxReturned bounds, in bytes, how much of a bounce's text is read for recipients.
const maxReturned = 32 << 10

// copyMark begins a line behind which a bounce holds the mail that came back, or what helps only
// those who run the servers on its way.
var copyMark = regexp.MustCompile(`(?i)^[-_=*>| \t]*(?:` +
	`below this line is a copy|this is a copy of|the body of the message is|included is a copy|` +
	`a copy of (?:the|your) (?:original )?message|` +
	`(?:original )?message (?:header|text)?s? ?follows|` +
	`(?:your )?(?:original|returned|unsent) message(?: headers?| below)?[-_:. ]*\r?$|` +
	`ursprüngliche nachricht(?:enkopfzeilen)?[-_:. ]*\r?$|original-nachricht[-_:. ]*\r?$|` +
	`en-têtes d(?:e|u) message d'origine|encabezados de(?:l)? mensajes? original|` +
	`intestazioni (?:originali|del messaggio)|oorspronkelijke berichtkoppen|исходные заголовки|` +
	`原始邮件头|原始郵件標頭|原邮件内容|以下是原邮件|元のメッセージ|` +
	`(?:return-path|received|message-id|mime-version):)`)

// foreignLines begin lines with addresses of others than recipients, lower case.
var foreignLines = []string{
	"from:", "sender:", "reply-to:", "subject:", "发件人", "寄件者", "主题", "主　题", "主旨", "von:",
	"de :", "de:", "от:", "contact", "please contact", "generating server", "reporting-mta",
}

// recipientLabels begin lines that name a recipient, lower case.
var recipientLabels = []string{
	"收件人/to", "收件人", "收件者", "收信人", "to", "an", "recipient address", "recipients",
	"recipient", "failed recipient", "unknown user", "user mailbox exceeds allowed size",
	"undeliverable to", "empfänger", "destinataire", "destinatario", "получатель", "кому", "宛先",
	"받는 사람", "수신자",
}

// toldRecipient are the forms of a sentence that names the recipient within it.
var toldRecipient = regexp.MustCompile(`(?i)(?:` +
	`(?:delivered|deliver (?:your |the )?(?:message|mail|e-?mail)|undeliverable|delivery) to|` +
	`rcpt to ?:|recipient|发给|发送给|发往|寄给|投递到|邮件地址|收件人地址|邮箱地址|收件人|zugestellt werden an` +
	`)[ :]?[ (（<"'“「]*(` + address + `)`)

const address = `[\pL\pN._%+=!#$&'*/?^{|}~-]{1,64}@[\pL\pN-]{1,63}(?:\.[\pL\pN-]{1,63}){1,8}`

var anyAddress = regexp.MustCompile(address)

// idLine finds the Message-ID of the mail that came back.
var idLine = regexp.MustCompile(`(?im)^[ \t>]*(?:message-id|邮件标识) ?[:：][ \t]*(<[^<>\s]{1,250}>)`)

// readReturned reads a bounce that has no machine's part, or one that names no recipient: those of
// qmail, Exim, old Exchange and Domino, Gmail, Yahoo, QQ, 163 and other Coremail, Mail.ru. failed
// are the addresses of X-Failed-Recipients; own tells of addresses that received this bounce.
func readReturned(r *tickets.Report, text string, failed []string, own func(string) bool) {
	text = text[:min(len(text), maxReturned)]
	told, rest := cutCopy(text)
	if r.MessageID == "" {
		if found := idLine.FindStringSubmatch(rest); found != nil {
			if ids := rfc.MessageIDs(found[1]); len(ids) > 0 {
				r.MessageID = ids[0]
			}
		}
	}
	if len(r.Recipients) > 0 {
		return
	}
	blocks := namedBlocks(told, own)
	if len(blocks) == 0 && len(failed) == 0 {
		blocks = toldBlock(told, own)
	}
	if len(blocks) == 0 && len(failed) == 0 {
		blocks = namedBlocks(rest, own) // to whom the mail was that came back
	}
	if len(failed) > 0 {
		blocks = blocks.only(failed)
	}
	r.Recipients = blocks.reasons(told)
}

// only gives the blocks of those addresses, an empty one where an address has none.
func (bs blocks) only(addrs []string) blocks {
	var found blocks
	for _, addr := range addrs {
		if b := bs.of(addr); b != nil {
			found = append(found, *b)
		} else {
			found = append(found, block{addr: addr})
		}
	}
	return found
}

// reasons tells of each recipient why: by what stands below the name, else below a later one, for a
// reason behind the last is everybody's; else above the first, or anywhere.
func (bs blocks) reasons(told string) []tickets.ReportedRecipient {
	if len(bs) == 0 {
		return nil
	}
	above, whole := reason(before(told, bs[0].addr)), reason(told)
	below := whole
	list := make([]tickets.ReportedRecipient, len(bs))
	for i, b := range slices.Backward(bs) {
		if strings.TrimSpace(b.words) != "" {
			below = reason(b.words)
		}
		list[i] = below
		if below.Status == "" && above.Status != "" {
			list[i] = above
		}
		list[i].Address = b.addr
	}
	return list
}

// reason gives what words say of why a mail did not arrive.
func reason(words string) tickets.ReportedRecipient {
	return tickets.ReportedRecipient{Status: statusOf(words), Diagnostic: reasonLine(words)}
}

// before gives what a bounce tells before it first names the address.
func before(told, addr string) string {
	at := strings.Index(strings.ToLower(told), addr)
	if at < 0 || at > len(told) {
		return ""
	}
	return strings.TrimRight(told[:at], " \t<\"'(:：")
}

// cutCopy parts what a bounce tells from the copy of the mail that came back.
func cutCopy(text string) (told, rest string) {
	at := 0
	for line := range strings.Lines(text) {
		if at > 0 && copyMark.MatchString(line) {
			return text[:at], text[at:]
		}
		at += len(line)
	}
	return text, text
}

// block is what a bounce says behind a recipient's name.
type block struct{ addr, words string }

type blocks []block

func (bs blocks) of(addr string) *block {
	for i := range bs {
		if bs[i].addr == addr {
			return &bs[i]
		}
	}
	return nil
}

// namedBlocks finds the lines that begin with a recipient, and what stands below each. One who is
// named again, as for the administrators, has both.
func namedBlocks(told string, own func(string) bool) blocks {
	var found blocks
	var current *block
	for line := range strings.Lines(told) {
		addr, rest := leadingAddress(line)
		key := rfc.Key(addr)
		switch {
		case key == "" || own(key):
			if current != nil {
				current.words += line
			}
			continue
		case found.of(key) == nil && len(found) == maxRecipients:
			return found
		case found.of(key) == nil:
			found = append(found, block{addr: key})
		}
		current = found.of(key)
		current.words += rest
	}
	return found
}

// leadingAddress gives the address with which a line begins, perhaps behind a label, and what
// follows on it.
func leadingAddress(line string) (addr, rest string) {
	line = strings.TrimLeft(line, " \t　>*•·-\"'")
	for _, begin := range foreignLines {
		if _, ok := rfc.CutPrefixFold(line, begin); ok {
			return "", ""
		}
	}
	for _, label := range recipientLabels {
		behind, ok := rfc.CutPrefixFold(line, label)
		if trimmed := strings.TrimLeft(behind, " \t:：　"); ok && trimmed != behind {
			line = trimmed
			break
		}
	}
	line = strings.TrimLeft(line, "<\"'(（[ \t")
	at := anyAddress.FindStringIndex(line)
	if at == nil || at[0] != 0 {
		return "", ""
	}
	return line[:at[1]], strings.TrimLeft(line[at[1]:], ">\"')）]:：.,; \t")
}

// toldBlock finds a recipient who is named within a sentence.
func toldBlock(told string, own func(string) bool) blocks {
	for _, at := range toldRecipient.FindAllStringSubmatchIndex(told, maxRecipients) {
		if key := rfc.Key(told[at[2]:at[3]]); key != "" && !own(key) {
			line := strings.LastIndexByte(told[:at[2]], '\n') + 1
			return blocks{{addr: key, words: told[line:]}}
		}
	}
	return nil
}

// reasonMark stands before the reason in bounces that are made as a form.
var reasonMark = regexp.MustCompile(`(?i)^.*` +
	`(?:退信原因|退回原因|失败原因|失敗原因|bounce reason|reason:|because:|英文说明|실패 사유|причина)[ :：/]*`)

// maxDiagnostic bounds, in bytes, the words of a reason.
const maxDiagnostic = 500

// reasonLine gives the words that tell why: a server's reply, else what stands behind a mark, else
// the first line that means a status, else what follows the recipient with no blank line between.
func reasonLine(words string) string {
	next, marked, behind, meant := "", false, "", ""
	above := true // no blank line yet
	for n, line := range slices.Collect(strings.Lines(words)) {
		if line = strings.Trim(line, " \t\r\n　"); line == "" {
			above = above && n == 0 // the rest of the recipient's own line
			continue
		}
		if replyCode.MatchString(line) || enhancedCode(line) != "" {
			return rfc.CleanName(rfc.Cut(line, maxDiagnostic))
		}
		if above && next == "" {
			next = line
		}
		if at := reasonMark.FindStringIndex(line); at != nil {
			marked, line = true, line[at[1]:]
		}
		if marked && behind == "" {
			behind = line
		}
		if meant == "" && statusOf(line) != "" {
			meant = line
		}
	}
	return rfc.CleanName(rfc.Cut(cmp.Or(behind, meant, next), maxDiagnostic))
}
