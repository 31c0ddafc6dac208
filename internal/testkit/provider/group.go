package provider

import (
	"net/mail"
	"strings"

	"github.com/emersion/go-smtp"
)

// GoogleGroup is a group of Google Workspace whose address is the public one, with the mailbox as
// its member, which may send as the group.
//
// A group writes From anew for senders of a domain with a DMARC policy: 'Name' via Group, with the
// sender in Reply-To and X-Original-From, and adds the fields of a list (mails of googlegroups.com
// in the archives of lore.kernel.org). Plus-addresses of a group are commands
// (group+unsubscribe@), so that others have no user. What the mailbox itself submits comes back
// where the group is on the mail's way, as by a rule of routing that copies it: this one does so
// always.
func GoogleGroup(group, member string) Profile {
	p := Gmail(member)
	p.Name, p.Aliases = "googlegroup", []string{group}
	p.Plus, p.Echo, p.Returned = PlusUnknown, true, "rewritten"
	p.NoUser = &smtp.SMTPError{
		Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1},
		Message: "The group that you tried to reach does not exist. - gsmtp",
	}
	p.Arrived = func(m *Mail) {
		if strings.EqualFold(m.To, group) || m.To == member && address(m.Get("From")) == group {
			throughGroup(m, group)
			m.To = member
		}
		gmailTrace(m)
	}
	return p
}

// throughGroup makes a mail the group's.
func throughGroup(m *Mail, group string) {
	name, of, _ := strings.Cut(group, "@")
	from := m.Get("From")
	author := address(from)
	if list, err := mail.ParseAddressList(strings.ReplaceAll(from, "\r\n", "")); err == nil &&
		!strings.EqualFold(author, group) {
		shown := list[0].Name
		if shown == "" {
			shown, _, _ = strings.Cut(author, "@")
		}
		m.Set("From", (&mail.Address{Name: "'" + shown + "' via " + name, Address: group}).String())
		m.Set("X-Original-From", from)
		if m.Get("Reply-To") == "" {
			m.Set("Reply-To", from)
		}
	}
	m.Set("X-Original-Sender", author)
	m.Set("Precedence", "list")
	m.Set("Mailing-list", "list "+group+"; contact "+name+"+owners@"+of)
	m.Set("List-ID", "<"+strings.Replace(group, "@", ".", 1)+">")
	m.Set("X-Google-Group-Id", "357212215037")
	m.Set("List-Post", "<https://groups.google.com/a/"+of+"/group/"+name+"/post>,\r\n <mailto:"+
		group+">")
	m.Set("List-Unsubscribe", "<mailto:googlegroups-manage+357+unsubscribe@googlegroups.test>")
	m.From = name + "+bncBAABB@" + of
}
