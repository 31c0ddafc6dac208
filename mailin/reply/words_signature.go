package reply

import "strings"

// footers begin the line that phones and mail programs add, lower case. A line counts only when it
// names a device or a program too: "Sent via courier" is a sentence.
var footers = beginnings(
	"sent with ", "sent via ", "sent using ", "sent on ", "sent by ", "written on ",
	"发自", "發自", "来自", "來自", "发送自", "傳送自", "寄自", "自我的", "从我的", "從我的", "通过我的", "从 ", "從 ",
	"【发自", "使用", "由我的",
	"von meinem ", "von meiner ", "gesendet ",
	"diese nachricht wurde ", "mit der ", "verschickt ", "abgeschickt ",
	"envoyé de", "envoyé depuis ", "envoyé à partir d", "envoyé avec ", "envoyé via ",
	"provenance : ", "enviado desde ", "enviado con ", "enviado dende ",
	"inviato da", "inviata da", "enviat des d", "verstuurd ", "verzonden ",
	"enviado do ", "enviado da ", "enviado a partir d", "enviado pelo ", "enviado via ", "trimis ",
	"skickat från ", "skickades från ", "sendt fra ", "sendt via ",
	"sent úr ", "lähetetty ", "saadetud ",
	"wysłane z", "wysłano z", "odesláno z", "odoslané z",
	"elküldve ", "küldve ", "poslano ", "poslato ", "išsiųsta ", "nosūtīts ",
	"отправлено ", "надіслано ", "изпратено ", "послато ",
	"στάλθηκε ", "εστάλη ", "أُرسلت ", "أرسلت ", "تم الإرسال ", "مرسل من ", "مُرسَل ",
	"ارسال شده ", "ارسال از ", "נשלח ", "나의 ", "내 ", "gửi từ ",
	"dikirim ", "ส่งจาก",
)

// offers begin the line by which a program praises itself, lower case. It counts only when it names
// the program and for what: "Download the invoice" is a wish.
var offers = beginnings(
	"get ", "获取 ", "取得 ", "下载 ", "下載 ", "hol dir ", "holen sie sich ", "laden sie ",
	"télécharger ", "téléchargez ", "obtenez ", "obtenir ",
	"obtener ", "obtenga ", "descargar ", "ottieni ", "scarica ", "outlook ", "download ",
	"ontvang ", "obter o ", "obtenha ", "baixe ", "obțineți ", "hämta ", "skaffa ", "hent ", "få ",
	"hanki ", "pobierz ", "získejte ", "získať ", "скачать ", "получить ", "отримати ", "λήψη ",
	"קבל את ", "tải ", "dapatkan ", "รับ ",
)

// footerEnds end such a line in the languages that set the verb last.
var footerEnds = []string{
	"から送信", "で送信", "より送信", "에서 보냄", "에서 보낸", "보냄", "傳送",
	"发送", "傳送的", "发出",
	"gesendet", "gönderildi", "gönderilmiştir", "küldve", "מה-iphone שלי",
	"निकाला", "भेजा गया", "定制",
}

// offerEnds end an offer in those languages.
var offerEnds = []string{
	"beziehen", "herunterladen", "downloaden", "を入手", "받기", "edinin", "indirin",
}

// programs are what offers speak of, lower case.
var programs = []string{
	"outlook", "bluemail", "typeapp", "spark", "edison", "yahoo", "gmx", "web.de",
	"mail.ru", "яндекс",
	"yandex", "foxmail", "thunderbird", "aqua mail", "aquamail", "boxer", "libero", "gmail",
	"mail app",
}

// platforms are for what they are, lower case.
var platforms = []string{
	"ios", "android", "iphone", "ipad", "mac", "windows", "app", "mobile", "desktop", "smartphone",
}

// things are devices and programs whose names are words that people use, lower case: of these no
// more than a word or two of a footer follows.
var things = set(
	"mail", "e-mail", "phone", "mobile", "tablet", "cell", "device", "correo", "smart",
	"palm", "nova",
	"mate", "front", "nine", "hey", "orange", "boxer", "edison", "newton", "canary",
	"spark", "moto",
	"pixel", "honor", "wireless", "handheld", "handy", "mobiltelefon", "telefon", "téléphone",
	"teléfono", "telefone", "telefoon", "puhelin", "puhelimesta", "komórki", "телефона", "телефон",
	"هاتفي", "الهاتف", "הנייד", "điện thoại", "apple", "windows", "smartphon",
	"почт", "手机", "手機", "平板", "邮箱", "信箱", "邮件", "郵件", "郵箱", "메일", "휴대폰", "メール", "客户端",
)

