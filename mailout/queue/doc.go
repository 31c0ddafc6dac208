// Package queue is the outbox worker: it leases the rows that are due, has each composed once,
// delivers it by its mailbox's route and writes down how it fared (RFC 5321 section 4.5.4.1).
//
// Every route has a lane of its own, which claims only as many rows as it has free connections
// and as its rates allow. So what is important is always claimed first, nothing waits in memory,
// and a dead relay stops no other. A row's bytes and envelope sender are kept before the first
// attempt and are the same at every later one (DESIGN 3, promise 10).
//
// It composes nothing (mailout/compose), speaks no SMTP (mailout/relay), holds no SQL
// (internal/store implements Rows) and does not decide what a failure means for a ticket
// (tickets/desk). cmd/helpgate runs a Worker as a service. A Worker owns one goroutine a lane and
// one a delivery under way; all have ended when Run returns.
package queue
