// Package imapin brings mail in from a mailbox at a provider: it polls one folder of an IMAP server
// (RFC 9051, and RFC 3501 for most of those that run) and hands each mail to the door.
//
// A Poller owns one connection, with one goroutine for it and, where there are several nodes, one
// that renews the folder's lease: one node reads a folder (lease.go). IDLE (RFC 2177) is a hint to
// it, never a promise. How far it has come is a mark that the door writes together with each mail,
// so that none is lost and none read twice wherever the process ends. A mail counts as fetched when
// its literal was read whole and the command ended with OK; what a mail does to the connection, or
// the door to the mail, delays no other one. After the commit the mail is moved (RFC 6851, or COPY,
// STORE and UID EXPUNGE of RFC 4315), flagged or left.
//
// An Account is read whole, for whoever takes history in, and stays as it is.
//
// Nothing that a server sends is believed: every wait has an end, every answer a largest size, and
// a mail goes through a file. The library does none of this: wire.go stands below it, and only
// client.go and dial.go know it.
//
// It judges no mail and keeps no database. cmd/helpgate makes a Poller for each folder and runs it.
package imapin
