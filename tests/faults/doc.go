// Package faults lets each step of a mail's way in fail, one after the other: each call of the
// file system, each statement of the database. The door, the desk and the store are the real ones,
// on both engines. Whatever failed, a mail that was taken is there whole, of one that was put off
// there is nothing, and when its sender comes again it is one message.
//
// What a running program does whose disk is full or whose database is away is for tests/e2e. Only
// test files hold code.
package faults
