// Package texts knows the texts of a stack as translators see them: which there are, what
// each is translated from, and which translations were made from words that have changed.
//
// [Read] makes a [Table] of a stack: for each language its units, each in a [State]. What a
// translation was made from says the [Lock], a file beside the stack. It holds the words
// themselves, so that a review can read them and nothing else needs git's history.
//
// The package reads the files of the stack and writes none. It does not know the forms in
// which texts go to translators and come back, which package interchange says.
package texts
