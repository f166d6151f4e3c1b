// Package tokenreport writes lists of design tokens, for people as text and for programs as
// JSON. It does not know how the tokens were read.
package tokenreport
