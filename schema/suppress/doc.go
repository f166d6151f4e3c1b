// Package suppress keeps findings back: those that the files ignore, with a reason, and those
// of a baseline, which were there when somebody began to look.
//
// It judges nothing itself, and takes findings from whoever has made them.
package suppress
