package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const plainMail = "From: Carla <carla@customer.example>\nTo: support@example.com\n" +
	"Subject: A question\nMessage-ID: <q1@customer.example>\n" +
	"Date: Tue, 24 Nov 2026 10:00:00 +0000\n\nHow do I?\n\n-- \nCarla\n"

func TestInjectAnswersWithSysexits(t *testing.T) {
	t.Parallel()
	config := site(t)
	call(t, "", "agent", "add", "-c", config, "--email", "ann@agents.example")
	away := filepath.Join(filepath.Dir(config), "away.toml")
	text := "[database]\nurl = \"postgres://nobody@127.0.0.1:1/none\"\n"
	if err := os.WriteFile(away, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	long := plainMail + strings.Repeat("x\n", 40_000)
	small := []string{"HELPGATE_SMTP_MAX_MESSAGE_SIZE=65536"}
	for name, tt := range map[string]struct {
		environ []string
		line    string
		mail    string
		code    int
	}{
		"taken":             {nil, "support@example.com", plainMail, 0},
		"again":             {nil, "-f carla@customer.example support@example.com", plainMail, 0},
		"by its own header": {nil, "", strings.Replace(plainMail, "q1@", "q2@", 1), 0},
		"no such mailbox":   {nil, "nobody@example.com", plainMail, exNoUser},
		"no such domain":    {nil, "support@elsewhere.example", plainMail, exNoUser},
		"too big":           {small, "support@example.com", long, exDataErr},
		"unknown flag":      {nil, "--frob", plainMail, exUsage},
		"no configuration":  {nil, "-c /nowhere.toml", plainMail, exTempFail},
		"database is away":  {nil, "-c " + away, plainMail, exTempFail},
	} {
		args := append([]string{"inject", "-c", config}, strings.Fields(tt.line)...)
		a := callIn(t, tt.environ, tt.mail, args...)
		if a.code != tt.code || a.out != "" || (a.err == "") != (tt.code == 0) {
			t.Errorf("%s: exit %d, out %q, err %q; want %d", name, a.code, a.out, a.err, tt.code)
		}
	}
	a := call(t, "", "ticket", "list", "-c", config, "--json")
	var list []ticketJSON
	if err := json.Unmarshal([]byte(a.out), &list); err != nil || len(list) != 2 {
		t.Errorf("%d tickets, want 2: %v", len(list), err)
	}
}
