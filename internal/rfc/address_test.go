package rfc

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"helpgate/internal/testkit/cputime"
)

func TestParseAddressList(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ header, want string }{
		{`Jane Doe <Jane.Doe@Example.ORG>`, "Jane Doe|Jane.Doe@example.org"},
		{`"Doe, Jane \"JD\"" <j@x.org>, k@x.org`, `Doe, Jane "JD"|j@x.org; |k@x.org`},
		{"=?utf-8?Q?J=C3=B6rg?=\r\n =?utf-8?Q?_Z?= <j@x.org>", "Jörg Z|j@x.org"},
		{`=?utf-8?Q?Doe,_John?= <j@x.org>`, "Doe, John|j@x.org"},
		{`=?gb2312?B?1tzNrg==?= <z@x.cn>`, "周彤|z@x.cn"},
		{"\xd6\xdc\xcd\xae <z@x.cn>", "周彤|z@x.cn"},
		{"J\xf6rg <j@x.org>", "Jörg|j@x.org"},
		{`j@x.org (Jane (the) Doe)`, "Jane (the) Doe|j@x.org"},
		{`Jane <j@(her host)x.org>`, "Jane|j@x.org"},
		{`Pete(A \) chap) <pete(his (own) account)@x.org(his host)>`, "Pete|pete@x.org"},
		{
			`Doe, Jane <j@x.org>, Roe, Joe <k@x.org>; nobody; <l@x.org>`,
			"Doe, Jane|j@x.org; Roe, Joe|k@x.org; |l@x.org",
		},
		{`nobody, j@x.org`, "|j@x.org"},
		{`=?utf-8?q?D=C3=B6e?=, Jane <j@x.org>`, "Döe, Jane|j@x.org"},
		{`< j@x.org >`, "|j@x.org"},
		{`Jane <j@x.org> Joe <k@x.org>`, "Jane|j@x.org; Joe|k@x.org"},
		{`Jane <mailto:j@x.org>`, "Jane|j@x.org"},
		{`Jane <j@x.org`, "Jane|j@x.org"},
		{`Jane j@x.org`, "Jane|j@x.org"},
		{`j @ x.org`, "|j@x.org"},
		{`<@relay.org,@b.org:j@x.org>`, "|j@x.org"},
		{`j@bücher.example`, "|j@xn--bcher-kva.example"},
		{`用户@例子.example`, "|用户@xn--fsqu00a.example"},
		{`j@[192.0.2.1]`, "|j@[192.0.2.1]"},
		{`a@x.org; b@x.org;`, "|a@x.org; |b@x.org"},
		{`a@x.org,,, b@x.org,`, "|a@x.org; |b@x.org"},
		{`undisclosed-recipients:;`, ""},
		{`Friends: a@x.org, "B" <b@x.org>;, c@x.org`, "|a@x.org; B|b@x.org; |c@x.org"},
		{`Jane "unclosed <j@x.org>`, `Jane "unclosed|j@x.org`},
		{`Jane (unclosed <j@x.org>`, `Jane (unclosed|j@x.org`},
		{`Mailer <>`, ""},
		{`nobody`, ""},
		{"a@x.org\x00\rBcc: v@x.org", "|a@x.org; |v@x.org"},
		{"a@x.org b@x.org", "|a@x.org; |b@x.org"},
		{"\u202egpj\u202c <j@x.org>", "gpj|j@x.org"},
	} {
		if got := show(ParseAddressList(c.header)); got != c.want {
			t.Errorf("%q: got %q, want %q", c.header, got, c.want)
		}
	}
}

// A From that readers take differently must not look like one plain sender (THREATS S2).
func TestS2ParserDifferentials(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ header, want string }{
		{`<a@ok.org>:<agent@corp.com>;`, "|a@ok.org; |agent@corp.com"},
		{`<a@ok.org> <agent@corp.com>`, "|a@ok.org; |agent@corp.com"},
		{`a@b.org, agent@corp.com`, "|a@b.org; |agent@corp.com"},
		{`a@b.org <c@d.org>`, "a@b.org|c@d.org"},
		{`"agent@corp.com" <evil@x.org>`, "agent@corp.com|evil@x.org"},
		{`agent@corp.com (evil@x.org)`, "evil@x.org|agent@corp.com"},
		{`"agent@corp.com"@evil.org`, `|"agent@corp.com"@evil.org`},
		{`=?utf-8?Q?=3Cagent@corp.com=3E?= <evil@x.org>`, "<agent@corp.com>|evil@x.org"},
		{`=?utf-8?Q?agent=40corp.com?=`, ""},
	} {
		if got := show(ParseAddressList(c.header)); got != c.want {
			t.Errorf("%q: got %q, want %q", c.header, got, c.want)
		}
	}
}

