package reply

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const separator = "—— reply above this line ——"

// quote puts quote marks before every line.
func quote(text string) string {
	return "> " + strings.ReplaceAll(text, "\n", "\n> ")
}

func TestQuotationsAreFolded(t *testing.T) {
	t.Parallel()
	const answer = "Yes, please send two.\n\nThe address is unchanged."
	for name, below := range map[string]string{
		"English, Gmail":      "On Tue, Mar 3, 2026 at 9:15 AM Shop <shop@example.org> wrote:\n\n> How many?",
		"English, folded":     "On Tue, Mar 3, 2026 at 9:15 AM Shop Support\n<shop@example.org> wrote:\n\n> How many?",
		"English, unmarked":   "On Tue, 3 Mar 2026 09:15 Shop <shop@example.org> wrote:\n\nHow many?",
		"English, no colon":   "On Tue, 3 Mar 2026 09:15:00 +0100 Shop <shop@example.org> wrote\n\nHow many?",
		"Android":             "---- Shop wrote ----\n\n> How many?",
		"name only":           "Shop wrote:\n> How many?",
		"no attribution":      "> How many?\n> Two?",
		"German":              "Am 03.03.2026 um 09:15 schrieb Shop <shop@example.org>:\n> How many?",
		"German, unmarked":    "Am Di., 3. März 2026 um 09:15 Uhr schrieb Shop <shop@example.org>:\n\nHow many?",
		"German, Outlook":     "Von: Shop <shop@example.org>\nGesendet: Dienstag, 3. März 2026 09:15\nAn: Ann\nBetreff: Menge\n\nHow many?",
		"French":              "Le mar. 3 mars 2026 à 09:15, Shop <shop@example.org> a écrit :\n\n> How many?",
		"Spanish":             "El mar, 3 mar 2026 a las 9:15, Shop (<shop@example.org>) escribió:\n\n> How many?",
		"Italian":             "Il giorno mar 3 mar 2026 alle ore 09:15 Shop <shop@example.org>\nha scritto:\n\n> How many?",
		"Dutch":               "Op di 3 mrt 2026 om 09:15 schreef Shop <shop@example.org>:\n\n> How many?",
		"Portuguese":          "Em ter., 3 de mar. de 2026 às 09:15, Shop <shop@example.org> escreveu:\n\n> How many?",
		"Swedish":             "Den tis 3 mars 2026 kl 09:15 skrev Shop <shop@example.org>:\n\n> How many?",
		"Polish":              "wt., 3 mar 2026 o 09:15 Shop <shop@example.org> napisał(a):\n\n> How many?",
		"Russian":             "вт, 3 мар. 2026 г. в 09:15, Shop <shop@example.org>:\n\n> How many?",
		"Japanese":            "2026年3月3日(火) 9:15 Shop <shop@example.org>:\n\n> How many?",
		"Korean":              "2026년 3월 3일 (화) 오전 9:15, Shop <shop@example.org>님이 작성:\n\n> How many?",
		"Chinese, Gmail":      "Shop <shop@example.org> 于2026年3月3日周二 09:15写道：\n\n> How many?",
		"Chinese, Apple":      "在 2026年3月3日，09:15，Shop <shop@example.org> 写道：\n\nHow many?",
		"Chinese, Taiwan":     "Shop <shop@example.org> 於 2026年3月3日 週二 上午9:15寫道：\n\n> How many?",
		"NetEase":             "在 2026-03-03 09:15:42，\"Shop\" <shop@example.org> 写道：\n\nHow many?",
		"NetEase, table":      "---- 回复的原邮件 ----\n| 发件人 | Shop<shop@example.org> |\n| 日期 | 2026年03月03日 |\n\nHow many?",
		"QQ Mail":             "------------------ 原始邮件 ------------------\n发件人: \"Shop\" <shop@example.org>;\n发送时间: 2026年3月3日(星期二) 上午9:15\n收件人: \"Ann\";\n主题: 数量\n\nHow many?",
		"Foxmail":             "发件人： Shop\n发送时间： 2026-03-03 09:15\n收件人： Ann\n主题： 数量\nHow many?",
		"Outlook, Taiwan":     "寄件者: Shop <shop@example.org>\n寄件日期: 2026年3月3日 上午 09:15\n收件者: Ann\n主旨: 數量\n\nHow many?",
		"Outlook":             "________________________________\nFrom: Shop <shop@example.org>\nSent: Tuesday, March 3, 2026 9:15 AM\nTo: Ann\nSubject: Quantity\n\nHow many?",
		"Outlook, bold":       "*From:* Shop\n*Sent:* Tuesday, March 3, 2026 9:15 AM\n*To:* Ann\n*Subject:* Quantity\n\nHow many?",
		"original message":    "-----Original Message-----\nHow many?",
		"our separator":       separator + "\nHow many?",
		"separator, intro":    "On 3 March Shop wrote:\n\n" + separator + "\nHow many?",
		"separator, marked":   "On 3 March Shop wrote:\n> " + separator + "\n> How many?",
		"link broken off":     "Shop wrote:\n> How many?\n (http://example.org/x) >\n> Two?",
		"quote with blanks":   "Shop wrote:\n\n> How many?\n\n> Two?\n",
		"date before address": "2026/3/3 Shop <shop@example.org>\n\n> How many?",
	} {
		got := Extract(Input{Text: answer + "\n\n" + below, Separators: []string{separator}})
		if got.Text != answer || got.Folded != strings.TrimSpace(below) || got.Whole {
			t.Errorf("%s:\ntext   %q\nfolded %q", name, got.Text, got.Folded)
		}
	}
}

