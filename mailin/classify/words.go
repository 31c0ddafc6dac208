package classify

// robotSubjects are what programs put before or into the subject of an automatic reply, lower case.
// In front, with a colon or nothing behind them, they are a sign by themselves in a mail that
// refers to another.
var robotSubjects = []string{
	// English
	"automatic reply", "out of office", "out-of-office", "out of office autoreply",
	"out of office reply", "out of the office", "ooo", "vacation reply", "vacation response",
	// Chinese, simplified and traditional
	"自动回复", "自动答复", "假期自动回复", "外出自动回复", "外出自动答复", "不在办公室", "自動回覆", "自動答覆", "自動回復",
	"外出自動回覆", "不在辦公室",
	// German, Dutch
	"automatische antwort", "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheitsmeldung",
	"abwesenheitsassistent", "abwesenheit", "abwesend", "außer haus", "automatisch antwoord",
	"automatische beantwoording", "automatische reactie", "afwezigheidsbericht",
	"afwezigheidsmelding", "afwezig",
	// French, Spanish, Portuguese, Italian
	"réponse automatique", "reponse automatique", "message d'absence", "notification d'absence",
	"absence du bureau", "respuesta automática", "respuesta automatica", "fuera de la oficina",
	"fuera de oficina", "mensaje de ausencia", "resposta automática", "resposta automatica",
	"fora do escritório", "ausência temporária", "risposta automatica", "fuori sede",
	"fuori ufficio",
	// Swedish, Danish, Norwegian, Finnish
	"autosvar", "automatiskt svar", "frånvaromeddelande", "frånvaro", "automatisk svar",
	"fraværsmeddelelse", "fraværsbesked", "fravær", "fraværsmelding", "ikke til stede",
	"ikke på kontoret", "inte på kontoret", "automaattinen vastaus", "poissaoloilmoitus", "poissa",
	// Polish, Czech, Slovak, Hungarian, Romanian
	"odpowiedź automatyczna", "automatyczna odpowiedź", "autoodpowiedź", "nieobecność",
	"poza biurem", "automatická odpověď", "mimo kancelář", "nepřítomnost", "automatická odpoveď",
	"automatikus válasz", "răspuns automat",
	// Russian, Ukrainian, Turkish, Greek
	"автоответ", "автоматический ответ", "автоматичний відгук", "автоматична відповідь",
	"автовідповідь", "нет на работе", "вне офиса", "поза офісом", "otomatik yanıt",
	"otomatik cevap", "ofis dışında", "işyeri dışında", "αυτόματη απάντηση",
	// Japanese, Korean, Arabic, Hebrew, Vietnamese, Thai
	"自動応答", "自動返信", "不在通知", "不在のお知らせ", "외출 중", "자동 회신", "자동 응답", "자동회신", "자동응답",
	"부재중", "부재 중", "رد تلقائي", "الرد التلقائي", "خارج المكتب", "מענה אוטומטי", "תשובה אוטומטית",
	"מחוץ למשרד", "trả lời tự động", "ตอบกลับอัตโนมัติ",
}

// answerSubjects are what other programs put there, such as helpdesks of the customer: they tell of
// an automatic answer, and not that somebody is away.
var answerSubjects = []string{
	"auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "automatic response",
	"automated reply", "automated response", "autoresponse", "auto responder", "autoresponder",
}

// awayWords say that somebody is not there, lower case. In an automatic mail they make it an
// out-of-office notice; on the agents' road they are enough by themselves.
var awayWords = []string{
	"on vacation", "on holiday", "on holidays", "on annual leave", "on leave", "on sick leave",
	"maternity leave", "paternity leave", "parental leave", "on a business trip",
	"away from the office", "away from my desk", "away from my mail", "away from my email",
	"currently away", "currently out", "currently unavailable", "i am away", "i'm away",
	"not in the office", "out of office", "out of the office", "limited access to email",
	"limited access to my email", "i'm driving", "i am driving", "return to the office",
	"外出", "休假", "不在办公室", "不在辦公室", "年假", "出差", "放假", "度假", "请假", "請假", "产假", "產假",
	"陪产假", "病假", "无法及时回复", "無法及時回覆", "不在公司",
	"im urlaub", "in urlaub", "nicht im büro", "nicht im hause", "nicht im haus", "außer haus",
	"ausser haus", "außerhalb des büros", "elternzeit", "mutterschutz", "auf dienstreise",
	"nicht am arbeitsplatz", "nicht erreichbar", "abwesend",
	"en vacances", "en congé", "en congés", "en déplacement", "absent du bureau",
	"absence du bureau", "absente du bureau", "suis absent", "suis absente", "congé maternité",
	"congé de maternité", "actuellement absent", "actuellement absente",
	"de vacaciones", "fuera de oficina", "fuera de la oficina", "estoy ausente", "de baja",
	"estaré ausente", "estaré fuera", "in ferie", "fuori dall'ufficio", "fuori ufficio",
	"sono assente", "sarò assente", "in malattia", "in maternità",
	"op vakantie", "met vakantie", "niet op kantoor", "met verlof", "niet aanwezig", "afwezig",
	"de férias", "em férias", "fora do escritorio", "fora do escritório", "estou ausente",
	"estarei ausente", "de licença",
	"på semester", "har semester", "inte på kontoret", "föräldraledig", "tjänstledig", "på ferie",
	"holder ferie", "har ferie", "ikke på kontoret", "på barsel", "forældreorlov",
	"foreldrepermisjon", "permisjon", "bortreist",
	"lomalla", "vuosilomalla", "poissa toimistolta", "en ole toimistolla", "virkavapaalla",
	"na urlopie", "urlopie", "poza biurem", "jestem nieobecny", "jestem nieobecna",
	"nieobecny", "nieobecna", "na dovolené", "mimo kancelář", "nejsem v kanceláři", "nepřítomen",
	"nepřítomna", "na dovolenke",
	"в отпуске", "в командировке", "нет на месте", "отсутствую", "вне офиса", "на больничном",
	"у відпустці", "у відрядженні", "відсутній", "відсутня", "поза офісом", "на лікарняному",
	"izindeyim", "izinde", "yıllık izin", "ofis dışındayım", "ofiste değilim", "tatilde",
	"szabadságon", "în concediu", "εκτός γραφείου", "σε άδεια",
	"休暇", "不在にして", "不在です", "出張", "外出中", "お休みをいただ", "휴가", "부재중", "출장", "자리를 비",
	"في إجازة", "إجازة", "خارج المكتب", "בחופשה", "בחופש", "מחוץ למשרד", "לא במשרד",
}

// noticeSentences are whole sentences that a provider puts before an out-of-office text, in a mail
// that has no mark in its header.
var noticeSentences = []string{"这是来自qq邮箱的假期自动回复邮件", "這是來自qq郵箱的假期自動回覆郵件"}