func TestAddressListIsCappedAndLinear(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("a@x.org, ", MaxAddresses+5)
	if got := len(ParseAddressList(many)); got != MaxAddresses {
		t.Errorf("got %d addresses, want %d", got, MaxAddresses)
	}
	for _, unit := range []string{"(", `"`, "<", "=?a?q?", ":", "a@:", `\`, "<@", "((a) ", `<"`} {
		took := cputime.Of(t, func() {
			ParseAddressList("a@" + strings.Repeat(unit, (1<<20)/len(unit)))
		})
		if took > cputime.Bound(time.Second) {
			t.Errorf("1 MiB of %q took %v", unit, took)
		}
	}
}

func TestAddressStringIsReadBackAndInjectsNothing(t *testing.T) {
	t.Parallel()
	for _, a := range []Address{
		{"", "j@x.org"},
		{"Jane", "j@x.org"},
		{`Doe, "J" \ <x@y.org>`, "j@x.org"},
		{"周彤", "z@x.cn"},
		{strings.Repeat("长名字", 40), "z@x.cn"},
		{"", `"a,b"@x.org`},
	} {
		got := ParseAddressList(a.String())
		if len(got) != 1 || got[0] != a {
			t.Errorf("%q: read back as %q", a.String(), got)
		}
	}
	evil := Address{"x\r\nBcc: v@x.org =?utf-8?q?x?=", "a@b.org>\r\nBcc: <v@x.org"}
	s := evil.String()
	if strings.ContainsAny(s, "\r\n") || strings.Count(s, ">") != 1 || strings.Contains(s, "=?") {
		t.Errorf("header injected: %q", s)
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ addr, want string }{
		{" Agent@Corp.COM ", "agent@corp.com"},
		{"agent+x@corp.com", "agent+x@corp.com"},
		{"a.b@corp.com", "a.b@corp.com"},
		{"Ü@CÖRP.example", "ü@xn--crp-sna.example"},
		{"a@corp.com.", "a@corp.com"},
		{"nobody", ""},
		{"@x.org", ""},
		{"a@", ""},
		{"a b@x.org", ""},
		{"a@x..org", ""},
		{"", ""},
	} {
		if got := Key(c.addr); got != c.want {
			t.Errorf("%q: got %q, want %q", c.addr, got, c.want)
		}
	}
}

func TestValidAddress(t *testing.T) {
	t.Parallel()
	for _, ok := range []string{
		"a@x.org", "a+b@x.org", "ü@x.org", "a@bücher.example", `"a b"@x.org`, "a@[192.0.2.1]",
		"a@[IPv6:2001:db8::1]", "a..b.@docomo.example", "user%other@x.org",
		strings.Repeat("a", 64) + "@x.org",
	} {
		if err := ValidAddress(ok); (err != nil) != strings.Contains(ok, " ") {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, bad := range []string{
		"", "a", "@x.org", "a@", "a@x.org> SIZE=1", "a@x.org\r\nRCPT TO:<b@x.org>", "a\x00@x.org",
		"<a@x.org>", "a@b@x.org", "a@x_y z.org", "a\u202e@x.org", "a@x..org", "a@[bad]", "a\xff@x.org",
		strings.Repeat("a", 65) + "@x.org", "a@" + strings.Repeat("b.", 130) + "org", `"a@b"@x.org`,
	} {
		if ValidAddress(bad) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestSplitPlus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ addr, want string }{
		{"Support+abC@X.org", "Support abC x.org"},
		{"a@x.org", "a  x.org"},
		{"a+b+c@x.org", "a b+c x.org"},
		{"a", "  "},
	} {
		local, detail, domain := SplitPlus(c.addr)
		if got := local + " " + detail + " " + domain; got != c.want {
			t.Errorf("%q: got %q, want %q", c.addr, got, c.want)
		}
	}
}

func FuzzParseAddressList(f *testing.F) {
	for _, s := range []string{
		`"A, B" <a@b.org>, c@d.org (x)`, "g:a@b;,c",
		`=?gb2312?b?1tzNrg==?= <a@b>`, `<@a:b@c>"`, "\xff<\x00@\xe9>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		for _, a := range ParseAddressList(header) {
			checkText(t, a.Name)
			checkText(t, a.Addr)
			if Key(a.Addr) == "" || strings.ContainsAny(a.String(), "\r\n") {
				t.Fatalf("%q gave %q", header, a)
			}
			if again := ParseAddressList(Address{Addr: a.Addr}.String()); len(again) > 1 {
				t.Fatalf("%q became %q", a.Addr, again)
			}
		}
	})
}

// checkText fails when s could not go to a database or a header.
func checkText(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		t.Fatalf("unclean text %q", s)
	}
}

func show(list []Address) string {
	var out []string
	for _, a := range list {
		out = append(out, fmt.Sprintf("%s|%s", a.Name, a.Addr))
	}
	return strings.Join(out, "; ")
}
