// Package schema is the vocabulary of livery: what may be said about a hosted
// liveness page and about the sessions that open it.
//
// It owns the catalogue of fields ([Pages], [Fields]), the locales, the judge of
// each kind of value ([Field.Parse], [CheckURL], [ParseColour], [jsontext.Check]) and
// the documents made of them, and it writes and reads their wire form. A [Value]
// is judged once, on its way in, and carries its source range to the end.
//
// It does not know files, expressions, the clock, the network or what was
// applied before. What the service does with a field that no document of the
// API describes is unknown here too; such fields say so in their provenance.
//
// # Glossary
//
// What people declare:
//
//   - stack: the files of one directory; one account and one state.
//   - page: a screen of the hosted page, or the root of a document ([Page]).
//   - field: one thing of a page that can be declared, such as a colour ([Field]).
//   - catalogue: the table of all pages and fields.
//   - locale: one of the service's language values, such as en_US ([Locale]).
//   - document: what one locale looks like: values by field ([Document]).
//   - theme: a named set of fields that documents and other themes build on.
//   - session: the defaults of requests that open a liveness session ([Session]).
//   - token: a named value of a design tokens file; also, of the service's client,
//     what the service gives out for the keys.
//   - origin: where the digits or words that people would edit stand, and the way
//     from there to the value.
//
// What is checked:
//
//   - rule: one check with a stable name.
//   - level: how much a finding of a rule weighs: off, notice, warning or error.
//   - finding: one place where a rule does not hold.
//   - refusal: one of the service's own complaints ([Refusal]).
//
// What is applied:
//
//   - desired: the document that the files declare.
//   - applied: the last body that the service confirmed.
//   - in doubt: a body that was sent without an answer; nobody knows whether it
//     was taken.
//   - change: what becomes of one address.
//   - plan: the changes, and the requests that make them.
//   - receipt: the service's confirmation of a request.
//
// What is kept:
//
//   - state: what was applied and what is in doubt, by address.
//   - backend: where the state is kept ([livery/schema/storage.Backend]).
//   - lock: keeps others from writing the state meanwhile.
//   - ledger: the state while it is being written, step by step.
//   - serial: counts the versions of a state.
//   - lineage: the name of a state for all of its life.
package schema
