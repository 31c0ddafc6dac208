package thread

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAReplyThatOnlyThanksInManyLanguages(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Thanks", "thanks!", "THANK YOU", "Thank you so much for your help!", "thx", "Cheers, Ann",
		"Thanks again!", "Thanks, that solved it.", "Great, works now. Thank you!",
		"Hi Anna,\nthank you for the quick answer.\n\nBest regards\nJohn Smith",
		"Thanks 👍", "Ok, got it, thanks", "Much appreciated", "It's fixed. Many thanks, Bob",
		"Danke!", "Vielen Dank für die schnelle Hilfe!", "Hallo Herr Meier,\nherzlichen Dank",
		"Super, jetzt geht es wieder. Danke schön", "Merci beaucoup", "C’est réglé, merci !",
		"Muchas gracias", "¡Gracias!", "Mille grazie", "Muito obrigado", "Hartelijk bedankt",
		"Tack så mycket", "Mange tak", "Tak for hjælpen", "Tusen takk", "Kiitos paljon",
		"Dziękuję bardzo", "Děkuji", "Спасибо большое!", "Дякую", "Çok teşekkürler", "Ευχαριστώ",
		"Cảm ơn", "Terima kasih", "شكرا", "شكراً جزيلا", "תודה רבה", "धन्यवाद", "ขอบคุณครับ",
		"谢谢", "谢谢！", "非常感谢您的帮助", "好的，谢谢", "已解决，谢谢您", "問題已經解決，謝謝", "再次感谢", "OK 谢谢",
		"ありがとうございます", "どうもありがとうございました", "감사합니다", "안녕하세요, 감사합니다", "정말 고맙습니다",
	} {
		if !OnlyThanks(text, 0) {
			t.Errorf("OnlyThanks(%q) = false", text)
		}
	}
}

func TestAReplyThatWantsMoreIsNoThanks(t *testing.T) {
	t.Parallel()
	for why, texts := range map[string][]string{
		"says nothing": {"", " \n", "!", "👍", "Ok", "works now", "好的"},
		"question": {
			"Thanks, when will it arrive?", "thank you, how do I log in", "谢谢，什么时候到？", "谢谢，怎么登录",
			"好了吗 谢谢", "Danke, wann kommt es", "شكرا، متى؟", "¿Gracias",
		},
		"negation": {
			"Thanks, but it still does not work", "Thanks, it doesn't work",
			"Thanks, it doesn’t work",
			"Danke, geht leider nicht", "Merci, mais ça ne marche pas", "Merci, ce n'est pas ça",
			"Gracias, pero no funciona", "Grazie, ma non va", "Спасибо, но не работает",
			"谢谢，但是还不行", "没有收到，谢谢", "ありがとう、でもまだです", "Takk, men det virker ikke", "thx it dont work",
		},
		"request closed with thanks": {
			"The printer is down.\n\nThanks,\nJohn", "Send me the invoice, thanks",
			"My order 123\nThanks",
			"Thanks. Please send it to Bob too.", "Thanks in advance",
			"Danke im Voraus", "Merci d'avance",
			"Gracias de antemano", "打印机坏了，谢谢", "发票寄一份，谢谢", "麻烦查一下，谢谢", "先谢谢了", "请尽快，谢谢",
			"Change my address to 5 High Street. Thanks", "Bildschirm flackert. Danke",
			"Thanks.\nprinter two is dark", "Thank you. Printer Two Is Dark Now",
		},
		"yes in Polish":              {"Tak", "tak"},
		"thanks within another word": {"thanksgiving", "tacky"},
		"more than twelve words": {
			"thank you " + strings.Repeat("very ", 10) + "much", strings.Repeat("谢谢", 13),
		},
		"much too long":  {"thanks " + strings.Repeat("!", maxThanksBytes)},
		"no such letter": {"thanks \xff"},
	} {
		for _, text := range texts {
			if OnlyThanks(text, 0) {
				t.Errorf("%s: OnlyThanks(%q) = true", why, text)
			}
		}
	}
	if OnlyThanks("Thanks", 1) {
		t.Error("a reply with a file is taken for thanks")
	}
}

func TestTwelveWordsAreTheMostThatOnlyThank(t *testing.T) {
	t.Parallel()
	for words, want := range map[int]bool{12: true, 13: false} {
		text := "thanks" + strings.Repeat(" very", words-1)
		if got := OnlyThanks(text, 0); got != want {
			t.Errorf("%d words: %v, want %v", words, got, want)
		}
	}
}

func FuzzOnlyThanks(f *testing.F) {
	for _, s := range []string{
		"Thanks!", "谢谢，但是", "Hi Anna,\nthank you", "merci d'avance", "\xff", "ขอบคุณ", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !OnlyThanks(text, 0) {
			return
		}
		if OnlyThanks(text, 1) {
			t.Errorf("%q with a file only thanks", text)
		}
		if OnlyThanks(text+"?", 0) || OnlyThanks(text+" not", 0) {
			t.Errorf("%q thanks with a question or negation behind it", text)
		}
		if !utf8.ValidString(text) || len(text) > maxThanksBytes {
			t.Errorf("%q was not bounded", text)
		}
	})
}
