package reply

import (
	"strings"
	"testing"
)

const sentBefore = "Dear Ann,\n\nwhich colour shall the new printer have, and where in your " +
	"office shall our technician put it?\n\nOn which day may he come?\n\nBob of the shop"

func TestUnmarkedTailOfAnEarlierMessageIsAQuotation(t *testing.T) {
	t.Parallel()
	earlier := []string{"Something else.", sentBefore}
	got := Extract(Input{Text: "Blue.\n\n" + sentBefore, Earlier: earlier})
	if got.Text != "Blue." || got.Folded != sentBefore || got.Whole {
		t.Errorf("%+v", got)
	}
}

func TestKnownLinesAreKnownHoweverTheyAreWrapped(t *testing.T) {
	t.Parallel()
	words := strings.Fields(sentBefore)
	for width := 3; width < 20; width += 4 {
		var lines []string
		for i := 0; i < len(words); i += width {
			lines = append(lines, strings.Join(words[i:min(i+width, len(words))], " "))
		}
		tail := strings.Join(lines, "\n")
		got := Extract(Input{Text: "Blue.\n\n" + tail, Earlier: []string{sentBefore}})
		if got.Text != "Blue." || got.Folded != tail {
			t.Errorf("%d words a line: %+v", width, got)
		}
	}
}

func TestAnAnswerBetweenKnownLinesIsNewThoughNothingIsMarked(t *testing.T) {
	t.Parallel()
	header := "From: Bob\nSent: Tuesday, March 3, 2026 9:15 AM\nTo: Ann\nSubject: Printer\n\n"
	answered := strings.Replace(sentBefore, "put it?\n", "put it?\n\nBlue, in room 5.\n", 1)
	got := Extract(Input{Text: "See below.\n\n" + header + answered, Earlier: []string{sentBefore}})
	if !strings.Contains(got.Text, "Blue, in room 5.") ||
		strings.Contains(got.Text, "On which day") || strings.Contains(got.Text, "Sent:") {
		t.Errorf("text %q\nfolded %q", got.Text, got.Folded)
	}
}

func TestKnownLinesBetweenAnswersStayWithThem(t *testing.T) {
	t.Parallel()
	const question = "which colour shall the new printer have, and where in your office shall " +
		"our technician put it?"
	text := question + "\n\nBlue.\n\nOn which day may he come?\n\nOn Monday."
	if got := Extract(Input{Text: text, Earlier: []string{sentBefore}}); got.Text != text {
		t.Errorf("%+v", got)
	}
}

func TestTheSameWordsAgainAreNew(t *testing.T) {
	t.Parallel()
	for _, text := range []string{sentBefore, "Which day?", "which colour shall the printer have"} {
		got := Extract(Input{Text: text, Earlier: []string{sentBefore, text}})
		if got.Text == "" || got.Folded != "" || got.Whole {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestAFewKnownWordsAreNoQuotation(t *testing.T) {
	t.Parallel()
	const text = "I do not know.\n\nOn which day may he come?"
	if got := Extract(Input{Text: text, Earlier: []string{sentBefore}}); got.Text != text {
		t.Errorf("%+v", got)
	}
}

func TestAPhraseOfTheAuthorsIsNewAgain(t *testing.T) {
	t.Parallel()
	const phrase = "Please start it again and tell us whether it works now."
	text := "We have changed the filter.\n\n" + phrase
	earlier := []string{"Hello,\n\n" + phrase}
	if got := Extract(Input{Text: text, Earlier: earlier}); got.Text != text {
		t.Errorf("%+v", got)
	}
}

func TestKnownChineseNeedsNoSpaces(t *testing.T) {
	t.Parallel()
	const before = "您好，新打印机想要什么颜色？请告诉我们放在哪个办公室，以及师傅哪天可以上门安装。谢谢！"
	tail := before[:len("您好，新打印机想要什么颜色？请告诉")] + "\n" +
		before[len("您好，新打印机想要什么颜色？请告诉"):]
	got := Extract(Input{Text: "蓝色。\n\n" + tail, Earlier: []string{before}})
	if got.Text != "蓝色。" || got.Folded != tail {
		t.Errorf("%+v", got)
	}
}
