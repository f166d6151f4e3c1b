// Package textsreport writes what there is to say of translations, for people as text and
// Markdown and for programs as JSON. It does not know how texts are compared or written.
package textsreport
