package provider

import (
	"context"
	"net"
	"strings"
)

// A Proof is what a provider wants at the log-in.
type Proof string

// The proofs that are known.
const (
	Password    Proof = "password"
	AppPassword Proof = "app password" // one made for this program alone
	Code        Proof = "authorisation code"
	Microsoft   Proof = "microsoft" // OAuth2, as internal/oauth spells its providers
	Google      Proof = "google"    // OAuth2; an app password does too
)

// Endpoint is a server in the table.
type Endpoint struct{ Address, TLS string }

// Known is a provider of the table.
type Known struct {
	Name    string
	Domains []string // of its own addresses
	// MX are the ends of the names of hosts that receive for its customers' domains.
	MX []string
	// IMAP and Relay are its servers; IMAP is zero where there are no mailboxes.
	IMAP, Relay Endpoint
	Proof       Proof
	// Hint says in plain words where its proof is got.
	Hint string
	// RatePerMinute, RatePerDay and Connections are what it takes from one mailbox, as it says
	// itself; 0 where it does not.
	RatePerMinute, RatePerDay, Connections int
}

const (
	hintMicrosoft = "Microsoft takes no password: register an application in the Entra admin " +
		"center (docs/operations.md, log-in by tokens)"
	hintNetEase = "the password is an authorisation code (授权码): in the web mail, Settings, " +
		"POP3/SMTP/IMAP, turn IMAP/SMTP on and make one"
	hintExmail = "the password is that of a client (客户端专用密码): in the web mail, Settings, " +
		"turn IMAP/SMTP on; with secure log-in on, make one there"
)

// table lists providers. Of several that hold for an MX or a server the first one counts.
var table = []Known{
	{
		Name:  "Microsoft 365",
		MX:    []string{"mail.protection.outlook.com", "mx.microsoft"},
		IMAP:  Endpoint{"outlook.office365.com:993", TLSImplicit},
		Relay: Endpoint{"smtp.office365.com:587", TLSStart},
		Proof: Microsoft, Hint: hintMicrosoft,
		RatePerMinute: 30, RatePerDay: 10_000, Connections: 3,
	},
	{
		Name:    "Outlook.com",
		Domains: []string{"outlook.com", "hotmail.com", "live.com", "msn.com"},
		MX:      []string{"olc.protection.outlook.com"},
		IMAP:    Endpoint{"outlook.office365.com:993", TLSImplicit},
		Relay:   Endpoint{"smtp-mail.outlook.com:587", TLSStart},
		Proof:   Microsoft, Hint: hintMicrosoft, RatePerDay: 300,
	},
	{
		Name: "Gmail", Domains: []string{"gmail.com", "googlemail.com"},
		IMAP:  Endpoint{"imap.gmail.com:993", TLSImplicit},
		Relay: Endpoint{"smtp.gmail.com:587", TLSStart},
		Proof: Google, RatePerDay: 500,
		Hint: "an app password needs two-step verification: https://myaccount.google.com/apppasswords",
	},
	{
		Name: "Google Workspace", MX: []string{"l.google.com", "googlemail.com", "smtp.google.com"},
		IMAP:  Endpoint{"imap.gmail.com:993", TLSImplicit},
		Relay: Endpoint{"smtp.gmail.com:587", TLSStart},
		Proof: Google, RatePerDay: 2000,
		Hint: "an app password needs two-step verification, and IMAP allowed by the administrator; " +
			"else use a service account (docs/operations.md, log-in by tokens)",
	},
	{
		Name: "Tencent Exmail", Domains: []string{"exmail.qq.com"},
		MX:    []string{"mxbiz1.qq.com", "mxbiz2.qq.com"},
		IMAP:  Endpoint{"imap.exmail.qq.com:993", TLSImplicit},
		Relay: Endpoint{"smtp.exmail.qq.com:465", TLSImplicit},
		Proof: Code, Hint: hintExmail,
	},
	{
		Name: "QQ Mail", Domains: []string{"qq.com", "foxmail.com", "vip.qq.com"},
		MX:    []string{"mx1.qq.com", "mx2.qq.com", "mx3.qq.com"},
		IMAP:  Endpoint{"imap.qq.com:993", TLSImplicit},
		Relay: Endpoint{"smtp.qq.com:465", TLSImplicit},
		Proof: Code,
		Hint: "the password is an authorisation code (授权码): in the web mail, Settings, Account, " +
			"turn IMAP/SMTP on and make one",
	},
	{
		Name: "NetEase 163", Domains: []string{"163.com"},
		IMAP:  Endpoint{"imap.163.com:993", TLSImplicit},
		Relay: Endpoint{"smtp.163.com:465", TLSImplicit}, Proof: Code, Hint: hintNetEase,
	},
	{
		Name: "NetEase 126", Domains: []string{"126.com"},
		IMAP:  Endpoint{"imap.126.com:993", TLSImplicit},
		Relay: Endpoint{"smtp.126.com:465", TLSImplicit}, Proof: Code, Hint: hintNetEase,
	},
	{
		Name: "NetEase yeah.net", Domains: []string{"yeah.net"},
		IMAP:  Endpoint{"imap.yeah.net:993", TLSImplicit},
		Relay: Endpoint{"smtp.yeah.net:465", TLSImplicit}, Proof: Code, Hint: hintNetEase,
	},
	{
		Name: "NetEase Enterprise", MX: []string{
			"qiye163mx01.mxmail.netease.com",
			"qiye163mx02.mxmail.netease.com", "qiye163mx03.mxmail.netease.com", "qiye.163.com",
		},
		IMAP:  Endpoint{"imap.qiye.163.com:993", TLSImplicit},
		Relay: Endpoint{"smtp.qiye.163.com:465", TLSImplicit}, Proof: Code, Hint: hintNetEase,
	},
	{
		Name: "Aliyun Mail", MX: []string{"mxhichina.com", "qiye.aliyun.com"},
		IMAP:  Endpoint{"imap.qiye.aliyun.com:993", TLSImplicit},
		Relay: Endpoint{"smtp.qiye.aliyun.com:465", TLSImplicit}, Proof: Password,
		Hint: "IMAP has to be allowed by the administrator; with third-party security on, make a " +
			"password for clients in the web mail",
	},
	{
		Name: "AOL", Domains: []string{"aol.com"}, MX: []string{"mx-aol.mail.gm0.yahoodns.net"},
		IMAP:  Endpoint{"imap.aol.com:993", TLSImplicit},
		Relay: Endpoint{"smtp.aol.com:465", TLSImplicit}, Proof: AppPassword,
		RatePerDay: 500, Hint: "make an app password under Account security",
	},
	{
		Name: "Yahoo", Domains: []string{"yahoo.com", "ymail.com", "rocketmail.com"},
		MX:    []string{"yahoodns.net"},
		IMAP:  Endpoint{"imap.mail.yahoo.com:993", TLSImplicit},
		Relay: Endpoint{"smtp.mail.yahoo.com:465", TLSImplicit}, Proof: AppPassword,
		RatePerDay: 500, Hint: "make an app password under Account security",
	},
	{
		Name: "iCloud", Domains: []string{"icloud.com", "me.com", "mac.com"},
		MX:    []string{"mail.icloud.com"},
		IMAP:  Endpoint{"imap.mail.me.com:993", TLSImplicit},
		Relay: Endpoint{"smtp.mail.me.com:587", TLSStart}, Proof: AppPassword,
		RatePerDay: 1000,
		Hint: "make an app-specific password at https://account.apple.com; the name is that of " +
			"the Apple account",
	},
	zoho("com"), zoho("eu"), zoho("in"), zoho("com.au"), zoho("jp"), zoho("com.cn"),
	{
		Name: "Fastmail", Domains: []string{"fastmail.com", "fastmail.fm"},
		MX:    []string{"messagingengine.com"},
		IMAP:  Endpoint{"imap.fastmail.com:993", TLSImplicit},
		Relay: Endpoint{"smtp.fastmail.com:465", TLSImplicit}, Proof: AppPassword,
		Hint: "make an app password under Settings, Privacy and security",
	},
	ses("us-east-1"), ses("us-west-2"), ses("eu-west-1"), ses("eu-central-1"), ses("ap-northeast-1"),
	ses("ap-southeast-1"), ses("ap-southeast-2"), ses("ap-south-1"), ses("ca-central-1"),
}

