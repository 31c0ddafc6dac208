package testkit

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
)

// cyrusPackages are what tools/debs fetched: as packages they exclude Dovecot, and so run unpacked.
var cyrusPackages = []string{"cyrus-imapd", "sasl2-bin"}

// cyrus is a Cyrus IMAP in the making.
type cyrus struct {
	MailServer
	*leash
	env []string // how its programs find its libraries and themselves
}

// StartCyrus runs a real Cyrus IMAP until the test ends. Users are full addresses; each has an
// inbox and MailPassword; LMTP refuses everyone else.
func StartCyrus(t testing.TB, users ...string) *MailServer {
	t.Helper()
	debs := cyrusDebs(t)
	c := started(t, func() (*cyrus, error) { return startCyrus(t, debs, users) })
	for _, address := range users {
		if err := c.enter(address); err != nil {
			t.Fatal(err)
		}
	}
	return &c.MailServer
}

// cyrusDebs gives the files of the packages.
func cyrusDebs(t testing.TB) []string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range cyrusPackages {
		files, err := filepath.Glob(filepath.Join(cache, "helpgate", "debs", name, "*.deb"))
		if err != nil || len(files) == 0 {
			without(t, "Cyrus IMAP is missing: tools/debs "+strings.Join(cyrusPackages, " "))
		}
		all = append(all, files...)
	}
	return all
}

func startCyrus(t testing.TB, debs, users []string) (*cyrus, error) {
	l, err := newLeash("nobody")
	if err != nil {
		return nil, err
	}
	c := &cyrus{MailServer: newMailServer(t), leash: l}
	if err := errors.Join(c.unpack(debs), c.configure(users)); err != nil {
		return nil, errors.Join(err, os.RemoveAll(l.dir))
	}
	argv := append([]string{"env"}, c.env...)
	return c, c.start(t, l, append(argv, c.file("root/usr/lib/cyrus/bin/master"), "-D",
		"-C", c.file("imapd.conf"), "-M", c.file("cyrus.conf"), "-p", c.file("pid"))...)
}

// file gives the path of a file in the server's folder.
func (c *cyrus) file(name string) string { return filepath.Join(c.dir, name) }

// unpack makes the folder root of the packages. The files come through the standard input, for the
// cache may be closed to whom the server runs as.
func (c *cyrus) unpack(debs []string) error {
	for _, path := range debs {
		deb, err := os.Open(path)
		if err != nil {
			return err
		}
		cmd := c.command("dpkg-deb", "--extract", "-", "root")
		cmd.Stdin = deb
		out, err := cmd.CombinedOutput()
		if err = errors.Join(err, deb.Close()); err != nil {
			return fmt.Errorf("unpack %s: %w: %s", path, err, out)
		}
	}
	libraries, err := filepath.Glob(c.file("root/usr/lib/*-linux-gnu"))
	if err != nil || len(libraries) != 1 {
		return fmt.Errorf("find the libraries of Cyrus in %q: %w", libraries, err)
	}
	usr := libraries[0]
	below := strings.TrimPrefix(usr, c.file("root/usr"))
	c.env = []string{
		"CYRUS_USER=" + c.who.Username,
		"LD_LIBRARY_PATH=" + usr + ":" + c.file("root"+below),
		// Those that the machine has are not fetched.
		"SASL_PATH=" + usr + "/sasl2:/usr" + below + "/sasl2",
	}
	return nil
}

// configure writes the configuration and the passwords.
func (c *cyrus) configure(users []string) error {
	for _, d := range []string{"lib", "lib/socket", "spool"} {
		if err := c.command("mkdir", d).Run(); err != nil {
			return fmt.Errorf("make folder %s of Cyrus: %w", d, err)
		}
	}
	for _, text := range []*template.Template{cyrusImapd, cyrusServices} {
		var b strings.Builder
		err := text.Execute(&b, map[string]string{"Dir": c.dir, "IMAP": c.IMAP, "LMTP": c.LMTP})
		if err != nil {
			return fmt.Errorf("write the configuration of Cyrus: %w", err)
		}
		if err := os.WriteFile(c.file(text.Name()), []byte(b.String()), 0o644); err != nil {
			return err
		}
	}
	for _, address := range users {
		local, domain, _ := strings.Cut(address, "@")
		cmd := c.command("env", append(c.env, c.file("root/usr/sbin/saslpasswd2"),
			"-p", "-c", "-f", c.file("passwords"), "-u", domain, local)...)
		cmd.Stdin = strings.NewReader(MailPassword)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("set the password of %s: %w: %s", address, err, out)
		}
	}
	return nil
}

// enter logs a user in, at whose first log-in Cyrus makes the inbox.
func (c *cyrus) enter(user string) error {
	conn, err := net.Dial("tcp", c.IMAP)
	if err != nil {
		return err
	}
	defer conn.Close()
	fmt.Fprintf(conn, "1 LOGIN %s %s\r\n2 LOGOUT\r\n", user, MailPassword)
	said, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(said), "\n1 OK ") {
		return fmt.Errorf("log %s in: %w: %s", user, err, said)
	}
	return nil
}

// cyrusImapd lets Cyrus run whole in its own folder, and take a mail as often as it comes.
var cyrusImapd = template.Must(template.New("imapd.conf").Parse(`
configdirectory: {{.Dir}}/lib
defaultpartition: default
partition-default: {{.Dir}}/spool
idlesocket: {{.Dir}}/idle
servername: cyrus.test
virtdomains: userid
unixhierarchysep: yes
autocreate_quota: 0
duplicatesuppression: no
skiplist_unsafe: yes
allowplaintext: yes
sasl_mech_list: PLAIN LOGIN
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {{.Dir}}/passwords
`))

// cyrusServices is Debian's cyrus.conf without what no test needs.
var cyrusServices = template.Must(template.New("cyrus.conf").Parse(
	`{{define "run"}}{{.Dir}}/root/usr/lib/cyrus/bin{{end}}
{{define "conf"}}-C {{.Dir}}/imapd.conf{{end}}
START {
  recover cmd="{{template "run" .}}/ctl_cyrusdb {{template "conf" .}} -r"
}
DAEMON {
  idled cmd="{{template "run" .}}/idled -d {{template "conf" .}}"
}
SERVICES {
  imap cmd="{{template "run" .}}/imapd {{template "conf" .}}" listen="{{.IMAP}}" prefork=0
  lmtp cmd="{{template "run" .}}/lmtpd {{template "conf" .}} -a" listen="{{.LMTP}}" prefork=0
}
`))
