package reply

import "strings"

// languages are the names of header fields as mail programs print them above a quotation, in lower
// case and without spaces between Chinese characters; names of one field stand between bars.
var languages = []struct{ from, date, to, subject, other string }{
	{ // English
		"from|sender|sent by", "sent|date|sent at|received", "to", "subject",
		"cc|bcc|reply-to|reply to|importance|priority|attachments|on behalf of",
	},
	{ // Chinese, simplified
		"发件人|发送人|发信人|寄件人|从|自", "发送时间|发件时间|发送日期|发信时间|日期|时间", "收件人|收信人|至|到",
		"主题|标题|邮件主题", "抄送|抄送人|密送|附件|重要性",
	},
	{ // Chinese, traditional
		"寄件者|寄件人|發件人|發信人|發送者|從|自", "寄件日期|寄件時間|發送時間|傳送時間|發送日期|傳送日期|時間", "收件者|至|到",
		"主旨|主題|標題", "副本|抄送者|密件副本|重要性",
	},
	{"差出人|送信者|送信元", "送信日時|日時|日付|送信日", "宛先", "件名", "添付"},
	{
		"보낸 사람|보낸사람|보낸이|발신", "보낸 날짜|보낸날짜|보낸 시간|날짜|전송 시간|일자",
		"받는 사람|받는사람|받는이|수신", "제목", "참조",
	},
	{"von", "gesendet|gesendet am|datum|am", "an", "betreff", "kopie|antwort an|wichtigkeit"},
	{"van", "verzonden|verstuurd|verzonden op|datum", "aan", "onderwerp", "kopie"},
	{
		"de|expéditeur", "envoyé|envoyé le|date d'envoi|message du|date", "à|a|pour|destinataire",
		"objet|sujet", "copie à|répondre à",
	},
	{"de", "enviado|enviado el|fecha|fecha de envío", "para|a", "asunto", "responder a"},
	{"de", "enviado|enviada|enviada em|enviado em|data", "para|a", "assunto", "responder a"},
	{
		"da|mittente", "inviato|inviata|data|data invio", "a|per|destinatario", "oggetto",
		"rispondi a",
	},
	{"de", "enviat|data", "per a", "assumpte", ""}, // Catalan
	{"de la|de la:", "trimis|trimis la|data", "către", "subiect", ""},
	{"från", "skickat|datum", "till", "ämne", "kopia"},
	{"fra", "sendt|dato", "til", "emne", "kopi"}, // Danish, Norwegian
	{"frá", "sent|dagsetning", "til", "efni", "afrit"},
	{"lähettäjä", "lähetetty|päivämäärä|päiväys", "vastaanottaja", "aihe", "kopio"},
	{"saatja", "saadetud", "adressaat", "teema", "koopia"}, // Estonian
	{"nuo", "išsiųsta|data", "kam", "tema", "kopija"},      // Lithuanian
	{"od|nadawca", "wysłano|wysłane|data", "do", "temat", "dw|kopia"},
	{"od|odesílatel", "odesláno|datum", "komu", "předmět", "kopie"},
	{"od|odosielateľ", "odoslané|dátum", "komu", "predmet", "kópia"},
	{"feladó", "elküldve|küldve|dátum", "címzett", "tárgy", "másolat|másolatot kap"},
	{"od|šalje", "poslano|datum|poslato", "za|prima", "predmet|zadeva|tema", "kopija"},
	{"от|от кого|отправитель", "отправлено|отправлен|дата", "кому", "тема", "копия"},
	{"від|від кого", "надіслано|відправлено|дата", "кому", "тема", "копія"},
	{"от", "изпратено|дата", "до", "относно|тема", "копие"}, // Bulgarian
	{"од", "послато|датум", "за|прима", "предмет|наслов", "копија"},
	{
		"kimden|gönderen", "gönderildi|gönderim tarihi|gönderilme|tarih", "kime|alıcı", "konu",
		"bilgi",
	},
	{"από", "στάλθηκε|εστάλη|ημερομηνία", "προς", "θέμα", "κοινοποίηση"},
	{
		"من|المرسل|مرسل", "تاريخ الإرسال|أرسلت|أُرسلت|تم الإرسال|الإرسال|التاريخ|تاريخ",
		"إلى|الى|المستلم", "الموضوع|موضوع", "نسخة|نسخة إلى",
	},
	{"از", "تاریخ|ارسال شده", "به", "موضوع", "رونوشت"}, // Persian
	{"מאת", "נשלח|נשלח בתאריך|תאריך", "אל|עבור", "נושא|הנדון", "עותק|העתק"},
	{"từ|người gửi", "ngày|đã gửi|thời gian gửi", "tới|đến|người nhận", "chủ đề|tiêu đề", ""},
	{"dari", "dikirim|terkirim|tanggal", "kepada|ke", "subjek|perihal", "salinan"},
	{"จาก", "ส่ง|วันที่", "ถึง", "เรื่อง|หัวเรื่อง", "สำเนา"},
}

