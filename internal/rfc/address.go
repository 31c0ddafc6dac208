package rfc

import (
	"errors"
	"mime"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Limits of RFC 5321 section 4.5.3.1, in bytes.
const (
	maxLocalPart = 64
	maxAddress   = 254
)

// Address is one mailbox of a header (RFC 5322 section 3.4).
type Address struct {
	// Name is the decoded display name as CleanName leaves it; "" when there was none. It is what
	// the sender chose to be called, and may hold somebody else's address.
	Name string
	// Addr is the address without brackets: the local part as written, the domain in lower case
	// and as A-label.
	Addr string
}

// String gives the address as a header value: the name quoted or encoded (RFC 2047) as needed, and
// nothing that could end the field or begin another one.
func (a Address) String() string {
	addr := strings.Map(func(r rune) rune {
		if r == '<' || r == '>' || unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, a.Addr)
	// An encoded word that was the name's own text would be decoded by the next reader.
	name := strings.ReplaceAll(CleanName(a.Name), "=?", "= ?")
	switch {
	case name == "" && strings.ContainsAny(addr, `",;:()`):
		return "<" + addr + ">"
	case name == "":
		return addr
	}
	if !isPlain(name) {
		return mime.BEncoding.Encode("utf-8", name) + " <" + addr + ">"
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name)
	return `"` + quoted + `" <` + addr + ">"
}

// Key gives the form in which addresses are compared: trimmed, lower case, domain as A-label; no
// dots or plus-parts are folded, because only a domain's owner knows what they mean there. It is
// "" when addr is no address.
func Key(addr string) string {
	return strings.ToLower(normalAddr(addr))
}

// SplitPlus takes local+detail@domain apart at the last "@" and the first "+". All are "" when addr
// is no address; detail is as written, for tokens are matched by their owner's rule.
func SplitPlus(addr string) (local, detail, domain string) {
	addr = normalAddr(addr)
	at := strings.LastIndexByte(addr, '@')
	if at < 0 {
		return "", "", ""
	}
	local, detail, _ = strings.Cut(addr[:at], "+")
	return local, detail, addr[at+1:]
}

// ValidAddress checks an address that is to be sent in an SMTP command, where a stray byte becomes
// a parameter or another command: no controls, spaces, brackets; local part at most 64 bytes,
// atoms or a simple quoted string, UTF-8 allowed (RFC 6531); a domain name or address literal; 254
// bytes in all. Source routes, "%" and "!" are the caller's to judge.
func ValidAddress(addr string) error {
	at := strings.LastIndexByte(addr, '@')
	switch {
	case at < 1 || at == len(addr)-1:
		return errors.New("address lacks a local part or a domain")
	case len(addr) > maxAddress || at > maxLocalPart:
		return errors.New("address is too long")
	case !cleanAddr(addr):
		return errors.New("address holds a character that is not allowed")
	case !validLocal(addr[:at]):
		return errors.New("address has a bad local part")
	case normalDomain(addr[at+1:]) == "":
		return errors.New("address has a bad domain")
	}
	return nil
}

// cleanAddr tells that no byte of addr can be taken for a delimiter of a header or SMTP command.
func cleanAddr(addr string) bool {
	return utf8.ValidString(addr) && !strings.ContainsFunc(addr, func(r rune) bool {
		return r == '<' || r == '>' || unicode.IsSpace(r) || unicode.IsControl(r) ||
			unicode.Is(unicode.Cf, r)
	})
}

// validLocal takes a local part that is a quoted string without escapes or "@", or has none of
// RFC 5322's specials. Dots may stand anywhere: phone providers gave such addresses away.
func validLocal(local string) bool {
	if len(local) > 2 && local[0] == '"' && local[len(local)-1] == '"' {
		return !strings.ContainsAny(local[1:len(local)-1], `"\@`)
	}
	return !strings.ContainsAny(local, `"\@(),:;[]`)
}

// normalAddr gives addr with its domain in normal form, or "" when it is no address.
func normalAddr(addr string) string {
	addr = strings.TrimSpace(addr)
	at := strings.LastIndexByte(addr, '@')
	if at < 1 || len(addr) > 2*maxAddress || !cleanAddr(addr) {
		return ""
	}
	domain := normalDomain(addr[at+1:])
	if domain == "" {
		return ""
	}
	return norm.NFC.String(addr[:at]) + "@" + domain
}

// normalDomain gives a domain in lower case as A-label (RFC 5891), an address literal in lower
// case, or "" for what is neither. Underscores pass, because mail from such hosts exists.
func normalDomain(domain string) string {
	domain = strings.TrimSuffix(domain, ".")
	if strings.HasPrefix(domain, "[") && strings.HasSuffix(domain, "]") {
		ip := strings.TrimPrefix(strings.ToLower(domain[1:len(domain)-1]), "ipv6:")
		if _, err := netip.ParseAddr(ip); err != nil {
			return ""
		}
		return strings.ToLower(domain)
	}
	if !isPlain(domain) {
		ascii, err := idna.Lookup.ToASCII(domain)
		if err != nil {
			return ""
		}
		domain = ascii
	}
	domain = strings.ToLower(domain)
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, labelBytes) != "" {
			return ""
		}
	}
	return domain
}

const labelBytes = "abcdefghijklmnopqrstuvwxyz0123456789-_"
