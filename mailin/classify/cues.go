package classify

// tongue holds how a language says until when somebody is away; all words in lower case.
type tongue struct {
	code string
	// monthFirst tells that 3/4 is the fourth of March; dotted, that 3.4 is too.
	monthFirst, dotted bool
	// from and until stand right before a day; until also further away in its sentence. With to,
	// which stands between two days, only the second is an end; with and, where a word such as
	// between or from stands before the first.
	from, until, to, and []string
	// back stands in the sentence of the day of return, before it; backLater behind it.
	back, backLater []string
	// untilLater stands right behind a day.
	untilLater []string
	// common are words by which the language is told from others.
	common []string
}

var tongues = []tongue{
	{
		code: "en", monthFirst: true,
		from: []string{"from", "since", "starting", "beginning", "as of", "effective", "after"},
		until: []string{
			"until", "till", "til", "through", "thru", "until and including", "up to",
			"to and including",
			"'til", "ending", "end date",
		},
		to:  []string{"to"},
		and: []string{"and"},
		back: []string{
			"back", "return", "returning", "returns", "available again", "again on", "again from",
			"resume", "resuming", "reopen", "reachable again", "be in the office", "be available",
		},
		backLater: []string{"back", "again", "return", "returning", "resume", "available"},
		common:    []string{"the", "will", "from", "and", "office", "with", "your", "am"},
	},
	{
		code: "de",
		from: []string{"vom", "von", "ab", "ab dem", "seit", "seit dem", "nach dem"},
		until: []string{
			"bis", "bis zum", "bis einschließlich", "bis inklusive", "bis zum einschließlich",
			"bis und mit",
			"einschließlich",
		},
		and: []string{"und"},
		back: []string{
			"wieder", "zurück", "rückkehr", "zurückkehren", "wieder ab", "wieder am", "retour",
		},
		backLater: []string{"wieder", "zurück", "erneut", "erreichbar"},
		common:    []string{"ich", "und", "bin", "nicht", "ist", "der", "im", "mit"},
	},
	{
		code: "fr",
		from: []string{
			"du", "à partir du", "dès", "dès le", "depuis le", "à compter du", "après le",
		},
		until: []string{
			"jusqu'au", "jusqu’au", "jusqu'à", "jusqu’à", "jusque", "jusqu'au au", "jusqu'",
			"jusqu’",
		},
		to:  []string{"au"},
		and: []string{"et"},
		back: []string{
			"retour", "de retour", "reviens", "reviendrai", "revenons", "reviendrons", "reprendrai",
			"rentre", "rentrerai",
			"joignable à nouveau", "rouvrira", "rouvriront", "rouvrirons", "rouvrons", "reprise",
			"de nouveau",
		},
		backLater: []string{"retour", "nouveau", "reviens", "reviendrai", "rentre", "joignable"},
		common:    []string{"je", "le", "suis", "est", "vous", "et", "votre", "bureau"},
	},
	{
		code:  "es",
		from:  []string{"del", "desde", "a partir del", "a partir de", "de", "tras"},
		until: []string{"hasta", "hasta el", "hasta el próximo"},
		to:    []string{"al", "a"},
		and:   []string{"y", "y el"},
		back: []string{
			"vuelta", "regreso", "regresaré", "regresamos", "vuelvo", "volveré", "volvemos",
			"volveremos", "reincorporo", "reincorporaré",
			"reincorporación", "estaré en la oficina", "estaré disponible", "retorno", "retornaré",
			"disponible de nuevo", "nuevamente",
		},
		backLater: []string{"vuelta", "regreso", "nuevo", "nuevamente", "regresaré", "volveré"},
		common:    []string{"el", "estoy", "estaré", "los", "su", "por", "oficina", "para"},
	},
	{
		code:  "pt",
		from:  []string{"de", "desde", "a partir de", "a partir do", "entre", "após"},
		until: []string{"até", "até ao", "até o", "até dia", "até ao dia", "até o dia"},
		to:    []string{"a", "ao"},
		and:   []string{"e"},
		back: []string{
			"volta", "regresso", "regressarei", "regressamos", "retorno", "retornarei",
			"retornamos",
			"retornaremos", "retornando", "voltarei", "voltamos", "voltaremos",
			"volto", "retomarei", "estarei no escritório", "estarei de volta", "novamente",
		},
		backLater: []string{"volta", "novamente", "regresso", "retorno", "voltarei"},
		common:    []string{"o", "estou", "estarei", "em", "não", "para", "seu", "escritório"},
	},
	{
		code:  "it",
		from:  []string{"dal", "da", "a partire dal", "dall'", "dopo il"},
		until: []string{"fino al", "sino al", "fino a", "fino all'", "fino a tutto il", "entro il"},
		to:    []string{"al", "all'", "a"},
		and:   []string{"e", "e il"},
		back: []string{
			"rientro", "rientrerò", "rientreremo", "tornerò", "torno", "torniamo", "torneremo",
			"ritorno", "ritornerò", "di nuovo",
			"nuovamente", "sarò in ufficio", "sarò disponibile",
		},
		backLater: []string{"rientro", "di nuovo", "nuovamente", "ritorno", "tornerò", "rientrerò"},
		common:    []string{"il", "sono", "sarò", "non", "per", "ufficio", "della", "vi"},
	},
	{
		code:      "nl",
		from:      []string{"van", "vanaf", "sinds", "met ingang van", "na"},
		until:     []string{"tot", "tot en met", "t/m", "tot aan", "t.e.m."},
		and:       []string{"en"},
		back:      []string{"terug", "weer", "bereikbaar vanaf", "opnieuw"},
		backLater: []string{"terug", "weer", "opnieuw"},
		common:    []string{"ik", "ben", "niet", "het", "een", "op", "uw", "van"},
	},
	{
		code:      "sv",
		from:      []string{"från", "från och med", "fr.o.m.", "fr o m", "sedan"},
		until:     []string{"till", "till och med", "t.o.m.", "t o m", "tom", "fram till", "t.om."},
		and:       []string{"och"},
		back:      []string{"tillbaka", "åter", "återkommer", "åter på plats", "igen"},
		backLater: []string{"tillbaka", "åter", "igen"},
		common:    []string{"jag", "är", "och", "på", "inte", "din", "mitt", "för"},
	},
	{
		code:      "da",
		from:      []string{"fra", "fra og med", "f.o.m.", "siden"},
		until:     []string{"til", "til og med", "t.o.m.", "indtil", "frem til"},
		and:       []string{"og"},
		back:      []string{"tilbage", "retur", "igen", "vender tilbage"},
		backLater: []string{"tilbage", "igen", "retur"},
		common:    []string{"jeg", "er", "og", "på", "ikke", "din", "kontoret", "af"},
	},
	{
		code:      "nb",
		from:      []string{"fra", "fra og med", "f.o.m."},
		until:     []string{"til", "til og med", "t.o.m.", "inntil", "fram til", "frem til"},
		and:       []string{"og"},
		back:      []string{"tilbake", "igjen", "retur"},
		backLater: []string{"tilbake", "igjen"},
		common:    []string{"jeg", "er", "og", "på", "ikke", "din", "kontoret", "av"},
	},
	{
		code: "fi",
		back: []string{
			"palaan", "takaisin", "olen töissä", "tavoitettavissa jälleen", "jälleen", "paluu",
		},
		backLater:  []string{"takaisin", "jälleen", "palaan", "taas"},
		untilLater: []string{"asti", "saakka"},
		until:      []string{"viimeistään"},
		common:     []string{"olen", "en", "ja", "ole", "viestisi", "kiitos"},
	},
	{
		code:  "pl",
		from:  []string{"od", "od dnia", "po"},
		until: []string{"do", "do dnia", "aż do"},
		back: []string{
			"wracam", "wrócę", "będę dostępny", "będę dostępna", "będę w biurze", "będę w pracy",
			"powrót",
			"ponownie", "z powrotem", "powrocie",
		},
		backLater: []string{"ponownie", "wracam", "z powrotem", "znowu"},
		common:    []string{"jestem", "nie", "się", "w", "będę", "oraz", "na", "z"},
	},
	{
		code:  "cs",
		from:  []string{"od", "ode dne", "po"},
		until: []string{"do", "až do", "do dne"},
		back: []string{
			"zpět", "budu k dispozici", "budu v práci", "budu v kanceláři", "vrátím", "vracím",
			"návrat", "opět", "znovu",
		},
		backLater: []string{"zpět", "opět", "znovu", "k dispozici"},
		common:    []string{"jsem", "nejsem", "se", "budu", "v", "na", "děkuji", "že"},
	},
	{
		code:  "ru",
		from:  []string{"с", "со", "после", "начиная с"},
		until: []string{"до", "по", "вплоть до", "включительно до"},
		to:    []string{"по"},
		and:   []string{"и"},
		back: []string{
			"вернусь", "возвращаюсь", "возвращение", "выйду", "выхожу", "снова", "вернется",
			"буду на месте", "буду на рабочем месте", "буду на работе", "приступлю к работе",
			"буду в офисе", "буду на связи",
			"буду доступен", "буду доступна",
		},
		backLater: []string{
			"вернусь", "снова", "буду на месте", "буду в офисе", "выйду", "буду на связи",
		},
		common: []string{"я", "в", "не", "и", "на", "вы", "ваше", "нахожусь"},
	},
	{
		code:  "uk",
		from:  []string{"з", "із", "від", "після", "починаючи з"},
		until: []string{"до", "по", "включно до"},
		to:    []string{"по"},
		and:   []string{"і", "та"},
		back: []string{
			"повернуся", "повертаюся", "повернення", "знову", "вийду", "буду на місці",
			"буду на роботі",
			"буду в офісі", "буду на зв'язку",
		},
		backLater: []string{"повернуся", "знову", "буду на місці", "буду в офісі"},
		common:    []string{"я", "у", "не", "і", "на", "ви", "ваш", "перебуваю"},
	},
	{
		code: "tr",
		back: []string{
			"dönüş", "döneceğim", "dönüyorum", "tekrar", "dönüş tarihi", "dönüş tarihim",
		},
		backLater: []string{
			"döneceğim", "dönüyorum", "dönmüş", "tekrar", "ofiste olacağım", "görevime", "işbaşı",
			"döner", "dönüş",
		},
		untilLater: []string{"kadar", "dek"},
		to:         []string{"ile"},
		and:        []string{"ve"},
		common:     []string{"ve", "bir", "için", "olacağım", "tarihinde", "izinde"},
	},
	{
		code: "zh", monthFirst: true, dotted: true,
		from:  []string{"从", "從", "自", "由", "於", "于"},
		until: []string{"至", "到", "直到", "直至", "截至", "截止", "截止到", "迄"},
		back: []string{
			"返回", "回来", "回來", "回到", "上班", "恢复", "恢復", "复工", "返岗", "返工", "归来", "回公司",
			"回復上班", "回司", "销假", "返程",
		},
		backLater: []string{
			"返回", "回来", "回來", "回到", "回公司", "上班", "恢复", "恢復", "复工", "返岗", "返工", "归来", "回司",
			"销假", "后回复", "后处理", "再回复", "再处理", "后统一", "後回覆", "後處理", "再回覆", "再處理", "正常办公", "起可",
		},
		untilLater: []string{"止", "为止", "為止", "之前", "前", "结束", "結束", "期间", "期間"},
		common:     []string{"的", "我", "您", "邮件", "郵件"},
	},
	{
		code: "ja", monthFirst: true, dotted: true,
		back: []string{"出社予定", "復帰予定", "出社日", "復帰日", "次回出社"},
		backLater: []string{
			"出社", "戻り", "戻る", "復帰", "再開", "出勤", "より通常", "から通常", "以降に", "以降、", "以降順",
		},
		untilLater: []string{"まで", "迄"},
		common:     []string{"の", "は", "です", "ます", "を"},
	},
	{
		code: "ko", monthFirst: true, dotted: true,
		back:       []string{"복귀 예정일", "복귀일", "복귀 예정"},
		backLater:  []string{"복귀", "출근", "돌아", "이후"},
		untilLater: []string{"까지"},
		common:     []string{"저는", "입니다", "니다", "메일"},
	},
	{
		code:  "ar",
		from:  []string{"من", "منذ", "ابتداء من", "اعتبارا من"},
		until: []string{"حتى", "لغاية", "حتى تاريخ", "ولغاية"},
		to:    []string{"إلى", "الى"},
		and:   []string{"و"},
		back: []string{
			"أعود", "سأعود", "العودة", "عودتي", "وسأعود", "متاحا مجددا", "سأكون متاحا",
			"سأكون في المكتب", "للعمل",
			"للعودة",
		},
		backLater: []string{"مجددا", "سأعود", "للعمل", "أعود"},
		common:    []string{"في", "على", "أنا", "من", "سوف", "بريدك"},
	},
	{
		code:  "he",
		from:  []string{"מ", "מ-", "מה-", "מיום", "החל מ", "מתאריך", "החל"},
		until: []string{"עד", "ועד", "עד ליום", "עד תאריך", "ועד ליום", "עד וכולל"},
		back: []string{
			"אחזור", "אשוב", "חזרה", "חוזר", "חוזרת", "שוב", "אהיה זמין", "אהיה זמינה",
			"אהיה במשרד", "ואחזור",
			"ואשוב",
		},
		backLater: []string{"אחזור", "אשוב", "שוב", "אהיה זמין"},
		common:    []string{"אני", "לא", "של", "את", "על", "תודה"},
	},
}

