// Package report writes what commands have to say, for people as text and for machines
// as JSON: plans, states and their history, questions, progress and errors. What is
// wrong with files is written by package findings, and how text is dressed for a screen
// is known to package terminal.
//
// It turns values into bytes on a writer that it is given. It does not know
// where the writer leads, whether a terminal is at its end, what the exit code
// is, or how the things it shows came about.
package report
