package reply

import (
	"os"
	"strings"
	"testing"
)

const separator = "—— reply above this line ——"

// quote puts quote marks before every line.
func quote(text string) string {
	return "> " + strings.ReplaceAll(text, "\n", "\n> ")
}

func TestQuotationsAreFolded(t *testing.T) {
	t.Parallel()
	const answer = "Yes, please send two.\n\nThe address is unchanged."
	for name, below := range quotations(t) {
		got := Extract(Input{Text: answer + "\n\n" + below, Separators: []string{separator}})
		if got.Text != answer || got.Folded != below || got.Whole {
			t.Errorf("%s:\ntext   %q\nfolded %q", name, got.Text, got.Folded)
		}
	}
}

// quotations reads what mail programs put below an answer, each under a line "=== name".
func quotations(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/quotations.txt")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, section := range strings.Split(string(data), "=== ")[1:] {
		name, text, _ := strings.Cut(section, "\n")
		found[name] = strings.TrimSpace(text)
	}
	return found
}

// Letters are whole mails and, below a line "%%%", what of them is new.
func TestLetters(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/letters.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, section := range strings.Split(string(data), "=== ")[1:] {
		name, rest, _ := strings.Cut(section, "\n")
		text, want, _ := strings.Cut(rest, "\n%%%\n")
		got := Extract(Input{Text: text})
		if got.Text != strings.TrimRight(want, "\n") {
			t.Errorf("%s:\ntext      %q\nsignature %q", name, got.Text, got.Signature)
		}
		checkComplete(t, text, got)
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
		if got.Text != trimBlankLines(text) || got.Folded+got.Signature != "" || got.Whole {
			t.Errorf("%q became %+v", text, got)
		}
	}
}

func TestAnswersBetweenQuotedLinesStayWithThem(t *testing.T) {
	t.Parallel()
	const between = "> One?\n\nYes.\n\n> Two?\n\nNo."
	got := Extract(Input{Text: "Ann wrote:\n" + between})
	if got.Text != between || got.Folded != "Ann wrote:" || got.Whole {
		t.Errorf("answers between: %+v", got)
	}
	got = Extract(Input{Text: "Ann wrote:\n" + between + "\n\n> Three?\n> Ann"})
	if got.Text != between || got.Folded != "Ann wrote:\n\n> Three?\n> Ann" {
		t.Errorf("the quotation below the last answer: %+v", got)
	}
	got = Extract(Input{Text: "Ann wrote:\n> One?\n\nYes.\n\n> Two?"})
	if got.Text != "> One?\n\nYes." || got.Folded != "Ann wrote:\n\n> Two?" {
		t.Errorf("a single answer between: %+v", got)
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

func TestSeparatorCutsInsideAForward(t *testing.T) {
	t.Parallel()
	const above = "FYI\n\n---------- Forwarded message ---------\nFrom: Shop"
	got := Extract(Input{
		Text: above + "\n\n" + separator + "\nprivate", Separators: []string{separator},
	})
	if got.Text != above || got.Folded != separator+"\nprivate" {
		t.Errorf("%+v", got)
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
	if got.Text != "-- \nAnn" || got.Folded != "> quotation" || !got.Whole {
		t.Errorf("a signature is shown before a quotation, and is nothing new: %+v", got)
	}
	if got := Extract(Input{Text: " \n\t\n"}); got.Text != "" || got.Whole {
		t.Errorf("blank mail: %+v", got)
	}
}
