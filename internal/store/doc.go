// Package store is the only SQL of helpgate: one implementation, on SQLite and on PostgreSQL, of
// tickets.Store, of tickets.Blobs and of queue.Rows, with its migrations.
//
// One text serves both engines: parameters are $N, times are microseconds in UTC, yes and no are 1
// and 0, lists are JSON, and every text loses NUL and bad UTF-8 on its way in, so that the same
// mail is the same row on either. What differs is a member of dialect, each with its reason.
//
// It holds no rules of the helpdesk (tickets/desk has them). Only cmd and tests import it. A DB owns
// no goroutine, on PostgreSQL the connection pool's, which Close ends: updates that wait at the same
// time are grouped into one commit by the first of them (writer).
package store