// talk are words that stand in sentences and in no footer, lower case; of Chinese, talkHan.
var talk = set(
	"i", "we", "you", "is", "it", "not", "no", "please", "doesn't", "don't", "won't",
	"can't", "was",
	"ich", "wir", "bitte", "nicht", "kein", "keine", "keinen", "ist", "es", "habe", "haben",
	"klappt",
	"geht", "je", "nous", "pas", "est", "ne", "vous", "yo", "no", "tampoco", "funciona", "favor",
	"não", "eu", "io", "non", "ik", "we", "geen", "niet", "had", "is", "jag", "inte", "jeg", "ikke",
	"en", "ei", "nie", "я", "мы", "не", "нет", "пожалуйста", "안", "못",
)

const talkHan = "不没沒请請收错錯登了吗嗎么麼是有让讓能会會时時已到"

// devices are the words for what sends mail, lower case; they stand by themselves.
var devices = []string{
	"ipod", "honor", "htc", "nokia", "sony", "xperia", "redmi", "oppo", "oneplus", "vivo", "moto",
	"pixel", "lg", "windows", "mobile", "phone", "tablet", "cell", "mail", "proton", "protonmail",
	"aol", "verizon", "t-mobile", "apple", "wireless", "handheld", "mac", "fairphone", "nexus",
	"webmail", "bluemail", "spark", "sparrow", "mailbird", "superhuman", "k-9", "fairemail",
	"handy",
	"mobiltelefon", "telefon", "device", "boxer", "nine", "front", "polymail", "typeapp", "edison",
	"acompli", "missive", "hey", "zimbra", "roundcube", "canary", "airmail", "newton", "shortwave",
	"mailspring", "tutanota", "tuta", "posteo", "gmx", "web.de", "orange", "mail.ru", "yandex",
	"libero", "movistar", "ios", "e-mail", "correo", "smart", "palm", "nova", "mate", "téléphone",
	"teléfono", "telefone", "telefoon", "puhelin", "puhelimesta", "komórki", "телефона", "телефон",
	"هاتفي", "الهاتف", "הנייד", "điện thoại",
}

// deviceStems are those that languages bend, lower case.
var deviceStems = []string{
	"iphon", "ipad", "android", "samsung", "galaxy", "huawei", "xiaomi", "outlook", "yahoo",
	"gmail",
	"thunderbird", "smartphon", "blackberr", "motorola", "foxmail",
	"手机", "手機", "平板", "华为", "華為", "小米", "荣耀", "邮箱", "信箱", "邮件", "郵件", "郵箱", "qq", "微信",
	"яндекс", "почт", "email.cz", "钉钉", "飞书", "飛書", "客户端", "メール", "메일", "휴대폰", "스마트폰", "айфон",
}

// notices begin lines that programs and companies add and that say themselves what they are, lower
// case: advertisements and checks for viruses.
var notices = beginnings(
	"you received this message because", "you are receiving this", "to unsubscribe from this",
	"yahoo mail: search", "do you yahoo", "virus-free", "virenfrei", "sans virus", "libre de virus",
	"privo di virus", "virusvrij", "bez wirusów", "this email has been checked for viruses",
	"this e-mail has been checked for viruses", "this message has been scanned",
	"diese e-mail wurde auf viren", "diese e-mail wurde von avast", "cet e-mail a été vérifié",
	"l'absence de virus", "este correo electrónico ha sido comprobado", "el software de antivirus",
	"签名由", "簽名由", "[发自", "[發自", "来自移动端",
)

// prints begin thoughts for the environment, lower case. They name it: people ask about printing.
var prints = beginnings(
	"please consider the ", "p please consider", "think before you print", "please think of the ",
	"save paper", "bitte denken sie an die umwelt", "bitte prüfen sie", "denken sie an die umwelt",
	"pensez à l'environnement", "avant d'imprimer", "n'imprimez", "antes de imprimir",
	"prima di stampare", "denk aan het milieu", "tänk på miljön", "tænk på miljøet", "请考虑环境",
	"打印前请", "请在打印前",
)