// zoho makes the line of one of its regions, each of which has servers of its own.
func zoho(region string) Known {
	return Known{
		Name: "Zoho", MX: []string{"zoho." + region},
		IMAP:  Endpoint{"imappro.zoho." + region + ":993", TLSImplicit},
		Relay: Endpoint{"smtppro.zoho." + region + ":465", TLSImplicit}, Proof: AppPassword,
		Hint: "allow IMAP in the web mail's settings; with two-factor log-in, make an " +
			"application-specific password",
	}
}

// ses makes the line of one of Amazon's regions: mail goes out there, and none lies there.
func ses(region string) Known {
	return Known{
		Name: "Amazon SES", MX: []string{"inbound-smtp." + region + ".amazonaws.com"},
		Relay: Endpoint{"email-smtp." + region + ".amazonaws.com:587", TLSStart}, Proof: Password,
		Hint: "Amazon SES keeps no mailboxes: let the domain's MX lead to helpgate, or to a provider " +
			"of mailboxes. Name and password are SMTP credentials of the SES console",
	}
}

// known looks into the table. It says nothing without an MX that belongs to it, or an address that
// does: neither needs to be confirmed, for what a forger names is a true provider then.
func (s *search) known(context.Context) {
	k := knownByDomain(s.domain)
	source := "the address's domain"
	for _, host := range s.mx {
		if k != nil {
			break
		}
		k, source = knownByMX(host), "MX "+host
	}
	if k == nil {
		return
	}
	s.found.Known = k
	s.add(k.IMAP.servers(s.address, source), k.Relay.servers(s.address, source))
}

func (e Endpoint) servers(username, source string) []Server {
	if e.Address == "" {
		return nil
	}
	return []Server{{Address: e.Address, TLS: e.TLS, Username: username, Source: source}}
}

func knownByDomain(domain string) *Known {
	for i, k := range table {
		for _, d := range k.Domains {
			if d == domain {
				return &table[i]
			}
		}
	}
	return nil
}

func knownByMX(host string) *Known {
	for i, k := range table {
		for _, end := range k.MX {
			if host == end || strings.HasSuffix(host, "."+end) {
				return &table[i]
			}
		}
	}
	return nil
}

// Of gives the first provider to whom one of the servers belongs, whoever named it; nil for none.
func Of(servers []Server) *Known {
	for _, s := range servers {
		for i, k := range table {
			if sameHost(s.Address, k.IMAP.Address) || sameHost(s.Address, k.Relay.Address) {
				return &table[i]
			}
		}
	}
	return nil
}

func sameHost(a, b string) bool {
	one, _, err := net.SplitHostPort(a)
	other, _, _ := net.SplitHostPort(b)
	return err == nil && one == other
}
