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

// A gateway's disclaimer right below the last line, as where a mail has only HTML, took all words
// but the first line's with it.
func TestBugDisclaimerBelowALineIsNotAllOfItsParagraph(t *testing.T) {
	t.Parallel()
	const words = "Hello\nplease look.\nI need it today"
	for name, disclaimer := range map[string]string{
		"behind a rule": "________________________________\nThis e-mail and its attachments are " +
			"confidential and may be privileged.\nIf you are not the intended recipient, please delete " +
			"it and tell the sender.",
		"without one": "This e-mail is confidential. If you are not the intended recipient, please " +
			"delete it and tell the sender.",
		"in wrapped lines": "This e-mail and its attachments are confidential and may be privileged; if\n" +
			"this e-mail is not intended for you, please delete it and notify the sender at\nonce.",
	} {
		res := reply.Extract(reply.Input{Text: words + "\n" + disclaimer})
		if res.Text != words || res.Signature != disclaimer {
			t.Errorf("%s: text %q, signature %q", name, res.Text, res.Signature)
		}
	}
}

// The lower edge of a gateway's banner made a signature of all that the author wrote.
func TestBugFrameOfABannerIsNoDelimiter(t *testing.T) {
	t.Parallel()
	const edge = "********************************"
	text := edge + "\nThis message came from outside.\n" + edge + "\nThanks!"
	if res := reply.Extract(reply.Input{Text: text}); res.Text != text {
		t.Errorf("text %q, signature %q", res.Text, res.Signature)
	}
}

// A gateway's warning right above the words, as where a mail has only HTML, took the first paragraph
// with it.
func TestBugWarningAboveALineIsNotAllOfItsParagraph(t *testing.T) {
	t.Parallel()
	const words = "Hello,\nwhere is my order?\n\nIt is late."
	for name, banner := range map[string]string{
		"one line": "CAUTION: This email originated from outside of the organization. Do not click " +
			"links or open attachments unless you recognize the sender",
		"wrapped": "CAUTION: This email originated from outside of the organization. Do not\nclick " +
			"links or open attachments unless you recognize the sender and know the\ncontent is safe.",
		"framed": "---------- CAUTION: External sender ----------\nBe careful\n----------",
		"tag":    "[EXTERNAL]",
	} {
		res := reply.Extract(reply.Input{Text: banner + "\n" + words})
		if res.Text != words || res.Signature != banner {
			t.Errorf("%s: text %q, signature %q", name, res.Text, res.Signature)
		}
	}
}