// environment are the words that they name it by, lower case.
var environment = []string{
	"environment", "environnement", "umwelt", "ambient", "milieu", "miljö", "miljø", "环境", "环保",
	"planet", "before you print", "tree", "papier", "ausdruck", "needlessly", "nécessaire",
	"necesario",
}

// fileLists begin the list of files that a mail program keeps for the author, lower case.
var fileLists = beginnings("从qq邮箱发来的超大附件", "從qq郵箱發來的超大附件", "来自qq邮箱的超大附件", "从网易")

// legalOpenings begin a disclaimer, lower case: fewer of its things need be said behind one.
var legalOpenings = beginnings(
	"本邮件", "本电子邮件", "本郵件", "本電子郵件", "本信件", "此邮件", "此郵件", "保密", "免责", "免責", "机密",
	"this e-mail", "this email", "this message", "this communication", "this transmission",
	"the information contained", "the information in this", "the contents of this", "confidential",
	"disclaimer", "notice:", "important notice", "legal notice", "privileged",
	"diese e-mail", "diese mail", "diese nachricht", "der inhalt dieser", "die in dieser",
	"ce message", "cet e-mail", "ce courriel", "le présent", "les informations contenues",
	"este mensaje", "este correo", "la información contenida", "esta mensagem", "este e-mail",
	"este email", "questo messaggio", "questa e-mail", "le informazioni contenute", "avviso",
	"dit bericht", "deze e-mail", "dit e-mailbericht", "de informatie", "detta meddelande",
	"detta e-post", "denne e-mail", "denne mail", "denne meddelelse", "denne e-posten",
	"tämä viesti",
	"tämä sähköposti", "ta wiadomość", "niniejsza", "treść tej", "tato zpráva", "tento e-mail",
	"táto správa", "ez az e-mail", "данное сообщение", "это сообщение", "это письмо", "цей лист",
	"це повідомлення", "bu e-posta", "bu mesaj", "bu elektronik", "このメール", "本メール", "이 메일", "본 메일",
	"هذه الرسالة", "هذا البريد", "הודעה זו", "דואר זה",
)

// abbreviations end a line as a sentence ends, lower case.
var abbreviations = set(
	"ltd.", "inc.", "co.", "corp.", "llc.", "s.a.", "a.s.", "b.v.", "n.v.", "s.r.l.", "s.l.",
	"s.p.a.", "o.o.", "o.k.", "e.v.", "str.", "st.", "ave.", "ph.d.", "dr.", "jr.", "sr.", "a/s.",
	"d.o.o.", "k.k.", "pty.", "plc.", "m.sc.", "b.sc.", "e.k.",
)

