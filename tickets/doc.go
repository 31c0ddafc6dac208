// Package tickets holds the words of the helpdesk as types: ticket, message, customer, agent,
// mailbox, outbox row, held thing, journal entry; and the small interfaces by which the parts that
// act on them reach a store.
//
// It holds no rules beyond methods of its types (tickets/desk has them), no SQL (internal/store)
// and no texts (templates). Everything may import it. It owns no goroutine.
//
// Addresses are kept in the form that rfc.Key gives. Times are UTC in microseconds; the zero time
// means "has not happened". Texts are valid UTF-8 without NUL.
package tickets
