// Package reply tells what a person newly wrote in a mail from what their program quoted below,
// above or between it, and from their signature.
//
// It is pure: text in, text out. It loses nothing, because every line of the text comes back in
// exactly one of three places, and it shows everything when it finds nothing new, because text
// that an agent never sees is worse than a quote that they see twice. It follows RFC 3676 section
// 4.3 (signatures) and 4.5 (quote depth); everything else here is custom of mail programs. It
// sanitises no HTML (internal/safehtml does).
//
// The way of a mail: structure.go says of each line what the HTML says of it (marks.go), known.go
// what the thread says, boundary.go where what nobody marked begins, by attribution.go and
// header.go; quote.go folds what is quoted; banner.go takes off what a gateway put above the text,
// signature.go what footer.go and farewell.go find at the end; html.go cuts the HTML to match. The
// words of programs and of people stand in words_*.go, by language.
//
// The door calls it outside the store's writer; inspect calls it too. It owns no goroutine.
package reply

// Input is one mail as Extract judges it.
type Input struct {
	// Text is the decoded text part, or the text made from the HTML part.
	Text string
	// HTML is the HTML part as it was received; "" when there is none.
	HTML string
	// Subject is the mail's, decoded. What a forward holds is content, and with many programs
	// nothing but the subject tells a forward from an answer.
	Subject string
	// Answers says that the mail names one that it answers (In-Reply-To, References).
	Answers bool
	// Author is how the author is called: name and addresses. A last line that is nothing else is a
	// signature. May be nil.
	Author []string
	// Earlier holds the texts of the ticket's earlier messages. What stands there is a quotation
	// though nothing marks it. May be nil.
	Earlier []string
	// Separators are the exact lines that helpgate itself puts above what it quotes.
	Separators []string
}

// Result is the mail taken apart. Text, Folded and Signature together hold every line of the
// input's text, each in its old order.
type Result struct {
	// Text is what the person newly wrote; empty only when the mail's text was blank.
	Text string
	// Folded is the quotation that was cut, with the lines that introduce it.
	Folded string
	// Signature is the signature with its delimiter, the footer of a phone's mail program, the
	// disclaimer of a company, and the warning that a gateway put above the text.
	Signature string
	// HTML is the new part of the HTML, not sanitised; "" when it could not be cut as surely as
	// the text was, and Text must be shown in its place.
	HTML string
	// Whole says that nothing new was found, and that Text therefore holds the signature, or the
	// quotation too. What must not leave the house (an agent's answer) must not be taken from such
	// a result.
	Whole bool
}

// Extract takes a mail apart. Its time is linear in the input.
func Extract(in Input) Result {
	m := newMail(in)
	body := bodyOf(in.HTML)
	if body != nil {
		m.readStructure(body)
	}
	m.findKnown(in.Earlier)
	m.fold()
	m.unbanner()
	m.sign()

	var res Result
	for _, p := range []place{signature, folded} {
		if !m.shows() {
			m.move(p, visible)
			res.Whole = m.shows()
		}
	}
	res.Text, res.Folded, res.Signature = m.join(visible), m.join(folded), m.join(signature)
	if body != nil {
		res.HTML = cutHTML(body, in.Separators, res)
	}
	return res
}
