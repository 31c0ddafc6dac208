package thread

import "strings"

// The tables below are read only. They need not be whole: a word that is missing makes a reply of
// thanks reopen its ticket, which is the harmless mistake.

// thanksWords are words that thank, in lower case. Danish "tak" alone is none: it is
// Polish for yes.
var thanksWords = set(`
thank thanks thankyou thanx thx ty cheers appreciate appreciated grateful
danke dank merci gracias grazie obrigado obrigada bedankt tack takk kiitos
dzięki dziękuję dziekuje dzieki děkuji díky ďakujem hvala хвала köszönöm mulțumesc multumesc
спасибо благодарю благодарим дякую дякуємо благодаря teşekkürler teşekkür sağol
ευχαριστώ ευχαριστούμε aitäh paldies ačiū terima makasih salamat ơn
شكرا شكراً شكرًا תודה धन्यवाद`)

// thanksMarks thank in scripts that set no spaces, or as part of a longer word or phrase.
var thanksMarks = []string{
	"谢谢", "謝謝", "感谢", "感謝", "多谢", "多謝", "谢了", "謝了", "感激",
	"ありがと", "有難う", "有り難う", "감사합니다", "감사드립니다", "고맙습니다", "고마워", "ขอบคุณ",
}

// moreWords tell that the writer wants something still: questions, negations, exceptions, requests
// and faults, in lower case.
var moreWords = set(`
but not still however again no never nothing none cannot please pls plz can could would should when
where why how what who which if except unless unfortunately although though until also another
need needs want wants send advance wait waiting urgent asap soon dont doesnt didnt isnt cant wont
wasnt broken error errors fail fails failed failing wrong missing down crash crashes only yet
aber nicht noch kein keine keinen bitte leider wann warum wieso wie wer wo voraus vorab jedoch
nie nichts brauche fehler kaputt fehlt schicken senden nochmal nochmals
mais pas encore ne jamais rien quand comment pourquoi avance d'avance svp
toujours besoin aucun aucune
pero todavía todavia aún favor antemano cuando cuándo cómo nunca nada necesito falta
ma non ancora però mai niente anticipo quando come perché
mas não nao ainda porém nunca antecipadamente
maar niet nog geen alvast wanneer graag
men inte än ikke ikkje ikk enda endnu ennå når
ei mutta vielä kun
ale nie jeszcze proszę kiedy ne nincs nem de még
но не нет ещё еще пожалуйста когда почему снова опять але ні ще
ama değil lütfen henüz
αλλά δεν όχι ακόμα παρακαλώ
لا لم لن لكن ليس لماذا متى לא אבל עדיין למה מתי नहीं लेकिन nhưng không tidak belum tapi`)

// moreMarks are the same in scripts that set no spaces between words.
var moreMarks = []string{
	"?", "？", "؟", "¿", "但", "不", "没", "沒", "还", "還", "请", "請",
	"吗", "嗎", "再", "先谢", "先謝", "怎", "什么",
	"什麼", "何时", "多久", "需要", "麻烦", "麻煩", "无法", "無法", "未", "失败", "失敗", "错", "錯", "另外", "仍", "急", "坏",
	"壞", "催", "尽快", "儘快", "等", "只是", "でも", "まだ", "ません", "ない", "ください", "下さい", "お願い", "けど",
	"ですが", "아직", "지만", "주세요", "안", "못", "아니", "แต่", "ไม่",
}

// greetings may stand before a name.
var greetings = set(`
hi hello hey dear team all everyone best kind warm regards sincerely
hallo moin liebe lieber grüße gruß viele beste salut bonjour cordialement hola saludos ciao saluti
olá oi beijos groeten hej hei mvh cześć привет здравствуйте`)

// courtesies ask for nothing: that it works, that it came, and how glad one is of it.
var courtesies = set(`
ok okay great perfect super excellent awesome wonderful fantastic brilliant lovely amazing good
nice cool fine yes yep yeah that that's this it it's its is was has been have had works worked
working solved resolved fixed sorted fix solution helped helps help did done now all everything
set received got understood noted so very really big a an the many much i i'm we we're my our your
you you're just wanted to say said and for of with like charm trick again quick fast problem issue
rock stars star legend day weekend well again
sehr guten tag morgen geehrte damen herren und prima perfekt toll klasse gut ja alles das es ist
hat jetzt geklappt funktioniert geht läuft wieder erledigt gelöst vielen vielmals herzlichen
herzlich besten tausend recht schönen schön ganz lieben ihnen euch dir freundlichen grüßen mit
parfait très bien d'accord oui c'est réglé résolu fonctionne marche ça grand un mille maintenant
tout beaucoup est a je vous nous à
buenos días buenas tardes perfecto genial excelente muy vale sí ya está todo funciona resuelto
solucionado muchas muchísimas mil le te lo
buongiorno perfetto ottimo va bene sì tutto risolto ora molte tante vi ti
bom dia boa tarde perfeito ótimo muito tudo certo funcionou resolvido
goed het werkt nu opgelost hartelijk heel erg veel u je prima top
mange tusen tusind stort fungerar virker nå nu det bra fint
dzień dobry świetnie działa już bardzo serdecznie
добрый день всё все работает решено отлично хорошо большое огромное супер вам очень
paljon ole hyvä çok cảm xin rất nhiều
네 정말 대단히 너무 잘 해결됐습니다 해결되었습니다 됩니다 하세요`)

// courtesyRunes make up the same in Chinese and Japanese.
const courtesyRunes = "好的收到已经經解决決了问題题問可以明白知道您你非常十分太真是我们們都正现現在恢复復搞定" +
	"衷心辛苦嗯行啦哦呀也很万萬大家老师師朋友常完成懂" + "どうもはいとてもご大変本当にこちらこそ"

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
