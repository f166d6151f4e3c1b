// Package textscommand is the command texts and those below it: the flags of each, and the
// wiring between the other packages. It does not know what is translated (package
// translating) nor how that is written for people (package textsreport).
package textscommand
