package rfc

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// guessCharset guesses in what bytes are that are no UTF-8 and name no charset: one of East Asia by
// its pairs of bytes, Cyrillic by its words, else windows-1252.
func guessCharset(b []byte) encoding.Encoding {
	if enc := guessHighPairs(b); enc != nil {
		return enc
	}
	switch {
	case seemsBig5(b):
		return traditionalchinese.Big5
	case seemsShiftJIS(b):
		return japanese.ShiftJIS
	}
	if enc := guessCyrillic(b); enc != nil {
		return enc
	}
	return charmap.Windows1252
}

// minHangul is how many pairs tell Korean from Chinese: so many Chinese characters do not all stand
// in the first half of GB 2312's common level, where Hangul has its syllables.
const minHangul = 8

// guessHighPairs tells what bytes are of which those above ASCII all stand in pairs; nil when they
// do not. Chinese is mostly of GB 2312's common level or its punctuation, Japanese has Kana between.
func guessHighPairs(b []byte) encoding.Encoding {
	var pairs, common, kana, hangul int
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		if i+1 == len(b) || b[i+1] < 0x80 {
			return nil
		}
		lead, trail := b[i], b[i+1]
		pairs++
		switch {
		case trail < 0xA1:
		case lead == 0xA4 || lead == 0xA5:
			kana++
		case lead >= 0xB0 && lead <= 0xC8:
			hangul++
			common++
		case lead >= 0xA1 && lead <= 0xA3:
			common++
		case lead > 0xC8 && lead <= 0xD7:
			common++
		}
		i++
	}
	switch {
	case pairs == 0:
		return nil
	case kana*4 > pairs:
		return japanese.EUCJP
	case hangul >= minHangul && hangul*10 >= pairs*9 && common == hangul:
		return korean.EUCKR
	case common*2 > pairs:
		return simplifiedchinese.GB18030
	}
	return nil
}

// seemsBig5 tells whether the bytes are pairs of Big5, nearly all of its common level or its
// punctuation, and not single letters between those of a Western language.
func seemsBig5(b []byte) bool {
	var pairs, common, letters int
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			letters += asciiLetter(b[i])
			continue
		}
		if i+1 == len(b) || b[i+1] < 0x40 || b[i+1] > 0x7E && b[i+1] < 0xA1 {
			return false
		}
		pairs++
		if b[i] >= 0xA1 && b[i] <= 0xC6 {
			common++
		}
		i++
	}
	return pairs > 1 && common*10 >= pairs*9 && pairs*2 >= letters
}

// seemsShiftJIS tells whether the bytes are Japanese: many of its pairs are Kana.
func seemsShiftJIS(b []byte) bool {
	pairs, kana := 0, 0
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 || b[i] >= 0xA1 && b[i] <= 0xDF {
			continue
		}
		if i+1 == len(b) || b[i+1] < 0x40 || b[i+1] == 0x7F {
			return false
		}
		pairs++
		if b[i] == 0x82 || b[i] == 0x83 {
			kana++
		}
		i++
	}
	return pairs > 1 && kana*3 > pairs
}

// minCyrillic is how many letters tell Cyrillic.
const minCyrillic = 4

// guessCyrillic tells the two charsets of Russian by where their small letters stand; nil when the
// letters above ASCII do not make words of their own.
func guessCyrillic(b []byte) encoding.Encoding {
	var letters, joined, low int
	for i, c := range b {
		if c < 0xC0 {
			continue
		}
		letters++
		if c < 0xE0 {
			low++
		}
		if i > 0 && b[i-1] >= 0xC0 || i+1 < len(b) && b[i+1] >= 0xC0 {
			joined++
		}
	}
	switch {
	case letters < minCyrillic || joined*4 < letters*3:
		return nil
	case low*10 >= letters*6:
		return charmap.KOI8R
	}
	return charmap.Windows1251
}

func asciiLetter(c byte) int {
	if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
		return 1
	}
	return 0
}
