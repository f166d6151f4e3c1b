// Package state keeps what livery knows about the live pages: the last document
// that the service confirmed for each locale, the one it may or may not have
// taken since, and the recorded session definitions.
//
// # Snapshot
//
// A [Snapshot] is a whole state at one moment. [Snapshot.Encode] and [Decode] are its
// JSON; every version of it that was ever written is read, the newest is written.
//
// # Ledger
//
// [Open] locks a state and reads it. The [Ledger] that it returns changes the state in
// the one order that loses nothing: [Ledger.Intend] records a body as in doubt before
// it is sent, then [Ledger.Confirm] or [Ledger.Revert] says what became of it.
//
// # Blob
//
// A [Blob] is where the bytes are kept. Its conditional write guarantees that no
// update is lost; its lock is a courtesy. What an engine cannot do stands in its
// [Capabilities].
//
// # What it does not know
//
// What is really live, since the service cannot be read; how the bytes are stored
// (package backend); how a document is sent (package liveness).
package state
