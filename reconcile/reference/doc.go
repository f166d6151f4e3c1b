// Package reference writes what can be looked up: the catalogue, the help of commands,
// and the version. It does not know any stack.
package reference
