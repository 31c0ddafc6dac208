package config

import (
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// RFC 5321 section 4.5.3.1 and the 254 octets that its path leaves to an address.
const (
	maxLocalPart = 64
	maxAddress   = 254
	maxDomain    = 253
)

var (
	address         = ofText("address", readAddress)
	addresses       = ofList("list of addresses", readAddress)
	domain          = ofText("domain", readDomain)
	domains         = ofList("list of domains", readDomain)
	listen          = ofText("listen address", readListen)
	listenUnix      = kind{name: "listen address", read: readListenUnix}
	hostPort        = ofText("host:port", readHostPort)
	resolver        = ofText("IP:port", readResolver)
	networks        = ofList("list of networks", readNetwork)
	webURL          = ofText("URL", readWebURL)
	databaseURL     = kind{name: "URL", secret: true, read: readDatabaseURL}
	blobsURL        = kind{name: "URL", secret: true, read: readBlobsURL}
	minutesBySender = kind{name: "minutes by address", shape: paired, read: readMinutes}
)

func readAddress(s string) (string, error) {
	fault := bad(quote(s)+" is not a mail address", "write it as name@example.com")
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s || len(s) > maxAddress {
		return "", fault
	}
	at := strings.LastIndexByte(s, '@')
	local, host := s[:at], strings.ToLower(s[at+1:])
	if _, err := readDomain(host); err != nil || len(local) > maxLocalPart {
		return "", fault
	}
	return local + "@" + host, nil
}

// readDomain returns a domain in lower-case A-labels (RFC 5891).
func readDomain(s string) (string, error) {
	ascii, err := idna.Lookup.ToASCII(strings.ToLower(s))
	if err != nil || ascii == "" || len(ascii) > maxDomain {
		return "", bad(quote(s)+" is not a domain", "write it as example.com")
	}
	for label := range strings.SplitSeq(ascii, ".") {
		if label == "" || len(label) > 63 {
			return "", bad(quote(s)+" is not a domain", "write it as example.com")
		}
	}
	return ascii, nil
}

func readListen(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil || !goodPort(port, 0) || host != "" && !goodHost(host) {
		return "", bad(quote(s)+" is no address to listen on", `write it as "127.0.0.1:25" or ":25"`)
	}
	return s, nil
}

func readListenUnix(v any, dir string) (any, error) {
	name, unix := strings.CutPrefix(v.(string), "unix:")
	if !unix {
		return readListen(name)
	}
	socket, err := readPath(name, dir)
	if err != nil {
		return nil, err
	}
	return "unix:" + socket.(string), nil
}

func readHostPort(s string) (string, error) {
	host, port, err := net.SplitHostPort(s)
	if err != nil || !goodPort(port, 1) || !goodHost(host) {
		return "", bad(quote(s)+" is not a server with its port", `write it as "mail.example.com:587"`)
	}
	return s, nil
}

func goodPort(s string, least uint64) bool {
	port, err := strconv.ParseUint(s, 10, 16)
	return err == nil && port >= least
}

func goodHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	_, err := readDomain(s)
	return err == nil
}

func readResolver(s string) (netip.AddrPort, error) {
	server, err := netip.ParseAddrPort(s)
	if err != nil || server.Port() == 0 {
		return netip.AddrPort{}, bad(quote(s)+" is not a DNS server", `write it as "127.0.0.1:53"`)
	}
	return server, nil
}

func readNetwork(s string) (netip.Prefix, error) {
	if single, err := netip.ParseAddr(s); err == nil && single.Zone() == "" {
		return netip.PrefixFrom(single, single.BitLen()), nil
	}
	network, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, bad(quote(s)+" is not a network", `write it as "192.0.2.0/24"`)
	}
	return network.Masked(), nil
}

// readWebURL takes what a path can be added to: no query, fragment or log-in.
func readWebURL(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, bad(quote(s)+" is not a web address", `write it as "https://help.example.com"`)
	}
	return u, nil
}

// readDatabaseURL never repeats the value in a fault: it may hold a password.
func readDatabaseURL(v any, dir string) (any, error) {
	scheme, rest, _ := strings.Cut(v.(string), ":")
	switch scheme {
	case "sqlite":
		return localStore("sqlite", rest, dir)
	case "postgres", "postgresql":
		u, err := url.Parse(v.(string))
		if err == nil && strings.HasPrefix(rest, "//") && strings.Trim(u.Path, "/") != "" {
			return StoreURL(v.(string)), nil
		}
	}
	return nil, bad("is not the URL of a database",
		`write "sqlite:helpgate.db" or "postgres://user:password@host/name"`)
}

func readBlobsURL(v any, dir string) (any, error) {
	scheme, rest, _ := strings.Cut(v.(string), ":")
	switch scheme {
	case "file":
		return localStore("file", rest, dir)
	case "s3":
		return nil, bad("buckets cannot be served yet", `keep attachments in a folder: "file:blobs"`)
	}
	return nil, bad("is not the URL of a blob store", `write "file:blobs"`)
}

// localStore makes the path of a URL absolute. SQLite would read "?" as parameters, and ":memory:"
// as a database that is gone with the process.
func localStore(scheme, rest, dir string) (any, error) {
	if strings.HasPrefix(rest, "///") {
		rest = rest[2:]
	}
	if strings.ContainsAny(rest, "?#%") || strings.HasPrefix(rest, ":") ||
		strings.HasPrefix(rest, "//") {
		return nil, bad("is not "+scheme+": and a path", `write it as "`+scheme+`:name"`)
	}
	at, err := readPath(rest, dir)
	if err != nil {
		return nil, err
	}
	return StoreURL(scheme + ":" + at.(string)), nil
}

// readFile is readPath for what must be there already.
func readFile(v any, dir string) (any, error) {
	at, err := readPath(v, dir)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(at.(string))
	if err != nil {
		return nil, bad(quote(at.(string))+" cannot be read", "check the path and who may read it")
	}
	if info.IsDir() {
		return nil, bad(quote(at.(string))+" is a folder", "name a file in it, such as "+
			quote(filepath.Join(v.(string), "name")))
	}
	return at, nil
}

// maxStormMinutes is a day: mails further apart are no storm.
const maxStormMinutes = 24 * 60

func readMinutes(v any, _ string) (any, error) {
	minutes := map[string]int{}
	for sender, n := range v.(map[string]int64) {
		canonical, err := readAddress(strings.ToLower(sender))
		if err != nil {
			return nil, err
		}
		if n < 1 || n > maxStormMinutes {
			return nil, bad(strconv.FormatInt(n, 10)+" minutes for "+quote(sender)+" are out of range",
				"write a number from 1 to "+strconv.Itoa(maxStormMinutes))
		}
		minutes[canonical] = int(n)
	}
	return minutes, nil
}
