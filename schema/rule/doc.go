// Package rule is the one table of all rules: what each is called, what it finds and why
// that matters, what it weighs and what a lint block may say of it, with an example that has
// the finding and one that has not.
//
// It does not know how anything is found: that is up to whoever judges, by the rule's name.
package rule
