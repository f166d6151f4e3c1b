// Package explain says what is wrong with a file in the words of the people who wrote
// it: designers and writers, who have never seen HCL.
//
// The HCL library finds the faults; it speaks of tokens and tuples, and of a missing
// quotation mark it says five things of which four are wrong. [Syntax] keeps the faults
// that are worth reading and says how to write what was meant. [Expression] does the
// same for the faults of an evaluation.
//
// It looks at bytes, tokens and types only. It does not know what a stack declares.
package explain
