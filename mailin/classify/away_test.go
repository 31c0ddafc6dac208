package classify

import (
	"strings"
	"testing"
	"time"
)

// TestDayOfReturn: each notice was written on Tuesday, 24 November 2026.
func TestDayOfReturn(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for _, tc := range []struct{ text, want string }{
		// English
		{"I am out of the office until December 3.", "2026-12-03"},
		{"I will be back on Monday, 30 November.", "2026-11-30 back"},
		{"I'm away from 23 November to 4 December 2026.", "2026-12-04"},
		{"On leave Nov 23 - Dec 4. I will reply when I return on Dec 7th.", "2026-12-07 back"},
		{"I am on vacation between December 1st and December 15th, 2026.", "2026-12-15"},
		{"Out of office 12/1 through 12/11", "2026-12-11"},
		{"Away December 21-31.", "2026-12-31"},
		{"I will be out of the office starting 11/23/2026 and will not return until 11/30/2026.", "2026-11-30"},
		{"I return to the office on 2026-12-01.", "2026-12-01 back"},
		{"As of January 4 I will be available again.", "2027-01-04 back"},
		{"I am on parental leave until 1 September 2028.", "2027-11-25"},
		{"Back on Monday.", "2026-11-30 back"},
		{"I'm out today and will be back tomorrow.", "2026-11-25 back"},
		{"I am away until Friday.", "2026-11-27"},
		// German
		{"Ich bin bis 4.12. nicht im Büro.", "2026-12-04"},
		{"Ich bin vom 23.11. bis einschl. 04.12.2026 im Urlaub und ab dem 7.12. wieder da.", "2026-12-07 back"},
		{"Ab Montag, 30. November, bin ich wieder erreichbar.", "2026-11-30 back"},
		{"Am 7. Dezember bin ich zurück.", "2026-12-07 back"},
		{"Ich bin bis zum 4. Jan. 2027 abwesend.", "2027-01-04"},
		{"Ich bin ab 1.12. im Urlaub.", ""},
		// French, Spanish, Portuguese, Italian
		{"Je suis en congé du 23 au 27 novembre.", "2026-11-27"},
		{"Absent jusqu'au 4 décembre inclus, de retour le lundi 7 décembre.", "2026-12-07 back"},
		{"Je serai de nouveau joignable à partir du 1er décembre.", "2026-12-01 back"},
		{"Estaré fuera de la oficina del 23 de noviembre al 4 de diciembre.", "2026-12-04"},
		{"Vuelvo a la oficina el 1 de diciembre.", "2026-12-01 back"},
		{"Estou de férias de 23/11 a 04/12.", "2026-12-04"},
		{"Regresso no dia 7 de dezembro.", "2026-12-07 back"},
		{"Sono in ferie dal 23 novembre all'11 dicembre.", "2026-12-11"},
		{"Rientrerò lunedì 7 dicembre 2026.", "2026-12-07 back"},
		// Dutch, Scandinavian, Finnish
		{"Ik ben van 23 november t/m 4 december met vakantie.", "2026-12-04"},
		{"Vanaf 7 december ben ik weer bereikbaar.", "2026-12-07 back"},
		{"Jag är tillbaka den 7 december.", "2026-12-07 back"},
		{"Jag är på semester t.o.m. 4/12.", "2026-12-04"},
		{"Jeg er på ferie fra 23. november til og med 4. december.", "2026-12-04"},
		{"Jeg er tilbake mandag 7. desember.", "2026-12-07 back"},
		{"Olen lomalla 23.11.–4.12.2026.", "2026-12-04"},
		{"Palaan töihin 7. joulukuuta.", "2026-12-07 back"},
		// Slavic
		{"Jestem na urlopie od 23 listopada do 4 grudnia.", "2026-12-04"},
		{"Wracam do pracy 7 grudnia 2026 r.", "2026-12-07 back"},
		{"Od 23. 11. do 4. 12. jsem na dovolené.", "2026-12-04"},
		{"Zpět v kanceláři budu 7. prosince.", "2026-12-07 back"},
		{"Я в отпуске с 23 ноября по 4 декабря.", "2026-12-04"},
		{"Вернусь 7 декабря.", "2026-12-07 back"},
		{"Я у відпустці з 23 листопада по 4 грудня.", "2026-12-04"},
		{"Повернуся 07.12.2026.", "2026-12-07 back"},
		// Turkish, Arabic, Hebrew
		{"23 Kasım - 4 Aralık tarihleri arasında izindeyim.", "2026-12-04"},
		{"7 Aralık'ta ofise döneceğim.", "2026-12-07 back"},
		{"4 Aralık'a kadar izindeyim.", "2026-12-04"},
		{"أنا في إجازة من 23 نوفمبر إلى 4 ديسمبر 2026.", "2026-12-04"},
		{"سأعود يوم ٧ ديسمبر.", "2026-12-07 back"},
		{"אני בחופשה מ-23/11 עד ה-4/12.", "2026-12-04"},
		{"אחזור למשרד ב-7 בדצמבר.", "2026-12-07 back"},
		// Chinese, Japanese, Korean
		{"我于11月23日至12月4日休假。", "2026-12-04"},
		{"本人休假到12月4日，12月7日恢复上班。", "2026-12-07 back"},
		{"11月23日-27日出差，紧急事宜请电话联系。", "2026-11-27"},
		{"休假期间：2026年11月23日~2026年12月4日", "2026-12-04"},
		{"我将于下周一返回办公室。", "2026-11-30 back"},
		{"本人外出，預計12/7返回。", "2026-12-07 back"},
		{"12月4日前无法回复邮件。", "2026-12-04"},
		{"邮件已于11月23日收到，谢谢。", ""},
		{"11月23日から12月4日まで休暇をいただいております。", "2026-12-04"},
		{"12月7日(月)より出社いたします。", "2026-12-07 back"},
		{"11월 23일부터 12월 4일까지 휴가입니다.", "2026-12-04"},
		{"12월 7일에 복귀합니다.", "2026-12-07 back"},
		// What says nothing
		{"Your message of 23 November 2026 was received.", ""},
		{"Our office is open Monday to Friday from 9 to 17. We are here for you 24/7.", ""},
		{"I was away until 20 November.", ""},
		{"We get back to you by December 1.", ""},
		{"周一至周五上班。", ""},
		{"I am away. Call +49 30 12 3456 or return key 12-34.", ""},
		{"until 31/31 and back on 0/0, back on 30 February", ""},
	} {
		got := Away(Input{NewText: tc.text, Date: sent})
		day := got.Day()
		if got.Back {
			day += " back"
		}
		if day != tc.want {
			t.Errorf("%q: %q, want %q", tc.text, day, tc.want)
		}
	}
}