// farewells end a letter, lower case, without the punctuation behind them. Words of thanks alone
// are missing: they say something.
var farewells = set(
	"regards", "best regards", "kind regards", "warm regards", "warmest regards", "with regards",
	"kindest regards", "with kind regards", "with best regards", "best wishes", "warm wishes",
	"thanks and regards", "thanks & regards", "thanks and best regards", "thanks & best regards",
	"thanks and kind regards", "many thanks and kind regards", "many thanks and best regards",
	"thank you and best regards", "thank you and kind regards", "sincerely", "yours sincerely",
	"sincerely yours", "yours faithfully", "faithfully", "yours truly", "very truly yours", "yours",
	"cordially", "respectfully", "respectfully yours", "best", "all the best", "all best", "cheers",
	"rgds", "rgrds", "br", "b.r", "kr", "k.r", "brgds", "brgs", "greetings", "kind greetings",
	"take care", "have a nice day", "have a great day", "have a good day", "have a nice weekend",
	"have a great weekend", "talk soon", "regards and thanks", "love", "xoxo",
	// Chinese, Japanese, Korean
	"此致", "此致敬礼", "敬礼", "此致 敬礼", "祝好", "顺祝商祺", "順祝商祺", "祝商祺", "顺颂商祺", "順頌商祺",
	"顺颂时祺", "順頌時祺", "即颂近安", "商祺", "谨此", "敬上", "敬祝商祺", "祝工作顺利", "祝您工作顺利",
	"祝你工作顺利", "工作顺利", "祝一切顺利", "祝顺利", "祝生活愉快", "祝您生活愉快", "祝愉快", "祝安", "祝商安",
	"致礼", "致敬", "祝您愉快", "顺祝", "敬祝", "顺致敬意", "谨启", "謹啟", "謹上", "敬啟", "此致敬禮", "敬禮",
	"祝 好", "祝順利", "祝工作順利", "祝 商祺", "祝身体健康", "祝万事如意", "祝您身体健康", "顺祝安好", "祝安好",
	"顺问近好", "以上", "よろしくお願いします", "よろしくお願いいたします", "よろしくお願い致します",
	"宜しくお願いします", "宜しくお願いいたします", "宜しくお願い致します", "以上、よろしくお願いいたします",
	"以上、よろしくお願いします", "敬具", "草々", "감사합니다", "드림", "올림", "안녕히 계세요",
	// German, Dutch, Nordic
	"mit freundlichen grüßen", "mit freundlichen grüssen", "mit freundlichem gruß",
	"mit freundlichem gruss", "mit besten grüßen", "mit besten grüssen", "mit herzlichen grüßen",
	"mit lieben grüßen", "freundliche grüße", "freundliche grüsse", "freundlicher gruß",
	"freundlichen gruß", "viele grüße", "viele grüsse", "beste grüße", "beste grüsse",
	"liebe grüße",
	"liebe grüsse", "schöne grüße", "herzliche grüße", "herzliche grüsse", "herzlichst", "grüße",
	"grüsse", "gruß", "gruss", "hochachtungsvoll", "mfg", "lg", "vg", "bg", "hg", "schönen gruß",
	"schönen tag noch", "vielen dank und freundliche grüße", "vielen dank und viele grüße",
	"danke und grüße", "danke und gruß", "mit freundlichen grüßen / best regards",
	"mit freundlichen grüßen / kind regards", "viele liebe grüße", "ganz liebe grüße",
	"met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groet", "hartelijke groet",
	"vriendelijke groeten", "hartelijke groeten", "groet", "groeten", "groetjes", "mvg",
	"hoogachtend",
	"met hartelijke groet", "met groet", "gr", "med vänlig hälsning", "med vänliga hälsningar",
	"vänliga hälsningar", "vänlig hälsning", "bästa hälsningar", "hälsningar", "hälsning", "mvh",
	"vh", "med venlig hilsen", "venlig hilsen", "med venlige hilsner", "venlige hilsner",
	"bedste hilsner", "mange hilsner", "hilsen", "hilsner", "kh", "kærlig hilsen",
	"de bedste hilsner",
	"med vennlig hilsen", "vennlig hilsen", "beste hilsen", "hilsen fra", "ystävällisin terveisin",
	"parhain terveisin", "terveisin", "ystävällisesti", "kunnioittavasti", "terveiset", "t", "yt",
	"kveðja", "bestu kveðjur", "lugupidamisega", "parimat", "tervitades",
	// French, Spanish, Portuguese, Italian, Catalan, Romanian
	"cordialement", "bien cordialement", "très cordialement", "bien à vous", "bien à toi",
	"salutations", "sincères salutations", "meilleures salutations", "salutations distinguées",
	"salutations cordiales", "mes salutations", "amicalement", "respectueusement", "sincèrement",
	"cdt", "cdlt", "bien cdt", "bonne journée", "belle journée", "bonne soirée", "bon week-end",
	"à bientôt", "merci et bonne journée", "merci et cordialement", "merci, cordialement",
	"saludos", "un saludo", "saludos cordiales", "atentamente", "cordialmente", "un cordial saludo",
	"cordial saludo", "muchos saludos", "un abrazo", "saludo", "atte", "slds", "s2",
	"reciba un cordial saludo", "saludos y gracias", "gracias y saludos", "muy atentamente",
	"atenciosamente", "cumprimentos", "melhores cumprimentos", "com os melhores cumprimentos",
	"com os meus melhores cumprimentos", "att", "abraço", "abraços", "um abraço",
	"cordiais saudações", "saudações", "obrigado e cumprimentos", "cordiali saluti",
	"distinti saluti", "cordialità", "saluti", "un saluto", "un cordiale saluto", "tanti saluti",
	"i miei più cordiali saluti", "grazie e saluti", "grazie e cordiali saluti", "buona giornata",
	"buona serata", "buon lavoro", "salutacions", "salutacions cordials", "atentament",
	"cu stimă", "cu respect", "cu drag", "toate cele bune", "o zi bună",
	// Slavic, Baltic, Hungarian
	"pozdrawiam", "z poważaniem", "z wyrazami szacunku", "pozdrowienia", "serdecznie pozdrawiam",
	"pozdrawiam serdecznie", "serdeczne pozdrowienia", "łączę pozdrowienia", "miłego dnia",
	"s pozdravem", "s přátelským pozdravem", "zdravím", "hezký den", "přeji hezký den", "s úctou",
	"s pozdravom", "pekný deň", "s priateľským pozdravom", "lep pozdrav", "lp", "s spoštovanjem",
	"srdačan pozdrav", "lijep pozdrav", "pozdrav", "s poštovanjem", "pagarbiai", "su pagarba",
	"ar cieņu", "üdvözlettel", "üdv", "tisztelettel", "köszönettel", "szép napot",
	"с уважением", "с наилучшими пожеланиями", "всего доброго", "всего хорошего", "искренне ваш",
	"с наилучшими", "удачи", "до свидания", "хорошего дня", "з повагою", "з найкращими побажаннями",
	"гарного дня", "всього найкращого", "с уважение", "поздрави", "с поштовањем", "поздрав",
	// Turkish, Greek, Arabic, Persian, Hebrew, Vietnamese, Indonesian
	"saygılarımla", "saygılarımızla", "sevgiler", "iyi çalışmalar", "iyi günler", "selamlar",
	"iyi çalışmalar dilerim", "με εκτίμηση", "χαιρετισμούς", "φιλικά", "με φιλικούς χαιρετισμούς",
	"مع خالص التحية", "مع التحية", "تحياتي", "مع تحياتي", "مع أطيب التحيات", "أطيب التحيات",
	"وتفضلوا بقبول فائق الاحترام", "تقبلوا تحياتي", "مع فائق الاحترام", "والسلام", "با احترام",
	"با تشکر و احترام", "בברכה", "בכבוד רב", "תודה ובברכה", "בידידות", "כל טוב", "trân trọng",
	"kính thư", "thân mến", "trân trọng kính chào", "salam", "hormat saya", "hormat kami",
	"ขอแสดงความนับถือ", "ด้วยความเคารพ", "salam hormat", "terima kasih dan salam",
	// Shorter, longer, and for the day
	"warmly", "very best", "very best regards", "with best wishes", "with warm regards",
	"best rgds",
	"thank you and regards", "thank you & regards", "with thanks and regards", "speak soon",
	"mit freundl. grüßen", "mit freundlichen grüßen und vielen dank", "m.f.g", "freundl. grüße",
	"sonnige grüße", "schönes wochenende", "einen schönen tag noch",
	"ich wünsche einen schönen tag",
	"m.v.g", "vr. gr", "vriendelijke gr", "groetjes van", "fijne dag", "prettige dag",
	"vänligen", "ha en bra dag", "allt gott", "venligst", "dbh", "bh", "mange venlige hilsner",
	"god dag", "ha en fin dag", "ha en god dag", "yst. terv", "yst.terv", "ystäv. terv", "terv",
	"hyvää päivänjatkoa", "cordiales salutations", "salutations sincères", "bien sincèrement",
	"bien respectueusement", "bonne fin de journée", "très bonne journée", "excellente journée",
	"sin otro particular", "un fuerte abrazo", "saludos cordiales y gracias",
	"que tenga un buen día",
	"com cumprimentos", "com os meus cumprimentos", "abs", "um grande abraço", "bom trabalho",
	"cari saluti", "un caro saluto", "porgo cordiali saluti", "porgo distinti saluti",
	"distintamente", "a presto", "buon fine settimana", "o zi frumoasă", "numai bine",
	"z pozdrowieniami", "z serdecznymi pozdrowieniami", "pozdr", "pozdrawiamy",
	"dziękuję i pozdrawiam", "z góry dziękuję i pozdrawiam", "łączę wyrazy szacunku",
	"s pozdr", "děkuji a zdravím", "děkuji a přeji hezký den", "přeji pěkný den", "pěkný den",
	"prajem pekný deň", "ďakujem a prajem pekný deň", "szívélyes üdvözlettel", "üdvözlet",
	"с ув", "с уваж", "с уважением и наилучшими пожеланиями", "спасибо и хорошего дня", "з пов",
	"saygılar", "saygı ve sevgilerimle", "sevgilerimle", "kolay gelsin", "iyi günler dilerim",
	"תודה רבה ובברכה", "יום טוב", "何卒よろしくお願いいたします", "今後ともよろしくお願いいたします",
	"引き続きよろしくお願いいたします", "何卒宜しくお願い申し上げます", "よろしくお願い申し上げます",
	"고맙습니다", "수고하세요",
)