// fields tells of which kind a field is by its name. A name that is two things in two languages
// ("a", "data") means the same in both.
var fields = fieldTable()

func fieldTable() map[string]fieldKind {
	table := make(map[string]fieldKind)
	for _, l := range languages {
		for kind, names := range map[fieldKind]string{
			fromField: l.from, dateField: l.date, toField: l.to, subjectField: l.subject,
			otherField: l.other,
		} {
			for name := range strings.SplitSeq(names, "|") {
				table[name] = kind
			}
		}
	}
	delete(table, "")
	return table
}

// originals are the words between dashes above a quotation, lower case.
var originals = set(
	"reply to message", "original message", "original email", "original e-mail", "original mail",
	"original",
	"reply message", "replied message", "original appointment", "original meeting",
	"replied mail", "message original", "quoted message",
	"原始邮件", "原始郵件", "原邮件", "原郵件", "原始信件", "原始訊息", "原始消息", "邮件原件",
	"回复的原邮件", "回复的邮件", "回覆的原郵件", "回复邮件", "回覆郵件", "引用邮件", "答复邮件", "邮件原文", "原始约会", "原始会议", "原始約會",
	"原始會議", "回复的邮件信息",
	"原始邮件信息", "來信原文", "原文邮件",
	"ursprüngliche nachricht", "originalnachricht", "original-nachricht", "original nachricht",
	"ursprüngliche mail", "ursprüngliche e-mail",
	"message d'origine", "message initial", "message d’origine", "e-mail d'origine",
	"mensaje original", "messaggio originale", "mail originale", "messaggio iniziale",
	"oorspronkelijk bericht", "origineel bericht", "oorspronkelijke mail", "mensagem original",
	"ursprungligt meddelande", "originalmeddelande", "ursprungligt mail",
	"oprindelig besked", "oprindelig meddelelse", "original besked", "original meddelelse",
	"opprinnelig melding", "originalmelding", "opprinnelig e-post", "alkuperäinen viesti",
	"oryginalna wiadomość", "wiadomość oryginalna", "wiadomość pierwotna", "treść oryginalna",
	"původní zpráva", "původní e-mail", "původní mail", "pôvodná správa", "pôvodný e-mail",
	"eredeti üzenet", "mesaj original", "mesajul original", "mesaj inițial", "izvorna poruka",
	"originalna poruka", "izvirno sporočilo",
	"исходное сообщение", "оригинальное сообщение", "исходное письмо", "вихідне повідомлення",
	"оригінальне повідомлення", "початкове повідомлення", "оригинално съобщение",
	"orijinal mesaj", "özgün ileti", "orijinal ileti", "özgün mesaj", "orjinal mesaj",
	"αρχικό μήνυμα", "元のメッセージ", "元のメール", "original message / 元のメッセージ",
	"원본 메시지", "원본 메일", "원본메일", "원본 메세지", "الرسالة الأصلية", "رسالة أصلية",
	"הודעה מקורית", "ההודעה המקורית", "tin nhắn gốc", "thư gốc", "pesan asli",
)

// repliesAbove stand in the lines of other helpdesks above what they quote, lower case.
var repliesAbove = []string{
	"reply above this line", "write above this line", "your reply above", "above this line",
	"antworten sie oberhalb", "oberhalb dieser linie", "oberhalb dieser zeile",
	"au-dessus de cette ligne",
	"por encima de esta línea", "encima de esta línea", "acima desta linha", "sopra questa linea",
	"sopra questa riga", "boven deze lijn", "boven deze regel", "ovanför den här raden",
	"powyżej tej linii", "выше этой линии", "выше этой строки", "此行上方", "此行以上", "该行上方", "這行上方",
	"此線上方", "この行より上", "이 줄 위에",
}

