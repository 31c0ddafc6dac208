package e2e

import (
	"strings"
	"testing"
)

// checkInside asks that a mail to a customer holds nothing of what is internal.
func checkInside(t *testing.T, g *gateway, m out, secrets ...string) {
	t.Helper()
	seen := string(m.raw) + "\n" + m.Text + "\n" + m.HTML
	for _, s := range append(secrets, "agents.example", "X-Helpgate-Ticket") {
		if strings.Contains(seen, s) {
			t.Errorf("a customer sees %q:\n%s\n%s", s, m.Text, m.raw)
		}
	}
}
