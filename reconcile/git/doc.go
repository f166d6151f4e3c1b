// Package git reads commits of a repository through the git on the PATH, so that work
// trees, alternates and partial clones are read as git itself reads them.
//
// It writes nothing, takes no lock, runs no hook and asks no network: an object that a
// partial clone lacks is an error that says how to fetch it. It does not know what the
// files mean.
package git
