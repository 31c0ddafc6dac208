package language

import "unicode"

// script is a writing system, as far as it tells languages apart.
type script uint8

const (
	none script = iota
	latin
	cyrillic
	han
	kana
	hangul
	arabic
	hebrew
	greek
	thai
	other // any other: Devanagari, for one, is that of many languages
	scripts
)

// only gives the language of a script that writes one.
func (s script) only() string {
	switch s {
	case hangul:
		return "ko"
	case hebrew:
		return "he"
	case greek:
		return "el"
	case thai:
		return "th"
	}
	return ""
}

// scriptOf gives the script of a letter, none of any other sign.
func scriptOf(r rune) script {
	switch {
	case r < unicode.MaxASCII:
		if 'a' <= r|0x20 && r|0x20 <= 'z' {
			return latin
		}
		return none
	case r < 0x0250 || 0x1E00 <= r && r < 0x1F00 || 0xFF21 <= r && r <= 0xFF5A:
		if unicode.IsLetter(r) && r != 'ª' && r != 'º' {
			return latin
		}
		return none
	}
	for _, range_ := range ranges {
		if range_.from <= r && r <= range_.to {
			return range_.script
		}
	}
	if unicode.IsLetter(r) {
		return other
	}
	return none
}

// ranges are the blocks of the Unicode Standard that hold the letters in daily use.
var ranges = [...]struct {
	from, to rune
	script   script
}{
	{0x0370, 0x03FF, greek},
	{0x0400, 0x052F, cyrillic},
	{0x0590, 0x05FF, hebrew},
	{0x0600, 0x06FF, arabic},
	{0x0750, 0x077F, arabic},
	{0x0E00, 0x0E7F, thai},
	{0x1100, 0x11FF, hangul},
	{0x3041, 0x3096, kana},
	{0x30A1, 0x30FA, kana},
	{0x31F0, 0x31FF, kana},
	{0x3400, 0x4DBF, han},
	{0x4E00, 0x9FFF, han},
	{0xAC00, 0xD7AF, hangul},
	{0xF900, 0xFAFF, han},
	{0xFB50, 0xFDFF, arabic},
	{0xFE70, 0xFEFF, arabic},
	{0xFF66, 0xFF9D, kana},
	{0x20000, 0x323AF, han},
}

// perWord is how many letters of Latin or Cyrillic weigh as much as one sign of the other scripts:
// a Chinese text names products, an English one seldom has a Chinese name.
const perWord = 4

// script gives the script that most of the sample is written in, and its share of the whole, from
// 0 to 1. Kana say that the Han signs beside them are Japanese; a の among many is decoration.
func (s *sample) script() (script, float64) {
	count := s.count
	if count[kana]*8 >= count[han] && count[kana] > 0 {
		count[kana], count[han] = count[kana]+count[han], 0
	} else {
		count[han], count[kana] = count[han]+count[kana], 0
	}
	best, all := none, 0
	for i := range count {
		if i != int(latin) && i != int(cyrillic) {
			count[i] *= perWord
		}
		if all += count[i]; count[i] > count[best] {
			best = script(i)
		}
	}
	if best == none {
		return none, 0
	}
	share := float64(count[best]) / float64(all)
	if best == latin {
		return best, share
	}
	return best, min(1, share+0.25) // words of other languages in Latin letters are everywhere
}

// chinese tells by the signs that only one of the two ways of writing has.
func (s *sample) chinese() string {
	if s.traditional > s.simplified {
		return "zh-Hant"
	}
	return "zh"
}

// arabic tells the languages of the Arabic script apart by letters that Arabic does not have.
func (s *sample) arabic() string {
	switch {
	case s.urdu > 0:
		return "ur"
	case s.persian > 0:
		return "fa"
	}
	return "ar"
}

const (
	urduLetters    = "ٹڈڑںےہھ"
	persianLetters = "پچژگکی"
)

// Signs that only one of the two ways of writing Chinese has, from the commonest few hundred.
// What stands in both lists counts for none.
const (
	simplifiedSigns = "们这个来时会说对发经请问没还样开关点电话网邮账户号码办订单货财报价钱费购买卖过现实应该让" +
		"给谢帮误错输录统机设备联络连线务员处显见读写认证验图链业东车门间长两万专产亲从优传体决况减别动区医华历" +
		"参双变听吗启团国际届带师张强当径总恳恶悬惊愿战执扩护担据损无旧昵暂术极构标栏树检楼横欢气汇沟测济浏满热" +
		"爱状独环玛画监盘盖确离种积称稳竞笔签简类级纪纸细组终结绝继续维综绿编缓罚职聪脑脸节苏范药虑虽补装观规视" +
		"览觉计讨训议讯记讲许论访评识词译试询详课调谁谅谈负责败质贴资赔赶转轮软轻载较辑达迁运进远违迟适选递遗释" +
		"钟钥铁银锁键镜闭闻阅队阳阴陆险随难页顶项须预领频题额风飞饭饮馆马骂鱼麦黄齐龙为后么头岁样"
	traditionalSigns = "們這個來時會說對發經請問沒還樣開關點電話網郵賬戶號碼辦訂單貨財報價錢費購買賣過現實應該讓" +
		"給謝幫誤錯輸錄統機設備聯絡連線務員處顯見讀寫認證驗圖鏈業東車門間長兩萬專產親從優傳體決況減別動區醫華歷" +
		"參雙變聽嗎啟團國際屆帶師張強當徑總懇惡懸驚願戰執擴護擔據損無舊暱暫術極構標欄樹檢樓橫歡氣匯溝測濟瀏滿熱" +
		"愛狀獨環瑪畫監盤蓋確離種積稱穩競筆簽簡類級紀紙細組終結絕繼續維綜綠編緩罰職聰腦臉節蘇範藥慮雖補裝觀規視" +
		"覽覺計討訓議訊記講許論訪評識詞譯試詢詳課調誰諒談負責敗質貼資賠趕轉輪軟輕載較輯達遷運進遠違遲適選遞遺釋" +
		"鐘鑰鐵銀鎖鍵鏡閉聞閱隊陽陰陸險隨難頁頂項須預領頻題額風飛飯飲館馬罵魚麥黃齊龍為後麼頭歲幣嘅喺咗"
)

// The two ways of writing Chinese.
const (
	simplified = 1 << iota
	traditional
)

// way says which ways of writing a Han sign belongs to.
var way = func() map[rune]uint8 {
	m := make(map[rune]uint8)
	for _, r := range simplifiedSigns {
		m[r] |= simplified
	}
	for _, r := range traditionalSigns {
		m[r] |= traditional
	}
	return m
}()
