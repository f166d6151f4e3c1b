// Package stacks finds the stacks of a repository and chooses among them.
//
// No file lists them: a directory that declares something to be applied is a stack,
// and one that only declares what others include is a library. The tree may be that
// of a disk or of a commit.
//
// It does not know what is done with the stacks, nor what they declare.
package stacks
