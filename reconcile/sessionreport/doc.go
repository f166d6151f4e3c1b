// Package sessionreport writes what there is to say of sessions, for people as text and
// for programs as JSON and in the forms that services load. It does not know where a
// definition came from, nor how a session was opened.
package sessionreport