// between stand before the first of two days that a word such as "and" joins.
var between = []string{
	"between", "zwischen", "entre", "tra", "fra", "tussen", "mellan", "mellem", "mellom", "między",
	"mezi", "между", "між", "بين", "בין",
}

// fillers may stand between a cue and its day, last to first; so may names of weekdays.
var fillers = []string{
	"the", "on", "at", "date", "day", "of", "end", "including", "inclusive", "and including",
	"next",
	"morning", "monday", "noon", "be", "in", "office", "am", "pm", "den", "dem", "der", "dann",
	"zum",
	"einschließlich", "einschl", "inkl", "inklusive", "le", "la", "lundi", "matin", "el", "día",
	"dia",
	"próximo", "o", "ao", "no", "il", "lo", "giorno", "prossimo", "de", "het", "dag", "kl", "d",
	"pvm",
	"dnia", "dne", "tarih", "tarihi", "يوم", "تاريخ", "ליום", "יום", "תאריך", "ה", "ב", "ל", "года",
	"г", "року", "inkludert", "og med", "och med", "inclus", "incluido", "inclusive", "compreso",
	"about", "approximately", "ca", "circa", "around", "voraussichtlich", "于", "於", "在", "本", "今年",
	"明年",
	"當地時間", "北京时间", "기간", "期間", "期间", "日期", "时间", "時間",
}

// replies are phrases with a word of return in them that tell of no return.
var replies = []string{
	"get back to", "got back to", "back to you", "come back to you", "call back", "call me back",
	"write back", "return your", "return to you", "back-up", "back up", "in return", "wieder an",
	"revenir vers vous", "reviendrai vers vous", "reviens vers vous", "torno da te",
	"kommer tillbaka till dig",
}
