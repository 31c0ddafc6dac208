package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"helpgate/internal/testkit"
)

// TestAProviderThatIsAwayIsShown: /readyz tells it with its mend and stays 200, the metrics and the
// doctor tell it too, and it ends by itself.
func TestAProviderThatIsAwayIsShown(t *testing.T) {
	t.Parallel()
	dovecot := testkit.StartDovecot(t, support)
	g := start(t, options{tokens: "headers", more: imap(dovecot), config: withMetrics +
		"[verify]\nresolver = \"127.0.0.1:1\"\n"})
	mailboxes := func() (all []struct {
		Mailbox, Folder, Error, Mend string
		LastSuccess                  *string `json:"last_success"`
	},
	) {
		status, body := g.get("/readyz")
		if status != http.StatusOK {
			t.Fatalf("/readyz: %d %s", status, body)
		}
		answer := struct{ Mailboxes any }{&all}
		if err := json.Unmarshal([]byte(body), &answer); err != nil || len(all) != 1 {
			t.Fatalf("%v: %s", err, body)
		}
		return all
	}
	well := func() bool {
		m := mailboxes()[0]
		return m.LastSuccess != nil && m.Error == "" && m.Mailbox == support && m.Folder == "INBOX"
	}
	g.ready(http.StatusOK)
	g.eventually("success", well)
	dovecot.Stop()
	g.eventually("trouble", func() bool {
		m := mailboxes()[0]
		return m.Error != "" && strings.Contains(m.Mend, "nothing answers at "+dovecot.IMAP)
	})
	_, metrics := g.get("/metrics")
	for _, want := range []string{"_imap_failing{", "_imap_lag_seconds{", "_imap_backlog{"} {
		if !strings.Contains(metrics, "\nhelpgate"+want+`folder="INBOX",mailbox="`+support+`"} `) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	report, err := g.try("", "doctor")
	if err == nil || !strings.Contains(report, "folder INBOX: ") {
		t.Errorf("%v: %s", err, report)
	}
	dovecot.Restart(t, "")
	g.eventually("success", well)
}
