// Package backend implements state.Blob for the places where a state can be kept, and
// knows the settings that each takes. [Open] makes one from its description.
//
//   - local: a file, a lock file beside it and the history in .livery/history
//   - http: a server that speaks the protocol of Terraform's http backend, as GitLab does
//   - s3: an object of S3 or of a server like it, with KEY.lock and KEY.history/
//   - pg: a schema of PostgreSQL
//
// All pass one conformance suite. [IdentifyHolder] and [HolderDead] tell whether the
// process that holds a lock has ended; only Linux can tell that with certainty.
//
// # What it does not know
//
// What is in a state: here it is bytes with a revision.
package backend
