// Package completion says what can be written at a place of a file, what is being written
// there, and what the words of a file are. The file need not parse: it is read by its tokens,
// up to the place.
//
// What names stand for it asks of a [langserver.View].
package completion
