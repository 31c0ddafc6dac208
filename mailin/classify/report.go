package classify

import (
	"slices"
	"strings"

	"helpgate/internal/rfc"
	"helpgate/tickets"
)

// bounceSubjects begin the subjects of delivery failures whose program does not write RFC 3464,
// lower case. They count only when a daemon or the null sender wrote them.
var bounceSubjects = []string{
	"failure notice", "undelivered mail", "undeliverable", "undeliverable mail",
	"mail delivery failed", "mail delivery failure", "mail delivery problem", "delivery failure",
	"delivery status notification", "delivery notification", "delivery report",
	"returned mail", "message delivery failure", "mail system error", "could not deliver",
	"non-delivery", "nondeliverable", "delivery has failed", "mail failure", "mail failed",
	"failed mail",
	"message undeliverable", "unable to deliver", "message delayed", "delivery delayed",
	"mail delayed", "warning: message", "delayed mail",
	"系统退信", "退信", "邮件退回", "邮件发送失败", "邮件被退回", "郵件傳送失敗", "郵件退回", "未送达", "无法送达",
	"無法傳遞", "無法送達", "投递失败", "退件", "未传递", "未傳遞",
	"unzustellbar", "nicht zustellbar", "zustellung fehlgeschlagen", "non remis",
	"échec de la remise",
	"message non distribué", "no se puede entregar", "no entregado", "non recapitabile",
	"non è stato possibile", "não é possível entregar", "onbestelbaar", "niet bezorgd",
	"kan inte levereras", "går inte att leverera", "kan ikke leveres", "ei voitu toimittaa",
	"nie można dostarczyć", "niedostarczone", "nedoručitelná", "teslim edilemedi",
	"配信不能", "配信できません", "недоставленное", "не доставлено", "не удалось доставить", "배달되지 않음",
	"전송 실패", "발송 실패", "[발송 실패",
}

// bounceWords stand in the texts of such programs, lower case, whatever their subjects are.
var bounceWords = []string{
	"qmail-send program", "could not be delivered to one or more",
	"did not reach some or all of the intended recipients",
	"delivery has failed to these recipients", "delivery to the following recipient",
	"unable to deliver your message", "wasn't able to deliver your message",
	"failed addresses follow", "was not delivered to", "wasn't delivered to",
	"permanent fatal errors",
	"could not be delivered to the following", "message you sent was undeliverable",
	"您的邮件被退回", "您的郵件被退回", "邮件无法送达", "не может быть доставлено",
	"전송되지 못했습니다", "전송하지 못했습니다", "送信できませんでした", "配信できませんでした",
}

// delaySubjects are the words of the warnings that a mail is still on its way, lower case.
var delaySubjects = []string{
	"delay", "warning: could not send", "still being retried", "still trying", "延迟", "延遲", "延误",
	"verzöger", "verspätet", "retard", "retraso", "demora", "atraso", "ritard", "vertraag",
	"försena", "forsink", "opóźni", "zpožd", "задерж", "затрим", "gecik", "遅延", "遅れ", "지연",
}

// report looks for reports of delivery, of reading and of abuse (RFC 6522).
func (j *judge) report() {
	subject := j.subject
	kind := strings.ToLower(strings.TrimSpace(j.in.ReportType))
	media := strings.ToLower(strings.TrimSpace(j.in.ContentType))
	multipart := media == "multipart/report"
	status := slices.ContainsFunc(j.in.Enclosed, Enclosed.isStatus)
	switch {
	case multipart && kind == "delivery-status", status && (multipart || j.fromDaemon()),
		Enclosed{ContentType: media}.isStatus():
		j.delivery(subject)
	case multipart:
		j.sign(AutoReply, "report: "+kind)
	case j.found.has("X-Failed-Recipients"):
		j.sign(delayOr(Bounce, subject), "X-Failed-Recipients")
	case !j.fromDaemon():
	case hasPrefixOf(rfc.BaseSubject(subject), bounceSubjects):
		j.sign(delayOr(Bounce, subject), "Subject: "+j.in.Subject)
	case containsOf(strings.ToLower(j.in.Text[:min(len(j.in.Text), maxOpening)]), bounceWords):
		j.sign(delayOr(Bounce, subject), "text: of a bounce")
	}
}

// maxOpening bounds, in bytes, where a bounce's text says that it is one.
const maxOpening = 2000

// delayOr is DSNDelay where the subject says that the mail is still on its way, else kind.
func delayOr(kind, subject string) string {
	if containsOf(subject, delaySubjects) {
		return DSNDelay
	}
	return kind
}

// delivery judges a delivery status notification by what was done. One failure makes a bounce; one
// that reports only success is answered by nobody and tells of nothing that went wrong.
func (j *judge) delivery(subject string) {
	j.status = readStatus(j.in.Enclosed)
	seen := make(map[string]bool)
	for _, r := range j.status.Recipients {
		seen[r.Action] = true
	}
	switch {
	case seen["failed"]:
		j.sign(Bounce, "Action: failed")
	case seen["delayed"]:
		j.sign(DSNDelay, "Action: delayed")
	case seen["delivered"], seen["relayed"], seen["expanded"]:
		j.sign(AutoReply, "report: delivery-status of success")
	default:
		j.sign(delayOr(Bounce, subject), "report: delivery-status")
	}
}

// told gives what a bounce or a warning of delay says of whom it concerns: the fields of RFC 3464,
// else the words of its text.
func (j *judge) told(kind string) *tickets.Report {
	r := j.status
	if r.MessageID == "" && len(r.Recipients) == 0 {
		r = readStatus(j.in.Enclosed)
	}
	var failed []string
	for _, value := range j.found.all("X-Failed-Recipients") {
		for _, a := range rfc.ParseAddressList(value[:min(len(value), maxReturned)]) {
			if len(failed) == maxRecipients {
				break
			}
			if key := rfc.Key(a.Addr); key != "" && !slices.Contains(failed, key) {
				failed = append(failed, key)
			}
		}
	}
	own := func(key string) bool {
		return slices.Contains(j.in.To, key) || slices.Contains(j.in.From, key)
	}
	readReturned(&r, j.in.Text, failed, own)
	if r.MessageID == "" { // Exchange and Gmail answer the mail that came back
		cited := append(j.found.all("In-Reply-To"), j.found.all("References")...)
		if ids := rfc.MessageIDs(strings.Join(cited, " ")); len(ids) > 0 {
			r.MessageID = ids[len(ids)-1]
		}
	}
	for i := range r.Recipients {
		if one := &r.Recipients[i]; one.Action == "" {
			one.Action = map[string]string{Bounce: "failed", DSNDelay: "delayed"}[kind]
		}
	}
	return &r
}

// mailSystems are the local parts under which mail systems write, without the marks in them.
var mailSystems = []string{"mailerdaemon", "maildaemon", "postmaster", "mailsystem", "mdaemon"}

// fromDaemon tells whether a mail system may have written the mail.
func (j *judge) fromDaemon() bool {
	if j.nullSender() {
		return true
	}
	for _, addr := range j.in.From {
		local, _, _ := strings.Cut(addr, "@")
		if slices.Contains(mailSystems, strings.Map(unmarked, local)) {
			return true
		}
	}
	return false
}

// unmarked drops the marks that stand between words of a local part.
func unmarked(r rune) rune {
	if r == '-' || r == '_' || r == '.' {
		return -1
	}
	return r
}

func hasPrefixOf(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func containsOf(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