// TestOrderOfDayAndMonth: a bare pair of numbers means what the language means by it, unless only
// the other order gives a day to come.
func TestOrderOfDayAndMonth(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ header, text, want string }{
		{"", "I will be out of the office until 12/01/2026.", "2026-12-01"},
		{"Content-Language: en-GB", "I will be out of the office until 05/12/2026.", "2026-12-05"},
		{"Content-Language: en-US", "I will be out of the office until 05/12/2027.", "2027-05-12"},
		{"", "I will be out of the office until 01/12/2026.", "2026-12-01"},
		{"", "Je suis en congé et absent jusqu'au 05/12/2026.", "2026-12-05"},
		{"", "我休假至 12/5。", "2026-12-05"},
		// In Shanghai it is the 25th already.
		{"Date: Wed, 25 Nov 2026 01:00:00 +0800", "我明天返回公司。", "2026-11-26"},
	} {
		in := mail(tc.header)
		in.NewText, in.Date = tc.text, time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)
		if got := Away(in).Day(); got != tc.want {
			t.Errorf("%q %q: %q, want %q", tc.header, tc.text, got, tc.want)
		}
	}
}

func FuzzAway(f *testing.F) {
	for _, seed := range []string{
		"back on 3 December 2026", "vom 1. bis 15.12.", "11月23日-27日", "下周一返回", "t.o.m. 4/12",
		"until\xff 31/12", "عد ٧ ديسمبر", "ה-4/12 עד", strings.Repeat("1/2 - ", 50), "İ until Monday",
		"Dec 24-Jan 2", "2026年12月4日まで",
	} {
		f.Add(seed, "Re: "+seed, int64(1795510800))
	}
	f.Fuzz(func(t *testing.T, text, subject string, sent int64) {
		date := time.Unix(sent%(1<<36), 0).UTC()
		got := Away(Input{Subject: subject, NewText: text, Date: date}).Until
		if got.IsZero() {
			return
		}
		if got.Before(date.AddDate(0, 0, -1)) || got.After(date.Add(maxAbsence+24*time.Hour)) {
			t.Fatalf("away until %v, written on %v", got, date)
		}
	})
}
