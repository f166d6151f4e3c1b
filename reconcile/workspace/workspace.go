// Package workspace is one stack at work: its directory, variables, account, state
// and backend. It loads and plans, applies and goes back, moves the state to another
// backend, and gathers what a preview shows.
//
// # Many in one process
//
// A Workspace names its directory, and every relative path belongs to that directory:
// files of the stack, the state, saved plans, what LIVERY_ACCESS_KEY_FILE names. It
// keeps nothing outside itself, so any number of workspaces work beside each other.
// Clock, environment and version come in through Config; what happens meanwhile goes
// out through Events; what needs a person is a function that is passed in.
//
// # What it does not know
//
// It knows no flags, no terminal and no exit codes, and writes nothing for people.
// A fault of the configuration is an *InvalidError, whatever else a person can act on
// is a *Failure with a headline.
package workspace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile"
	"livery/reconcile/simulator"
	"livery/reconcile/state"
	"livery/schema/cache"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/syntax"
)

// Names of what livery keeps beside a stack.
const (
	stateFile        = "livery.state.json"
	erroredStateFile = "errored.livery.state.json"
	dataDirectory    = ".livery"
)

// Config is what a workspace is made of.
type Config struct {
	Context context.Context // ends loading a stack; nil: nothing does
	Dir     Directory       // what relative paths are relative to
	// Prefix stands before the names of files in findings: the way from where
	// people are to Dir. "" shows names relative to Dir.
	Prefix      string
	Unsaved     map[string][]byte   // what files of the stack hold instead of what is on disk, by their names relative to Dir
	Parsed      []*syntax.File      // of what Unsaved holds, as far as it was parsed
	Assignments []config.Assignment // values of variables; their order decides
	Wanted      []rule.ID           // rules that are asked for by name: none of them is off
	// Ask is called for each variable that must be known and is not; nil when
	// nobody can be asked.
	Ask    func(name, description string, sensitive bool) (string, bool)
	Getenv func(string) string
	// LookupEnv tells a variable that is empty from one that is not set; nil: none is empty.
	LookupEnv func(string) (string, bool)
	Now       func() time.Time
	Version   string       // livery's own
	Shared    *cache.Cache // with other workspaces of the run; may be nil
	Log       *slog.Logger // nil for silence
	Events    Events
	// Claim is told where the state is kept before it is opened, the same for everybody who
	// keeps it there, and how messages name it; an error leaves it alone. It may be nil.
	Claim func(key, shown string) error
	Reads *Reads // gets to know what is read; may be nil
}

// Events are told what happens while a workspace is at work. Each may be nil.
type Events struct {
	LockWait     func()                                // somebody else holds the lock
	Wait         func(state.Wait)                      // the place of the state has not answered yet, every ten seconds
	NoLock       func(state string)                    // the state has no lock
	StaleLock    func(state.LockInfo)                  // a lock was taken over from a run that is gone
	ArchiveError func(error)                           // the state before could not be kept in the history
	Throttled    func(wait time.Duration, code string) // the service makes all requests wait
	Untold       func(error)                           // the built-in simulator's callback did not arrive
	Change       func(reconcile.Event)                 // a step of an apply
}

// Workspace is one stack with its directory. Its methods may be called one after
// another; different workspaces may be used at the same time.
type Workspace struct {
	Config

	mu         sync.Mutex
	below      *cache.Cache           // with workspaces below
	simulators []*simulator.Simulator // that run inside this process
}

// State is the state of the workspace, where its configuration says.
func (w *Workspace) State() *State { return &State{w} }

func (w *Workspace) backends() backends { return backends{w.Dir, w.Getenv, w.Log, w.Events.Wait} }

// New makes a workspace. Nothing is read yet.
func New(c Config) *Workspace {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.LookupEnv == nil {
		c.LookupEnv = func(name string) (string, bool) {
			value := c.Getenv(name)
			return value, value != ""
		}
	}
	return &Workspace{Config: c}
}

// Close ends what runs inside the process on behalf of the workspace.
func (w *Workspace) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.simulators {
		grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		if err := s.Shutdown(grace); err != nil { // callbacks on their way
			w.Log.Debug("the simulator's callbacks were given up", "error", err.Error())
		}
		cancel()
		for _, err := range s.Untold() {
			if w.Events.Untold != nil {
				w.Events.Untold(err)
			}
		}
	}
	w.simulators = nil
}

// Below is the workspace of a directory that is named relative to this one. Names
// are shown as seen from here.
func (w *Workspace) Below(dir string) *Workspace {
	c := w.Config
	c.Dir, c.Prefix, c.Unsaved = Directory(w.Dir.Path(dir)), filepath.Join(w.Prefix, dir), make(map[string][]byte, len(w.Unsaved))
	for name, src := range w.Unsaved {
		if way, err := filepath.Rel(dir, name); err == nil {
			c.Unsaved[way] = src
		}
	}
	c.Shared = w.sharedBelow()
	return New(c)
}

// sharedBelow is what workspaces below share.
func (w *Workspace) sharedBelow() *cache.Cache {
	if w.Shared != nil {
		return w.Shared
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.below == nil {
		w.below = new(cache.Cache)
	}
	return w.below
}

// StateFile is where a stack keeps its state, if that is a file: under the stack's own
// directory unless the path is absolute. "" if the state is elsewhere.
func StateFile(dir string, b config.Backend) string {
	if b.Type != "" && b.Type != "local" {
		return ""
	}
	return filepath.ToSlash(Directory(dir).Path(cmp.Or(b.Attributes["path"], stateFile)))
}

// Failure is an error with a headline of its own, for everything that is no fault
// of a file.
type Failure struct {
	Summary, Detail string
	Err             error // what it comes from, for those who tell failures apart; may be nil
}

// Unwrap gives what the failure comes from.
func (f *Failure) Unwrap() error { return f.Err }

// Failf makes a failure.
func Failf(summary, format string, args ...any) error {
	return &Failure{Summary: summary, Detail: fmt.Sprintf(format, args...)}
}

// Error implements error.
func (f *Failure) Error() string {
	if f.Detail == "" {
		return f.Summary
	}
	return f.Summary + ": " + f.Detail
}

// InvalidError says that the configuration has errors, and which.
type InvalidError struct {
	Diagnostics hcl.Diagnostics
	Sources     map[string][]byte
}

// Error implements error.
func (e *InvalidError) Error() string { return e.Diagnostics.Error() }

// ErrDeclined says that a person was asked and did not approve.
var ErrDeclined = errors.New("not approved")

// Approve asks a person, and reports whether the answer was yes.
type Approve func(ctx context.Context) (bool, error)

func (a Approve) check(ctx context.Context) error {
	if a == nil {
		return nil
	}
	yes, err := a(ctx)
	if err == nil && !yes {
		err = ErrDeclined
	}
	return err
}
