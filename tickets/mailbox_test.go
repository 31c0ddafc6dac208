package tickets

import (
	"strings"
	"testing"
)

// TestPlusDetailAtAMailboxIsOurs: support+x was taken for a customer, and mail to it came back.
func TestPlusDetailAtAMailboxIsOurs(t *testing.T) {
	t.Parallel()
	boxes := Mailboxes{
		{Address: "support@desk.example", Aliases: []string{"help@desk.example"}},
		{Address: "support+eu@desk.example", ReplyDomain: "reply.desk.example"},
	}
	for address, want := range map[string]string{
		"support@desk.example":      "support@desk.example",
		"support+x@desk.example":    "support@desk.example",
		"support+x+y@desk.example":  "support@desk.example",
		"help+x@desk.example":       "support@desk.example",
		"support+eu@desk.example":   "support+eu@desk.example",
		"support+eu+x@desk.example": "support+eu@desk.example",
		"support+x@other.example":   "",
		"supporter@desk.example":    "",
		"ann+support@desk.example":  "",
		"+x@desk.example":           "",
		"x+y@reply.desk.example":    "",
		strings.Repeat("+", 9):      "",
		"":                          "",
	} {
		m, ok := boxes.For(address)
		if m.Address != want || ok != (want != "") || boxes.Own(address) != ok {
			t.Errorf("For(%q) = %q, %v; want %q", address, m.Address, ok, want)
		}
	}
}