// wishes begin what Chinese writes above a name, a short line of its own.
var wishes = beginnings(
	"祝", "顺祝", "順祝", "顺颂", "順頌", "敬祝", "敬颂", "敬頌", "恭祝", "即颂", "即頌", "此致", "谨祝", "謹祝",
	"顺致", "順致", "敬请", "敬請",
)

// courtesies begin the sentence with which French letters end, lower case.
var courtesies = beginnings(
	"veuillez agréer", "veuillez recevoir", "je vous prie d'agréer", "je vous prie de croire",
	"je vous prie de recevoir", "nous vous prions d'agréer", "dans l'attente de vous lire",
)

// contactLabels stand before a number or an address in a signature, lower case.
var contactLabels = beginnings(
	"tel", "phone", "mobile", "mob", "cell", "fax", "email", "e-mail", "mail", "web", "www",
	"skype",
	"office", "direct", "t:", "m:", "f:", "e:", "p:", "w:", "t ", "m ", "tel.", "telefon", "mobil",
	"handy", "tél", "téléphone", "portable", "móvil", "teléfono", "telefono", "cellulare",
	"celular",
	"telefone", "gsm", "kom", "тел", "моб", "телефон", "факс", "电话", "電話", "手机", "手機", "传真",
	"傳真", "邮箱", "信箱", "邮件", "地址", "网址", "網址", "邮编", "座机", "微信", "qq", "携帯", "住所",
	"전화", "휴대폰", "팩스", "이메일", "주소", "هاتف", "جوال", "טל", "נייד", "linkedin", "whatsapp",
)

