package mailin

import (
	"regexp"

	"helpgate/internal/rfc"
	"helpgate/internal/token"
	"helpgate/mailin/classify"
)

const (
	// maxReturned bounds, in bytes, how much of a bounce's text is looked through for our header.
	maxReturned = 64 << 10
	// maxLoops bounds how many values of it are checked.
	maxLoops = 5
)

// loopLine is our loop header as it stands in a mail that came back, folded or quoted too.
var loopLine = regexp.MustCompile(
	`(?im)^[> \t]*` + classify.LoopHeader + `:[ \t]*(?:\r?\n[> \t]+)?([a-z2-7]+)`)

// cameBack gives the delivery of ours that a bounce returns, whole, as header or within its text,
// by our loop header there: it is left alone by relays that write Message-IDs of their own.
func (g *Gate) cameBack(rd *Reading) token.Claim {
	var texts []string
	for _, e := range rd.Mail.Enclosed {
		texts = append(texts, string(e.Head))
	}
	for _, text := range append(texts, rfc.Cut(rd.Mail.Text, maxReturned)) {
		for _, found := range loopLine.FindAllStringSubmatch(text, maxLoops) {
			if c, ok := g.delivery(found[1]); ok {
				return c
			}
		}
	}
	return token.Claim{}
}
