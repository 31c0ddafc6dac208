// Package store is the only SQL of helpgate: one implementation, on SQLite and on PostgreSQL, of
// tickets.Store, of tickets.Blobs and of queue.Rows, with its migrations.
//
// One text serves both engines: parameters are $N, times are microseconds in UTC, yes and no are 1
// and 0, lists are JSON, and every text loses NUL and bad UTF-8 on its way in, so that the same
// mail is the same row on either. What differs is a member of dialect, each with its reason.
//
// It holds no rules of the helpdesk (tickets/desk has them). Only cmd and tests import it. A DB owns
// one goroutine, the writer, which groups the waiting updates into one commit and which Close ends;
// on PostgreSQL also the connection pool's.
package store
