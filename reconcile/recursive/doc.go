// Package recursive runs a command over many stacks: each as a run of its own, several at
// a time, what they write in the order of their paths.
//
// What one of them holds is let go as soon as it has been told: the memory that is needed
// grows with the jobs and with what is found, not with the number of stacks. Stacks know
// nothing of each other, so one that fails stops no other; what must not be said by two of
// them is judged here.
//
// It does not know which stacks there are (package stacks), nor what a command does.
package recursive
