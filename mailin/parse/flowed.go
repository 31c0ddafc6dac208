package parse

import "strings"

// unflow joins the lines that a sender broke softly (RFC 3676 section 4): a line that ends in a
// space goes on in the next one of the same quote depth; "-- " never does. delSp says that the
// space itself was added too.
func unflow(text string, delSp bool) string {
	var b strings.Builder
	flowing, depth := false, 0
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		rest := strings.TrimLeft(line, ">")
		quotes := len(line) - len(rest)
		rest = strings.TrimPrefix(rest, " ") // space-stuffing, section 4.4
		signature := rest == "-- "
		switch {
		case flowing && quotes == depth && !signature:
		case b.Len() > 0 || flowing:
			b.WriteByte('\n')
			fallthrough
		default:
			if quotes > 0 {
				b.WriteString(line[:quotes] + " ")
			}
		}
		flowing, depth = strings.HasSuffix(rest, " ") && !signature, quotes
		if flowing && delSp {
			rest = rest[:len(rest)-1]
		}
		b.WriteString(rest)
	}
	b.WriteByte('\n')
	return b.String()
}