// forwards are the words above a mail that was passed on: what stands below is the content.
var forwards = set(
	"forwarded message", "begin forwarded message", "forwarded mail", "forwarded email",
	"forwarded e-mail", "forward message", "start of forwarded message",
	"original forwarded message",
	"转发邮件", "转发的邮件", "转发的原邮件", "已转发邮件", "转发邮件信息", "被转发的邮件", "开始转发邮件",
	"转发消息", "以下是转发的邮件", "下面是被转发的邮件", "被转发邮件信息", "转发信息", "轉寄郵件",
	"轉寄的郵件", "已轉寄的郵件", "開始轉寄郵件", "轉發郵件", "轉發的郵件", "轉寄的信件", "轉寄訊息",
	"以下是轉寄的郵件",
	"weitergeleitete nachricht", "anfang der weitergeleiteten nachricht",
	"weitergeleitete e-mail", "weitergeleitete mail", "beginn der weitergeleiteten nachricht",
	"message transféré", "début du message transféré", "message réexpédié", "message réacheminé",
	"mensaje reenviado", "inicio del mensaje reenviado", "mensaje remitido",
	"messaggio inoltrato", "inizio messaggio inoltrato", "inizio del messaggio inoltrato",
	"doorgestuurd bericht", "begin doorgestuurd bericht", "mensagem encaminhada",
	"mensagem reencaminhada", "início da mensagem encaminhada", "a reencaminhar mensagem",
	"início da mensagem reencaminhada", "missatge reenviat",
	"vidarebefordrat meddelande", "vidarebefordrat mejl", "vidarebefordrat brev",
	"videresendt besked", "videresendt meddelelse", "start på videresendt besked",
	"videresendt melding", "videresendt e-post", "start på videresendt melding",
	"påbegynner videresendt melding", "begynnelse på videresendt melding",
	"välitetty viesti", "välitetty viesti alkaa", "edelleenlähetetty viesti",
	"przekazana wiadomość", "treść przekazanej wiadomości", "przesłana wiadomość",
	"wiadomość przekazana dalej", "początek przekazywanej wiadomości",
	"přeposlaná zpráva", "přeposlaný e-mail", "preposlaná správa", "továbbított üzenet",
	"mesaj redirecționat", "proslijeđena poruka", "posredovano sporočilo",
	"пересланное сообщение", "пересылаемое сообщение", "начало переадресованного сообщения",
	"пересланное письмо", "переслане повідомлення", "початок листа, що пересилається",
	"препратено съобщение", "прослеђена порука",
	"yönlendirilmiş mesaj", "iletilmiş mesaj", "iletilen mesaj", "yönlendirilen mesaj",
	"forwarded message / iletilmiş mesaj", "προωθημένο μήνυμα", "προωθημένα μηνύματα",
	"転送されたメッセージ", "転送メッセージ", "転送メール", "以下は転送メールです",
	"전달된 메시지", "전달된 메일", "전달 메일", "رسالة معاد توجيهها", "رسالة مُعاد توجيهها",
	"بدء الرسالة المعاد توجيهها", "הודעה שהועברה", "הודעה מועברת", "תחילת ההודעה שהועברה",
	"thư được chuyển tiếp", "tin nhắn được chuyển tiếp", "pesan terusan",
)

// forwardPrefixes begin the subject of a mail that was passed on, lower case, before a colon.
var forwardPrefixes = set(
	"إعادة توجيه", "הועבר", "העברה", "fw", "fwd", "forward", "wg", "tr", "i", "vb", "vl", "rv",
	"enc", "pd", "doorst", "ilt", "πρθ",
	"转发", "轉寄", "轉發", "转寄", "転送", "전달", "пересл", "továbbítás",
)

// set makes a table of words to look up.
func set(words ...string) map[string]bool {
	table := make(map[string]bool, len(words))
	for _, w := range words {
		table[w] = true
	}
	return table
}
