// Package structure tells what the text of one file alone can tell an editor: its outline,
// what can be folded or selected, and what it links to.
//
// It answers for a file that does not parse as far as it could be understood. It does not
// know what names stand for or what anything is worth, which package langserver says.
package structure
