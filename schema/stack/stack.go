// Package stack loads and evaluates a stack: the files of a directory in, documents and
// sessions out.
//
// It reports all faults of the whole stack in one run, each with the place where it was
// written. It knows nothing of the service beyond what package schema says, and nothing
// of what was applied before: the same files and variables always give the same stack.
package stack

import (
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
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

	headers map[string][]header // by file
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

// Load reads and evaluates a stack. The stack is never nil; with errors it holds
// what could be understood.
func Load(opts Options) (*Stack, hcl.Diagnostics) {
	l := newLoader(opts)
	l.readFiles()
	l.declare()
	l.guardKeys()
	l.resolveVariables()
	l.resolveLocalsAndThemes()
	l.account()
	l.documents()
	l.sessions()
	l.removed()
	l.needVariables()
	l.stack.Backend.Guessed = l.broken && l.stack.Backend.Type == ""
	l.stack.Sources = l.sources
	l.stack.Variables = l.values()
	l.stack.Read = l.files.Dependencies()
	return l.stack, l.finish()
}

// finish orders the findings and gives each the level that the lint block asks for.
func (l *loader) finish() hcl.Diagnostics {
	diags := schema.SortFindings(withoutEchoes(l.diags))
	l.stack.Locate(diags)
	diags, l.stack.Notices = schema.Apart(schema.ApplyLevels(diags, l.stack.Levels), schema.Warning)
	return diags
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
		headers, at := s.headers[d.Subject.Filename], d.Subject.Start.Byte
		if i := sort.Search(len(headers), func(i int) bool { return headers[i].start >= at }) - 1; i >= 0 && at < headers[i].end {
			schema.Amend(d, func(f *schema.Finding) { f.Block = headers[i].text })
		}
	}
}

// header is a top-level block as messages name it.
type header struct {
	start, end int
	text       string
}

// headersOf lists the top-level blocks of a file in HCL's own syntax.
func headersOf(body hcl.Body) []header {
	native, ok := body.(*hclsyntax.Body)
	if !ok {
		return nil
	}
	list := make([]header, 0, len(native.Blocks))
	for _, b := range native.Blocks {
		var text strings.Builder // a broken block may have any number of labels
		text.WriteString(b.Type)
		for _, label := range b.Labels {
			fmt.Fprintf(&text, " %q", label)
		}
		rng := b.Range()
		list = append(list, header{rng.Start.Byte, rng.End.Byte, text.String()})
	}
	return list
}
