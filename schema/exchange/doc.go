// Package exchange reads and writes other people's forms of what livery keeps
// in HCL: the request bodies of ConfigureUI that a team already has.
//
// It does not know stacks, states or the service: what it reads may never have
// been sent, and the service itself cannot be asked.
package exchange
