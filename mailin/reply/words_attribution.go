package reply

// wrote holds, per language, the word by which mail programs say that somebody wrote what follows,
// in lower case: of "ha scritto" or "đã viết" the one that nothing else says.
var wrote = set(
	"wrote", "writes", "quoting", "zitat", "citando", "schrieb", "schreibt",
	"geschrieben",                                                       // English, German
	"schreef", "schrijft", "geschreven", "skrev", "skriver", "skrifaði", // Dutch, Nordic
	"kirjoitti", "kirjoittaa", "kirjutas", "rakstīja", "rašė", "írta", // Finnish … Hungarian
	"écrit", "escribió", "escribe", "scritto", "scrive", // French, Spanish, Italian
	"escreveu", "escribiu", "escriure", "scris", "scrie", // Portuguese … Romanian
	"napisał", "napisała", "napisana", "pisze", // Polish
	"napsal", "napsala", "píše", "napísal", "napísala", // Czech, Slovak
	"napisao", "napisala", "napisal", "piše", // South Slavic
	"пишет", "писал", "писала", "написал", "написала", // Russian
	"пише", "написав", "написа", "написао", "напиша", // Ukrainian, Bulgarian, Serbian
	"yazdı", "yazmış", "έγραψε", "viết", "menulis", "लिखा", // Turkish … Hindi
	"كتب", "كتبت", "كتابة", "نوشت", "כתב", "כתבה", "מאת", // Arabic, Persian, Hebrew
)

// wroteUnspaced holds the same of languages that set no spaces between words.
var wroteUnspaced = []string{
	"写道", "寫道", "写到", "写了", "提到", "引用", "来信", "來信", "撰寫", "说：", "說：",
	"のメール", "は書きました", "が書きました", "さんは書", "のメッセージ", "작성", "님이", "쓴 글", "เขียน",
}

// openers begin an attribution in the languages that put the date first.
var openers = []string{
	"on ", "at ", "am ", "le ", "el ", "il ", "op ", "em ", "no dia ", "den ", "d. ", "dnia ",
	"w dniu ", "dne ", "dňa ", "på ", "în ", "la ", "в ", "во ", "на ", "у ", "στις ",
	"quoting ", "zitat von ", "引用", "citando a ", "vào ", "lúc ", "pada ", "في ", "بتاريخ ",
	"در ", "בתאריך ", "ב-",
}

// prepositions stand before the date, anywhere in the line, in Chinese.
var prepositions = []string{"在", "于", "於"}

// selves are what authors call themselves before a verb: what they wrote is no program's line.
var selves = set(
	"i", "we", "you", "ich", "wir", "je", "nous", "yo", "eu", "io", "ik", "jag", "jeg", "я", "мы",
)

// readers are what authors call the reader and what is the reader's.
var readers = set(
	"your", "you", "ihr", "ihre", "ihrer", "votre", "vos", "su", "tu", "vostro", "vostra", "uw",
	"jouw", "jullie", "er", "din", "ert", "deres", "twój", "wasz", "ваш", "ваша", "вы",
)

// readersUnspaced holds the same of languages that set no spaces between words.
var readersUnspaced = []string{"你们", "您们", "你們", "您們", "贵公司", "貴公司", "贵司", "御社", "貴社"}

// auxiliaries stand beside the verb where it takes more than one word.
var auxiliaries = set("ha", "a", "heeft", "het", "volgende", "đã", "va", "je", "ne")

// afterthoughts begin what authors add below their names, lower case.
var afterthoughts = beginnings(
	"one more thing", "by the way", "btw", "also,", "also:", "i forgot", "almost forgot",
	"übrigens", "noch etwas", "nachtrag", "对了", "還有", "还有", "另外", "补充", "補充",
)
