package faults

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"helpgate/internal/store"
	"helpgate/internal/token"
)

// letter is a mail on its way in.
type letter struct {
	from, to, id, inReplyTo string
	files                   [][]byte
}

// String gives the letter's source.
func (l letter) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nSubject: A question\r\nMessage-ID: <%s>\r\n", l.from, l.to,
		l.id)
	b.WriteString("Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n")
	if l.inReplyTo != "" {
		fmt.Fprintf(&b, "In-Reply-To: <%s>\r\n", l.inReplyTo)
	}
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n")
	fmt.Fprintf(&b, "How do I do it, asks %s?\r\n", l.id)
	for i, file := range l.files {
		fmt.Fprintf(&b, "--x\r\nContent-Type: application/octet-stream\r\n"+
			"Content-Disposition: attachment; filename=%d.bin\r\n"+
			"Content-Transfer-Encoding: base64\r\n\r\n", i)
		for chunk := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString(file)), 76) {
			b.Write(append(chunk, "\r\n"...))
		}
	}
	return b.String() + "--x--\r\n"
}

// The kinds of letters; the n-th of a kind has nothing in common with the others.
var letters = map[string]func(h *house, n int) letter{
	"question": func(_ *house, n int) letter {
		return letter{
			from: fmt.Sprintf("customer%d@customer.example", n), to: support,
			id: fmt.Sprintf("q%d@customer", n), files: files(n, 1<<10, store.SmallBlob+1),
		}
	},
	"large question": func(_ *house, n int) letter {
		return letter{
			from: fmt.Sprintf("customer%d@customer.example", n), to: support,
			id: fmt.Sprintf("l%d@customer", n), files: files(n, store.PackedBlob+1),
		}
	},
	"reply": func(_ *house, n int) letter {
		return letter{
			from: "customer0@customer.example", to: support, id: fmt.Sprintf("r%d@customer", n),
			inReplyTo: "first@customer", files: files(n, 1<<10),
		}
	},
	"answer": func(h *house, n int) letter {
		claim := token.Claim{Purpose: token.PurposeAgent, Ticket: 1, Person: 1}
		return letter{
			from: ann, to: token.Address(token.RoadPlus, support, "", h.keyring.Sign(claim)),
			id: fmt.Sprintf("a%d@agents", n), files: files(n, 1<<10),
		}
	},
}

// first is the letter that opened the ticket of those that belong to one.
func first() letter {
	return letter{from: "customer0@customer.example", to: support, id: "first@customer"}
}

// files gives files of the sizes that nobody else has.
func files(n int, sizes ...int) (all [][]byte) {
	random := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)})
	for _, size := range sizes {
		data := make([]byte, size)
		_, _ = random.Read(data)
		all = append(all, data)
	}
	return all
}
