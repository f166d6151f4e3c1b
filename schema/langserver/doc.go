// Package langserver answers what editors ask about the files of a stack. It knows no
// protocol: places are bytes of a file, and nothing is asked of it twice that could be
// answered by what was read already.
//
// What a file alone can tell (its outline, what can be folded or selected, its links) is
// answered from the text as it stands, as far as it could be understood. What needs values
// is answered from a View: the stack as it was last evaluated.
package langserver
