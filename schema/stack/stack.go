// Package stack evaluates a stack: what its files declare in, documents and sessions
// out. It reports all faults of the whole stack in one run, each with the place where it
// was written.
//
// It does not know how a file is read nor what may stand in it, which package config
// says; it knows nothing of the service beyond what package schema says, and nothing of
// what was applied before: the same files and variables always give the same stack.
//
// # From files to a stack
//
// [Evaluate] makes a [Stack] and all diagnostics of a [config.Module] and [Inputs]. It
// can be called again with other inputs, also at the same time. [Load] reads the files
// first; [Stack.Reload] does so again, parses only those whose bytes have changed, and
// evaluates only the documents that may have.
//
// # Where a value comes from
//
// One evaluation has its own diagnostics ([config.Faults]), variables, and scope, which
// resolves locals and themes when an expression first refers to them. A fieldReader
// evaluates the fields of one theme or locale; documents, sessions, accounts and removals
// each evaluate the blocks of their kind.
//
// Each value carries its origin, to which package origin follows its expression.
package stack

import (
	"context"
	"io/fs"
	"sync/atomic"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
	"livery/schema/cache"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/syntax"
	"livery/schema/tokens"
)

// Stack is one directory's configuration, evaluated: one account, one state.
type Stack struct {
	Documents []schema.Document // sorted by locale
	Sessions  []schema.Session  // sorted by name
	Open      []schema.OpenBlock
	Removed   []Removed
	Account   Account
	Backend   config.Backend
	Levels    map[rule.ID]rule.Level // what lint blocks say
	Options   map[rule.ID]map[string]config.RuleOption
	Variables map[string]cty.Value // as expressions see them: unknown without a value, marked if sensitive or behind one of the account's keys
	Sources   map[string][]byte    // every file that was read as configuration, by the name in ranges
	Empty     bool                 // the directory holds no configuration at all
	Notices   hcl.Diagnostics      // findings of the files that only lint shows
	Module    *config.Module       // what it was evaluated from
	Tokens    []*tokens.Set        // the design tokens that it reads, but for files that cannot be used
	Ignores   []*config.Ignore     // what its files and its tokens ignore

	Dependencies []syntax.Dependency // all that loading it looked at, and judging its checks
	Judged       atomic.Value        // what package lint keeps of it for the next reload

	memory     *memory     // for Reload
	evaluation *Evaluation // nil unless there are checks
}

// Removed is a document or session to be forgotten without touching the page.
type Removed struct {
	Address schema.Address
	Range   hcl.Range
}

// Need says how much has to be known.
type Need uint8

const (
	NeedNothing   Need = iota // variables without a value are unknown, and what depends on them is not judged
	NeedDocuments             // everything but the account's keys must be known
	NeedAccount               // everything must be known
)

// Options says what to load and what is known from outside.
type Options struct {
	Context     context.Context // ends the evaluation; nil: nothing does
	FS          fs.FS           // rooted at the file system's root
	Dir         string          // the stack's directory within FS, in slash form
	Name        func(file string) string
	Assignments []config.Assignment
	Env         func(string) (string, bool)
	Version     string // livery's own, for required_version
	Need        Need
	Shared      *cache.Cache    // with other stacks of the run; may be nil
	Parsed      []*syntax.File  // as in config.Options
	Secrets     []schema.Secret // keys that the account has from elsewhere; no document may hold one
	Wanted      []rule.ID       // rules that are asked for by name: none of them is off
	// Ask is called for each variable that must be known and is not; nil or
	// false means that nobody can be asked.
	Ask func(name, description string, sensitive bool) (string, bool)
}

// Sources say which files are read.
func (o Options) Sources() config.Options {
	return config.Options{FS: o.FS, Dir: o.Dir, Name: o.Name, Assignments: o.Assignments, Shared: o.Shared, Parsed: o.Parsed}
}

// Evaluation is what the checks of the stack are judged with; nil if it has none.
func (s *Stack) Evaluation() *Evaluation { return s.evaluation }

// File is a file that a function has read, by its path from the stack.
func (s *Stack) File(name string) ([]byte, error) {
	if s.memory == nil {
		return nil, fs.ErrNotExist
	}
	return s.memory.files.Read(name)
}
