// Package tokens reads design tokens: the files of the Design Tokens format 2025.10 and
// those that tools have written before it, as plain values that know where they stand.
//
// A [Reader] reads files, alone, several over each other or as a resolver document puts
// them together, into a [Set]. What is wrong with a file as a whole makes the set fail.
// What is wrong with one token makes that token fail, where it is used: real exports hold
// thousands of tokens, and a page wears a dozen of them. Such a value is unknown and
// carries its [Fault] as a mark through everything that is made of it.
//
// It does not know fields or documents, nor who uses a token.
package tokens

// Root is the name of the token that is a group's own value.
const Root = "$root"

// What a set may be at most.
const (
	maxTokens  = 100_000  // and groups
	maxAliases = 100      // that lead from one to the next
	maxValue   = 10 << 20 // bytes of a value, written out
	maxGuesses = 1 << 20  // names that are looked at to find what was meant
)
