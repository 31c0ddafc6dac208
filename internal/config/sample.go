package config

import (
	"fmt"
	"strings"
)

// sampleKey is a key that the sample file shows, with a value as a variable would hold it.
type sampleKey struct {
	name   string
	value  string
	active bool // else the line is a comment
}

// sampleKeys are the few keys with which most begin, in the file's order.
var sampleKeys = []sampleKey{
	{"data_dir", "data", true},
	{"site.name", "Example Support", true},
	{"site.hostname", "support.example.com", false},
	{"site.locale", "en", true},
	{"site.timezone", "UTC", true},
	{"site.operator", "admin@example.com", false},
	{"database.url", "sqlite:helpgate.db", true},
	{"mailbox.address", "support@example.com", true},
	{"mailbox.aliases", "help@example.com", false},
	{"mailbox.tokens", "plus", true},
	{"mailbox.signature", "Your support team", false},
	{"smtp.listen", "127.0.0.1:2525", true},
	{"smtp.tls_cert", "/etc/helpgate/cert.pem", false},
	{"smtp.tls_key", "/etc/helpgate/key.pem", false},
	{"relay.address", "smtp.example.com:587", false},
	{"relay.username", "support@example.com", false},
	{"relay.password_file", "/etc/helpgate/relay-password", false},
	{"dkim.domain", "example.com", false},
	{"dkim.selector", "helpgate", false},
	{"dkim.key_file", "/etc/helpgate/dkim.pem", false},
	{"metrics.listen", "127.0.0.1:9925", true},
}

// Sample is the file that `helpgate init` writes: valid as it stands, with the meaning of each line
// beside it. A section of which no key is active is a comment as a whole.
func Sample() string {
	var out strings.Builder
	out.WriteString("# helpgate's configuration. All keys: docs/configuration.md.\n")
	current := ""
	for i, shown := range sampleKeys {
		name, last := cutLast(shown.name)
		if name != current {
			current = name
			s := sectionNamed(name)
			header := strings.Trim(s.title(), "`")
			if !sectionActive(name, sampleKeys[i:]) {
				header = "# " + header
			}
			fmt.Fprintf(&out, "\n# %s\n%s\n", s.meaning, header)
		}
		out.WriteString(shown.line(sectionNamed(name).keyNamed(last)))
	}
	return out.String()
}

func sectionActive(name string, keys []sampleKey) bool {
	for _, shown := range keys {
		if section, _ := cutLast(shown.name); section == name && shown.active {
			return true
		}
	}
	return false
}

// line is the key's meaning and, below it, the key itself.
func (s sampleKey) line(k key) string {
	_, name := cutLast(s.name)
	mark := ""
	if !s.active {
		mark = "# "
	}
	return fmt.Sprintf("# %s\n%s%s = %s\n", k.meaning, mark, name, k.literal(s.value))
}

// keyNamed finds a key of the section by one of its names.
func (s *section) keyNamed(name string) key {
	for _, k := range s.keys {
		for _, own := range k.names() {
			if own == name {
				return k
			}
		}
	}
	panic("config: no key " + name + " in section " + s.name) // a test makes the sample
}
