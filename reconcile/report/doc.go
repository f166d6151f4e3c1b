// Package report owns every byte that people or machines read: plans,
// states, sessions and what commands say, for both. Package findings writes what is
// wrong with files, package output knows how text is put on a page.
//
// It turns values into bytes on a writer that it is given. It does not know
// where the writer leads, whether a terminal is at its end, what the exit code
// is, or how the things it shows came about.
package report
