// Package process tells one process from every other that had or will have its
// number, and whether it has ended. Only Linux can tell that with certainty.
//
// It does not know why anybody asks.
package process
