// Package mailin is the way in of every mail: Gate.Accept, in gate.go, holds the whole of it on one
// page. The wires (smtpd and later imapin) call the door; parse, reply and classify are its eyes.
//
// It decides nothing about tickets (tickets/desk does) and sends nothing (mailout does). It owns no
// goroutine: a mail is taken in on the goroutine of the wire that brought it.
package mailin