// legal are stems of words that stand together in disclaimers and hardly elsewhere, lower case; a
// row a meaning, so that a text must mean several of them.
var legal = [...][]string{
	{
		"confidential", "privileged", "vertraulich", "confidenti", "confidencial", "riservat",
		"vertrouwelijk", "konfidenti", "fortrolig", "luottamuksell", "poufn", "důvěrn", "dôvern",
		"bizalmas", "конфиденци", "конфіденц", "gizli", "εμπιστευτ", "保密", "机密", "機密", "秘密", "기밀",
		"سري", "חסוי", "rahasia", "rättsligt", "geheim",
	},
	{
		"intended", "addressee", "named recipient", "sole use", "bestimmt", "adressat", "destinat",
		"bestemd", "geadresseerde", "avsedd", "tiltænkt", "tiltenkt", "tarkoitet", "przeznaczon",
		"adresat", "určen", "címzett", "предназначен", "адресат", "призначен", "alıcı", "παραλήπτ",
		"收件人", "所列", "指定的", "指定", "宛先", "受信者", "수신인", "수신자", "المرسل إليه", "מיועד", "נמען",
		"destinataire", "empfänger", "ontvanger", "mottagar", "modtager", "mottaker",
		"vastaanottaj",
		"recipient",
	},
	{
		"in error", "by mistake", "mistakenly", "not the intended", "irrtümlich", "versehentlich",
		"nicht der", "par erreur", "por error", "por engano", "per errore", "abusivamente",
		"foutief",
		"onterecht", "per abuis", "per vergissing", "av misstag", "ved en fejl", "ved en feil",
		"vahingossa", "erheellis", "omyłkow", "pomyłk", "omylem", "tévedés", "по ошибке",
		"ошибочно",
		"помилково", "yanlışlıkla", "εκ παραδρομής", "误收", "誤收", "错收", "錯收", "非指定", "誤って", "잘못",
		"بالخطأ", "بطريق الخطأ", "בטעות", "ricevut", "recibido", "mistake",
	},
	{
		"delete", "destroy", "löschen", "vernichten", "détruire", "supprimer", "eliminar",
		"elimine",
		"destruir", "bórrelo", "apague", "cancellar", "distrugg", "verwijder", "vernietig",
		"radera",
		"förstör", "slette", "slet ", "poista", "usun", "usuń", "zniszcz", "smazat", "smažte",
		"zmazať", "töröl", "удалит", "уничтож", "видаліть", "siliniz", "διαγράψ", "删除", "刪除", "销毁",
		"銷毀", "削除", "破棄", "삭제", "حذف", "למחוק", "מחק",
	},
	{
		"notify", "inform the sender", "contact the sender", "advise the sender", "return e-mail",
		"informieren", "benachrichtig", "absender", "expéditeur", "avertir", "notifi", "avise",
		"remitente", "remetente", "mittente", "avvis", "afzender", "avsändare", "afsender",
		"avsender",
		"lähettäj", "nadawc", "odesílatel", "odosielateľ", "feladó", "отправител", "відправник",
		"göndereni", "αποστολέα", "通知", "发件人", "發件人", "寄件", "告知", "送信者", "발신", "보낸 사람",
		"المرسل", "השולח", "tell the sender", "sender",
	},
	{
		"disclos", "distribut", "dissemin", "copying", "copied", "unauthor", "prohibited",
		"weitergabe",
		"unbefugt", "kopieren", "vervielfältig", "nicht gestattet", "divulg", "diffusion",
		"interdit",
		"prohibid", "copia", "proibid", "divulga", "vietat", "diffond", "openbaar", "verspreid",
		"verbod", "spridning", "kopiera", "videregiv", "kopiering", "levittä", "kopioi",
		"rozpowszechn",
		"kopiow", "zabronion", "šíř", "kopír", "másol", "terjeszt", "распростран", "копиров",
		"поширен", "копіюв", "çoğalt", "dağıt", "yasak", "αντιγραφ", "披露", "泄露", "散布", "散发", "複製",
		"复制", "禁止", "转发", "洩漏", "開示", "複写", "무단", "배포", "복사", "نسخ", "توزيع", "להעתיק", "להפיץ",
	},
	{
		"disclaim", "liab", "virus", "haftung", "responsab", "aansprakelijk", "免责", "免責", "法律责任",
		"法律責任",
	},
}

