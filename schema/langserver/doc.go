// Package langserver answers what editors ask about the files of a stack. It knows no
// protocol: places are bytes of a file, and nothing is asked of it twice that could be
// answered by what was read already.
//
// It is asked through a View: the stack as it was last evaluated, and as its files are now.
// What a file alone can tell, such as its outline, package structure says.
package langserver
