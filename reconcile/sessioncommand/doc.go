// Package sessioncommand is the command session and those below it: the flags of each, and
// the wiring between the other packages. It does not know how sessions are opened (package
// session) nor how they are written for people (package sessionreport).
package sessioncommand
