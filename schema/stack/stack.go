// Package stack loads and evaluates a stack: the files of a directory in, documents and
// sessions out. It reports all faults of the whole stack in one run, each with the
// place where it was written.
//
// It knows nothing of the service beyond what package schema says, and nothing of what
// was applied before: the same files and variables always give the same stack.
//
// # From files to a stack
//
// Each step is a function whose result is never changed and can be kept:
//
//	[Read]             files of a directory   → [Sources]: each file parsed, with its [Declarations]
//	[Sources.Module]   declarations of files  → [Module]: what they declare together, not evaluated
//	[Module.Evaluate]  module and [Inputs]    → [Stack] and all diagnostics
//
// [Load] does all three. Declarations depend on their file alone, so [Stack.Reload] parses
// and declares only the files whose bytes have changed. A module can be evaluated again
// with other inputs, also at the same time. Unsaved text of an editor comes through the
// file system that Options name.
//
// # Where a value comes from
//
// One evaluation has its own diagnostics (faults), variables, and scope, which resolves
// locals and themes when an expression first refers to them. A fieldReader evaluates the
// fields of one theme or locale; documents, sessions, accounts and removals each evaluate
// the blocks of their kind.
//
// A tracer follows the expression of each value to its [schema.Origin]: through names,
// chosen branches and elements to the literal, text or token that people would edit. It
// knows no function but those that hand on or read what is written; what any other one
// returns is derived.
package stack

import (
	"io/fs"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema"
)

// Stack is one directory's configuration, evaluated: one account, one state.
type Stack struct {
	Documents []schema.Document // sorted by locale
	Sessions  []schema.Session  // sorted by name
	Removed   []Removed
	Account   Account
	Backend   Backend
	Levels    map[schema.RuleID]schema.Level // what lint blocks say
	Options   map[schema.RuleID]map[string]cty.Value
	Variables map[string]cty.Value // as expressions see them: unknown without a value, marked if sensitive or behind one of the account's keys
	Sources   map[string][]byte    // every file that was read as configuration, by the name in ranges
	Read      []string             // every file that a function read, relative to the stack
	Empty     bool                 // the directory holds no configuration at all
	Notices   hcl.Diagnostics      // findings of the files that only lint shows
	Module    *Module              // what it was evaluated from
}

// Removed is a document or session to be forgotten without touching the page.
type Removed struct {
	Address schema.Address
	Range   hcl.Range
}

// Account is what the account block says; zero members were not said.
type Account struct {
	BaseURL   string
	AccessKey string
	SecretKey schema.Secret
	TokenTTL  time.Duration
	Retries   *int
	Range     hcl.Range // of base_url, or of the block
}

// Backend says where the state is kept. Type "" is the default. The attributes are
// as the environment would give them: text.
type Backend struct {
	Type       string
	Attributes map[string]string
	Range      hcl.Range
	// Unclear says that a fault keeps the place from being known: another than the
	// one that was meant must not be read or written in its stead.
	Unclear bool
	// Guessed says that no file names a place, and that one which does not parse
	// might: good enough to look at what is there, and not to write.
	Guessed bool
}

// Need says how much has to be known.
type Need uint8

const (
	NeedNothing   Need = iota // variables without a value are unknown, and what depends on them is not judged
	NeedDocuments             // everything but the account's keys must be known
	NeedAccount               // everything must be known
)

// Assignment is one -var or -var-file argument; their order decides.
type Assignment struct {
	Name, Value string // of -var
	File        string // of -var-file, relative to the stack
}

// Options says what to load and what is known from outside.
type Options struct {
	FS          fs.FS  // rooted at the file system's root
	Dir         string // the stack's directory within FS, in slash form
	Name        func(file string) string
	Assignments []Assignment
	Env         func(string) string
	Version     string // livery's own, for required_version
	Need        Need
	// Ask is called for each variable that must be known and is not; nil or
	// false means that nobody can be asked.
	Ask func(name, description string, sensitive bool) (string, bool)
}

// withoutEchoes leaves out what is said of an expression that did not parse: the
// parser makes something up for the part that it could not read.
func withoutEchoes(diags hcl.Diagnostics) hcl.Diagnostics {
	unread := make(map[string][]hcl.Range)
	for _, d := range diags {
		if d.Subject != nil && schema.FindingOf(d).Rule == schema.Syntax {
			unread[d.Subject.Filename] = append(unread[d.Subject.Filename], *d.Subject)
		}
	}
	return slices.DeleteFunc(slices.Clone(diags), func(d *hcl.Diagnostic) bool {
		return d.Subject != nil && schema.FindingOf(d).Rule != schema.Syntax && slices.ContainsFunc(unread[d.Subject.Filename], func(r hcl.Range) bool {
			halved := d.Subject.End.Byte < d.Subject.Start.Byte // of an expression that has no end
			return halved || r.Start.Byte >= d.Subject.Start.Byte && r.End.Byte <= d.Subject.End.Byte
		})
	})
}

// Locate notes in each finding the block that it stands in. A finding about a
// block's own header stands in none.
func (s *Stack) Locate(diags hcl.Diagnostics) {
	for _, d := range diags {
		if d.Subject == nil {
			continue
		}
		if file := s.Module.Files[d.Subject.Filename]; file != nil {
			if block := file.BlockAt(d.Subject.Start.Byte); block != "" {
				schema.Amend(d, func(f *schema.Finding) { f.Block = block })
			}
		}
	}
}
