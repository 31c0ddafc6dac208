package e2e

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helpgate/internal/testkit"
)

// TestDialogues plays every script of tests/dialogues against the real binary. Those of one
// configuration share a gateway, one after the other; what one leaves, the next one meets.
func TestDialogues(t *testing.T) {
	t.Parallel()
	tls := certificate(t)
	groups := map[string][]script{}
	for _, s := range scripts(t) {
		groups[s.config] = append(groups[s.config], s)
	}
	for config, group := range groups {
		t.Run(groupName(config), func(t *testing.T) {
			t.Parallel()
			g := start(t, options{smtp: tls + config, config: allRoads})
			for _, s := range group {
				t.Run(s.name, func(t *testing.T) {
					defer func(whole testing.TB) { g.t = whole }(g.t)
					g.t = t
					perform(t, g, s)
				})
			}
		})
	}
}

// allRoads opens the listeners that the plain gateway has not.
const allRoads = "[lmtp]\nlisten = \"127.0.0.1:0\"\n[submission]\nlisten = \"127.0.0.1:0\"\n"

// at gives where the gateway listens for "smtp", "lmtp" or "submission".
func (g *gateway) at(road string) string {
	g.t.Helper()
	m := regexp.MustCompile(`helpgate serves.* ` + road + `=(\S+)`).FindStringSubmatch(g.logged())
	if m == nil {
		g.t.Fatalf("no listener for %s:\n%s", road, g.logged())
	}
	return m[1]
}

// groupName is what to give to -run, such as "idle_timeout=1s".
func groupName(config string) string {
	short := strings.NewReplacer(" ", "", `"`, "", "\n", " ")
	return or(strings.TrimSpace(short.Replace(config)), "defaults")
}

// certificate gives the lines of [smtp] that offer STARTTLS.
func certificate(t *testing.T) string {
	t.Helper()
	config, _ := testkit.Certificate(t)
	pair := config.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tls.pem")
	both := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...)
	if err := os.WriteFile(path, both, 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("tls_cert = %[1]q\ntls_key = %[1]q\n", path)
}

// TestEveryThreatOfTheWireHasADialogue holds the files to the lists that they come from.
func TestEveryThreatOfTheWireHasADialogue(t *testing.T) {
	t.Parallel()
	var met []string
	for _, s := range scripts(t) {
		if len(s.threats) == 0 {
			t.Errorf("%s.smtp: its first line names no threat", s.name)
		}
		met = append(met, s.threats...)
	}
	var all []string
	for i := 20; i <= 28; i++ {
		all = append(all, fmt.Sprint("S", i))
	}
	for i := 1; i <= 13; i++ {
		all = append(all, fmt.Sprint("K", i))
	}
	for _, threat := range all {
		if !slices.Contains(met, threat) {
			t.Errorf("no dialogue names %s", threat)
		}
	}
}
