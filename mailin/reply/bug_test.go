package reply_test

import (
	"strings"
	"testing"

	"helpgate/mailin/reply"
)

// An agent's answer showed the customer's list of files, and all of the notification below it.
func TestBugFilesInQuotationStayFolded(t *testing.T) {
	t.Parallel()
	earlier := "请看附件里的视频，机器的声音很大，不能工作。\n\n从QQ邮箱发来的超大附件\n" +
		"video.mp4 (120M, 2026年12月24日 10:00 到期)\n"
	const separator = "##- reply above this line -##"
	res := reply.Extract(reply.Input{
		Text:       "收到，我们明天寄新的。\n\n" + separator + "\n" + earlier + "\nTicket 5, assigned",
		Separators: []string{separator}, Earlier: []string{earlier},
	})
	if res.Text != "收到，我们明天寄新的。" || !strings.Contains(res.Folded, "assigned") {
		t.Errorf("text %q, folded %q", res.Text, res.Folded)
	}
}
