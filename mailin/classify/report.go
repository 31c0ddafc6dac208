package classify

import "strings"

// bounceSubjects begin the subjects of delivery failures whose program does not write RFC 3464,
// lower case. They count only when a daemon or the null sender wrote them.
var bounceSubjects = []string{
	"failure notice", "undelivered mail", "undeliverable", "undeliverable mail",
	"mail delivery failed", "mail delivery failure", "delivery failure",
	"delivery status notification",
	"returned mail", "message delivery failure", "mail system error", "could not deliver",
	"non-delivery", "nondeliverable", "delivery has failed",
	"系统退信", "退信", "邮件退回", "邮件发送失败", "郵件傳送失敗", "未送达", "无法送达", "投递失败", "退件",
	"unzustellbar", "nicht zustellbar", "non remis", "échec de la remise", "no se puede entregar",
	"non recapitabile", "配信不能", "недоставленное",
}

// delaySubjects are the words of the warnings that a mail is still on its way, lower case.
var delaySubjects = []string{"delay", "warning: could not send", "still being retried", "延迟", "延遲"}

// report looks for reports of delivery, of reading and of abuse (RFC 6522).
func (j *judge) report() {
	subject := strings.ToLower(strings.TrimSpace(j.in.Subject))
	kind := strings.ToLower(strings.TrimSpace(j.in.ReportType))
	media := strings.ToLower(strings.TrimSpace(j.in.ContentType))
	switch {
	case media == "multipart/report" && kind == "delivery-status",
		media == "message/delivery-status", len(j.in.DSNActions) > 0 && j.fromDaemon():
		j.delivery(subject)
	case media == "multipart/report":
		j.sign(AutoReply, "report: "+kind)
	case len(j.values("X-Failed-Recipients")) > 0:
		j.sign(Bounce, "X-Failed-Recipients")
	case j.fromDaemon() && hasPrefixOf(subject, bounceSubjects):
		if containsOf(subject, delaySubjects) {
			j.sign(DSNDelay, "Subject: "+j.in.Subject)
			return
		}
		j.sign(Bounce, "Subject: "+j.in.Subject)
	}
}

// delivery judges a delivery status notification by what was done. One failure makes a bounce; one
// that reports only success is answered by nobody and tells of nothing that went wrong.
func (j *judge) delivery(subject string) {
	seen := make(map[string]bool)
	for _, action := range j.in.DSNActions {
		word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(action)), " ")
		seen[word] = true
	}
	switch {
	case seen["failed"]:
		j.sign(Bounce, "Action: failed")
	case seen["delayed"]:
		j.sign(DSNDelay, "Action: delayed")
	case seen["delivered"], seen["relayed"], seen["expanded"]:
		j.sign(AutoReply, "report: delivery-status of success")
	case containsOf(subject, delaySubjects):
		j.sign(DSNDelay, "report: delivery-status, Subject: "+j.in.Subject)
	default:
		j.sign(Bounce, "report: delivery-status")
	}
}

// fromDaemon tells whether a mail system may have written the mail.
func (j *judge) fromDaemon() bool {
	if j.nullSender() {
		return true
	}
	for _, addr := range j.in.From {
		switch local, _, _ := strings.Cut(addr, "@"); local {
		case "mailer-daemon", "postmaster":
			return true
		}
	}
	return false
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
