package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
)

// The addresses of the bench; the domains are reserved for examples (RFC 2606).
const (
	support = "support@desk.example"
	agent   = "ann@agents.example"
)

// kind names a load.
type kind string

// The loads of docs/benchmarks.md.
const (
	plain    kind = "P" // 2 KB of text
	attached kind = "A" // text and 100 KB of random bytes in base64
	big      kind = "B" // text and 18 MB in base64: a mail of 25 MB
)

// serial is what stands for a mail's own number in a template. All of its characters are of the
// base64 alphabet, so that it varies an attachment too.
const serial = "0000SERIAL0000"

// template is a mail with places for its number. Making the next mail is some copies of 14 bytes:
// the generator shares the machine with what it measures.
type template struct {
	data   []byte
	places []int
}

// newTemplate makes one of the kind.
func newTemplate(k kind) template {
	head := "From: Casey Customer <u" + serial + "@customer.example>\n" +
		"To: Desk Support <" + support + ">\n" +
		"Subject: Order " + serial + " did not arrive\n" +
		"Date: Mon, 23 Nov 2026 09:30:00 +0100\n" +
		"Message-ID: <" + serial + ".bench@customer.example>\n" +
		"User-Agent: Mail/1.0\nMIME-Version: 1.0\n"
	var mail string
	switch k {
	case plain:
		mail = head + textHead + "\n" + words(2048-len(head)-len(textHead))
	case attached:
		mail = head + multipart(100_000)
	case big:
		mail = head + multipart(18<<20)
	}
	return parseTemplate(strings.ReplaceAll(mail, "\n", "\r\n") + end)
}

func parseTemplate(mail string) template {
	t := template{data: []byte(mail)}
	for at := 0; ; {
		i := bytes.Index(t.data[at:], []byte(serial))
		if i < 0 {
			return t
		}
		t.places = append(t.places, at+i)
		at += i + len(serial)
	}
}

// clone gives a copy that one connection may change.
func (t template) clone() template {
	return template{bytes.Clone(t.data), t.places}
}

// number writes n into the places. The senders' place is the first.
func (t template) number(n, sender int64) []byte {
	text := fmt.Sprintf("%014d", n)
	for _, at := range t.places {
		copy(t.data[at:], text)
	}
	if sender != n {
		copy(t.data[t.places[0]:], fmt.Sprintf("%014d", sender))
	}
	return t.data
}

// address is the sender of that number, as it stands in the template too.
func address(sender int64) string { return fmt.Sprintf("u%014d@customer.example", sender) }

const textHead = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 7bit\n"

// letter is what a customer writes; no line comes twice, as none does in real mail.
const letter = `Hello,

three weeks ago I ordered a floor lamp in your shop (number ` + serial + `), and it
has not come yet. The confirmation said five to seven working days, so I did not worry
at first. On Monday the page of the parcel service changed from "announced" to "in
delivery", and there it has stood ever since. I telephoned them twice; the first time
a friendly man told me that the parcel was on the van, the second time nobody could
find it at all and I was asked to turn to the sender, which is why I write to you.

Could you please look into three things for me?

1. Was the lamp really handed over, and on which day? The label that I can see online
   was printed on the 4th, but there is no scan of the depot after that.
2. If it was lost, can you send another one? I need the one with the brass foot and
   the linen shade, not the grey one, which the assistant in the shop showed me too.
3. Should it be out of stock by now, I would rather have the money back than a voucher.
   I paid by card, the last digits are 4471, and the amount was 189 euros with postage.

By day I can be reached under this address only, as my telephone is being repaired; a
neighbour on the ground floor takes parcels until eight in the evening, her name is on
the upper bell. From Friday noon until Sunday I am away, so please no delivery then.

One more question, while I am at it: the bulb that you recommend with it is rated at
nine watts, yet the manual on your page speaks of seven at most. Which of them is
right? My sister has the smaller model with a twelve watt bulb and says it gets hot.

Many thanks for your help, and kind regards from the coast,
Casey Customer
Harbour Street 12, second floor, 24103 Northport
`

// words gives the first n bytes of the letter, line ends included.
func words(n int) string { return letter[:min(n, len(letter))-1] + "\n" }

// multipart gives a mail of text and one file of so many bytes, in which the number stands too.
func multipart(size int) string {
	raw := make([]byte, size)
	_, _ = rand.Read(raw) // never fails
	code := base64.StdEncoding.EncodeToString(raw)
	var b strings.Builder
	b.WriteString("Content-Type: multipart/mixed; boundary=\"=_bench\"\n\n--=_bench\n" +
		textHead + "\n" + words(900) + "\n--=_bench\n" +
		"Content-Type: application/pdf; name=\"photo.pdf\"\n" +
		"Content-Disposition: attachment; filename=\"photo.pdf\"\n" +
		"Content-Transfer-Encoding: base64\n\n")
	code = serial + code[len(serial):]
	for len(code) > 76 {
		b.WriteString(code[:76] + "\n")
		code = code[76:]
	}
	b.WriteString(code + "\n--=_bench--\n")
	return b.String()
}
