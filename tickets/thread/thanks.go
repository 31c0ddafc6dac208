package thread

import (
	"strings"
	"unicode"
)

// maxThanksWords is the length beyond which a text says more than thanks (RULES section 2). A Han
// character counts as half a word.
const maxThanksWords = 12

// thanksWords are words that thank; one of them must stand in the text.
var thanksWords = []string{
	"thank", "thanks", "thx", "cheers", "appreciated", "danke", "dank", "merci", "gracias",
	"grazie", "obrigado", "obrigada", "bedankt", "tack", "tak", "takk", "kiitos", "dzięki",
	"dziękuję", "děkuji", "спасибо", "дякую", "teşekkürler", "谢谢", "謝謝", "感谢", "感謝", "多谢", "多謝",
	"ありがとう", "감사합니다", "شكرا", "תודה",
}

// moreWords tell that the writer wants something still: a text with one of them is no mere thanks.
var moreWords = []string{
	"but", "not", "still", "however", "again", "n't", "no", "never", "please", "can", "could", "when",
	"aber", "nicht", "noch", "kein", "keine", "bitte", "leider", "mais", "pas", "encore", "pero",
	"todavía", "ma", "non", "ancora", "mas", "não", "ainda", "maar", "niet", "nog", "men", "inte",
	"ikke", "ei", "ale", "nie", "но", "не", "ещё", "але", "ama", "değil", "lütfen",
}

// moreMarks are the same in scripts that set no spaces between words.
var moreMarks = []string{
	"?", "？", "但", "不", "没", "沒", "还", "還", "请", "請", "吗", "嗎", "再", "でも", "まだ", "ません", "안", "아직",
}

// OnlyThanks tells whether a reply of a person does nothing but thank: at most twelve words, one of
// thanks, no question, no negation, no file. Such a reply reopens nothing.
func OnlyThanks(text string, files int) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" || files > 0 || length(text) > maxThanksWords {
		return false
	}
	for _, m := range moreMarks {
		if strings.Contains(text, m) {
			return false
		}
	}
	words := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && r != '\''
	})
	thanks := false
	for _, w := range words {
		for _, more := range moreWords {
			if w == more || more == "n't" && strings.HasSuffix(w, more) {
				return false
			}
		}
		for _, t := range thanksWords {
			thanks = thanks || w == t || !isLatin(t) && strings.Contains(w, t)
		}
	}
	return thanks
}

// length counts words, a Han or Kana character as half of one.
func length(text string) int {
	halves := 0
	for _, w := range strings.Fields(text) {
		n := 0
		for _, r := range w {
			if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
				n++
			}
		}
		if n == 0 {
			n = 2
		}
		halves += n
	}
	return (halves + 1) / 2
}

func isLatin(s string) bool {
	for _, r := range s {
		return unicode.Is(unicode.Latin, r)
	}
	return false
}