// thanks are words of thanks that lead in a name as a farewell does, lower case.
var thanks = set(
	"thanks", "thank you", "many thanks", "thanks in advance", "thank you in advance",
	"thanks again",
	"thank you very much", "thanks a lot", "vielen dank", "danke", "besten dank",
	"vielen dank im voraus",
	"danke im voraus", "merci", "merci d'avance", "merci beaucoup", "gracias", "muchas gracias",
	"gracias de antemano", "grazie", "grazie mille", "obrigado", "obrigada", "bedankt",
	"dank u wel",
	"alvast bedankt", "tack", "tack på förhand", "tak", "på forhånd tak", "takk", "kiitos",
	"dziękuję",
	"z góry dziękuję", "děkuji", "спасибо", "дякую", "teşekkürler", "谢谢", "謝謝",
)

// announcements stand in a line that leads in what follows as content, lower case.
var announcements = []string{
	"address", "contact", "number", "adresse", "nummer", "contacto", "dirección", "indirizzo",
	"联系", "地址", "号码", "below", "following", "new ", "folgend", "neue", "suivant", "siguiente",
	"seguent", "volgende",
	"以下", "如下", "下面", "新的", "следующ", "нов",
}

// farewellBegins are the first words of farewells: they keep the other lines away.
var farewellBegins = func() map[string]bool {
	words := make(map[string]bool, len(farewells))
	for f := range farewells {
		words[strings.TrimRight(firstWords(f, 1), ",、")] = true
	}
	return words
}()
