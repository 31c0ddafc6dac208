package probe

import (
	"errors"
	"mime"
	"slices"
	"strings"
	"unicode"
)

// Learn tells what a provider does from what was sent, what arrived, and what its servers offer.
func Learn(sent []Sent, arrivals []Arrival, server Server, relay Relay) Findings {
	f := Findings{Server: server, Relay: relay}
	for _, s := range sent {
		i := slices.IndexFunc(arrivals, func(a Arrival) bool {
			return a.Kind == s.Kind && !a.Bounce
		})
		*f.outcome(s.Kind) = f.became(s, arrivals, i >= 0)
		if i < 0 {
			continue
		}
		if arrivals[i].Astray {
			*f.outcome(s.Kind) = Astray
		}
		f.Junk = f.Junk || arrivals[i].Junk
		f.compare(s, arrivals[i])
	}
	return f
}

func (f *Findings) outcome(k Kind) *Outcome {
	switch k {
	case PlusRecipient:
		return &f.PlusRecipient
	case PlusSender:
		return &f.PlusSender
	case PlusFrom:
		return &f.PlusFrom
	}
	return &f.Delivery
}

// became tells what became of a mail as a whole, and keeps the server's words where it went wrong.
func (f *Findings) became(s Sent, arrivals []Arrival, there bool) Outcome {
	var no interface{ Refused() string }
	outcome, words := Missing, ""
	switch {
	case there:
		return Arrived
	case errors.As(s.Err, &no) && no.Refused() != "":
		outcome, words = Refused, no.Refused()
		if temporary(s.Err) {
			outcome = Failed
		}
	case s.Err != nil:
		outcome, words = Failed, s.Err.Error()
	}
	for _, a := range arrivals {
		if a.Kind == s.Kind && a.Bounce {
			outcome, words = Bounced, diagnostic(readPage(a.Data))
		}
	}
	words = strings.ReplaceAll(oneLine(words), s.Token, "TOKEN") // else it differs each time
	if !strings.Contains(f.Refusal, words) {
		f.Refusal = strings.TrimPrefix(f.Refusal+" | "+words, " | ")
	}
	if speaksOfRate(words) { // it is nothing about the mail, whatever the code
		f.RateLimited = true
		return Failed
	}
	return outcome
}

// rateWords are how servers say that it was too much.
var rateWords = []string{
	"rate limit", "too many", "too much mail", "throttl", "sending limit", "frequency",
	"per minute", "per hour", "per day", "频率",
}

func speaksOfRate(words string) bool {
	words = strings.ToLower(words)
	return slices.ContainsFunc(rateWords, func(w string) bool { return strings.Contains(words, w) })
}

// diagnostic gives what a bounce says of its reason (RFC 3464 section 2.3.6).
func diagnostic(p page) string {
	for _, text := range p.texts {
		for rest := []byte(text); len(rest) > 0; { // one block a recipient
			var block []field
			block, rest = splitHeader(rest)
			if words := (page{fields: block}).get("Diagnostic-Code"); words != "" {
				return words
			}
		}
	}
	return ""
}

// maxWords bounds, in bytes, what is kept of a server's words.
const maxWords = 300

// oneLine makes of a server's words what can be shown: nothing in it steers a terminal.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxWords {
		s = strings.ToValidUTF8(s[:maxWords], "")
	}
	return s
}

// compare tells what became of a mail's parts.
func (f *Findings) compare(s Sent, a Arrival) {
	was, is := readPage(s.Data), readPage(a.Data)
	switch s.Kind {
	case PlusSender:
		f.PlusReturnPath = address(s.From, is.get("Return-Path"))
		return
	case PlusFrom:
		f.PlusFromKept = address(was.get("From"), is.get("From"))
		return
	case PlusRecipient:
		if f.Delivery == Arrived {
			return // the plain one told
		}
	}
	f.MessageID = same(was.get("Message-ID"), is.get("Message-ID"))
	f.References = worse(same(was.get("In-Reply-To"), is.get("In-Reply-To")),
		same(was.get("References"), is.get("References")))
	f.From = address(was.get("From"), is.get("From"))
	f.ReplyTo = address(was.get("Reply-To"), is.get("Reply-To"))
	f.ReturnPath = address(s.From, is.get("Return-Path"))
	f.Subject = within(decoded(was.get("Subject")), decoded(is.get("Subject")))
	f.Body = text(was, is)
	f.Fields = same(s.Token, is.get(Field))
	f.Group = is.get("List-Id")+is.get("List-Post")+is.get("X-Google-Group-Id") != ""
	switch {
	case a.Size == int64(len(a.Data)):
		f.Size = Kept
	case a.Size >= 0:
		f.Size = Rewritten
	}
	f.authentication(is)
}

// worse gives what is told of two fields that stand for one thing.
func worse(a, b Fate) Fate {
	order := []Fate{Kept, Rewritten, Dropped}
	if slices.Index(order, a) < slices.Index(order, b) {
		return b
	}
	return a
}

// same compares values to which nothing may be added.
func same(was, is string) Fate {
	switch words(is) {
	case "":
		return Dropped
	case words(was):
		return Kept
	}
	return Rewritten
}

// address compares the addresses of two values: a provider may add the name that it knows.
func address(was, is string) Fate { return same(bare(was), bare(is)) }

// bare gives the address of a field that holds one.
func bare(value string) string {
	if at := strings.LastIndexByte(value, '<'); at >= 0 {
		value = value[at+1:]
	}
	value, _, _ = strings.Cut(value, ">")
	return strings.TrimSpace(value)
}

// within compares values around which something may be added.
func within(was, is string) Fate {
	fate := same(was, is)
	if fate == Rewritten && strings.Contains(words(is), words(was)) {
		return Added
	}
	return fate
}

// text compares the texts that a person reads.
func text(was, is page) Fate {
	if len(is.texts) == 0 || len(was.texts) == 0 {
		return Dropped
	}
	return within(was.texts[0], is.texts[0])
}

// decoded undoes encoded words (RFC 2047): what adds a tag may encode the whole.
func decoded(s string) string {
	if plain, err := new(mime.WordDecoder).DecodeHeader(s); err == nil {
		return plain
	}
	return s
}

// words makes of a value what is compared: systems on the way fold, wrap and change case.
func words(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
