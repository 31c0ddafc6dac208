package reply_test

import (
	"strings"
	"testing"

	"helpgate/mailin/reply"
)

// What an agent's gateway puts above their answers reached the customers.
func TestAGatewaysWarningIsNobodysWords(t *testing.T) {
	t.Parallel()
	const said = "Under settings.\nThen restart."
	for _, warning := range []string{
		"CAUTION: This mail came from outside of the organisation.",
		"CAUTION: This email originated from outside of the organization. Do not click links or\n" +
			"open attachments unless you recognize the sender.",
		"[EXTERNAL]",
		"*** EXTERNAL EMAIL ***",
		"⚠️ External sender: be careful with links, this is from an external source.",
		"ACHTUNG: Diese E-Mail stammt von einem externen Absender.",
		"ATTENTION : ce message provient de l'extérieur de l'organisation.",
		"[注意] 此邮件来自外部，请谨慎点击链接。",
		"【外部邮件】提醒：来自组织外部的邮件，请勿随意打开附件。",
	} {
		res := reply.Extract(reply.Input{Text: warning + "\n\n" + said + "\n"})
		if strings.TrimSpace(res.Text) != said || !strings.Contains(res.Signature, warning) {
			t.Errorf("text %q, signature %q", res.Text, res.Signature)
		}
	}
	for _, own := range []string{
		"Warning: your shop takes orders from abroad without asking.",
		"注意：打印机又坏了。",
		"External drives do not work any more.",
		"Our office is outside of the organisation's network.\nWhat do I type?",
		"CAUTION: This mail came from outside of the organisation.", // and nothing else
	} {
		if res := reply.Extract(reply.Input{Text: own}); strings.TrimSpace(res.Text) != own {
			t.Errorf("text %q, signature %q", res.Text, res.Signature)
		}
	}
}