func TestSignaturesAreTakenOff(t *testing.T) {
	t.Parallel()
	const text = "The printer smokes."
	for _, sig := range []string{
		"-- \nAnn Other\nExample Ltd.\n+1 555 0100",
		"--\nAnn",
		"------------------\nAnn",
		"———\nAnn\nann@example.net",
		"Sent from my iPhone",
		"Sent from Outlook for iOS<https://aka.ms/x>",
		"Get Outlook for Android",
		"Von meinem iPhone gesendet",
		"Envoyé de mon iPhone",
		"发自我的iPhone",
		"发自我的小米手机",
		"從我的iPhone傳送",
		"iPhoneから送信",
		"Отправлено с iPhone",
	} {
		for _, below := range []string{"", "\n\nShop wrote:\n> Does it smoke?"} {
			got := Extract(Input{Text: text + "\n\n" + sig + below})
			if got.Text != text || got.Signature != sig {
				t.Errorf("%q: text %q, signature %q", sig+below, got.Text, got.Signature)
			}
		}
	}
}

func TestTextOfTheAuthorIsKept(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"On the other hand it works.\nOn Monday I wrote:\nnothing.",
		"The report I sent on 3 May 2026 at 10:00:\nall is well.",
		"Sent from my desk, which is easier than a phone.",
		"Sent via courier on Monday",
		"a -- b\n-- not a signature, but a list\n-- its second point",
		"## Points\n----\nOne is faster.\n----\nThe dashes are the author's.",
		"It comes from: a shop. To: nobody.",
		"From: the cellar\nto the roof",
		"Please fetch:\n  - one\n  - two",
		"My mail is ann@example.net:\nwrite there.",
		"\n  indented\n\n\ntext",
		"FYI\n\n---------- Forwarded message ---------\nFrom: Bob <bob@example.net>\n" +
			"Date: Tue, 3 Mar 2026\nSubject: x\nTo: Ann\n\nText\n> quote",
	} {
		got := Extract(Input{Text: text})
		if got.Text != trimBlankLines(text) || got.Folded != "" || got.Signature != "" || got.Whole {
			t.Errorf("%q became %+v", text, got)
		}
	}
}

func TestAnswersBetweenQuotedLinesStayWithThem(t *testing.T) {
	t.Parallel()
	between := "Ann wrote:\n> One?\n\nYes.\n\n> Two?\n\nNo."
	if got := Extract(Input{Text: between}); got.Text != between || got.Whole {
		t.Errorf("answers between: %+v", got)
	}
	got := Extract(Input{Text: between + "\n\n> Three?\n> Ann"})
	if got.Text != between || got.Folded != "> Three?\n> Ann" {
		t.Errorf("the quotation below the last answer: %+v", got)
	}
	around := "Hello,\n\n> One?\n\nYes."
	if got := Extract(Input{Text: around}); got.Text != around {
		t.Errorf("a quoted line in a letter: %+v", got)
	}
}

func TestBottomPostingFoldsTheQuotationAbove(t *testing.T) {
	t.Parallel()
	got := Extract(Input{Text: "Shop wrote:\n> One?\n> Two?\n\nBoth.\n-- \nAnn"})
	if got.Text != "Both." || got.Folded != "Shop wrote:\n> One?\n> Two?" ||
		got.Signature != "-- \nAnn" {
		t.Errorf("%+v", got)
	}
}

func TestSeparatorAndAttributionAreHiddenBetweenAnswers(t *testing.T) {
	t.Parallel()
	got := Extract(Input{
		Text:       "ann@example.org wrote:\n> " + separator + "\n> One?\n\nYes.\n\n> Two?\n\nNo.",
		Separators: []string{separator},
	})
	if want := "> One?\n\nYes.\n\n> Two?\n\nNo."; got.Text != want {
		t.Errorf("text %q", got.Text)
	}
}

