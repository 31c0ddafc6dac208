// Package mailin is the way in of every mail: Gate.Accept, in gate.go, holds the whole of it on one
// page. The wires (smtpd, imapin, and cmd's inject and import) call the door; parse, reply, classify
// and language are its eyes, which Reading joins; `helpgate inspect` shows what they see.
//
// It decides nothing about tickets (tickets/desk does) and sends nothing (mailout does). It owns no
// goroutine: a mail is taken in on the goroutine of the wire that brought it.
package mailin
