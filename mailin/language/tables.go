package language

// tongue is a language that shares its script with others: its code, the words that everybody who
// writes to a helpdesk uses, endings of its other words, and its letters beyond a to z (Latin) or
// beyond those of all its neighbours (Cyrillic). Words before an apostrophe keep it.
type tongue struct{ code, words, endings, letters string }

var tongues = [...]tongue{
	{
		"en",
		`the and to of is are was were it its this that these those with for from have has had
		not no yes can could will would should may might must please thank thanks hello hi dear
		regards sincerely my your our their his her you he she we they i me us am be been being
		do does did in at by on an a or but if when what why how where who which there here any
		some all just only still again when after before into about than then so as up out off
		over very more need help get got getting want let know see work works working worked
		tried try since today yesterday tomorrow morning week order issue account password error
		login invoice update 't 'm 've 're 'll 'd best kind advance cannot unable anyone same new
		first last one two every each own now`,
		`ing tion tions ed ly ment ments ness ould ght ally ious able ship ers`, ``,
	},
	{
		"de",
		`der die das und ist nicht ich sie wir ihr er ein eine einen einem einer eines mit für
		auf von zu den dem des im am es bei bitte danke hallo guten tag morgen abend sehr geehrte
		geehrter damen herren habe haben hat hatte kann können könnte könnten könnt werden wird
		wurde wurden sind war waren noch nicht mehr aber oder auch wenn dass daß wie was wann
		warum wo wer nach seit mein meine meinen meiner meinem mir mich uns unser unsere unserem
		ihre ihren ihrem ihrer ihnen grüße grüßen gruß gruss freundlichen viele vielen dank
		leider funktioniert kein keine keinen schon nur heute gestern rechnung bestellung
		passwort kennwort über um als aus vor zum zur beim vom bin bist möchte möchten muss
		müssen soll sollte diese dieser dieses hier dann ob weil da immer wieder alle alles etwas
		geht ging lässt mal ja nein fehler hilfe`,
		`ung ungen en lich liche keit isch ische heit cht tzt iert eln ten te ern`, `äöüß`,
	},
	{
		"fr",
		`le la les un une des du de et est sont était pas ne je vous nous il elle ils on ce cet
		cette ces mon ma mes votre vos notre nos pour avec sur dans par plus que qui mais ou où
		bonjour bonsoir merci cordialement salut svp j' l' n' d' c' qu' s' m' t' ai depuis encore
		toujours comment pourquoi quand avez avons ont a été être fait faire peux pouvez pourriez
		pouvoir puis problème commande facture mot passe au aux en à très bien aussi après avant
		rien tout tous toute avance reçu marche fonctionne aide sans sous si sa son ses leur lors
		chez même car donc votre compte voudrais souhaite aimerais madame monsieur s'il plaît
		vous me se y`,
		`tion ment eux aux ais ait ez ons eur que oir aire ance ité ée ées és er iez`, `éèêàçùûôîïœë`,
	},
	{
		"es",
		`el la los las un una unos de del y e es no se que en por para con su sus mi mis me nos
		le les lo al como más pero hola gracias saludos buenos buenas días tardes noches tengo
		tiene tienen puedo puede pueden podría podrían he ha han está están estoy estaba soy son
		muy también cuando desde hasta donde dónde cómo qué cuándo quién favor necesito quiero
		quisiera pedido factura contraseña cuenta ayuda usted ustedes ya sin hay todo todos este
		esta esto ese esa sobre entre porque si sí o yo nuestro nuestra hacer hace funciona
		estimado estimados cordial ni aún siempre nada algo mismo dos veces tres vez hoy ayer
		mañana semana después antes tampoco nueva nuevo otra otro`,
		`ción ciones mente ado ados ando iendo ería amos dad aba ido idos encia ible ar aron ieron`,
		`ñáéíóú¿¡ü`,
	},
	{
		"pt",
		`o a os as um uma de do da dos das no na nos nas em e é não que se por para com seu sua
		seus meu minha meus minhas me mais mas olá oi obrigado obrigada bom boa dia tarde noite
		estou está estão estava tenho tem têm posso pode podem poderia poderiam foi foram ser são
		já também quando desde até onde como você vocês favor preciso quero gostaria pedido
		fatura senha conta ajuda atenciosamente cumprimentos pelo pela ao aos à às sem isso isto
		este esta esse essa ainda sobre porque sim eu nós nosso nossa fazer faz consigo funciona
		prezados caro abraço nem nada algum hoje ontem amanhã semana depois antes qual vezes vez
		duas dois mês fui`,
		`ção ções mente ado ando endo inho amos dade ões ava ido ência ível ou ar`, `ãõçáâêôéíóúà`,
	},
	{
		"it",
		`il lo la i gli le un uno una di del della dei delle dello e è ed non che si per con su
		sul sulla mi ci vi ne ho ha hanno abbiamo avete sono sei siamo siete come più ma anche
		quando dove perché da dal dalla dall' al alla all' alle agli nel nella nell' in l' un'
		dell' c' d' buongiorno buonasera salve ciao grazie cordiali saluti distinti posso può
		potete potrei potreste vorrei mio mia miei vostro vostra nostro nostra questo questa
		ordine fattura ancora già senza molto bisogno aiuto funziona gentile gentili se o io lei
		voi noi cosa chi fare fatto stato stata era sempre niente nulla tutto tutti oggi ieri
		domani dopo prima solo qualche mille conto`,
		`zione zioni mente ato ata ando endo iamo tà ezza are ere ire uto ita enza bile ggio ssi`,
		`àèéìòù`,
	},
	{
		"nl",
		`de het een en is niet ik je u wij we zijn van met voor op aan dat die dit deze te in om
		bij naar ook maar of als nog geen wel kan kunnen kunt kun heb heeft hebben hebt had was
		waren werd word wordt worden hallo beste bedankt dank groet groeten vriendelijke alvast
		mijn uw jullie onze ons mij er uit over door wat hoe waarom wanneer waar wie bestelling
		factuur wachtwoord graag meer al sinds vandaag gisteren morgen werkt doet gaat moet
		moeten wil willen zou zouden hier dan toch steeds altijd niets alles iets dag goedemorgen
		goedendag geachte mevrouw meneer hulp na tot`,
		`ing ingen en lijk lijke heid atie tje cht aar oor eren eerd elijk aan`, `ëïéè`,
	},
	{
		"sv",
		`och är det att jag inte en ett som på för med av till har hade kan ni vi du den de från
		om men eller när vad hur varför hej hejsan tack mvh vänliga vänlig hälsningar min mitt
		mina er ert era vår vårt våra kunde skulle finns får fått fick blir blev bli också nu
		efter sedan idag igår imorgon fungerar lösenord beställning faktura hjälp hjälpa behöver
		vill mig oss er inget ingen några något alla allt är var inte kommer gick går måste redan
		bara mycket där här snälla så ännu in ut upp i`,
		`ning ningar ar ade het iskt igt arna ande erna erar orna`, `åäö`,
	},
	{
		"da",
		`og er det at jeg ikke en et som på for med af til har havde kan i vi du den de fra om
		men eller når hvad hvordan hvorfor hvor hej tak venlig hilsen mvh med min mit mine jeres
		vores kunne skulle findes får fået blev bliver også nu efter siden dag går virker
		adgangskode stadig hvornår venter kodeord ordre bestilling faktura hjælp hjælpe har brug
		vil mig os jer ingen intet noget nogle alle meget lige så der her var kommer skal må
		allerede kun bedste hilsner være blevet hen sig ud op ind gerne uden mange endnu venligst
		anden andet igen tilbage indtil uge ugen mellem spørgsmål bruge besked selv ringe nyt nye
		sidste første`,
		`ning ninger er ede hed else igt erne elser ende tion`, `æøå`,
	},
	{
		"nb",
		`og er det at jeg ikke en et som på for med av til har hadde kan dere vi du den de fra om
		men eller når hva hvordan hvorfor hvor hei takk vennlig hilsen mvh min mitt mine deres
		vår vårt våre kunne skulle finnes får fått ble blir også nå etter siden dag går fungerer
		virker passord ordre bestilling faktura hjelp hjelpe trenger vil meg oss ingen ikke noe
		noen alle veldig så der her var kommer skal må allerede bare beste hilsner være blitt seg
		ut opp inn gjerne uten mange enda i sende bruke vennligst annen annet igjen tilbake frem
		uke uken mellom spørsmål beskjed selv ringe nytt nye siste første`,
		`ning ninger er et het else ene asjon elser ende igheter`, `æøå`,
	},
	{
		"fi",
		`ja on ei en se että olen olemme ole oli ovat kun mutta tai jos myös niin kuin mitä miten
		miksi missä milloin mikä kuka minun meidän teidän minulla meillä teillä minulle meille
		hei moi moikka terve kiitos kiitoksia terveisin ystävällisin terveisin hyvää päivää
		voisitteko voitteko voinko voisiko voi voin saa saan saanut sain toimi toimii salasana
		salasanan tilaus tilauksen lasku laskun apua tarvitsen haluan haluaisin vielä enää jo nyt
		tänään eilen huomenna kanssa mukaan tämä tämän joka jotta koska siitä sen vaan aina
		kaikki mitään ongelma virhe pitäisi pystyn uusi uuden uutta yst terv`,
		`ssa ssä lla llä sta stä inen aan ään mme tte ksi nut nyt isi een iin ttu`, `äö`,
	},
	{
		"pl",
		`i w na z do nie się to jest są że o jak ale za po od dla przez czy już tylko jeszcze być
		był była było może mogę możemy można proszę prosimy dziękuję dziękujemy dzień dobry witam
		cześć pozdrawiam pozdrowienia mam mamy ma moje mój moja moim mi mnie nas nam państwo
		państwa państwu pana pani panie co kiedy dlaczego gdzie hasło hasła zamówienie zamówienia
		faktura fakturę konto konta pomoc działa bardzo dziś dzisiaj wczoraj też także oraz lub
		albo ze we tego tej ten ta te który która które problem błąd mojego wciąż nadal od kilku
		jutro bo gdy żeby została został`,
		`ość ości nie ać ego emu ych owy owa nia cie am ami ły ło ić owania`, `ąćęłńóśźż`,
	},
	{
		"cs",
		`a v na je se to že s z do i o jak ale za po od pro by aby jsem jsme jste jsou byl byla
		bylo není nejde nemohu mohu můžete můžeme může prosím prosíme děkuji děkuju děkujeme díky
		dobrý den ahoj zdravím pozdravem mám máme má máte můj moje moji mi mě nás nám vás vám
		vaše co kdy proč kde heslo hesla objednávka objednávku objednávky faktura fakturu účet
		účtu pomoc funguje nefunguje ještě už jen také nebo když který která které dnes včera
		zítra si ve ze při tento tato toto této chyba stále nic něco všechno předem bych chtěl
		chtěla není tak taky pořád`,
		`ost osti ní ání ého ému ých ová vat ám ět ny ky al ila`, `áčďéěíňóřšťúůýž`,
	},
	{
		"tr",
		`ve bir bu şu için ile de da mi mı mu ben biz siz ama fakat gibi daha çok ne nasıl neden
		niçin nerede zaman var yok değil merhaba merhabalar selam teşekkürler teşekkür ederim
		ederiz lütfen saygılarımla saygılar iyi günler çalışmalar sayın rica olarak kadar sonra
		önce şimdi hala hâlâ bugün dün yarın benim bizim sizin bana bize beni şifre şifremi
		parola sipariş siparişim siparişimi fatura faturayı hesap hesabım hesabıma yardım sorun
		çalışmıyor istiyorum oldu olan ki ya veya her hiç aynı yeni tekrar hata alıyorum edebilir
		misiniz acaba eder`,
		`lar ler yor dan den mak mek dır dim miş ım yorum ması mesi ıyor iyor ların lerin dım nız niz`,
		`çğıöşüİâ`,
	},
	{
		"vi",
		`và là của không có được cho tôi bạn em anh chị chúng xin chào cảm ơn vui lòng giúp này
		đó với trong khi đã đang sẽ bị từ đến về như nhưng vẫn làm sao gì nào ở một những các
		mình ạ nhé đơn hàng mật khẩu tài khoản lỗi ngày hôm nay qua thể đăng nhập nhận gửi hóa
		máy in cần hỗ trợ tại vì thế lại ra vào phải rất chưa rồi mới ai đâu toi khong duoc xin
		cam on`,
		``, `ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ`,
	},
	{
		"la", // in which texts are written that say nothing
		`lorem ipsum dolor sit amet consectetur adipiscing elit sed eiusmod tempor ut labore et
		dolore magna aliqua enim ad minim veniam quis nostrud nulla non nec in ac at vel eu ex id
		cum massa quam nunc turpis mauris fusce vestibulum pellentesque integer vitae nisl justo
		orci ante tellus`,
		`us um ibus orum arum it unt ntur`, ``,
	},
	{
		"ru",
		`и в не на я что с со по как это но за у к из от для до мы вы он она они меня мне нас нам
		вас вам ваш ваша ваши мой моя мои моей мою есть был была было были быть если или когда
		почему где уже ещё еще нет да при так же только можно могу может можете пожалуйста
		здравствуйте спасибо добрый доброе день утро вечер привет уважением подскажите помогите
		работает пароль пароля заказ заказа счет счёт просьба прошу нужно надо очень всё все этот
		эта этого после сегодня вчера завтра не о об то чтобы ошибка ошибку заранее больше опять
		тоже пришлите новый новую новая`,
		`ть ся ого его ние ния ый ая ет ется ают ой ом ых`, `ыэёъ`,
	},
	{
		"uk",
		`і й в у не на я що з із зі по як це але за від для до ми ви він вона вони мене мені нас
		нам вас вам ваш ваша мій моя мої є був була було були бути якщо або коли чому де вже ще
		ні так при та тільки можна можу може можете будь ласка добрий доброго день дня вітаю
		дякую дякуємо привіт повагою підкажіть допоможіть працює пароль паролю замовлення рахунок
		прошу потрібно треба дуже все цей ця цього після сьогодні вчора завтра про щоб помилка
		помилку заздалегідь більше знову допоможіть яка який яке наші наше теж також надішліть
		новий нову нова`,
		`ти ся ого ння ий ть ться ють ої ів ами`, `іїєґ`,
	},
	{
		"bg",
		`и в във не на аз че с със по как това но за от до ние вие той тя те мен ми нас ни вас ви
		има беше да ако или кога защо къде вече още само може мога моля здравейте здравей
		благодаря добър ден поздрави работи парола паролата поръчка поръчката фактура много съм
		сме сте са е ли се си го ги ще при след днес вчера утре какво който която няма`,
		`та то ият ам ва ите ата ето ния`, `ъ`,
	},
}