func TestMailWithNothingNewIsShownWhole(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"> only\n> a quotation",
		"From: Bob\nSent: today\nTo: Ann\nSubject: x\n\nforwarded without a word",
		separator + "\nour own text",
	} {
		got := Extract(Input{Text: text, Separators: []string{separator}})
		if got.Text != text || !got.Whole {
			t.Errorf("%q became %+v", text, got)
		}
	}
	got := Extract(Input{Text: "-- \nAnn\n\n> quotation"})
	if got.Text != "-- \nAnn" || got.Whole {
		t.Errorf("a signature is more than nothing: %+v", got)
	}
	if got := Extract(Input{Text: " \n\t\n"}); got.Text != "" || got.Whole {
		t.Errorf("blank mail: %+v", got)
	}
}

func TestUnmarkedTailOfAnEarlierMessageIsAQuotation(t *testing.T) {
	t.Parallel()
	earlier := []string{"Dear Ann,\n\nwhich colour shall the new printer have?\n\nBob"}
	got := Extract(Input{Text: "Blue.\n\n" + earlier[0], Earlier: earlier})
	if got.Text != "Blue." || got.Folded != earlier[0] {
		t.Errorf("%+v", got)
	}
	if got := Extract(Input{Text: earlier[0], Earlier: earlier}); got.Text != earlier[0] {
		t.Errorf("the same mail again: %+v", got)
	}
}

// checkComplete fails when a line of the text is in none of the three parts.
func checkComplete(t *testing.T, text string, res Result) {
	t.Helper()
	left := map[string]int{}
	for _, part := range []string{res.Text, res.Folded, res.Signature} {
		for line := range strings.Lines(part) {
			left[strings.TrimSpace(line)]++
		}
	}
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if left[line]--; left[line] < 0 {
			t.Fatalf("line %q of %q is lost in %+v", line, text, res)
		}
	}
	if res.Text == "" && strings.TrimSpace(text) != "" {
		t.Fatalf("nothing is visible of %q", text)
	}
}

func FuzzExtract(f *testing.F) {
	for _, seed := range []string{
		"Yes.\r\n\r\nOn 3 Mar 2026 at 9:15, A <a@b.c> wrote:\r\n> x\r\n",
		"> a\nb\n> c\n\n-- \nd",
		separator + "\nx", "From: a\nSent: b\nTo: c\nSubject: d\n", "-----Original Message-----",
		"---- 转发邮件 ----\nx", "发自我的iPhone", ">\x00>\xff\n", "\u2028\n\v\f",
	} {
		f.Add(seed, "<p>"+seed+"</p><blockquote type=cite>q</blockquote>", seed)
	}
	f.Fuzz(func(t *testing.T, text, html, earlier string) {
		res := Extract(Input{
			Text: text, HTML: html, Earlier: []string{earlier}, Separators: []string{separator},
		})
		checkComplete(t, text, res)
		if res.Whole && res.Folded != "" {
			t.Fatalf("whole and folded: %+v", res)
		}
	})
}

func TestS36HostileTextTakesLinearTime(t *testing.T) {
	t.Parallel()
	const size = 10 << 20
	for name, unit := range map[string]string{
		"marks": ">", "marked lines": ">\n", "blank lines": "\n", "colons": ":\n",
		"fields": "From: a\n", "attributions": "On 3 Mar 2026 at 9:15, a <a@b> wrote\n",
		"open attributions": "On 3 Mar 2026 <\n", "separators": separator + "\n",
		"delimiters": "-- \n", "alternating": "> a\nb\n", "one line": "x", "forwards": "--- x ---\n",
		"addresses": "a@b>\n",
	} {
		text := strings.Repeat(unit, size/len(unit))
		start := time.Now()
		Extract(Input{Text: text, HTML: text, Separators: []string{separator}})
		// The aim is 2 s; a loaded machine under the race detector gets three times that.
		if took := time.Since(start); took > 6*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}

func TestTextBeyondTheLimitFollowsTheLastLine(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := 0; b.Len() < maxJudged+100; i++ {
		fmt.Fprintf(&b, "> line %d\n", i)
	}
	res := Extract(Input{Text: "Look:\n\n" + b.String()})
	if res.Text != "Look:" {
		t.Errorf("visible: %d bytes", len(res.Text))
	}
	checkComplete(t, "Look:\n\n"+b.String(), res)
}

func BenchmarkExtract(b *testing.B) {
	text := strings.Repeat("A line of a reply that is as long as lines are.\n", 20) +
		"\nOn Tue, 3 Mar 2026 09:15 Shop <shop@example.org> wrote:\n" +
		quote(strings.Repeat("A line of the quotation.\n", 40)) + "\n"
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Extract(Input{Text: text, Separators: []string{separator}})
	}
}
