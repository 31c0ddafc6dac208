package rfc

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDecodeHeader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, raw, want string }{
		{"plain", " Hello  world ", "Hello  world"},
		{"folded", "Hello\r\n world\n\tagain", "Hello world again"},
		{"q and b", "=?utf-8?Q?a=20b_c?= =?UTF-8?b?w7w=?=", "a b cü"},
		{"character cut in two", "=?utf-8?B?5L2g5Q==?=\r\n =?utf-8?B?pb0=?=", "你好"},
		{"text between words", "=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"},
		{"no space around", "x=?utf-8?q?a?=y", "xay"},
		{"mixed charsets", "=?iso-8859-1?q?=FC?= =?utf-8?q?=C3=BC?=", "üü"},
		{"language suffix", "=?utf-8*de?q?a?=", "a"},
		{"gb2312 that is gbk", "=?gb2312?B?6Emjrg==?=", "鐸．"},
		{"iso-2022-jp", "=?iso-2022-jp?B?GyRCJDMbKEI=?=", "こ"},
		{"big5", "=?big5?B?p0Gmbg==?=", "你好"},
		{"two characters that look like UTF-8", "=?gbk?B?warNqA==?=", "联通"},
		{"UTF-8 labelled latin", "=?iso-8859-1?q?=C3=BC?=", "ü"},
		{"unknown charset", "=?x-none?q?=FC?=", "ü"},
		{"utf-7 stays as written", "=?utf-7?q?+ADw-script?=", "+ADw-script"},
		{"decoded once", "=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=", "=?utf-8?q?x?="},
		{"raw utf-8", "\xe4\xbd\xa0\xe5\xa5\xbd", "你好"},
		{"raw gbk", "\xc4\xe3\xba\xc3", "你好"},
		{"raw latin", "Gr\xf6\xdfe \xfcber", "Größe über"},
		{"controls", "a\x00b\x07c=?utf-8?q?=0D=0ABcc:_x?=", "abc  Bcc: x"},
		{"bad escapes", "=?utf-8?q?a=ZZ=4?=", "a=ZZ=4"},
		{"unpadded", "=?utf-8?B?w7w?=", "ü"},
		{"letters cut in two", "=?utf-8?B?5L2g5?= =?utf-8?B?aW9?=", "你好"},
		{"unpadded neighbours", "=?utf-8?B?w7w?= =?utf-8?B?w7w?=", "üü"},
		{"cut off", "Hello =?utf-8?q?w=C3=B6rl", "Hello wörl"},
		{"no end mark", "=?utf-8?q?a_b =?utf-8?q?c?=", "a bc"},
		{"no word", "=?utf-8?x?a?= =?? =?utf-8?q?a b", "=?utf-8?x?a?= =?? =?utf-8?q?a b"},
	} {
		if got := DecodeHeader(c.raw); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCleanTextKeepsLines(t *testing.T) {
	t.Parallel()
	if got := CleanText("\uFEFFa\r\nb\rc\x00\x1b[1m\td\xff"); got != "a\nb\nc[1m\td\uFFFD" {
		t.Errorf("got %q", got)
	}
}

func TestCleanNameDropsWhatDisguises(t *testing.T) {
	t.Parallel()
	if got := CleanName(" a\u202egpj\u200b.\r\nexe\t"); got != "agpj. exe" {
		t.Errorf("got %q", got)
	}
}

func TestMessageIDs(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", MaxMessageID)
	for _, c := range []struct{ header, want string }{
		{"<a@b>", "a@b"},
		{"<a@b>\r\n <c@d>,<e@f>\t<a@b>", "a@b c@d e@f"},
		{"a@b", "a@b"},
		{"no-at", "no-at"},
		{"a@b, c@d", "a@b c@d"},
		{"< a@\r\n b >", "a@b"},
		{"<a@b><<c@d>", "a@b c@d"},
		{"<a@b", "a@b"},
		{`Your mail of Monday "x" <a@b>`, "a@b"},
		{"<" + long + "> <" + long + "b>", long},
		{"<a\x00@b> <\u202ec@d> <é@f>", "a@b é@f"},
		{"=?utf-8?q?=3Ca@b=3E?=", "a@b"},
		{"", ""},
		{"<>", ""},
		{"two words", ""},
	} {
		if got := strings.Join(MessageIDs(c.header), " "); got != c.want {
			t.Errorf("%q: got %q, want %q", c.header, got, c.want)
		}
	}
}

func TestManyReferencesKeepRootAndNewest(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 500 {
		b.WriteString("<" + strings.Repeat("x", 1+i%7) + strings.Repeat("y", i) + "@x>")
	}
	all := MessageIDs(b.String())
	if len(all) != MaxReferences || all[0] != "x@x" || len(all[1]) < 50 {
		t.Errorf("got %d ids, first %q, second %q", len(all), all[0], all[1])
	}
}

func TestBaseSubject(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"Printer broken", "Printer broken"},
		{"Re: Fwd: AW: WG: SV: vs: VB: rv: tr: Odp: R: I: x", "x"},
		{"RE:re:FW:x", "x"},
		{"Re[2]: x", "x"},
		{"Re (3) : x", "x"},
		{"回复：答复: 转发：回覆：轉寄: 答覆： 打印机", "打印机"},
		{"回复[2]：x", "x"},
		{"Re: [#17] Re: x", "x"},
		{"[#17] x [#18]", "x"},
		{"Re:  folded\t subject ", "folded subject"},
		{"Reminder: x", "Reminder: x"},
		{"Re x", "Re x"},
		{"Re:", ""},
		{"[#0] x", "[#0] x"},
		{"réf : x", "x"},
		{"Re\u00a0: x", "x"},
	} {
		if got := BaseSubject(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestSubjectTag(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in string
		n  int64
	}{
		{"Re: [#1042] x", 1042},
		{"[#7][#8]", 7},
		{"#7", 0},
		{"[#]", 0},
		{"[#-1]", 0},
		{"[#0]", 0},
		{"[#99999999999999999999]", 0},
	} {
		if n, ok := SubjectTag(c.in); n != c.n || ok != (c.n > 0) {
			t.Errorf("%q: got %d %v", c.in, n, ok)
		}
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"Mon, 2 Mar 2026 10:11:12 +0100", "2026-03-02T09:11:12Z"},
		{"Mon, 02 Mar 2026 10:11:12 +0800 (CST)", "2026-03-02T02:11:12Z"},
		{"2 Mar 26 10:11 EST", "2026-03-02T15:11:00Z"},
		{"Mon Mar  2 10:11:12 2026", "2026-03-02T10:11:12Z"},
		{"Mon Mar  2 10:11:12 CET 2026", "2026-03-02T09:11:12Z"},
		{"Mon,2 Mar 2026 10:11:12 GMT+0800", "2026-03-02T02:11:12Z"},
		{"2026-03-02T10:11:12+01:00", "2026-03-02T09:11:12Z"},
		{"2026-03-02 10:11:12 +0100", "2026-03-02T09:11:12Z"},
		{"Monday, 2-Mar-26 10:11:12 +0000", "2026-03-02T10:11:12Z"},
		{"Mon, 2 March 2026 10:11:12 +0000" + strings.Repeat(" ", 200), "2026-03-02T10:11:12Z"},
		{"2 Mar 2026\r\n 10:11:12 -0530", "2026-03-02T15:41:12Z"},
		{"Thu, 13 Feb 1969 23:32 -0330", "1969-02-14T03:02:00Z"},
		{"mar., 2 févr. 2026 10:11:12 +0100", "2026-02-02T09:11:12Z"},
		{"Mo, 02 Mrz 2026 10:11:12 +0100", "2026-03-02T09:11:12Z"},
		{"lunedì 2 marzo 2026 10:11", "2026-03-02T10:11:00Z"},
		{"2 июля 2026 г. 10:11:12 +03", "2026-07-02T07:11:12Z"},
		{"2026年3月2日 下午 10:11", "2026-03-02T10:11:00Z"},
		{"2026年3月2日 10:11:12 +0800", "2026-03-02T02:11:12Z"},
		{"2026/3/2 9:11:12 PM GMT+8:00", "2026-03-02T13:11:12Z"},
		{"Mon, 2 Mar 2026 12:11:12 AM -5", "2026-03-02T05:11:12Z"},
		{"", ""},
		{"yesterday", ""},
		{"Mon, 2 Mar 0001 10:11:12 +0100", ""},
		{"99 Foo 2026", ""},
	} {
		got := ""
		if at, ok := ParseDate(c.in); ok {
			got = at.Format("2006-01-02T15:04:05Z07:00")
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestS37SafeFilename(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"report.pdf", "report.pdf"},
		{"报价 单.pdf", "报价 单.pdf"},
		{"../../etc/passwd", "passwd"},
		{`C:\x\y.doc`, "y.doc"},
		{"a\x00b\r\nc\u202egpj.exe", "ab cgpj.exe"},
		{"..", "attachment"},
		{"", "attachment"},
		{"/", "attachment"},
		{".htaccess\u200b", "htaccess"},
		{"CON", "_CON"},
		{"nul.txt", "_nul.txt"},
		{"console.txt", "console.txt"},
		{"u\u0308.txt", "ü.txt"},
		{"x. . ", "x"},
	} {
		if got := SafeFilename(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
	got := SafeFilename(strings.Repeat("长", 500) + ".docx")
	if len(got) > MaxFilename || !strings.HasSuffix(got, ".docx") || !utf8.ValidString(got) {
		t.Errorf("cut to %q", got)
	}
}

func FuzzDecodeHeader(f *testing.F) {
	for _, s := range []string{
		"=?utf-8?q?=C3?= =?utf-8?b?vA==?=", "\xc4\xe3", "=?iso-2022-jp?b?GyRC?=", "a\r\n b", "=?=?",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		checkText(t, DecodeHeader(raw))
		checkText(t, CleanName(raw))
		checkText(t, strings.NewReplacer("\n", "", "\t", "").Replace(CleanText(raw)))
		name := SafeFilename(raw)
		if name == "" || len(name) > MaxFilename || strings.ContainsAny(name, `/\`) {
			t.Fatalf("file name %q", name)
		}
		ParseDate(raw)
	})
}

func FuzzMessageIDs(f *testing.F) {
	for _, s := range []string{"<a@b> <c@d>", "< a @b>,x@y", "<<>>", "=?q?b?x?="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		ids := MessageIDs(header)
		if len(ids) > MaxReferences {
			t.Fatalf("%d ids", len(ids))
		}
		for _, id := range ids {
			if !ValidMessageID(id) {
				t.Fatalf("bad id %q", id)
			}
			if again := MessageIDs("<" + id + ">"); len(again) != 1 || again[0] != id {
				t.Fatalf("%q became %q", id, again)
			}
		}
	})
}

func FuzzBaseSubject(f *testing.F) {
	for _, s := range []string{"Re: [#1] 回复：x", "r:i:[#[#1]2]", "RE (2) : \u3000y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, subject string) {
		base := BaseSubject(subject)
		if !strings.Contains(base, "[#") && BaseSubject(base) != base {
			t.Fatalf("%q is not stable: %q", base, BaseSubject(base))
		}
		SubjectTag(subject)
	})
}

func TestCutLeavesNoPieceOfACharacter(t *testing.T) {
	t.Parallel()
	for n, want := range []string{"", "a", "a", "a", "a中", "a中b", "a中b"} {
		if got := Cut("a中b", n); got != want {
			t.Errorf("at %d: %q, want %q", n, got, want)
		}
	}
}
