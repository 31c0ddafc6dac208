package probe

import (
	"fmt"
	"strings"
)

// verdict is an Authentication-Results field (RFC 8601 section 2.2) as far as it is looked at.
type verdict struct {
	id      string
	results map[string]string // of each method, the first
}

// methods are those whose results are told, in this order.
var methods = []string{"spf", "dkim", "dmarc"}

// authentication finds the provider's field: the probe had none, so that all are of the way. Where
// several hosts of the provider wrote one, the one that was asked before it was inside has a pass.
func (f *Findings) authentication(p page) {
	all := verdicts(p)
	f.AuthFields = len(all)
	if len(all) == 0 {
		return
	}
	chosen := 0
	for i, v := range all {
		if v.passes() {
			chosen = i
			break
		}
	}
	v := all[chosen]
	f.AuthID = v.id
	for _, above := range all[:chosen+1] {
		if strings.EqualFold(above.id, v.id) {
			f.AuthPosition++
		}
	}
	var told []string
	for _, m := range methods {
		if r := v.results[m]; r != "" {
			told = append(told, fmt.Sprintf("%s=%s", m, r))
		}
	}
	f.AuthVerdicts = strings.Join(told, " ")
}

func (v verdict) passes() bool {
	for _, m := range methods {
		if v.results[m] == "pass" {
			return true
		}
	}
	return false
}

func verdicts(p page) []verdict {
	var all []verdict
	for _, f := range p.fields {
		if strings.EqualFold(f.name, "Authentication-Results") {
			all = append(all, readVerdict(f.value))
		}
	}
	return all
}

// readVerdict reads a field. One of Exchange Online has no id: it begins with a result.
func readVerdict(value string) verdict {
	v := verdict{results: map[string]string{}}
	for i, piece := range strings.Split(withoutComments(value), ";") {
		words := strings.Fields(piece)
		if len(words) == 0 {
			continue
		}
		method, result, found := strings.Cut(strings.ToLower(words[0]), "=")
		if i == 0 && !found {
			v.id = strings.ToLower(words[0])
			continue
		}
		method, _, _ = strings.Cut(method, "/") // a version
		if _, there := v.results[method]; found && !there {
			v.results[method] = result
		}
	}
	return v
}

// withoutComments drops what stands in parentheses (RFC 5322 section 3.2.2).
func withoutComments(s string) string {
	depth := 0
	return strings.Map(func(r rune) rune {
		switch {
		case r == '(':
			depth++
			return ' '
		case r == ')' && depth > 0:
			depth--
			return ' '
		case depth > 0:
			return -1
		}
		return r
	}, s)
}
