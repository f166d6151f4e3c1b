// Package syntax is the bytes of files and the places in them: everything that reads or
// changes a file that people wrote goes through it.
//
// # Reading
//
// [NewFile] reads HCL, and JSON as HCL reads it, into a [File] that can be kept.
// [ParseJSON] reads any JSON file into values that know where they and their keys stand.
// Both first ask [Check], which refuses what the parsers, being recursive, cannot be
// trusted with. [Files] is access to what lies beside a stack.
//
// # Writing
//
// A [Patch] changes single values of a file in either language, and adds, renames or
// takes out what it is told to; all other bytes stay. [Format] lays out a whole file,
// [Expression] writes a value as HCL.
//
// Nothing here evaluates an expression, knows what a stack is made of, or writes to the
// disk: files come in as bytes and go out as bytes.
package syntax
