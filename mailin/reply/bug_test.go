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

// A customer who cites what they were told lost all that they wrote below.
func TestBugWhatTheReaderWroteIsCited(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Hello,\nOn 3 May 2026 at 10:00 your colleague wrote:\nIt is on its way.\nIt never came.",
		"您好，\n你们客服在2026年11月20日 10:30写道：\n三天内退款。\n但是我到现在没有收到退款。",
	} {
		if res := reply.Extract(reply.Input{Text: text}); res.Text != text {
			t.Errorf("text %q, folded %q", res.Text, res.Folded)
		}
	}
}

// A quotation of ours is no form of a web page, whatever fields its header has.
func TestBugHeaderAboveSeparatorIsNoForm(t *testing.T) {
	t.Parallel()
	const separator = "##- reply above this line -##"
	res := reply.Extract(reply.Input{
		Text: "Done.\n\nFrom: Desk <a+token@desk.example>\nSent: Monday, 23 November 2026 10:00\n" +
			"To: agent@desk.example\nSubject: Lamp\nSensitivity: Internal\n\n" + separator + "\nold",
		Separators: []string{separator},
	})
	if res.Text != "Done." {
		t.Errorf("text %q", res.Text)
	}
}

// What stood below the name, with a number in it, went into the signature.
func TestBugAfterthoughtIsNoSignature(t *testing.T) {
	t.Parallel()
	text := "Printer is broken.\n\nRegards,\nAnna\n\nOne more thing: serial number is ABC-12345"
	if res := reply.Extract(reply.Input{Text: text}); res.Text != text {
		t.Errorf("text %q, signature %q", res.Text, res.Signature)
	}
}
