package classify

import (
	"regexp"
	"strings"
)

// enhancedStatus is a code of RFC 3463 that is no piece of an IP address or version.
var enhancedStatus = regexp.MustCompile(
	`(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?:\.?[^\d.]|\.?$)`)

// replyCode is a reply of SMTP (RFC 5321 section 4.2) that tells of trouble.
var replyCode = regexp.MustCompile(`(?:^|[^\w.@-])([45]\d\d)(?:[ \-:]|$)`)

// enhancedCode gives the first code of RFC 3463 in s; "" when there is none.
func enhancedCode(s string) string {
	if found := enhancedStatus.FindStringSubmatch(s); found != nil {
		return found[1]
	}
	return ""
}

// reasons are words by which servers tell without a code why a mail did not arrive, lower case, and
// the subject and detail of RFC 3463 that they mean. The first that stands in the text holds: what
// is said of the mailbox comes before what is said of the host or of the mail.
var reasons = []struct {
	detail, class string
	words         []string
}{
	{".2.2", "5", []string{
		"mailbox full", "mailbox is full", "mailbox exceeded", "over quota", "overquota",
		"overdrawn",
		"quota exceeded", "exceeded the quota", "exceeded its quota", "exceeds its quota",
		"exceeded storage", "exceeds allowed size", "disk quota", "quota full",
		"not enough storage",
		"insufficient storage", "out of storage", "storage full", "inbox is full", "box full",
		"空间不足", "空间已满", "容量不足", "容量已满", "邮箱已满", "邮箱满", "信箱已滿", "容量已滿", "空間不足",
		"postfach ist voll", "postfach voll", "boîte aux lettres est pleine", "buzón está lleno",
		"casella piena", "переполнен", "переповнен", "容量を超え", "가득",
	}},
	{".2.1", "5", []string{
		"account disabled", "account is disabled", "mailbox disabled", "user disabled",
		"user suspended",
		"account suspended", "account has been suspended", "account inactive", "user is inactive",
		"account is inactive", "mailbox is inactive", "been disabled", "deactivated", "user locked",
		"被禁用", "已停用", "被冻结", "被锁定", "已冻结", "заблокирован",
	}},
	{".1.2", "5", []string{
		"host not found", "host unknown", "unknown host", "domain not found",
		"couldn't find any host",
		"no such domain", "dns query error", "dns error", "name or domain",
		"bad destination system",
		"couldn't find a mail exchanger", "mx lookup", "no mx", "mx record", "域名不存在", "域名错误", "域名解析",
	}},
	{".1.1", "5", []string{
		"user unknown", "unknown user", "no such user", "user not found", "user not exist",
		"user doesn't exist", "user does not exist", "unknown recipient", "recipient unknown",
		"recipient not found", "recipient is not exist", "recipnotfound", "mailbox not found",
		"mailbox unavailable", "mailbox does not exist", "no mailbox here", "no such mailbox",
		"unknown mailbox", "invalid mailbox", "not a valid mailbox", "invalid recipient",
		"no such recipient", "address not found", "no such address",
		"unknown address", "couldn't be found", "could not be found", "wasn't found",
		"does not exist", "doesn't exist", "doesn't have a", "not listed in", "not a known user",
		"no longer on server", "not known at this", "unknown local part", "unavailable mail user",
		"invalid user", "unknown or illegal alias", "unrouteable address", "unroutable address",
		"account not found", "no account",
		"不存在", "未开通", "找不到", "用户名错", "無此", "查无此人", "无此用户",
		"unbekannter empfänger", "empfänger unbekannt", "nicht gefunden", "existiert nicht",
		"utilisateur inconnu", "introuvable", "n'existe pas", "no existe", "non esiste",
		"não existe", "bestaat niet", "finns inte", "не существует", "не найден", "не знайдено",
		"nie istnieje", "neexistuje", "見つかりません", "存在しません", "존재하지",
	}},
	{".3.4", "5", []string{
		"too large", "too big", "exceeds size limit", "exceeds maximum", "exceeds the maximum",
		"exceeds fixed", "size limit", "maximum message size", "mailsize limit", "邮件过大", "超过大小",
		"大小超过", "邮件太大", "zu groß",
	}},
	{".4.6", "5", []string{"mail loop", "too many hops", "routing loop", "forwarding loop"}},
	{".4.7", "4", []string{
		"retry timeout", "retry time not reached", "too long in queue", "in the queue too long",
		"time out", "timed out", "timeout", "expired", "超时", "重试", "逾時",
	}},
	{".4.1", "4", []string{
		"can not connect", "cannot connect", "couldn't connect", "could not connect",
		"unable to connect", "connection refused", "connect to", "establish an smtp connection",
		"no route to host", "无法连接", "连接失败", "无法联络", "無法連線",
	}},
	{".7.1", "5", []string{
		"spam", "blocked", "blacklist", "blocklist", "denied", "not authorized", "not permitted",
		"rejected", "reject", "policy", "prohibited", "dmarc", "spf", "dkim", "垃圾邮件", "拒绝",
		"拒收", "黑名单", "abgelehnt", "refus", "rechaz", "rifiutat", "отклонен", "отклонён",
	}},
}

// statusOf gives the status that a text of a failure tells: a code in it, else what its words mean
// under the class of the server's reply.
func statusOf(text string) string {
	code := enhancedCode(text)
	if !vague(code) {
		return code
	}
	class := ""
	if code != "" {
		class = code[:1]
	} else if found := replyCode.FindStringSubmatch(text); found != nil {
		class = found[1][:1]
	}
	text = strings.ToLower(text)
	for _, reason := range reasons {
		if containsOf(text, reason.words) {
			if class == "" {
				class = reason.class
			}
			return class + reason.detail
		}
	}
	if code == "" && class != "" {
		code = class + ".0.0"
	}
	return code
}
