package language

import (
	"math"
	"strings"
	"testing"
)

// TestLinesAreOfTheirLanguage: no line is taken for another language's, and nearly all of them,
// short as they are, are sure enough to be followed.
func TestLinesAreOfTheirLanguage(t *testing.T) {
	t.Parallel()
	all, followed := 0, 0
	for code, texts := range lines {
		for _, text := range texts {
			g := Detect(text)
			if g.Code != code {
				t.Errorf("%q is %s, not %+v", text, code, g)
			}
			if all++; g.Followed() == code {
				followed++
			}
		}
	}
	if followed*100 < all*95 {
		t.Errorf("%d of %d lines are followed", followed, all)
	}
}

// TestLettersAreOfTheirLanguage: with all its lines together, as a letter has them, each language
// is beyond doubt.
func TestLettersAreOfTheirLanguage(t *testing.T) {
	t.Parallel()
	for code, texts := range lines {
		if g := Detect(strings.Join(texts, "\n")); g.Code != code || g.Confidence < 0.6 {
			t.Errorf("the letter of %s is %+v", code, g)
		}
	}
}

// TestWhatSaysNothingIsNotFollowed: names, signatures, addresses, code and words that everybody
// uses leave the mailbox's setting as it is.
func TestWhatSaysNothingIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "ok", "+1", "FYI", "hi", "Thanks", "Danke", "の", "?!", "12345", "\x00\xff",
		"Hans Müller", "Jean-Pierre Dupont", "Regards, Zoë", "Łukasz Żak", "Иван Петров",
		"John Smith\nAcme Corp.\nSenior Account Manager", "HP LaserJet Pro M404dn",
		"https://example.org/the-and-of/is-are", "see@this.and.that.example",
		"/usr/share/the/and/with/from", `C:\Users\and\the\what\with.txt`,
		"func main() { for i := 0; i < 10; i++ { fmt.Println(i) } }",
		"SELECT * FROM the_table WHERE id = 5;",
		"error: cannot open the file, it is not there: permission denied (13)",
		"2026-11-24T10:00:00Z the server is not able to connect to it",
		"> I wrote this and you are quoting it to me",
		"asdf qwer zxcv", strings.Repeat("x", 10_000),
	} {
		if g := Detect(text); g.Followed() != "" {
			t.Errorf("%q is followed as %+v", text, g)
		}
	}
}

// TestLanguagesOfNoTableAreNotTakenForEnglish: a text in a language that the tables do not have
// must not be answered in one that its writer may not read.
func TestLanguagesOfNoTableAreNotTakenForEnglish(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Bună ziua, factura mea este greșită.", "Nu pot intra în cont de azi dimineață",
		"Jó napot, hibás a számlám.", "Nem tudok bejelentkezni reggel óta",
		"Poštovani, moj račun nije točan.", "Ne mogu se prijaviti od jutros",
		"Halo, tagihan saya salah.", "Saya tidak bisa masuk ke akun sejak pagi ini",
		"Habari, ankara yangu si sahihi.", "Tere, mu arve on vale.",
		"Labdien, mans rēķins ir nepareizs.", "Sveiki, mano sąskaita neteisinga.",
		"Përshëndetje, fatura ime është gabim.", "Góðan daginn, reikningurinn minn er rangur.",
		"Добар дан, мој рачун није тачан.", "नमस्ते, मेरा बिल गलत है।",
	} {
		if g := Detect(text); g.Followed() != "" {
			t.Errorf("%q is followed as %+v", text, g)
		}
	}
}

// TestTheWordsAroundCodeDecide: who pastes a log, a link or the names of products writes in the
// language of the words around them.
func TestTheWordsAroundCodeDecide(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Ich habe ein Problem:\nTraceback (most recent call last):\n  File \"x.py\", line 3, in <module>\n" +
			"ValueError: could not convert string to float: 'abc'": "de",
		"你好，报错如下：\njava.lang.NullPointerException: Cannot invoke \"String.length()\" because it is null": "zh",
		"请问 Windows Server Datacenter Edition 怎么激活":                                                      "zh",
		"Please send the invoice to our office in 上海. Thank you very much, 王芳":                           "en",
		"你好 printer 着火了":                                                "zh",
		"Le lien https://example.org/where-is-the-order ne marche pas.": "fr",
		"MEIN DRUCKER FUNKTIONIERT NICHT MEHR":                          "de",
		"toi khong the dang nhap vao tai khoan":                         "vi",
	} {
		if g := Detect(text); g.Followed() != want {
			t.Errorf("%q is %+v, want %s", text, g, want)
		}
	}
}

func TestTheHeadOfALongTextDecides(t *testing.T) {
	t.Parallel()
	head := strings.Join(lines["fr"], "\n")
	if g := Detect(head + strings.Repeat("\nThe rest of it is in English.", 10_000)); g.Code != "fr" {
		t.Errorf("%+v", g)
	}
}

func FuzzDetect(f *testing.F) {
	for _, seed := range []string{
		"Hello, my printer is on fire", "打印机 printer の", "l'été d' '' ’ n’ai", "\xe4\xbd", "a\u0301b",
		"> quoted\nerror: x\n{};=<>|$#", "ﬁ ª º ĸ Ⅷ ａｂｃ",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g := Detect(text)
		if math.IsNaN(g.Confidence) || g.Confidence < 0 || g.Confidence > 1 {
			t.Fatalf("%q: %+v", text, g)
		}
		if g.Code == "" && g.Followed() != "" || g.Confidence > 0 && g.Code == "" {
			t.Fatalf("%q: %+v", text, g)
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	for _, code := range []string{"en", "zh", "ru"} {
		text := strings.Join(lines[code], "\n")
		b.Run(code, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Detect(text)
			}
		})
	}
}
