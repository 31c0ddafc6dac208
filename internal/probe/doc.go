// Package probe learns what a mailbox's provider does to mail, by sending probe mails round the
// loop: out by the mailbox's relay, in by its folders.
//
// Compose makes the mails, Run sends them and waits for them, Learn tells from what was sent and
// what arrived what the provider does: whether it takes plus-addresses as recipient and as sender
// (RFC 5233), keeps Message-ID, In-Reply-To and References (RFC 5322 section 3.6.4), forces the
// envelope sender, how it writes Authentication-Results (RFC 8601), and more: Findings has the
// list. Learn is a pure function; Changes compares what it finds with what an earlier run found.
//
// It speaks no protocol: Sender and Reader do, behind which cmd/helpgate puts relay and imapin. It
// signs no token, keeps nothing and starts no goroutine. It is called by `mailbox connect`,
// `mailbox probe` and the daily job.
package probe
