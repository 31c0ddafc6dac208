// Package e2e drives the real binary as customers, agents and operators do: mails in by SMTP,
// mails out into a relay that keeps them, everything else by the command line. Only its test files
// hold code.
package e2e
