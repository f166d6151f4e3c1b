// Package reconcile makes the service confirm the pages that people declare: it
// computes a plan and carries it out.
//
// # Plan
//
// [NewPlan] compares what is desired with what was last confirmed. It is pure: no
// clock, no file, no network. A [Plan] is a value that can be shown, compared, and
// saved by [Plan.Encode]; [DecodePlan] checks a saved one against its digests. A
// rollback is a plan as well: [DesiredAt] is what an earlier state desired.
//
// # Apply
//
// [Apply] takes nothing but a plan and sends exactly its bytes through an [API]. What
// is about to be sent is first recorded as in doubt in a [state.Ledger]; each
// confirmation replaces the doubt. Whatever dies in between, the state claims only
// what was confirmed.
//
// # History
//
// [DiffHistory] compares each kept state with the one before it.
//
// # What it does not know
//
// What the live page shows: the service can be written and never read. A plan
// compares with what was last confirmed, and a change made elsewhere stays invisible.
package reconcile
