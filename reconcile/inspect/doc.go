// Package inspect looks at a stack: how its pages look, where each value comes from,
// and what there is to say of it in a line.
//
// It plans nothing that is applied and writes nothing: a state is read, if at all, for
// what was confirmed last, and what looks does without it.
package inspect
